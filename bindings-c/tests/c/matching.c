#include "matching.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct json *replace_all(struct json *text, const char *name, const struct json *value)
{
    size_t length = value->length, from = 0, size = 0, name_length = strlen(name);
    const char *with = value->type == JSON_STRING ? value->text : json_write(value, &length);
    char *mark = json_memory(name_length + 4), *out;
    const char *found;

    sprintf(mark, "${%s}", name);
    if (strstr(text->text, mark) == NULL)
        return text;
    out = json_memory(text->length * (length + 1) + length);
    while ((found = strstr(text->text + from, mark)) != NULL) {
        size_t before = (size_t)(found - text->text) - from;

        memcpy(out + size, text->text + from, before);
        memcpy(out + size + before, with, length);
        size += before + length;
        from += before + name_length + 3;
    }
    memcpy(out + size, text->text + from, text->length - from);
    return json_string(out, size + text->length - from);
}

/* A whole-string placeholder takes the saved value with its JSON type. */
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

static struct json *repeated(const struct json *text, size_t times)
{
    char *out = json_memory(text->length * times);
    size_t i;

    for (i = 0; i < times; i++)
        memcpy(out + i * text->length, text->text, text->length);
    return json_string(out, text->length * times);
}

static struct json *joined(const struct json *parts)
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
        return repeated(repeat->first, (size_t)json_int(repeat->last, 0));
    expanded = json_new(value->type);
    expanded->text = value->text;
    expanded->length = value->length;
    for (child = value->first; child != NULL; child = child->next)
        json_add(expanded, child->key, expand(child));
    concat = concat != NULL && concat->type == JSON_ARRAY ? json_get(expanded, "$concat") : NULL;
    return concat != NULL ? joined(concat) : expanded;
}

struct json *fill(const struct json *value, const struct json *saved)
{
    return expand(substitute(value, saved));
}

static int is_uuid(const struct json *answer)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t i;

    if (answer->type != JSON_STRING || answer->length != sizeof form - 1)
        return 0;
    for (i = 0; i < answer->length; i++) {
        char c = answer->text[i];

        if (form[i] == '-' ? c != '-' : !(isdigit((unsigned char)c) || (c >= 'a' && c <= 'f')))
            return 0;
    }
    return 1;
}

static int fits(const struct json *placeholder, const struct json *answer)
{
    if (json_is(placeholder, "$any"))
        return 1;
    if (json_is(placeholder, "$date"))
        return answer->type == JSON_NUMBER;
    if (json_is(placeholder, "$token"))
        return answer->type == JSON_STRING && answer->length > 0;
    if (json_is(placeholder, "$uuid"))
        return is_uuid(answer);
    return answer->type == JSON_STRING && answer->length == placeholder->length
        && memcmp(answer->text, placeholder->text, answer->length) == 0;
}

static int equal(const struct json *expected, const struct json *answer)
{
    double difference;

    if (expected->type != answer->type)
        return 0;
    if (expected->type == JSON_NUMBER) {
        difference = strtod(expected->text, NULL) - strtod(answer->text, NULL);
        return difference < 2.2e-16 && difference > -2.2e-16;
    }
    return expected->type != JSON_STRING
        || (expected->length == answer->length && memcmp(expected->text, answer->text, answer->length) == 0);
}

static const char *at(const char *step, const char *place)
{
    char *path;

    if (place == NULL)
        return NULL;
    path = json_memory(strlen(step) + strlen(place) + 2);
    sprintf(path, "/%s%s", step, place);
    return path;
}

static const char *in_members(const struct json *expected, const struct json *answer)
{
    const struct json *child;
    const char *place = NULL;

    for (child = answer->first; child != NULL && place == NULL; child = child->next)
        if (json_get(expected, child->key) == NULL)
            place = at(child->key, "");
    for (child = expected->first; child != NULL && place == NULL; child = child->next) {
        const struct json *found = json_get(answer, child->key);

        place = at(child->key, found != NULL ? mismatch(child, found) : "");
    }
    return place;
}

const char *mismatch(const struct json *expected, const struct json *answer)
{
    const struct json *left = expected->first, *right = answer->first;
    const char *place = NULL;
    char step[24];
    int index;

    if (expected->type == JSON_STRING && expected->length > 0 && expected->text[0] == '$')
        return fits(expected, answer) ? NULL : "";
    if (expected->type != answer->type)
        return "";
    if (expected->type == JSON_OBJECT)
        return in_members(expected, answer);
    if (expected->type != JSON_ARRAY)
        return equal(expected, answer) ? NULL : "";
    if (json_count(expected) != json_count(answer))
        return "";
    for (index = 0; left != NULL && place == NULL; index++, left = left->next, right = right->next) {
        snprintf(step, sizeof step, "%d", index);
        place = at(step, mismatch(left, right));
    }
    return place;
}
