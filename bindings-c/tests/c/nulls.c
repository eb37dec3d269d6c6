/* NULL in every pointer argument of every function: refused by name, and nothing is written. */
#include "testing.h"

#include <stdint.h>

static sfn_alias_error *error;

/* A call that is refused since an argument is NULL; told of and not told of. */
#define REFUSED(name, call) \
    do { \
        sfn_alias_error **to = &error; \
        CHECK((call) == SFN_ALIAS_NULL_ARGUMENT); \
        CHECK(is_error(&error, SFN_ALIAS_NULL_ARGUMENT, "`" name "` is NULL", "")); \
        to = NULL; \
        CHECK((call) == SFN_ALIAS_NULL_ARGUMENT); \
    } while (0)

static int64_t noon(void *context)
{
    (void)context;
    return 43200000;
}

static void options_and_services(sfn_alias_service *service)
{
    sfn_alias_options *options = NULL;
    sfn_alias_service *made = NULL;

    CHECK(sfn_alias_options_new(&options, NULL) == SFN_ALIAS_OK);
    REFUSED("options", sfn_alias_options_new(NULL, to));
    REFUSED("options", sfn_alias_options_set_seed(NULL, 1, to));
    REFUSED("options", sfn_alias_options_set_limit(NULL, SFN_ALIAS_LIMIT_REQUEST_BYTES, 1, to));
    REFUSED("options", sfn_alias_options_set_update_delay(NULL, 1, to));
    REFUSED("options", sfn_alias_options_set_deletion_delay(NULL, 1, to));
    REFUSED("options", sfn_alias_options_set_clock(NULL, noon, NULL, to));
    REFUSED("clock", sfn_alias_options_set_clock(options, NULL, NULL, to));
    REFUSED("service", sfn_alias_service_new(NULL, NULL, to));
    REFUSED("service", sfn_alias_service_new(options, NULL, to));
    REFUSED("path", sfn_alias_service_open(NULL, 0, NULL, &made, to));
    REFUSED("service", sfn_alias_service_open(T("never-made.db"), NULL, NULL, to));
    REFUSED("service", sfn_alias_service_in_scope(NULL, T("aws"), T("123456789012"), T("x"), &made, to));
    REFUSED("partition", sfn_alias_service_in_scope(service, NULL, 3, T("123456789012"), T("x"), &made, to));
    REFUSED("account", sfn_alias_service_in_scope(service, T("aws"), NULL, 0, T("x"), &made, to));
    REFUSED("region", sfn_alias_service_in_scope(service, T("aws"), T("123456789012"), NULL, 1, &made, to));
    REFUSED("scoped", sfn_alias_service_in_scope(service, T("aws"), T("123456789012"), T("x"), NULL, to));
    CHECK(made == NULL);
    sfn_alias_options_free(options);
}

static void calls(sfn_alias_service *service)
{
    sfn_alias_request request = {NULL, 0, NULL, 0};
    sfn_alias_replies *replies = NULL;
    sfn_alias_string *output = NULL;
    sfn_alias_start_count counts[1];
    size_t count = 77;

    REFUSED("service", sfn_alias_call(NULL, T("ListStateMachines"), T("{}"), &output, to));
    REFUSED("operation", sfn_alias_call(service, NULL, 0, T("{}"), &output, to));
    REFUSED("input", sfn_alias_call(service, T("ListStateMachines"), NULL, 2, &output, to));
    REFUSED("output", sfn_alias_call(service, T("ListStateMachines"), T("{}"), NULL, to));
    REFUSED("service", sfn_alias_list_state_machines(NULL, T("{}"), &output, to));
    REFUSED("service", sfn_alias_call_batch(NULL, &request, 0, &replies, to));
    REFUSED("requests", sfn_alias_call_batch(service, NULL, 1, &replies, to));
    REFUSED("operation", sfn_alias_call_batch(service, &request, 1, &replies, to));
    request.operation = "ListStateMachines";
    request.operation_length = strlen(request.operation);
    REFUSED("input", sfn_alias_call_batch(service, &request, 1, &replies, to));
    REFUSED("replies", sfn_alias_call_batch(service, &request, 0, NULL, to));
    REFUSED("service", sfn_alias_service_validate(NULL, T("ListStateMachines"), T("{}"), to));
    REFUSED("operation", sfn_alias_service_validate(service, NULL, 0, T("{}"), to));
    REFUSED("input", sfn_alias_service_validate(service, T("ListStateMachines"), NULL, 0, to));
    REFUSED("service", sfn_alias_service_check(NULL, T("ListStateMachines"), T("{}"), &output, to));
    REFUSED("operation", sfn_alias_service_check(service, NULL, 0, T("{}"), &output, to));
    REFUSED("input", sfn_alias_service_check(service, T("ListStateMachines"), NULL, 0, &output, to));
    REFUSED("problems", sfn_alias_service_check(service, T("ListStateMachines"), T("{}"), NULL, to));
    REFUSED("service", sfn_alias_start_counts(NULL, T(MACHINE), counts, 1, &count, to));
    REFUSED("state_machine_arn", sfn_alias_start_counts(service, NULL, 0, counts, 1, &count, to));
    REFUSED("counts", sfn_alias_start_counts(service, T(MACHINE), NULL, 1, &count, to));
    REFUSED("count", sfn_alias_start_counts(service, T(MACHINE), counts, 1, NULL, to));
    CHECK(output == NULL && replies == NULL && count == 77);
}

