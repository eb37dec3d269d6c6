/* The placeholders of vectors: see "The format of vectors" in CONTRIBUTING.md. */
#ifndef TESTS_MATCHING_H
#define TESTS_MATCHING_H

#include "json.h"

/* Replaces `${name}` by saved values, then expands `$repeat` and `$concat`. */
struct json *fill(const struct json *value, const struct json *saved);

/* Returns a JSON pointer to the first difference, or NULL. */
const char *first_difference(const struct json *expected, const struct json *result);

#endif
