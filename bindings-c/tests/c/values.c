/* Edge cases: invalid lengths, invalid UTF-8, NUL in texts, very long texts, invalid paths.
   The argument is a directory for files. */
#define _POSIX_C_SOURCE 200809L
#include "testing.h"

#include <sys/stat.h>
#include <unistd.h>

#define LONG (10 * 1024 * 1024)

static sfn_alias_error *error;

static void lengths(void)
{
    const sfn_alias_alias_fields fields = {NULL, 0, "PROD", SIZE_MAX, NULL, 0};
    const sfn_alias_route route = {MACHINE ":1", sizeof MACHINE ":1" - 1, 100};
    sfn_alias_routing *routing = NULL;
    sfn_alias_string *output = NULL;

    /* The length limits a text. */
    CHECK(sfn_alias_validate("ListStateMachinesAndMore", 17, "{} and more", 2, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_validate("ListStateMachines", 4, T("{}"), NULL) == SFN_ALIAS_UNKNOWN_OPERATION_EXCEPTION);
    CHECK(sfn_alias_validate(T("ListStateMachines"), "{}", 1, NULL) == SFN_ALIAS_SERIALIZATION_EXCEPTION);
    CHECK(sfn_alias_validate(T("ListStateMachines"), "{}", 0, NULL) == SFN_ALIAS_SERIALIZATION_EXCEPTION);
    CHECK(sfn_alias_validate("x", 0, T("{}"), NULL) == SFN_ALIAS_UNKNOWN_OPERATION_EXCEPTION);
    /* Lengths above the maximum size of an object. */
    CHECK(sfn_alias_validate(T("ListStateMachines"), "{}", SIZE_MAX, &error) == SFN_ALIAS_INVALID_LENGTH);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_LENGTH, "the length of `input` is too large; the maximum is 9223372036854775807 bytes", ""));
    CHECK(sfn_alias_validate("x", SIZE_MAX / 2 + 1, T("{}"), NULL) == SFN_ALIAS_INVALID_LENGTH);
    CHECK(sfn_alias_validate_fields(&fields, NULL) == SFN_ALIAS_INVALID_LENGTH);
    CHECK(sfn_alias_routing_new(&route, SIZE_MAX / sizeof route, &routing, NULL) == SFN_ALIAS_INVALID_LENGTH);
    CHECK(sfn_alias_routing_new(&route, SIZE_MAX, &routing, NULL) == SFN_ALIAS_INVALID_LENGTH);
    CHECK(sfn_alias_routing_new(&route, 0, &routing, NULL) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(sfn_alias_parse_arn(MACHINE, SIZE_MAX, &output, NULL) == SFN_ALIAS_INVALID_LENGTH);
    CHECK(routing == NULL && output == NULL);
}

static void utf8(sfn_alias_service *service)
{
    static const char *const bad[] = {"\xFF", "\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC0\x80"};
    sfn_alias_alias_fields fields = {NULL, 0, NULL, 0, NULL, 0};
    sfn_alias_service *opened = NULL;
    sfn_alias_string *output = NULL;
    char input[64];
    size_t i;

    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(sfn_alias_validate(T(bad[i]), T("{}"), NULL) == SFN_ALIAS_INVALID_UTF8);
        CHECK(sfn_alias_parse_arn(T(bad[i]), &output, NULL) == SFN_ALIAS_INVALID_UTF8);
        CHECK(sfn_alias_service_open(T(bad[i]), NULL, &opened, NULL) == SFN_ALIAS_INVALID_UTF8);
        fields.name = bad[i];
        fields.name_length = strlen(bad[i]);
        CHECK(sfn_alias_validate_fields(&fields, NULL) == SFN_ALIAS_INVALID_UTF8);
        snprintf(input, sizeof input, "{\"stateMachineArn\": \"%s\"}", bad[i]);
        CHECK(sfn_alias_describe_state_machine(service, T(input), &output, NULL) == SFN_ALIAS_SERIALIZATION_EXCEPTION);
    }
    CHECK(sfn_alias_parse_arn(T("arn:\xFF"), &output, &error) == SFN_ALIAS_INVALID_UTF8);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_UTF8, "`arn` is not valid UTF-8: the first invalid byte is at offset 4", ""));
    CHECK(output == NULL && opened == NULL);
}

