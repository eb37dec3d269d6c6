/* How executions end: rules, explicit endings, alarms, history, redrives and synchronous starts, on a clock of the test. */
#include "testing.h"

#define ALIAS MACHINE ":PROD"
#define EXECUTION "arn:aws:states:us-east-1:000000000000:execution:orders:"
#define START(name) "{\"stateMachineArn\": \"" ALIAS "\", \"name\": \"" name "\", \"input\": \"{\\\"total\\\": 30}\"}"
#define OF(name) "{\"executionArn\": \"" EXECUTION name "\"}"
#define RULES \
    "{\"outcomes\": [" \
    "{\"alias\": \"PROD\", \"name\": \"paid\", \"outputFromInput\": true, \"after\": \"2s\"}," \
    " {\"version\": 1, \"name\": \"declined\", \"error\": \"Orders.Declined\", \"cause\": \"no funds\"}]}"

static sfn_alias_error *error;
static int64_t now;

static int64_t read_clock(void *context)
{
    (void)context;
    return now;
}

/* Calls an operation that must succeed. Returns its output, or an empty text. Keeps the last output. */
static const char *call(sfn_alias_service *service, const char *operation, const char *input)
{
    static sfn_alias_string *output;

    sfn_alias_string_free(output);
    output = NULL;
    if (operation == NULL)
        return "";
    CHECK(sfn_alias_call(service, T(operation), T(input), &output, &error) == SFN_ALIAS_OK);
    if (output == NULL)
        printf("  %s: %s\n", operation, sfn_alias_error_message(error).data);
    return output != NULL ? sfn_alias_string_text(output).data : "";
}

/* Frees the last output. */
static void free_output(void)
{
    call(NULL, NULL, NULL);
}

static int has(const char *text, const char *part)
{
    int found = strstr(text, part) != NULL;

    if (!found)
        printf("  expected %s in %s\n", part, text);
    return found;
}

/* Ends an execution. Returns the result code. On success the output has this status. */
static sfn_alias_result end(sfn_alias_service *service, const char *ending, const char *status)
{
    sfn_alias_string *output = NULL;
    sfn_alias_result result = sfn_alias_end_execution(service, T(ending), &output, &error);

    CHECK((result == SFN_ALIAS_OK) == (output != NULL));
    if (output != NULL)
        CHECK(has(sfn_alias_string_text(output).data, status));
    sfn_alias_string_free(output);
    return result;
}

