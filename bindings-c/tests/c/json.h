/* Just enough JSON for the tests: values in an arena that is freed as a whole. */
#ifndef TESTS_JSON_H
#define TESTS_JSON_H

#include <stddef.h>

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_type type;
    const char *key; /* Of a member of an object, with a NUL behind it. */
    const char *text; /* Of a string its bytes, of a number its digits, with a NUL behind them. */
    size_t length;
    struct json *first, *last, *next;
};

/* Where the arena stands; values made later are freed by going back there. NULL: an empty arena. */
void *json_mark(void);
void json_free_from(void *mark);

/* The value of a text; ends the program when it is no JSON. */
struct json *json_parse(const char *text, size_t length);

struct json *json_new(enum json_type type);
struct json *json_string(const char *text, size_t length);
struct json *json_integer(long long value);
struct json *json_add(struct json *parent, const char *key, struct json *child);

/* A copy that is a value of its own, without a place in a parent. */
struct json *json_copy(const struct json *value);

/* Writes a value as text of the arena. */
char *json_write(const struct json *value, size_t *length);

/* A member, or NULL; also of NULL and of what is no object. */
struct json *json_get(const struct json *object, const char *key);

/* What a JSON pointer leads to, or NULL. */
struct json *json_pointer(const struct json *value, const char *pointer);

size_t json_count(const struct json *value);
long long json_int(const struct json *value, long long otherwise);
int json_is(const struct json *value, const char *text);

/* Memory of the arena. */
void *json_memory(size_t size);

#endif
