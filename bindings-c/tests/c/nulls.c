/* Passes NULL for every pointer argument of every function. The error names the argument, and no output is written. */
#include "testing.h"

#include <stdint.h>

static sfn_alias_error *error;

/* Checks the error for a NULL argument, with and without error object. */
#define CHECK_NULL(name, call) \
    do { \
        sfn_alias_error **to = &error; \
        CHECK((call) == SFN_ALIAS_NULL_ARGUMENT); \
        CHECK(is_error(&error, SFN_ALIAS_NULL_ARGUMENT, "`" name "` must not be NULL", "")); \
        to = NULL; \
        CHECK((call) == SFN_ALIAS_NULL_ARGUMENT); \
    } while (0)

static int64_t fixed_clock(void *context)
{
    (void)context;
    return 43200000;
}

static void options_and_services(sfn_alias_service *service)
{
    sfn_alias_options *options = NULL;
    sfn_alias_service *created = NULL;

    CHECK(sfn_alias_options_new(&options, NULL) == SFN_ALIAS_OK);
    CHECK_NULL("options", sfn_alias_options_new(NULL, to));
    CHECK_NULL("options", sfn_alias_options_set_seed(NULL, 1, to));
    CHECK_NULL("options", sfn_alias_options_set_limit(NULL, SFN_ALIAS_LIMIT_REQUEST_BYTES, 1, to));
    CHECK_NULL("options", sfn_alias_options_set_update_delay(NULL, 1, to));
    CHECK_NULL("options", sfn_alias_options_set_deletion_delay(NULL, 1, to));
    CHECK_NULL("options", sfn_alias_options_set_clock(NULL, fixed_clock, NULL, to));
    CHECK_NULL("clock", sfn_alias_options_set_clock(options, NULL, NULL, to));
    CHECK_NULL("options", sfn_alias_options_set_outcomes(NULL, T("[]"), to));
    CHECK_NULL("options", sfn_alias_options_set_on_start(NULL, NULL, NULL, to));
    CHECK_NULL("result", sfn_alias_callback_result_set(NULL, T("{}"), to));
    CHECK_NULL("service", sfn_alias_service_new(NULL, NULL, to));
    CHECK_NULL("service", sfn_alias_service_new(options, NULL, to));
    CHECK_NULL("path", sfn_alias_service_open(NULL, 0, NULL, &created, to));
    CHECK_NULL("service", sfn_alias_service_open(T("not-created.db"), NULL, NULL, to));
    CHECK_NULL("service", sfn_alias_service_in_scope(NULL, T("aws"), T("123456789012"), T("x"), &created, to));
    CHECK_NULL("partition", sfn_alias_service_in_scope(service, NULL, 3, T("123456789012"), T("x"), &created, to));
    CHECK_NULL("account", sfn_alias_service_in_scope(service, T("aws"), NULL, 0, T("x"), &created, to));
    CHECK_NULL("region", sfn_alias_service_in_scope(service, T("aws"), T("123456789012"), NULL, 1, &created, to));
    CHECK_NULL("scoped", sfn_alias_service_in_scope(service, T("aws"), T("123456789012"), T("x"), NULL, to));
    CHECK(created == NULL);
    sfn_alias_options_free(options);
}

