#include "matching.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct json *replace_all(struct json *text, const char *name, const struct json *value)
{
    size_t length = value->length, from = 0, size = 0, name_length = strlen(name);
    const char *replacement = value->type == JSON_STRING ? value->text : json_write(value, &length);
    char *placeholder = json_memory(name_length + 4), *out;
    const char *found;

    sprintf(placeholder, "${%s}", name);
    if (strstr(text->text, placeholder) == NULL)
        return text;
    out = json_memory(text->length * (length + 1) + length);
    while ((found = strstr(text->text + from, placeholder)) != NULL) {
        size_t before = (size_t)(found - text->text) - from;

        memcpy(out + size, text->text + from, before);
        memcpy(out + size + before, replacement, length);
        size += before + length;
        from += before + name_length + 3;
    }
    memcpy(out + size, text->text + from, text->length - from);
    return json_string(out, size + text->length - from);
}

/* A string that consists of one placeholder becomes the saved value with its JSON type. */
static struct json *substitute_text(const struct json *text, const struct json *saved)
{
    struct json *filled = json_copy(text);
    const struct json *each;

    for (each = saved->first; each != NULL; each = each->next) {
        size_t length = strlen(each->key);

        if (text->length == length + 3 && memcmp(text->text, "${", 2) == 0 && text->text[length + 2] == '}'
            && memcmp(text->text + 2, each->key, length) == 0)
            return json_copy(each);
    }
    for (each = saved->first; each != NULL; each = each->next)
        filled = replace_all(filled, each->key, each);
    return filled;
}

static struct json *substitute(const struct json *value, const struct json *saved)
{
    const struct json *child;
    struct json *filled;

    if (value->type == JSON_STRING)
        return substitute_text(value, saved);
    filled = json_new(value->type);
    filled->text = value->text;
    filled->length = value->length;
    for (child = value->first; child != NULL; child = child->next)
        json_add(filled, child->key, substitute(child, saved));
    return filled;
}

static struct json *repeat_text(const struct json *text, size_t times)
{
    char *out = json_memory(text->length * times);
    size_t i;

    for (i = 0; i < times; i++)
        memcpy(out + i * text->length, text->text, text->length);
    return json_string(out, text->length * times);
}

static struct json *join_texts(const struct json *parts)
{
    const struct json *part;
    size_t length = 0;
    char *out;

    for (part = parts->first; part != NULL; part = part->next)
        length += part->length;
    out = json_memory(length);
    for (length = 0, part = parts->first; part != NULL; part = part->next) {
        memcpy(out + length, part->text, part->length);
        length += part->length;
    }
    return json_string(out, length);
}

static struct json *expand(const struct json *value)
{
    const struct json *repeat = json_get(value, "$repeat"), *concat = json_get(value, "$concat"), *child;
    struct json *expanded;

    if (repeat != NULL && repeat->type == JSON_ARRAY)
        return repeat_text(repeat->first, (size_t)json_int(repeat->last, 0));
    expanded = json_new(value->type);
    expanded->text = value->text;
    expanded->length = value->length;
    for (child = value->first; child != NULL; child = child->next)
        json_add(expanded, child->key, expand(child));
    concat = concat != NULL && concat->type == JSON_ARRAY ? json_get(expanded, "$concat") : NULL;
    return concat != NULL ? join_texts(concat) : expanded;
}

struct json *fill(const struct json *value, const struct json *saved)
{
    return expand(substitute(value, saved));
}

static int is_uuid(const struct json *result)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t i;

    if (result->type != JSON_STRING || result->length != sizeof form - 1)
        return 0;
    for (i = 0; i < result->length; i++) {
        char c = result->text[i];

        if (form[i] == '-' ? c != '-' : !(isdigit((unsigned char)c) || (c >= 'a' && c <= 'f')))
            return 0;
    }
    return 1;
}

static int matches_placeholder(const struct json *placeholder, const struct json *result)
{
    if (json_is(placeholder, "$any"))
        return 1;
    if (json_is(placeholder, "$date"))
        return result->type == JSON_NUMBER;
    if (json_is(placeholder, "$token"))
        return result->type == JSON_STRING && result->length > 0;
    if (json_is(placeholder, "$uuid"))
        return is_uuid(result);
    return result->type == JSON_STRING && result->length == placeholder->length
        && memcmp(result->text, placeholder->text, result->length) == 0;
}

static int equal_scalars(const struct json *expected, const struct json *result)
{
    double difference;

    if (expected->type != result->type)
        return 0;
    if (expected->type == JSON_NUMBER) {
        difference = strtod(expected->text, NULL) - strtod(result->text, NULL);
        return difference < 2.2e-16 && difference > -2.2e-16;
    }
    return expected->type != JSON_STRING
        || (expected->length == result->length && memcmp(expected->text, result->text, result->length) == 0);
}

static const char *prefix_path(const char *step, const char *rest)
{
    char *path;

    if (rest == NULL)
        return NULL;
    path = json_memory(strlen(step) + strlen(rest) + 2);
    sprintf(path, "/%s%s", step, rest);
    return path;
}

static const char *difference_in_members(const struct json *expected, const struct json *result)
{
    const struct json *child;
    const char *path = NULL;

    for (child = result->first; child != NULL && path == NULL; child = child->next)
        if (json_get(expected, child->key) == NULL)
            path = prefix_path(child->key, "");
    for (child = expected->first; child != NULL && path == NULL; child = child->next) {
        const struct json *found = json_get(result, child->key);

        path = prefix_path(child->key, found != NULL ? first_difference(child, found) : "");
    }
    return path;
}

const char *first_difference(const struct json *expected, const struct json *result)
{
    const struct json *left = expected->first, *right = result->first;
    const char *path = NULL;
    char step[24];
    int index;

    if (expected->type == JSON_STRING && expected->length > 0 && expected->text[0] == '$')
        return matches_placeholder(expected, result) ? NULL : "";
    if (expected->type != result->type)
        return "";
    if (expected->type == JSON_OBJECT)
        return difference_in_members(expected, result);
    if (expected->type != JSON_ARRAY)
        return equal_scalars(expected, result) ? NULL : "";
    if (json_count(expected) != json_count(result))
        return "";
    for (index = 0; left != NULL && path == NULL; index++, left = left->next, right = right->next) {
        snprintf(step, sizeof step, "%d", index);
        path = prefix_path(step, first_difference(left, right));
    }
    return path;
}
