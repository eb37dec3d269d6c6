#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next;
};

static struct block *blocks;

void *json_memory(size_t size)
{
    struct block *block = calloc(1, sizeof *block + size + 1);

    if (block == NULL)
        abort();
    block->next = blocks;
    blocks = block;
    return block + 1;
}

void *json_mark(void)
{
    return blocks;
}

void json_free_from(void *mark)
{
    while (blocks != mark) {
        struct block *next = blocks->next;

        free(blocks);
        blocks = next;
    }
}

struct json *json_new(enum json_type type)
{
    struct json *value = json_memory(sizeof *value);

    value->type = type;
    return value;
}

struct json *json_string(const char *text, size_t length)
{
    struct json *value = json_new(JSON_STRING);
    char *copy = json_memory(length + 1);

    memcpy(copy, text, length);
    value->text = copy;
    value->length = length;
    return value;
}

struct json *json_integer(long long number)
{
    char digits[32];
    struct json *value;

    value = json_string(digits, (size_t)snprintf(digits, sizeof digits, "%lld", number));
    value->type = JSON_NUMBER;
    return value;
}

struct json *json_add(struct json *parent, const char *key, struct json *child)
{
    child->key = key;
    child->next = NULL;
    if (parent->last == NULL)
        parent->first = child;
    else
        parent->last->next = child;
    parent->last = child;
    return child;
}

struct json *json_copy(const struct json *value)
{
    struct json *copy = json_new(value->type);
    const struct json *child;

    copy->text = value->text;
    copy->length = value->length;
    for (child = value->first; child != NULL; child = child->next)
        json_add(copy, child->key, json_copy(child));
    return copy;
}

/* Parser. */

struct reader {
    const char *at, *end;
};

static void fail(const struct reader *in, const char *problem)
{
    fprintf(stderr, "not valid JSON: %s before: %.*s\n", problem, (int)(in->end - in->at > 80 ? 80 : in->end - in->at), in->at);
    exit(EXIT_FAILURE);
}

static int peek_char(struct reader *in)
{
    while (in->at < in->end && strchr(" \t\r\n", *in->at) != NULL)
        in->at++;
    return in->at < in->end ? (unsigned char)*in->at : -1;
}

static void expect_char(struct reader *in, int expected)
{
    if (peek_char(in) != expected)
        fail(in, "unexpected character");
    in->at++;
}

static unsigned long read_hex4(struct reader *in)
{
    char digits[5] = {0};

    if (in->end - in->at < 4)
        fail(in, "incomplete escape");
    memcpy(digits, in->at, 4);
    in->at += 4;
    return strtoul(digits, NULL, 16);
}

static char *put_utf8(char *out, unsigned long code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xC0 | code >> 6);
        *out++ = (char)(0x80 | (code & 63));
    } else if (code < 0x10000) {
        *out++ = (char)(0xE0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 63));
        *out++ = (char)(0x80 | (code & 63));
    } else {
        *out++ = (char)(0xF0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 63));
        *out++ = (char)(0x80 | (code >> 6 & 63));
        *out++ = (char)(0x80 | (code & 63));
    }
    return out;
}

static char *read_escape(struct reader *in, char *out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char name = *in->at++;
    const char *found = strchr(names, name);
    unsigned long code;

    if (name != 'u') {
        if (found == NULL)
            fail(in, "unknown escape");
        *out++ = values[found - names];
        return out;
    }
    code = read_hex4(in);
    if (code >= 0xD800 && code < 0xDC00 && in->end - in->at > 6 && in->at[0] == '\\' && in->at[1] == 'u') {
        in->at += 2;
        code = 0x10000 + ((code - 0xD800) << 10) + (read_hex4(in) - 0xDC00);
    }
    return put_utf8(out, code);
}

static struct json *read_string(struct reader *in)
{
    struct json *value = json_new(JSON_STRING);
    const char *close;
    char *text, *out;

    expect_char(in, '"');
    for (close = in->at; close < in->end && *close != '"'; close++)
        if (*close == '\\')
            close++;
    text = out = json_memory((size_t)(close - in->at) + 1);
    while (in->at < in->end && *in->at != '"') {
        if (*in->at == '\\') {
            in->at++;
            out = read_escape(in, out);
        } else {
            *out++ = *in->at++;
        }
    }
    expect_char(in, '"');
    value->text = text;
    value->length = (size_t)(out - text);
    return value;
}

static struct json *read_value(struct reader *in);

static struct json *read_items(struct reader *in, enum json_type type, int close)
{
    struct json *value = json_new(type);