static void calls(sfn_alias_service *service)
{
    sfn_alias_request request = {NULL, 0, NULL, 0};
    sfn_alias_replies *replies = NULL;
    sfn_alias_string *output = NULL;
    sfn_alias_start_count counts[1];
    size_t count = 77;

    CHECK_NULL("service", sfn_alias_call(NULL, T("ListStateMachines"), T("{}"), &output, to));
    CHECK_NULL("operation", sfn_alias_call(service, NULL, 0, T("{}"), &output, to));
    CHECK_NULL("input", sfn_alias_call(service, T("ListStateMachines"), NULL, 2, &output, to));
    CHECK_NULL("output", sfn_alias_call(service, T("ListStateMachines"), T("{}"), NULL, to));
    CHECK_NULL("service", sfn_alias_list_state_machines(NULL, T("{}"), &output, to));
    CHECK_NULL("service", sfn_alias_call_batch(NULL, &request, 0, &replies, to));
    CHECK_NULL("requests", sfn_alias_call_batch(service, NULL, 1, &replies, to));
    CHECK_NULL("operation", sfn_alias_call_batch(service, &request, 1, &replies, to));
    request.operation = "ListStateMachines";
    request.operation_length = strlen(request.operation);
    CHECK_NULL("input", sfn_alias_call_batch(service, &request, 1, &replies, to));
    CHECK_NULL("replies", sfn_alias_call_batch(service, &request, 0, NULL, to));
    CHECK_NULL("service", sfn_alias_service_validate(NULL, T("ListStateMachines"), T("{}"), to));
    CHECK_NULL("operation", sfn_alias_service_validate(service, NULL, 0, T("{}"), to));
    CHECK_NULL("input", sfn_alias_service_validate(service, T("ListStateMachines"), NULL, 0, to));
    CHECK_NULL("service", sfn_alias_service_check(NULL, T("ListStateMachines"), T("{}"), &output, to));
    CHECK_NULL("operation", sfn_alias_service_check(service, NULL, 0, T("{}"), &output, to));
    CHECK_NULL("input", sfn_alias_service_check(service, T("ListStateMachines"), NULL, 0, &output, to));
    CHECK_NULL("problems", sfn_alias_service_check(service, T("ListStateMachines"), T("{}"), NULL, to));
    CHECK_NULL("service", sfn_alias_start_counts(NULL, T(MACHINE), counts, 1, &count, to));
    CHECK_NULL("state_machine_arn", sfn_alias_start_counts(service, NULL, 0, counts, 1, &count, to));
    CHECK_NULL("counts", sfn_alias_start_counts(service, T(MACHINE), NULL, 1, &count, to));
    CHECK_NULL("count", sfn_alias_start_counts(service, T(MACHINE), counts, 1, NULL, to));
    CHECK_NULL("service", sfn_alias_set_outcomes(NULL, T("[]"), to));
    CHECK_NULL("service", sfn_alias_end_execution(NULL, T("{}"), &output, to));
    CHECK_NULL("ending", sfn_alias_end_execution(service, NULL, 2, &output, to));
    CHECK_NULL("output", sfn_alias_end_execution(service, T("{}"), NULL, to));
    CHECK_NULL("service", sfn_alias_evaluate_alarms(NULL, T("{}"), &output, to));
    CHECK_NULL("rules", sfn_alias_evaluate_alarms(service, NULL, 0, &output, to));
    CHECK_NULL("states", sfn_alias_evaluate_alarms(service, T("{}"), NULL, to));
    CHECK(output == NULL && replies == NULL && count == 77);
}

static void functions(void)
{
    sfn_alias_string *output = NULL;

    CHECK_NULL("operation", sfn_alias_validate(NULL, 0, T("{}"), to));
    CHECK_NULL("input", sfn_alias_validate(T("ListStateMachines"), NULL, 0, to));
    CHECK_NULL("operation", sfn_alias_check(NULL, 0, T("{}"), &output, to));
    CHECK_NULL("input", sfn_alias_check(T("ListStateMachines"), NULL, 0, &output, to));
    CHECK_NULL("problems", sfn_alias_check(T("ListStateMachines"), T("{}"), NULL, to));
    CHECK_NULL("input", sfn_alias_compare(NULL, 0, NULL, 0, &output, to));
    CHECK_NULL("comparison", sfn_alias_compare(NULL, 0, T(CREATE_ALIAS), NULL, to));
    CHECK_NULL("arn", sfn_alias_parse_arn(NULL, 0, &output, to));
    CHECK_NULL("parts", sfn_alias_parse_arn(T(MACHINE), NULL, to));
    CHECK_NULL("parts", sfn_alias_format_arn(NULL, 0, &output, to));
    CHECK_NULL("arn", sfn_alias_format_arn(T("{}"), NULL, to));
    CHECK_NULL("template", sfn_alias_check_template(NULL, 0, NULL, 0, &output, to));
    CHECK_NULL("report", sfn_alias_check_template(T("{}"), NULL, 0, NULL, to));
    CHECK_NULL("rules", sfn_alias_template_rules(NULL, to));
    CHECK_NULL("request", sfn_alias_deployment_plan(NULL, 2, &output, to));
    CHECK_NULL("plan", sfn_alias_deployment_plan(T("{}"), NULL, to));
    CHECK_NULL("request", sfn_alias_deployment_simulate(NULL, 0, &output, to));
    CHECK_NULL("simulation", sfn_alias_deployment_simulate(T("{}"), NULL, to));
    CHECK_NULL("checkpoint", sfn_alias_deployment_step(NULL, 0, T("{}"), &output, to));
    CHECK_NULL("observation", sfn_alias_deployment_step(T("{}"), NULL, 0, &output, to));
    CHECK_NULL("step", sfn_alias_deployment_step(T("{}"), T("{}"), NULL, to));
    CHECK_NULL("method", sfn_alias_deployment_call(NULL, 0, T("{}"), &output, to));
    CHECK_NULL("request", sfn_alias_deployment_call(T("plan"), NULL, 0, &output, to));
    CHECK_NULL("answer", sfn_alias_deployment_call(T("plan"), T("{}"), NULL, to));
    CHECK(output == NULL);
}