/* Creates a service with an alias, with a limit of 64 bytes for inputs and outputs. `rules` may be NULL. */
static sfn_alias_service *new_service(const char *rules)
{
    sfn_alias_options *options = NULL;
    sfn_alias_service *service = NULL;

    now = 1000;
    CHECK(sfn_alias_options_new(&options, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_options_set_clock(options, read_clock, NULL, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_options_set_limit(options, SFN_ALIAS_LIMIT_INPUT_BYTES, 64, NULL) == SFN_ALIAS_OK);
    if (rules != NULL)
        CHECK(sfn_alias_options_set_outcomes(options, T(rules), &error) == SFN_ALIAS_OK);
    CHECK(sfn_alias_service_new(options, &service, NULL) == SFN_ALIAS_OK);
    sfn_alias_options_free(options);
    call(service, "CreateStateMachine", CREATE_MACHINE);
    call(service, "CreateStateMachineAlias", CREATE_ALIAS);
    return service;
}

/* Starts through the alias, and polls until the execution has ended. */
static void poll_until_succeeded(void)
{
    sfn_alias_service *service = new_service(RULES);
    const char *described;
    int polls = 0;

    call(service, "StartExecution", START("paid-1"));
    while (polls < 10 && strstr(described = call(service, "DescribeExecution", OF("paid-1")), "\"status\":\"RUNNING\"")) {
        CHECK(has(described, "\"stateMachineAliasArn\":\"" ALIAS "\"") && strstr(described, "stopDate") == NULL);
        now += 500;
        polls++;
    }
    CHECK(polls == 4);
    CHECK(has(described, "\"status\":\"SUCCEEDED\"") && has(described, "\"stopDate\":3.0"));
    CHECK(has(described, "\"output\":\"{\\\"total\\\": 30}\"") && has(described, "\"stateMachineVersionArn\":\"" MACHINE ":1\""));
    call(service, "StartExecution", START("declined-1"));
    described = call(service, "DescribeExecution", OF("declined-1"));
    CHECK(has(described, "\"status\":\"FAILED\"") && has(described, "\"error\":\"Orders.Declined\""));
    CHECK(has(described, "\"cause\":\"no funds\"") && strstr(described, "\"output\"") == NULL);
    call(service, "StartExecution", START("other"));
    CHECK(has(call(service, "DescribeExecution", OF("other")), "\"status\":\"RUNNING\""));
    sfn_alias_service_free(service);
}

static void explicit_endings(void)
{
    sfn_alias_service *service = new_service(NULL);
    const char *described;

    call(service, "StartExecution", START("a"));
    CHECK(end(service, "{\"executionArn\": \"" EXECUTION "a\", \"output\": null}", "\"status\":\"SUCCEEDED\"") == SFN_ALIAS_OK);
    CHECK(has(call(service, "DescribeExecution", OF("a")), "\"output\":\"null\""));
    call(service, "StartExecution", START("b"));
    CHECK(end(service, "{\"executionArn\": \"" EXECUTION "b\", \"error\": \"E\", \"cause\": \"C\"}", "\"status\":\"FAILED\"")
        == SFN_ALIAS_OK);
    call(service, "StartExecution", START("c"));
    CHECK(end(service, "{\"executionArn\": \"" EXECUTION "c\", \"status\": \"TIMED_OUT\"}", "\"status\":\"TIMED_OUT\"")
        == SFN_ALIAS_OK);
    /* An execution that ends later is RUNNING, and can be stopped before. */
    call(service, "StartExecution", START("d"));
    CHECK(end(service, "{\"executionArn\": \"" EXECUTION "d\", \"after\": 60}", "\"stopDate\":61.0") == SFN_ALIAS_OK);
    CHECK(has(call(service, "DescribeExecution", OF("d")), "\"status\":\"RUNNING\""));
    call(service, "StopExecution", OF("d"));
    now += 60000;
    CHECK(has(call(service, "DescribeExecution", OF("d")), "\"status\":\"ABORTED\""));
    described = call(service, "ListExecutions", "{\"stateMachineArn\": \"" ALIAS "\", \"statusFilter\": \"FAILED\"}");
    CHECK(has(described, "\"name\":\"b\"") && strstr(described, "\"name\":\"a\"") == NULL);
    sfn_alias_service_free(service);
}

static void invalid_endings(void)
{
    static const char long_output[] =
        "{\"executionArn\": \"" EXECUTION "a\", \"output\": \"0123456789012345678901234567890123456789012345678901234567890123\"}";
    static const char with_nul[] = "{\"executionArn\": \"" EXECUTION "a\", \"error\": \"a\0b\"}";
    static const char and_more[] = "{\"executionArn\": \"" EXECUTION "a\"} and more";
    sfn_alias_service *service = new_service(NULL);
    sfn_alias_string *output = NULL;

    call(service, "StartExecution", START("a"));
    CHECK(end(service, OF("b"), "") == SFN_ALIAS_EXECUTION_DOES_NOT_EXIST);
    CHECK(is_error(&error, SFN_ALIAS_EXECUTION_DOES_NOT_EXIST, "Execution Does Not Exist: '" EXECUTION "b'", ""));
    CHECK(end(service, "{\"executionArn\": \"x\"}", "") == SFN_ALIAS_INVALID_ARN);
    sfn_alias_error_free(error);
    error = NULL;
    CHECK(end(service, "{\"executionArn\": \"" EXECUTION "a\", \"outputs\": 1}", "") == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(has(sfn_alias_error_message(error).data, "unknown member `outputs`; did you mean `output`?"));
    CHECK(has(sfn_alias_error_body(error).data, "#ValidationException\""));
    sfn_alias_error_free(error);
    error = NULL;
    CHECK(end(service, long_output, "") == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(has(sfn_alias_error_message(error).data, "expected up to 64 bytes, found 66"));
    sfn_alias_error_free(error);
    error = NULL;
    CHECK(sfn_alias_end_execution(service, with_nul, sizeof with_nul - 1, &output, NULL) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(sfn_alias_end_execution(service, "{\"executionArn\": \"\xFF\"}", 20, &output, NULL) == SFN_ALIAS_SERIALIZATION_EXCEPTION);
    CHECK(sfn_alias_end_execution(service, "", 0, &output, NULL) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(sfn_alias_end_execution(service, "{}", SIZE_MAX, &output, NULL) == SFN_ALIAS_INVALID_LENGTH);
    CHECK(has(call(service, "DescribeExecution", OF("a")), "\"status\":\"RUNNING\""));
    /* The length limits the text. The same ending again changes nothing, and another one is an error. */
    CHECK(sfn_alias_end_execution(service, and_more, sizeof and_more - 10, &output, NULL) == SFN_ALIAS_OK);
    sfn_alias_string_free(output);
    CHECK(end(service, OF("a"), "\"status\":\"SUCCEEDED\"") == SFN_ALIAS_OK);
    CHECK(end(service, "{\"executionArn\": \"" EXECUTION "a\", \"output\": 1}", "") == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(is_error(&error, SFN_ALIAS_VALIDATION_EXCEPTION,
        "cannot end the execution: '" EXECUTION "a' has already ended with status SUCCEEDED; start another execution", ""));
    CHECK(has(call(service, "DescribeExecution", OF("a")), "\"output\":\"{}\""));
    sfn_alias_service_free(service);
}

/* Rules are replaced while the service is in use, and removed with NULL. Rules that are not valid change nothing. */
static void replaced_rules(void)
{
    static const char failing[] = "[{\"error\": \"E\"}]";
    static const char unknown[] = "{\"outcomes\": [{\"stateMachin\": \"orders\"}]}";
    static const char message[] =
        "line 1 column 16: `/outcomes/0/stateMachin`: unknown member `stateMachin`; did you mean `stateMachine`?";
    sfn_alias_options *options = NULL;
    sfn_alias_service *service = new_service(RULES), *scoped = NULL;

    CHECK(sfn_alias_set_outcomes(service, T(unknown), &error) == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT, message, ""));
    CHECK(sfn_alias_set_outcomes(service, "\xFF", 1, &error) == SFN_ALIAS_INVALID_UTF8);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_UTF8, "`outcomes` is not valid UTF-8: the first invalid byte is at offset 0", ""));
    CHECK(sfn_alias_set_outcomes(service, failing, SIZE_MAX, NULL) == SFN_ALIAS_INVALID_LENGTH);
    CHECK(sfn_alias_set_outcomes(service, failing, 0, NULL) == SFN_ALIAS_INVALID_ARGUMENT);
    call(service, "StartExecution", START("declined-1"));
    CHECK(has(call(service, "DescribeExecution", OF("declined-1")), "\"status\":\"FAILED\""));
    CHECK(sfn_alias_service_in_scope(service, T("aws"), T("000000000000"), T("us-east-1"), &scoped, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_set_outcomes(scoped, failing, sizeof failing - 1, NULL) == SFN_ALIAS_OK);
    call(service, "StartExecution", START("a"));
    CHECK(has(call(service, "DescribeExecution", OF("a")), "\"status\":\"FAILED\""));
    CHECK(sfn_alias_set_outcomes(service, NULL, 9, NULL) == SFN_ALIAS_OK);
    call(scoped, "StartExecution", START("declined-2"));
    CHECK(has(call(service, "DescribeExecution", OF("declined-2")), "\"status\":\"RUNNING\""));
    sfn_alias_service_free(scoped);
    sfn_alias_service_free(service);
    CHECK(sfn_alias_options_new(&options, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_options_set_outcomes(options, T(unknown), &error) == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT, message, ""));
    CHECK(sfn_alias_options_set_limit(options, SFN_ALIAS_LIMIT_INPUT_BYTES, 3, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_options_set_outcomes(options, T("[{\"output\": \"12\"}]"), NULL) == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(sfn_alias_options_set_outcomes(options, T("[{\"output\": \"1\"}]"), NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_options_set_outcomes(options, NULL, 0, NULL) == SFN_ALIAS_OK);
    sfn_alias_options_free(options);
}

/* A fault fails the first call, which writes nothing. */
static void faults(void)
{
    sfn_alias_service *service = new_service(
        "{\"faults\": [{\"operation\": \"StartExecution\", \"error\": \"ThrottlingException\", \"first\": 1}]}");
    sfn_alias_string *output = NULL;

    CHECK(sfn_alias_start_execution(service, T(START("a")), &output, &error) == SFN_ALIAS_THROTTLING_EXCEPTION);
    CHECK(sfn_alias_error_status(error) == 400 && output == NULL);
    sfn_alias_error_free(error);
    error = NULL;
    CHECK(has(call(service, "ListExecutions", "{\"stateMachineArn\": \"" MACHINE "\"}"), "{\"executions\":[]}"));
    call(service, "StartExecution", START("a"));
    sfn_alias_service_free(service);
}

static void alarms(void)
{
    static const char rules[] =
        "{\"alarms\": [{\"name\": \"v1\", \"metric\": \"ExecutionsFailed\", \"stateMachine\": \"orders\", \"version\": 1,"
        " \"threshold\": 2}, {\"name\": \"all\", \"metric\": \"ExecutionsFailed\", \"stateMachine\": \"" MACHINE
        "\", \"threshold\": 3}]}";
    sfn_alias_service *service = new_service("[{\"error\": \"E\"}]");
    sfn_alias_string *states = NULL;

    call(service, "StartExecution", START("a"));
    call(service, "StartExecution", START("b"));
    now += 1000;
    CHECK(sfn_alias_evaluate_alarms(service, T(rules), &states, NULL) == SFN_ALIAS_OK);
    CHECK(strcmp(sfn_alias_string_text(states).data, "{\"v1\":\"ALARM\",\"all\":\"OK\"}") == 0);
    sfn_alias_string_free(states);
    states = NULL;
    now += 120000;
    CHECK(sfn_alias_evaluate_alarms(service, T(rules), &states, NULL) == SFN_ALIAS_OK);
    CHECK(strcmp(sfn_alias_string_text(states).data, "{\"v1\":\"OK\",\"all\":\"OK\"}") == 0);
    sfn_alias_string_free(states);
    states = NULL;
    CHECK(sfn_alias_evaluate_alarms(service, T("{\"alarms\": [{\"name\": \"a\", \"metric\": \"Failed\"}]}"), &states, &error)
        == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(has(sfn_alias_error_message(error).data, "`/alarms/0/metric`: expected a metric, found `\"Failed\"`; use `ExecutionsStarted`, "));
    sfn_alias_error_free(error);
    error = NULL;
    CHECK(sfn_alias_evaluate_alarms(service, "{\xFF}", 3, &states, NULL) == SFN_ALIAS_SERIALIZATION_EXCEPTION);
    CHECK(sfn_alias_evaluate_alarms(service, rules, SIZE_MAX, &states, NULL) == SFN_ALIAS_INVALID_LENGTH);
    CHECK(states == NULL);
    sfn_alias_service_free(service);
}

/* The functions of the operations on executions that have ended. */
static void operations(void)
{
    static const char express[] =
        "{\"name\": \"quick\", \"type\": \"EXPRESS\", \"roleArn\": \"arn:aws:iam::000000000000:role/quick\","
        " \"definition\": \"{\\\"StartAt\\\": \\\"Done\\\", \\\"States\\\": {\\\"Done\\\": {\\\"Type\\\": \\\"Succeed\\\"}}}\"}";
    static const char quick[] = "{\"stateMachineArn\": \"arn:aws:states:us-east-1:000000000000:stateMachine:quick\"}";
    static const char of_quick[] = "[{\"stateMachine\": \"quick\", \"output\": [1]}]";
    sfn_alias_service *service = new_service("[{\"error\": \"E\"}]");
    sfn_alias_string *output = NULL;

    call(service, "StartExecution", START("a"));
    CHECK(sfn_alias_get_execution_history(service, T(OF("a")), &output, &error) == SFN_ALIAS_OK);
    CHECK(has(sfn_alias_string_text(output).data, "\"type\":\"ExecutionStarted\""));
    CHECK(has(sfn_alias_string_text(output).data, "\"executionFailedEventDetails\":{\"error\":\"E\"}"));
    sfn_alias_string_free(output);
    output = NULL;
    CHECK(sfn_alias_set_outcomes(service, T(of_quick), &error) == SFN_ALIAS_OK);
    CHECK(sfn_alias_redrive_execution(service, T(OF("a")), &output, &error) == SFN_ALIAS_OK);
    CHECK(has(sfn_alias_string_text(output).data, "{\"redriveDate\":"));
    sfn_alias_string_free(output);
    output = NULL;
    CHECK(end(service, OF("a"), "SUCCEEDED") == SFN_ALIAS_OK);
    CHECK(sfn_alias_redrive_execution(service, T(OF("a")), &output, &error) == SFN_ALIAS_EXECUTION_NOT_REDRIVABLE);
    CHECK(has(sfn_alias_error_message(error).data, "Execution is SUCCEEDED and cannot be redriven"));
    sfn_alias_error_free(error);
    error = NULL;
    call(service, "CreateStateMachine", express);
    CHECK(sfn_alias_start_sync_execution(service, T(quick), &output, &error) == SFN_ALIAS_OK);
    CHECK(has(sfn_alias_string_text(output).data, "\"status\":\"SUCCEEDED\""));
    CHECK(has(sfn_alias_string_text(output).data, "\"output\":\"[1]\""));
    sfn_alias_string_free(output);
    sfn_alias_service_free(service);
}

int main(void)
{
    poll_until_succeeded();
    explicit_endings();
    invalid_endings();
    replaced_rules();
    faults();
    alarms();
    operations();
    free_output();
    return report_result();
}