static void nul_in_texts(sfn_alias_service *service)
{
    static const char input[] = "{\"stateMachineArn\": \"a\0b\"}", escaped[] = "{\"stateMachineArn\": \"a\\u0000b\"}";
    static const char name[] = "a\0b";
    const sfn_alias_alias_fields fields = {NULL, 0, name, 3, NULL, 0};
    sfn_alias_string *output = NULL;
    sfn_alias_service *opened = NULL;
    sfn_alias_text message;

    CHECK(sfn_alias_describe_state_machine(service, input, sizeof input - 1, &output, NULL)
        == SFN_ALIAS_SERIALIZATION_EXCEPTION);
    CHECK(sfn_alias_describe_state_machine(service, escaped, sizeof escaped - 1, &output, &error)
        == SFN_ALIAS_INVALID_ARN);
    message = sfn_alias_error_message(error);
    CHECK(message.length == 38 && memcmp(message.data, "Invalid Arn: 'Invalid ARN prefix: a\0b'", 39) == 0);
    sfn_alias_error_free(error);
    error = NULL;
    CHECK(sfn_alias_validate_fields(&fields, NULL) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(sfn_alias_service_open("a\0b", 3, NULL, &opened, NULL) == SFN_ALIAS_STORAGE_FAILURE);
    CHECK(output == NULL && opened == NULL);
}

/* Creates a service that accepts requests of any length. */
static sfn_alias_service *new_service_without_limit(void)
{
    sfn_alias_options *options = NULL;
    sfn_alias_service *service = NULL;

    CHECK(sfn_alias_options_new(&options, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_options_set_limit(options, SFN_ALIAS_LIMIT_REQUEST_BYTES, SIZE_MAX, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_service_new(options, &service, NULL) == SFN_ALIAS_OK);
    sfn_alias_options_free(options);
    return service;
}

static void long_requests(char *text)
{
    static const char operation[] = "ValidateStateMachineDefinition";
    sfn_alias_service *service = new_service_without_limit();
    sfn_alias_string *output = NULL;

    memset(text, '[', LONG);
    CHECK(sfn_alias_call(service, T(operation), text, LONG, &output, NULL) == SFN_ALIAS_SERIALIZATION_EXCEPTION);
    memset(text, ' ', LONG);
    memcpy(text, "{\"definition\": \"", 16);
    memcpy(text + LONG - 2, "\"}", 2);
    CHECK(sfn_alias_call(service, T(operation), text, LONG, &output, &error) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(strcmp(sfn_alias_error_path(error).data, "/definition") == 0);
    sfn_alias_error_free(error);
    error = NULL;
    CHECK(sfn_alias_validate(T(operation), text, LONG, &error) == SFN_ALIAS_REQUEST_ENTITY_TOO_LARGE_EXCEPTION);
    CHECK(is_error(&error, SFN_ALIAS_REQUEST_ENTITY_TOO_LARGE_EXCEPTION,
        "the request has 10485760 bytes; the limit is 1048576 bytes", ""));
    CHECK(output == NULL);
    sfn_alias_service_free(service);
}

static void long_texts(void)
{
    char *text = malloc(LONG);
    sfn_alias_alias_fields fields = {NULL, 0, NULL, LONG, NULL, 0};
    sfn_alias_string *output = NULL;

    if (text == NULL)
        abort();
    memset(text, 'x', LONG);
    fields.name = text;
    CHECK(sfn_alias_validate(text, LONG, T("{}"), NULL) == SFN_ALIAS_UNKNOWN_OPERATION_EXCEPTION);
    CHECK(sfn_alias_parse_arn(text, LONG, &output, &error) == SFN_ALIAS_INVALID_ARN);
    CHECK(sfn_alias_error_message(error).length == LONG + 35);
    sfn_alias_error_free(error);
    error = NULL;
    CHECK(sfn_alias_validate_fields(&fields, NULL) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(output == NULL);
    long_requests(text);
    free(text);
}

static void templates(void)
{
    static const char template[] = "Resources:\n  Prod:\n    Type: AWS::StepFunctions::StateMachineAlias\n    Properties:\n"
                                   "      Name: '123'\n      RoutingConfiguration: !Ref Routes\n";
    static const char extreme[] = "Resources:\n  Prod:\n    Type: AWS::StepFunctions::StateMachineAlias\n    Properties:\n"
                                  "      Name: PROD\n      RoutingConfiguration:\n"
                                  "        - {StateMachineVersionArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:o:1', Weight: 9223372036854775807}\n"
                                  "        - {StateMachineVersionArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:o:2', Weight: 1}\n";
    static const char counts[] = "\"errors\":1,\"warnings\":0,\"infos\":0,\"acknowledged\":0,"
                                 "\"checked\":{\"aliases\":1,\"versions\":0,\"policies\":0}}";
    sfn_alias_string *output = NULL;
    sfn_alias_text report;

    CHECK(sfn_alias_check_template(T(template), NULL, 0, &output, &error) == SFN_ALIAS_OK);
    report = sfn_alias_string_text(output);
    CHECK(strncmp(report.data, "{\"findings\":[{\"rule\":\"SFA007\",", 30) == 0);
    CHECK(strcmp(report.data + report.length - strlen(counts), counts) == 0);
    sfn_alias_string_free(output);
    CHECK(sfn_alias_check_template(T(template), T("{\"disable\": [\"alias-name\"]}"), &output, &error) == SFN_ALIAS_OK);
    CHECK(strcmp(sfn_alias_string_text(output).data,
        "{\"findings\":[],\"errors\":0,\"warnings\":0,\"infos\":0,\"acknowledged\":0,"
        "\"checked\":{\"aliases\":1,\"versions\":0,\"policies\":0}}") == 0);
    sfn_alias_string_free(output);
    CHECK(sfn_alias_check_template(T(extreme), NULL, 0, &output, &error) == SFN_ALIAS_OK);
    CHECK(strncmp(sfn_alias_string_text(output).data, "{\"findings\":[{\"rule\":\"SFA0", 26) == 0);
    sfn_alias_string_free(output);
    CHECK(sfn_alias_template_rules(&output, &error) == SFN_ALIAS_OK);
    CHECK(strncmp(sfn_alias_string_text(output).data, "[{\"id\":\"SFA001\",", 16) == 0);
    sfn_alias_string_free(output);
    output = NULL;
    CHECK(sfn_alias_check_template(T("{"), NULL, 0, &output, &error) == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT, "line 1 column 1: not valid JSON: EOF while parsing an object", ""));
    CHECK(output == NULL);
}

static void arguments(sfn_alias_service *service)
{
    sfn_alias_options *options = NULL;
    sfn_alias_service *scoped = NULL;
    sfn_alias_string *output = NULL;
    const char *const version = "{\"kind\": \"version\", \"partition\": \"aws\", \"region\": \"r\", \"account\": \"1\"}";

    CHECK(sfn_alias_options_new(&options, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_options_set_limit(options, 99, 1, &error) == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT,
        "unknown limit 99; use one of `SFN_ALIAS_LIMIT_...`", ""));
    sfn_alias_options_free(options);
    CHECK(sfn_alias_service_in_scope(service, T("aws"), T("12"), T("us-east-1"), &scoped, &error)
        == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT, "`account` must be 12 digits, for example `123456789012`", ""));
    CHECK(sfn_alias_format_arn(T(version), &output, NULL) == SFN_ALIAS_INVALID_ARN);
    CHECK(sfn_alias_format_arn(T("{\"kind\": \"activity\"}"), &output, NULL) == SFN_ALIAS_INVALID_ARN);
    CHECK(sfn_alias_format_arn(T("[]"), &output, NULL) == SFN_ALIAS_SERIALIZATION_EXCEPTION);
    CHECK(sfn_alias_format_arn(T("{\"kind\": 1}"), &output, NULL) == SFN_ALIAS_SERIALIZATION_EXCEPTION);
    CHECK(sfn_alias_compare(T("[1]"), T(CREATE_ALIAS), &output, NULL) == SFN_ALIAS_SERIALIZATION_EXCEPTION);
    CHECK(scoped == NULL && output == NULL);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

static void check_open_fails(const char *path)
{
    sfn_alias_service *service = NULL;

    CHECK(sfn_alias_service_open(T(path), NULL, &service, &error) == SFN_ALIAS_STORAGE_FAILURE);
    CHECK(service == NULL && strstr(sfn_alias_error_message(error).data, "storage error: ") != NULL);
    CHECK(strstr(sfn_alias_error_message(error).data, path) != NULL);
    sfn_alias_error_free(error);
    error = NULL;
}

/* Files are not read-only for root, so root becomes an unprivileged user. */
static void read_only(const char *directory, const char *path)
{
    CHECK(chmod(path, 0444) == 0 && chmod(directory, 0555) == 0);
    CHECK(getuid() != 0 || seteuid(65534) == 0);
    check_open_fails(path);
    CHECK(getuid() != 0 || seteuid(0) == 0);
    CHECK(chmod(path, 0644) == 0 && chmod(directory, 0755) == 0);
}

static void paths(const char *directory)
{
    sfn_alias_service *service = NULL;
    sfn_alias_string *output = NULL;
    char path[4096];

    check_open_fails(directory);
    snprintf(path, sizeof path, "%s/missing/aliases.db", directory);
    check_open_fails(path);
    snprintf(path, sizeof path, "%s/other.db", directory);
    write_file(path, "this is not a database and must not be changed");
    check_open_fails(path);
    snprintf(path, sizeof path, "%s/reopened.db", directory);
    CHECK(sfn_alias_service_open(T(path), NULL, &service, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_create_state_machine(service, T(CREATE_MACHINE), &output, NULL) == SFN_ALIAS_OK);
    sfn_alias_string_free(output);
    sfn_alias_service_free(service);
    read_only(directory, path);
    CHECK(sfn_alias_service_open(T(path), NULL, &service, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_describe_state_machine(service, T("{\"stateMachineArn\": \"" MACHINE "\"}"), &output, NULL)
        == SFN_ALIAS_OK);
    sfn_alias_string_free(output);
    sfn_alias_service_free(service);
}

int main(int count, char **argv)
{
    sfn_alias_service *service = NULL;

    if (count != 2 || sfn_alias_service_new(NULL, &service, NULL) != SFN_ALIAS_OK)
        return EXIT_FAILURE;
    lengths();
    utf8(service);
    nul_in_texts(service);
    long_texts();
    templates();
    arguments(service);
    paths(argv[1]);
    sfn_alias_service_free(service);
    return report_result();
}