    in->at++;
    if (peek_char(in) == close) {
        in->at++;
        return value;
    }
    for (;;) {
        const char *key = NULL;

        if (type == JSON_OBJECT) {
            key = read_string(in)->text;
            expect_char(in, ':');
        }
        json_add(value, key, read_value(in));
        if (peek_char(in) == close)
            break;
        expect_char(in, ',');
    }
    in->at++;
    return value;
}

static struct json *read_word(struct reader *in)
{
    static const char *const words[] = {"null", "false", "true"};
    const char *from = in->at;
    struct json *value;
    size_t i;

    while (in->at < in->end && strchr(",]} \t\r\n", *in->at) == NULL)
        in->at++;
    value = json_string(from, (size_t)(in->at - from));
    value->type = JSON_NUMBER;
    for (i = 0; i < 3; i++)
        if (strcmp(value->text, words[i]) == 0)
            value->type = (enum json_type)i;
    if (value->length == 0 || (value->type == JSON_NUMBER && strchr("-0123456789", value->text[0]) == NULL))
        fail(in, "expected a value");
    return value;
}

static struct json *read_value(struct reader *in)
{
    switch (peek_char(in)) {
    case '"':
        return read_string(in);
    case '[':
        return read_items(in, JSON_ARRAY, ']');
    case '{':
        return read_items(in, JSON_OBJECT, '}');
    default:
        return read_word(in);
    }
}

struct json *json_parse(const char *text, size_t length)
{
    struct reader in = {text, text + length};
    struct json *value = read_value(&in);

    if (peek_char(&in) != -1)
        fail(&in, "expected the end");
    return value;
}

/* Formatter. If `out` is NULL, only the size is computed. */

static size_t write_string(const char *text, size_t length, char *out)
{
    size_t i, size = 0;
    char escaped[7];

#define PUT(bytes, count) (out != NULL ? (void)memcpy(out + size, bytes, count) : (void)0, size += (count))
    PUT("\"", 1);
    for (i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte == '"' || byte == '\\')
            PUT("\\", 1);
        if (byte < 0x20) {
            snprintf(escaped, sizeof escaped, "\\u%04x", byte);
            PUT(escaped, 6);
        } else {
            PUT(text + i, 1);
        }
    }
    PUT("\"", 1);
    return size;
}

static size_t write_value(const struct json *value, char *out)
{
    static const char *const words[] = {"null", "false", "true"};
    const struct json *child;
    size_t size = 0;

    if (value->type == JSON_STRING)
        return write_string(value->text, value->length, out);
    if (value->type <= JSON_NUMBER) {
        const char *text = value->type == JSON_NUMBER ? value->text : words[value->type];

        PUT(text, strlen(text));
        return size;
    }
    PUT(value->type == JSON_ARRAY ? "[" : "{", 1);
    for (child = value->first; child != NULL; child = child->next) {
        if (child != value->first)
            PUT(",", 1);
        if (value->type == JSON_OBJECT) {
            size += write_string(child->key, strlen(child->key), out != NULL ? out + size : NULL);
            PUT(":", 1);
        }
        size += write_value(child, out != NULL ? out + size : NULL);
    }
    PUT(value->type == JSON_ARRAY ? "]" : "}", 1);
    return size;
}

char *json_write(const struct json *value, size_t *length)
{
    char *text = json_memory(*length = write_value(value, NULL));

    write_value(value, text);
    return text;
}

/* Access. */

struct json *json_get(const struct json *object, const char *key)
{
    struct json *child;

    if (object == NULL || object->type != JSON_OBJECT)
        return NULL;
    for (child = object->first; child != NULL && strcmp(child->key, key) != 0; child = child->next)
        continue;
    return child;
}

static struct json *array_item(const struct json *array, const char *index)
{
    size_t left = strtoul(index, NULL, 10);
    struct json *child = array->first;

    while (child != NULL && left-- > 0)
        child = child->next;
    return child;
}

struct json *json_pointer(const struct json *value, const char *pointer)
{
    while (value != NULL && *pointer == '/') {
        size_t length = strcspn(++pointer, "/");
        char *step = json_memory(length + 1);

        memcpy(step, pointer, length);
        value = value->type == JSON_ARRAY ? array_item(value, step) : json_get(value, step);
        pointer += length;
    }
    return (struct json *)value;
}

size_t json_count(const struct json *value)
{
    const struct json *child;
    size_t count = 0;

    for (child = value != NULL ? value->first : NULL; child != NULL; child = child->next)
        count++;
    return count;
}

long long json_int(const struct json *value, long long fallback)
{
    return value != NULL && value->type == JSON_NUMBER ? strtoll(value->text, NULL, 10) : fallback;
}

int json_is(const struct json *value, const char *text)
{
    return value != NULL && value->type == JSON_STRING && value->length == strlen(text)
        && memcmp(value->text, text, value->length) == 0;
}