static void fields_and_pickers(void)
{
    sfn_alias_route route = {MACHINE ":1", sizeof MACHINE ":1" - 1, 100};
    sfn_alias_alias_fields fields = {NULL, 0, "PROD", 4, NULL, 1};
    sfn_alias_routing *routing = NULL;
    sfn_alias_picker *picker = NULL;
    sfn_alias_string *output = NULL;
    uint8_t bytes[32] = {9}, percent = 200;
    char hex[65] = "untouched";
    size_t position = 77;

    CHECK_NULL("fields", sfn_alias_validate_fields(NULL, to));
    CHECK_NULL("routes", sfn_alias_validate_fields(&fields, to));
    CHECK_NULL("fields", sfn_alias_fingerprint(NULL, bytes, hex, to));
    CHECK_NULL("routes", sfn_alias_fingerprint(&fields, bytes, hex, to));
    CHECK_NULL("input", sfn_alias_fingerprint_json(NULL, 0, bytes, hex, to));
    CHECK_NULL("fields", sfn_alias_fingerprint_encoding(NULL, &output, to));
    fields.routes = &route;
    CHECK_NULL("encoding", sfn_alias_fingerprint_encoding(&fields, NULL, to));
    CHECK(sfn_alias_fingerprint(&fields, NULL, NULL, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_fingerprint_json(T(CREATE_ALIAS), NULL, NULL, NULL) == SFN_ALIAS_OK);
    CHECK_NULL("routes", sfn_alias_routing_new(NULL, 1, &routing, to));
    CHECK_NULL("routing", sfn_alias_routing_new(&route, 1, NULL, to));
    CHECK_NULL("routing", sfn_alias_pick(NULL, 0, &position, to));
    CHECK_NULL("picker", sfn_alias_picker_new(7, NULL, to));
    CHECK_NULL("picker", sfn_alias_picker_from_entropy(NULL, to));
    CHECK_NULL("picker", sfn_alias_picker_next_percent(NULL, &percent, to));
    CHECK_NULL("picker", sfn_alias_picker_pick(NULL, routing, &position, to));
    CHECK(bytes[0] == 9 && strcmp(hex, "untouched") == 0 && percent == 200 && position == 77 && output == NULL);
    CHECK(sfn_alias_routing_new(&route, 1, &routing, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_picker_from_entropy(&picker, NULL) == SFN_ALIAS_OK);
    CHECK_NULL("position", sfn_alias_pick(routing, 0, NULL, to));
    CHECK_NULL("percent", sfn_alias_picker_next_percent(picker, NULL, to));
    CHECK_NULL("routing", sfn_alias_picker_pick(picker, NULL, &position, to));
    CHECK_NULL("position", sfn_alias_picker_pick(picker, routing, NULL, to));
    sfn_alias_picker_free(picker);
    sfn_alias_routing_free(routing);
}

/* Absent members of a request give the error of AWS. */
static void absent_members(void)
{
    sfn_alias_alias_fields fields = {NULL, 0, NULL, 0, NULL, 0};

    CHECK(sfn_alias_validate_fields(&fields, &error) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(is_error(&error, SFN_ALIAS_VALIDATION_EXCEPTION,
        "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; "
        "Value null at 'routingConfiguration' failed to satisfy constraint: Member must not be null", "/name"));
}

static void null_objects(void)
{
    CHECK(sfn_alias_error_result(NULL) == SFN_ALIAS_OK && sfn_alias_error_status(NULL) == 0);
    CHECK(sfn_alias_error_code(NULL).data == NULL && sfn_alias_error_message(NULL).data == NULL);
    CHECK(sfn_alias_error_reason(NULL).data == NULL && sfn_alias_error_path(NULL).data == NULL);
    CHECK(sfn_alias_error_body(NULL).data == NULL && sfn_alias_error_body(NULL).length == 0);
    CHECK(sfn_alias_string_text(NULL).data == NULL && sfn_alias_string_text(NULL).length == 0);
    CHECK(sfn_alias_replies_count(NULL) == 0 && sfn_alias_replies_status(NULL, 0) == 0);
    CHECK(sfn_alias_replies_body(NULL, 0).data == NULL);
    sfn_alias_error_free(NULL);
    sfn_alias_string_free(NULL);
    sfn_alias_replies_free(NULL);
    sfn_alias_options_free(NULL);
    sfn_alias_service_free(NULL);
    sfn_alias_routing_free(NULL);
    sfn_alias_picker_free(NULL);
}

int main(void)
{
    sfn_alias_service *service = NULL;

    CHECK(sfn_alias_service_new(NULL, &service, NULL) == SFN_ALIAS_OK);
    options_and_services(service);
    calls(service);
    functions();
    fields_and_pickers();
    absent_members();
    null_objects();
    sfn_alias_service_free(service);
    return report_result();
}
