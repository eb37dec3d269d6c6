/* Tests that the vectors do not cover: all fields of an error, batches, options, scopes, frees in any order. */
#include "testing.h"

static int64_t read_clock(void *context)
{
    return *(const int64_t *)context;
}

static void all_error_fields(sfn_alias_service *service)
{
    static const char input[] = "{\"name\": \"PROD\", \"routingConfiguration\": [" ROUTE_1 ", " ROUTE_1 "]}";
    sfn_alias_string *output = NULL;
    sfn_alias_error *error = NULL;

    CHECK(sfn_alias_create_state_machine_alias(service, T(input), &output, &error) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(output == NULL);
    CHECK(strcmp(sfn_alias_error_code(error).data, "ValidationException") == 0);
    CHECK(strcmp(sfn_alias_error_reason(error).data, "INVALID_ROUTING_CONFIGURATION") == 0);
    CHECK(sfn_alias_error_status(error) == 400);
    CHECK(strcmp(sfn_alias_error_body(error).data,
        "{\"__type\":\"com.amazonaws.swf.service.v2.model#ValidationException\",\"message\":\"Routing configuration must "
        "contain distinct state machine version ARNs. Received: [" MACHINE ":1, " MACHINE ":1]\","
        "\"reason\":\"INVALID_ROUTING_CONFIGURATION\"}") == 0);
    CHECK(is_error(&error, SFN_ALIAS_VALIDATION_EXCEPTION,
        "Routing configuration must contain distinct state machine version ARNs. Received: [" MACHINE ":1, " MACHINE
        ":1]", "/routingConfiguration/1/stateMachineVersionArn"));
}

static void batch(sfn_alias_service *service)
{
    const sfn_alias_request requests[] = {
        {T("CreateStateMachine"), T(CREATE_MACHINE)},
        {T("CreateStateMachineAlias"), T(CREATE_ALIAS)},
        {T("DescribeExecution"), T("{\"executionArn\": \"x\"}")},
        {T("NoSuchOperation"), T("{}")},
    };
    sfn_alias_replies *replies = NULL;

    CHECK(sfn_alias_call_batch(service, requests, 4, &replies, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_replies_count(replies) == 4);
    CHECK(sfn_alias_replies_status(replies, 0) == 200 && sfn_alias_replies_status(replies, 1) == 200);
    CHECK(sfn_alias_replies_status(replies, 2) == 400 && sfn_alias_replies_status(replies, 3) == 400);
    CHECK(sfn_alias_replies_status(replies, 4) == 0 && sfn_alias_replies_body(replies, 4).data == NULL);
    CHECK(strcmp(sfn_alias_replies_body(replies, 1).data,
        "{\"creationDate\":1.5,\"stateMachineAliasArn\":\"" MACHINE ":PROD\"}") == 0);
    CHECK(strcmp(sfn_alias_replies_body(replies, 3).data,
        "{\"__type\":\"com.amazon.coral.service#UnknownOperationException\"}") == 0);
    sfn_alias_replies_free(replies);
    replies = NULL;
    CHECK(sfn_alias_call_batch(service, NULL, 0, &replies, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_replies_count(replies) == 0);
    sfn_alias_replies_free(replies);
}

static void limits(sfn_alias_service *service)
{
    sfn_alias_string *problems = NULL, *output = NULL;
    sfn_alias_error *error = NULL;
    static const char input[] = "{\"definition\": \"123456789\"}";

    CHECK(sfn_alias_service_validate(service, T("ValidateStateMachineDefinition"), T(input), &error)
        == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(strcmp(sfn_alias_error_path(error).data, "/definition") == 0);
    sfn_alias_error_free(error);
    CHECK(sfn_alias_validate(T("ValidateStateMachineDefinition"), T(input), NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_service_check(service, T("ValidateStateMachineDefinition"), T(input), &problems, NULL)
        == SFN_ALIAS_OK);
    CHECK(strstr(sfn_alias_string_text(problems).data, "\"code\":\"too-long\"") != NULL);
    sfn_alias_string_free(problems);
    CHECK(sfn_alias_service_check(service, T("NoSuchOperation"), T("{}"), &output, NULL)
        == SFN_ALIAS_UNKNOWN_OPERATION_EXCEPTION);
    CHECK(output == NULL);
}

/* Creates a service whose clock is fixed at 1.5 s. `short_definitions` limits definitions to 8 characters. */
static sfn_alias_service *new_service(int short_definitions)
{
    static const int64_t now = 1500;
    sfn_alias_options *options = NULL;
    sfn_alias_service *service = NULL;

    CHECK(sfn_alias_options_new(&options, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_options_set_seed(options, 7, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_options_set_clock(options, read_clock, (void *)&now, NULL) == SFN_ALIAS_OK);
    if (short_definitions)
        CHECK(sfn_alias_options_set_limit(options, SFN_ALIAS_LIMIT_DEFINITION_CHARACTERS, 8, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_service_new(options, &service, NULL) == SFN_ALIAS_OK);
    sfn_alias_options_free(options);
    return service;
}

/* The scoped service works after the original one is freed. */
static void scopes(sfn_alias_service *service)
{
    sfn_alias_service *scoped = NULL;
    sfn_alias_string *output = NULL;
    sfn_alias_start_count counts[4];
    size_t count = 9;

    CHECK(sfn_alias_start_counts(service, T(MACHINE), NULL, 0, &count, NULL) == SFN_ALIAS_OK && count == 0);
    CHECK(sfn_alias_start_counts(service, T(MACHINE "s"), counts, 4, &count, NULL)
        == SFN_ALIAS_STATE_MACHINE_DOES_NOT_EXIST);
    CHECK(sfn_alias_service_in_scope(service, T("aws-cn"), T("123456789012"), T("cn-north-1"), &scoped, NULL)
        == SFN_ALIAS_OK);
    sfn_alias_service_free(service);
    CHECK(sfn_alias_list_state_machines(scoped, T("{}"), &output, NULL) == SFN_ALIAS_OK);
    CHECK(strcmp(sfn_alias_string_text(output).data, "{\"stateMachines\":[]}") == 0);
    CHECK(sfn_alias_string_text(output).length == strlen("{\"stateMachines\":[]}"));
    sfn_alias_string_free(output);
    sfn_alias_service_free(scoped);
}

static void seeds(void)
{
    sfn_alias_service *service[2];
    sfn_alias_string *output[2] = {NULL, NULL};
    int i;

    for (i = 0; i < 2; i++) {
        service[i] = new_service(0);
        CHECK(sfn_alias_create_state_machine(service[i], T(CREATE_MACHINE), &output[i], NULL) == SFN_ALIAS_OK);
        sfn_alias_string_free(output[i]);
        CHECK(sfn_alias_start_execution(service[i], T("{\"stateMachineArn\": \"" MACHINE "\"}"), &output[i], NULL)
            == SFN_ALIAS_OK);
    }
    CHECK(strcmp(sfn_alias_string_text(output[0]).data, sfn_alias_string_text(output[1]).data) == 0);
    for (i = 0; i < 2; i++) {
        sfn_alias_service_free(service[i]);
        sfn_alias_string_free(output[i]);
    }
}

int main(void)
{
    sfn_alias_service *service = new_service(0), *limited = new_service(1);

    all_error_fields(service);
    batch(service);
    scopes(service);
    limits(limited);
    sfn_alias_service_free(limited);
    seeds();
    return report_result();
}
