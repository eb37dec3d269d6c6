/* Vectors that call a function of the library instead of an operation. */
#ifndef TESTS_FUNCTIONS_H
#define TESTS_FUNCTIONS_H

#include "json.h"

#include <sfn_alias.h>

/* What a function answers to a step whose placeholders are filled in. */
struct json *run_function(const struct json *step);

/* The value of a string of the library, which is freed. */
struct json *take_json(sfn_alias_string *string);

/* The bytes of a text of the library. */
struct json *text_value(sfn_alias_text text);

#endif
