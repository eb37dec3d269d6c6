/* Placeholders of vectors: see "The format of vectors" in CONTRIBUTING.md. */
#ifndef TESTS_MATCHING_H
#define TESTS_MATCHING_H

#include "json.h"

/* Fills in `${name}` from an object of saved values, then `$repeat` and `$concat`. */
struct json *fill(const struct json *value, const struct json *saved);

/* Where an answer differs from what is expected, as a JSON pointer; NULL: nowhere. */
const char *mismatch(const struct json *expected, const struct json *answer);

#endif
