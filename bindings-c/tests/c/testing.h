/* Shared by the tests of the C interface. */
#ifndef TESTS_TESTING_H
#define TESTS_TESTING_H

#include <sfn_alias.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;

#define CHECK(condition) \
    ((condition) ? (void)passed++ \
                 : (void)(failed++, printf("%s:%d: check failed: %s\n", __FILE__, __LINE__, #condition)))

/* Expands a text to two arguments, pointer and length. */
#define T(text) (text), strlen(text)

#define MACHINE "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
#define CREATE_MACHINE \
    "{\"name\": \"orders\", \"roleArn\": \"arn:aws:iam::000000000000:role/orders\", \"publish\": true," \
    " \"definition\": \"{\\\"StartAt\\\": \\\"Done\\\", \\\"States\\\": {\\\"Done\\\": {\\\"Type\\\": \\\"Succeed\\\"}}}\"}"
#define ROUTE_1 "{\"stateMachineVersionArn\": \"" MACHINE ":1\", \"weight\": 100}"
#define CREATE_ALIAS "{\"name\": \"PROD\", \"routingConfiguration\": [" ROUTE_1 "]}"

/* Returns whether an error has this result code, message and path. Frees the error and sets it to NULL. */
static inline int is_error(sfn_alias_error **error, sfn_alias_result result, const char *message, const char *path)
{
    int equal = sfn_alias_error_result(*error) == result && *error != NULL
        && strcmp(sfn_alias_error_message(*error).data, message) == 0
        && strcmp(sfn_alias_error_path(*error).data, path) == 0;

    if (!equal && *error != NULL)
        printf("  result %u, message %s, path %s\n", (unsigned)sfn_alias_error_result(*error),
            sfn_alias_error_message(*error).data, sfn_alias_error_path(*error).data);
    sfn_alias_error_free(*error);
    *error = NULL;
    return equal;
}

static int report_result(void)
{
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
