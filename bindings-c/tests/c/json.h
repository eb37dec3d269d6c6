/* A small JSON library for the tests. Values are allocated in an arena. */
#ifndef TESTS_JSON_H
#define TESTS_JSON_H

#include <stddef.h>

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_type type;
    const char *key; /* The key of an object member, NUL-terminated. */
    const char *text; /* The bytes of a string or the digits of a number, NUL-terminated. */
    size_t length;
    struct json *first, *last, *next;
};

/* Returns a mark of the arena. json_free_from frees all values that were created after it. NULL: an empty arena. */
void *json_mark(void);
void json_free_from(void *mark);

/* Parses a text. Exits if it is not valid JSON. */
struct json *json_parse(const char *text, size_t length);

struct json *json_new(enum json_type type);
struct json *json_string(const char *text, size_t length);
struct json *json_integer(long long value);
struct json *json_add(struct json *parent, const char *key, struct json *child);

/* Returns a copy without parent. */
struct json *json_copy(const struct json *value);

/* Formats a value as text in the arena. */
char *json_write(const struct json *value, size_t *length);

/* Returns a member, or NULL. Also NULL if `object` is NULL or not an object. */
struct json *json_get(const struct json *object, const char *key);

/* Returns the value at a JSON pointer, or NULL. */
struct json *json_pointer(const struct json *value, const char *pointer);

size_t json_count(const struct json *value);
long long json_int(const struct json *value, long long fallback);
int json_is(const struct json *value, const char *text);

/* Allocates memory in the arena. */
void *json_memory(size_t size);

#endif
