/* Starts executions through an alias and polls them until they have ended. Prints `examples/c/executions.txt`. */
#include <sfn_alias.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MACHINE "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
#define EXECUTION "arn:aws:states:us-east-1:000000000000:execution:orders:"
#define START(name) "{\"stateMachineArn\": \"" MACHINE ":PROD\", \"name\": \"" name "\", \"input\": \"{\\\"order\\\": 7}\"}"

/* The first rule that matches decides. Executions whose names start with `manual-` match none and stay RUNNING. */
static const char rules[] =
    "{\"outcomes\": ["
    "{\"name\": \"paid-\", \"outputFromInput\": true, \"after\": \"2s\"},"
    "{\"name\": \"declined-\", \"error\": \"Orders.Declined\", \"cause\": \"no funds\"}]}";
static const char alarms[] =
    "{\"alarms\": [{\"name\": \"orders-failed\", \"metric\": \"ExecutionsFailed\", \"stateMachine\": \"orders\","
    " \"version\": 1, \"threshold\": 1}]}";
static sfn_alias_service *service;
static int64_t now = 1000;

/* The clock of the service: a test need not wait. */
static int64_t read_clock(void *context)
{
    (void)context;
    return now;
}

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

static void create_service(void)
{
    sfn_alias_options *options = NULL;
    sfn_alias_error *error = NULL;

    check("options", sfn_alias_options_new(&options, &error), error);
    check("clock", sfn_alias_options_set_clock(options, read_clock, NULL, &error), error);
    check("rules", sfn_alias_options_set_outcomes(options, rules, strlen(rules), &error), error);
    check("service", sfn_alias_service_new(options, &service, &error), error);
    sfn_alias_options_free(options);
    sfn_alias_string_free(call("CreateStateMachine",
        "{\"name\": \"orders\", \"roleArn\": \"arn:aws:iam::000000000000:role/orders\", \"publish\": true,"
        " \"definition\": \"{\\\"StartAt\\\": \\\"Done\\\", \\\"States\\\": {\\\"Done\\\": {\\\"Type\\\": \\\"Succeed\\\"}}}\"}"));
    sfn_alias_string_free(call("CreateStateMachineAlias", "{\"name\": \"PROD\", \"routingConfiguration\": ["
        "{\"stateMachineVersionArn\": \"" MACHINE ":1\", \"weight\": 100}]}"));
}

/* Prints a text member, without escapes. Use a JSON library in a real program. */
static void print_member(const sfn_alias_string *json, const char *before)
{
    const char *from = strstr(sfn_alias_string_text(json).data, before);

    if (from == NULL)
        return;
    for (from += strlen(before); *from != '"' && *from != '\0'; from++) {
        if (*from == '\\')
            from++;
        putchar(*from);
    }
}

/* Polls up to ten times, once per second, until the execution has ended, and prints how. */
static void wait_for_end(const char *name, const char *describe)
{
    sfn_alias_string *described = call("DescribeExecution", describe);
    int seconds = 0;

    while (seconds < 10 && strstr(sfn_alias_string_text(described).data, "\"status\":\"RUNNING\"") != NULL) {
        sfn_alias_string_free(described);
        now += 1000;
        seconds++;
        described = call("DescribeExecution", describe);
    }
    printf("%s: ", name);
    print_member(described, "\"status\":\"");
    printf(" after %d s ", seconds);
    print_member(described, "\"output\":\"");
    print_member(described, "\"error\":\"");
    printf("\n");
    sfn_alias_string_free(described);
}

static void end_by_hand(void)
{
    static const char ending[] = "{\"executionArn\": \"" EXECUTION "manual-1\", \"output\": {\"total\": 30}, \"after\": \"1s\"}";
    sfn_alias_string *output = NULL;
    sfn_alias_error *error = NULL;

    check("end", sfn_alias_end_execution(service, ending, strlen(ending), &output, &error), error);
    sfn_alias_string_free(output);
}

static void print_alarms(void)
{
    sfn_alias_string *states = NULL;
    sfn_alias_error *error = NULL;

    check("alarms", sfn_alias_evaluate_alarms(service, alarms, strlen(alarms), &states, &error), error);
    printf("%s\n", sfn_alias_string_text(states).data);
    sfn_alias_string_free(states);
}

int main(void)
{
    create_service();
    print_alarms();
    sfn_alias_string_free(call("StartExecution", START("paid-1")));
    wait_for_end("paid-1", "{\"executionArn\": \"" EXECUTION "paid-1\"}");
    sfn_alias_string_free(call("StartExecution", START("declined-1")));
    wait_for_end("declined-1", "{\"executionArn\": \"" EXECUTION "declined-1\"}");
    sfn_alias_string_free(call("StartExecution", START("manual-1")));
    end_by_hand();
    wait_for_end("manual-1", "{\"executionArn\": \"" EXECUTION "manual-1\"}");
    print_alarms();
    sfn_alias_service_free(service);
    return EXIT_SUCCESS;
}
