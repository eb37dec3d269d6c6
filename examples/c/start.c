/* The life cycle of an alias with the C interface. Prints `examples/expected.txt`. */
#include <sfn_alias.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MACHINE "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
#define ALIAS MACHINE ":PROD"

#define CREATE "{\"name\": \"PROD\", \"routingConfiguration\": [" \
    "{\"stateMachineVersionArn\": \"" MACHINE ":1\", \"weight\": 90}," \
    "{\"stateMachineVersionArn\": \"" MACHINE ":2\", \"weight\": 10}]"
#define VERSION_2 "{\"stateMachineVersionArn\": \"" MACHINE ":2\"}"

static sfn_alias_service *service;

/* Calls an operation. Exits if it fails. The caller frees the output. */
static sfn_alias_string *call(const char *operation, const char *input)
{
    sfn_alias_string *output = NULL;
    sfn_alias_error *error = NULL;

    if (sfn_alias_call(service, operation, strlen(operation), input, strlen(input), &output, &error) != SFN_ALIAS_OK) {
        fprintf(stderr, "%s: %s\n", operation, sfn_alias_error_message(error).data);
        exit(EXIT_FAILURE);
    }
    return output;
}

/* Calls an operation that must fail, and prints the error. */
static void call_failing(const char *description, const char *operation, const char *input)
{
    sfn_alias_string *output = NULL;
    sfn_alias_error *error = NULL;

    if (sfn_alias_call(service, operation, strlen(operation), input, strlen(input), &output, &error) == SFN_ALIAS_OK) {
        fprintf(stderr, "%s did not fail\n", operation);
        exit(EXIT_FAILURE);
    }
    printf("%s: %s: %s\n", description, sfn_alias_error_code(error).data, sfn_alias_error_message(error).data);
    sfn_alias_error_free(error);
}

/* Prints the text between two texts. Use a JSON library in a real program. */
static void print_between(const sfn_alias_string *json, const char *before, const char *after)
{
    const char *from = strstr(sfn_alias_string_text(json).data, before) + strlen(before);

    printf("%.*s", (int)(strstr(from, after) - from), from);
}

static void publish_two_versions(void)
{
    sfn_alias_string *second;

    sfn_alias_string_free(call("CreateStateMachine",
        "{\"name\": \"orders\", \"roleArn\": \"arn:aws:iam::000000000000:role/orders\", \"publish\": true,"
        " \"definition\": \"{\\\"StartAt\\\": \\\"Done\\\", \\\"States\\\": {\\\"Done\\\": {\\\"Type\\\": \\\"Succeed\\\"}}}\"}"));
    second = call("UpdateStateMachine",
        "{\"stateMachineArn\": \"" MACHINE "\", \"publish\": true, \"definition\": \"{\\\"StartAt\\\": \\\"Done\\\","
        " \\\"States\\\": {\\\"Done\\\": {\\\"Type\\\": \\\"Pass\\\", \\\"End\\\": true}}}\"}");
    printf("published ");
    print_between(second, "\"stateMachineVersionArn\":\"", "\"");
    printf("\n");
    sfn_alias_string_free(second);
}

static void create_alias(void)
{
    sfn_alias_string *created = call("CreateStateMachineAlias", CREATE "}");
    sfn_alias_string *repeated = call("CreateStateMachineAlias", CREATE "}");
    int same = strcmp(sfn_alias_string_text(created).data, sfn_alias_string_text(repeated).data) == 0;

    printf("created ");
    print_between(created, "\"stateMachineAliasArn\":\"", "\"");
    printf("\nrepeated request: %s\n", same ? "same response" : "different response");
    call_failing("different description", "CreateStateMachineAlias", CREATE ", \"description\": \"live\"}");
    sfn_alias_string_free(created);
    sfn_alias_string_free(repeated);
}

static void start_executions(void)
{
    sfn_alias_start_count counts[3];
    size_t count = 0, i;

    for (i = 0; i < 1000; i++)
        sfn_alias_string_free(call("StartExecution", "{\"stateMachineArn\": \"" ALIAS "\"}"));
    sfn_alias_start_counts(service, MACHINE, strlen(MACHINE), counts, 3, &count, NULL);
    for (i = 0; i < count; i++)
        printf("version %u: %llu of 1000 starts\n", (unsigned)counts[i].version, (unsigned long long)counts[i].count);
}

static void shift_traffic(void)
{
    sfn_alias_string *alias;

    sfn_alias_string_free(call("UpdateStateMachineAlias",
        "{\"stateMachineAliasArn\": \"" ALIAS "\", \"routingConfiguration\": ["
        "{\"stateMachineVersionArn\": \"" MACHINE ":2\", \"weight\": 100}]}"));
    alias = call("DescribeStateMachineAlias", "{\"stateMachineAliasArn\": \"" ALIAS "\"}");
    printf("shifted ");
    print_between(alias, "\"weight\":", "}");
    printf("%% to ");
    print_between(alias, "\"stateMachineVersionArn\":\"", "\"");
    printf("\n");
    sfn_alias_string_free(alias);
}

int main(void)
{
    sfn_alias_options *options = NULL;

    /* With a seed the routing decisions are reproducible. Omit it for random decisions. */
    if (sfn_alias_options_new(&options, NULL) != SFN_ALIAS_OK
        || sfn_alias_options_set_seed(options, 7, NULL) != SFN_ALIAS_OK
        || sfn_alias_service_new(options, &service, NULL) != SFN_ALIAS_OK)
        return EXIT_FAILURE;
    sfn_alias_options_free(options);
    publish_two_versions();
    create_alias();
    start_executions();
    shift_traffic();
    call_failing("delete version 2", "DeleteStateMachineVersion", VERSION_2);
    sfn_alias_string_free(call("DeleteStateMachineAlias", "{\"stateMachineAliasArn\": \"" ALIAS "\"}"));
    sfn_alias_string_free(call("DeleteStateMachineVersion", VERSION_2));
    printf("deleted the alias, then version 2\n");
    sfn_alias_service_free(service);
    return EXIT_SUCCESS;
}
