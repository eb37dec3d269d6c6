/* Runs vectors that call a function of the library instead of an operation. */
#ifndef TESTS_FUNCTIONS_H
#define TESTS_FUNCTIONS_H

#include "json.h"

#include <sfn_alias.h>

/* Runs the function of a step. The placeholders are filled in. */
struct json *run_function(const struct json *step);

/* Parses a string of the library and frees it. */
struct json *take_json(sfn_alias_string *string);

/* Returns a text of the library as a JSON string. */
struct json *text_value(sfn_alias_text text);

#endif