static void questions(void)
{
    sfn_alias_string *output = NULL;

    REFUSED("operation", sfn_alias_validate(NULL, 0, T("{}"), to));
    REFUSED("input", sfn_alias_validate(T("ListStateMachines"), NULL, 0, to));
    REFUSED("operation", sfn_alias_check(NULL, 0, T("{}"), &output, to));
    REFUSED("input", sfn_alias_check(T("ListStateMachines"), NULL, 0, &output, to));
    REFUSED("problems", sfn_alias_check(T("ListStateMachines"), T("{}"), NULL, to));
    REFUSED("input", sfn_alias_compare(NULL, 0, NULL, 0, &output, to));
    REFUSED("comparison", sfn_alias_compare(NULL, 0, T(CREATE_ALIAS), NULL, to));
    REFUSED("arn", sfn_alias_parse_arn(NULL, 0, &output, to));
    REFUSED("parts", sfn_alias_parse_arn(T(MACHINE), NULL, to));
    REFUSED("parts", sfn_alias_format_arn(NULL, 0, &output, to));
    REFUSED("arn", sfn_alias_format_arn(T("{}"), NULL, to));
    REFUSED("template", sfn_alias_check_template(NULL, 0, NULL, 0, &output, to));
    REFUSED("report", sfn_alias_check_template(T("{}"), NULL, 0, NULL, to));
    REFUSED("list", sfn_alias_template_rules(NULL, to));
    REFUSED("request", sfn_alias_deployment_plan(NULL, 2, &output, to));
    REFUSED("plan", sfn_alias_deployment_plan(T("{}"), NULL, to));
    REFUSED("request", sfn_alias_deployment_simulate(NULL, 0, &output, to));
    REFUSED("simulation", sfn_alias_deployment_simulate(T("{}"), NULL, to));
    REFUSED("checkpoint", sfn_alias_deployment_step(NULL, 0, T("{}"), &output, to));
    REFUSED("observation", sfn_alias_deployment_step(T("{}"), NULL, 0, &output, to));
    REFUSED("stepped", sfn_alias_deployment_step(T("{}"), T("{}"), NULL, to));
    REFUSED("method", sfn_alias_deployment_call(NULL, 0, T("{}"), &output, to));
    REFUSED("request", sfn_alias_deployment_call(T("plan"), NULL, 0, &output, to));
    REFUSED("answer", sfn_alias_deployment_call(T("plan"), T("{}"), NULL, to));
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

    REFUSED("fields", sfn_alias_validate_fields(NULL, to));
    REFUSED("routes", sfn_alias_validate_fields(&fields, to));
    REFUSED("fields", sfn_alias_fingerprint(NULL, bytes, hex, to));
    REFUSED("routes", sfn_alias_fingerprint(&fields, bytes, hex, to));
    REFUSED("input", sfn_alias_fingerprint_json(NULL, 0, bytes, hex, to));
    REFUSED("fields", sfn_alias_fingerprint_encoding(NULL, &output, to));
    fields.routes = &route;
    REFUSED("encoding", sfn_alias_fingerprint_encoding(&fields, NULL, to));
    CHECK(sfn_alias_fingerprint(&fields, NULL, NULL, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_fingerprint_json(T(CREATE_ALIAS), NULL, NULL, NULL) == SFN_ALIAS_OK);
    REFUSED("routes", sfn_alias_routing_new(NULL, 1, &routing, to));
    REFUSED("routing", sfn_alias_routing_new(&route, 1, NULL, to));
    REFUSED("routing", sfn_alias_pick(NULL, 0, &position, to));
    REFUSED("picker", sfn_alias_picker_new(7, NULL, to));
    REFUSED("picker", sfn_alias_picker_from_entropy(NULL, to));
    REFUSED("picker", sfn_alias_picker_next_percent(NULL, &percent, to));
    REFUSED("picker", sfn_alias_picker_pick(NULL, routing, &position, to));
    CHECK(bytes[0] == 9 && strcmp(hex, "untouched") == 0 && percent == 200 && position == 77 && output == NULL);
    CHECK(sfn_alias_routing_new(&route, 1, &routing, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_picker_from_entropy(&picker, NULL) == SFN_ALIAS_OK);
    REFUSED("position", sfn_alias_pick(routing, 0, NULL, to));
    REFUSED("percent", sfn_alias_picker_next_percent(picker, NULL, to));
    REFUSED("routing", sfn_alias_picker_pick(picker, NULL, &position, to));
    REFUSED("position", sfn_alias_picker_pick(picker, routing, NULL, to));
    sfn_alias_picker_free(picker);
    sfn_alias_routing_free(routing);
}

/* Absent members of a request are not the binding's business: AWS has a sentence for them. */
static void absent_members(void)
{
    sfn_alias_alias_fields fields = {NULL, 0, NULL, 0, NULL, 0};

    CHECK(sfn_alias_validate_fields(&fields, &error) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(is_error(&error, SFN_ALIAS_VALIDATION_EXCEPTION,
        "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; "
        "Value null at 'routingConfiguration' failed to satisfy constraint: Member must not be null", "/name"));
}

static void nothing_of_nothing(void)
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
    questions();
    fields_and_pickers();
    absent_members();
    nothing_of_nothing();
    sfn_alias_service_free(service);
    return finished();
}
