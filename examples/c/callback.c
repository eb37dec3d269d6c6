/* A function of the program runs the executions that a 90/10 alias starts. Prints `examples/c/callback.txt`. */
#include <sfn_alias.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MACHINE "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
#define EXECUTION "arn:aws:states:us-east-1:000000000000:execution:orders:"
#define STARTS 20

static sfn_alias_service *service;

/* Exits if a call failed. */
static void check(const char *what, sfn_alias_result result, sfn_alias_error *error)
{
    if (result != SFN_ALIAS_OK) {
        fprintf(stderr, "%s: %s\n", what, sfn_alias_error_message(error).data);
        exit(EXIT_FAILURE);
    }
}

/* Calls an operation. The caller frees the output. */
static sfn_alias_string *call(const char *operation, const char *input)
{
    sfn_alias_string *output = NULL;
    sfn_alias_error *error = NULL;

    check(operation, sfn_alias_call(service, operation, strlen(operation), input, strlen(input), &output, &error), error);
    return output;
}

/* Runs an execution: version 2 gives a discount. Use a JSON library in a real program. `context` counts the calls. */
static void run_order(void *context, sfn_alias_text execution, sfn_alias_callback_result *result)
{
    static const char full[] = "{\"output\": {\"total\": 30}}", reduced[] = "{\"output\": {\"total\": 27}}";
    const char *ending = strstr(execution.data, "\"stateMachineVersionArn\":\"" MACHINE ":2\"") != NULL ? reduced : full;
    sfn_alias_error *error = NULL;

    ++*(int *)context;
    check("ending", sfn_alias_callback_result_set(result, ending, strlen(ending), &error), error);
}

static void create_service(int *calls)
{
    sfn_alias_options *options = NULL;
    sfn_alias_error *error = NULL;

    check("options", sfn_alias_options_new(&options, &error), error);
    check("seed", sfn_alias_options_set_seed(options, 7, &error), error);
    check("callback", sfn_alias_options_set_on_start(options, run_order, calls, &error), error);
    check("service", sfn_alias_service_new(options, &service, &error), error);
    sfn_alias_options_free(options);
}

static void create_alias(void)
{
    sfn_alias_string_free(call("CreateStateMachine",
        "{\"name\": \"orders\", \"roleArn\": \"arn:aws:iam::000000000000:role/orders\", \"publish\": true,"
        " \"definition\": \"{\\\"StartAt\\\": \\\"Sum\\\", \\\"States\\\": {\\\"Sum\\\": {\\\"Type\\\": \\\"Succeed\\\"}}}\"}"));
    sfn_alias_string_free(call("UpdateStateMachine", "{\"stateMachineArn\": \"" MACHINE "\", \"publish\": true,"
        " \"definition\": \"{\\\"StartAt\\\": \\\"Discount\\\", \\\"States\\\": {\\\"Discount\\\": {\\\"Type\\\": \\\"Succeed\\\"}}}\"}"));
    sfn_alias_string_free(call("CreateStateMachineAlias", "{\"name\": \"PROD\", \"routingConfiguration\": ["
        "{\"stateMachineVersionArn\": \"" MACHINE ":1\", \"weight\": 90},"
        "{\"stateMachineVersionArn\": \"" MACHINE ":2\", \"weight\": 10}]}"));
}

/* Starts an execution through the alias. Returns whether it has the output of the version that ran it. */
static int starts_and_ends(int number, int *reduced)
{
    sfn_alias_string *described;
    char input[256];
    const char *text;
    int is_second, has_discount;

    snprintf(input, sizeof input, "{\"stateMachineArn\": \"" MACHINE ":PROD\", \"name\": \"order-%d\"}", number);
    sfn_alias_string_free(call("StartExecution", input));
    snprintf(input, sizeof input, "{\"executionArn\": \"" EXECUTION "order-%d\"}", number);
    described = call("DescribeExecution", input);
    text = sfn_alias_string_text(described).data;
    is_second = strstr(text, "\"stateMachineVersionArn\":\"" MACHINE ":2\"") != NULL;
    has_discount = strstr(text, "\"output\":\"{\\\"total\\\":27}\"") != NULL;
    *reduced += has_discount;
    sfn_alias_string_free(described);
    return is_second == has_discount;
}

int main(void)
{
    int number, calls = 0, reduced = 0, correct = 0;

    create_service(&calls);
    create_alias();
    for (number = 1; number <= STARTS; number++)
        correct += starts_and_ends(number, &reduced);
    sfn_alias_service_free(service);
    printf("%d executions, %d with a discount, %d with the output of their version\n", calls, reduced, correct);
    return correct == STARTS ? EXIT_SUCCESS : EXIT_FAILURE;
}
