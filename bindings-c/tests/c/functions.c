#include "functions.h"

#include "matching.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void require(int condition, const char *description)
{
    if (!condition) {
        fprintf(stderr, "requirement not met: %s\n", description);
        exit(EXIT_FAILURE);
    }
}

struct json *text_value(sfn_alias_text text)
{
    require(text.data != NULL && text.data[text.length] == '\0', "a NUL follows a text");
    return json_string(text.data, text.length);
}

struct json *take_json(sfn_alias_string *string)
{
    sfn_alias_text text = sfn_alias_string_text(string);
    struct json *value = json_parse(text.data, text.length);

    sfn_alias_string_free(string);
    return value;
}

/* Returns `{"code", "message", "reason"}` of an error and frees the error. */
static struct json *error_value(sfn_alias_error *error)
{
    struct json *value = json_new(JSON_OBJECT);

    json_add(value, "code", text_value(sfn_alias_error_code(error)));
    json_add(value, "message", text_value(sfn_alias_error_message(error)));
    if (sfn_alias_error_reason(error).data != NULL)
        json_add(value, "reason", text_value(sfn_alias_error_reason(error)));
    require(strcmp(sfn_alias_result_code(sfn_alias_error_result(error)), sfn_alias_error_code(error).data) == 0,
        "result code and error code match");
    sfn_alias_error_free(error);
    return value;
}

static struct json *error_result(sfn_alias_error *error)
{
    struct json *result = json_new(JSON_OBJECT);

    json_add(result, "error", error != NULL ? error_value(error) : json_new(JSON_NULL));
    return result;
}

/* A request as fields. */
struct request {
    sfn_alias_alias_fields fields;
    sfn_alias_route routes[8];
};

/* Returns a member, or NULL if it is null or absent. */
static const struct json *member(const struct json *object, const char *name)
{
    const struct json *value = json_get(object, name);

    return value != NULL && value->type == JSON_NULL ? NULL : value;
}

static int is_text(const struct json *value)
{
    return value == NULL || value->type == JSON_STRING;
}

static int read_routes(const struct json *list, sfn_alias_route *routes, size_t *count)
{
    const struct json *item;

    *count = 0;
    for (item = list->first; item != NULL && *count < 8; item = item->next) {
        const struct json *arn = member(item, "stateMachineVersionArn"), *weight = member(item, "weight");
        sfn_alias_route route = {NULL, 0, 0};

        if (!is_text(arn) || weight == NULL || weight->type != JSON_NUMBER || strpbrk(weight->text, ".eE") != NULL
            || weight->length > 18)
            return 0;
        if (arn != NULL) {
            route.version_arn = arn->text;
            route.version_arn_length = arn->length;
        }
        route.weight = json_int(weight, 0);
        routes[(*count)++] = route;
    }
    return item == NULL;
}

static int read_fields(const struct json *input, struct request *request)
{
    const struct json *description = member(input, "description"), *name = member(input, "name");
    const struct json *routes = member(input, "routingConfiguration");

    memset(request, 0, sizeof *request);
    if (!is_text(description) || !is_text(name) || (routes != NULL && routes->type != JSON_ARRAY))
        return 0;
    if (description != NULL) {
        request->fields.description = description->text;
        request->fields.description_length = description->length;
    }
    if (name != NULL) {
        request->fields.name = name->text;
        request->fields.name_length = name->length;
    }
    if (routes != NULL)
        request->fields.routes = request->routes;
    return routes == NULL || read_routes(routes, request->routes, &request->fields.route_count);
}

static struct json *validate(const struct json *step)
{
    const struct json *operation = json_get(step, "operation"), *input_value = json_get(step, "input");
    sfn_alias_error *error = NULL, *typed = NULL;
    struct request request;
    struct json *result;
    size_t length;
    const char *input = json_write(input_value, &length);

    sfn_alias_validate(operation->text, operation->length, input, length, &error);
    if (json_is(operation, "CreateStateMachineAlias") && read_fields(input_value, &request)) {
        sfn_alias_validate_fields(&request.fields, &typed);
        require((error == NULL) == (typed == NULL), "fields and JSON are answered alike");
        require(error == NULL || strcmp(sfn_alias_error_path(error).data, sfn_alias_error_path(typed).data) == 0,
            "fields and JSON have the same path");
        result = error_result(error);
        require(first_difference(result, error_result(typed)) == NULL, "fields and JSON have the same error");
        return result;
    }
    return error_result(error);
}

static struct json *check(const struct json *step)
{
    const struct json *operation = json_get(step, "operation");
    sfn_alias_string *problems = NULL;
    struct json *result = json_new(JSON_OBJECT);
    size_t length;
    const char *input = json_write(json_get(step, "input"), &length);

    require(sfn_alias_check(operation->text, operation->length, input, length, &problems, NULL) == SFN_ALIAS_OK,
        "check succeeds");
    json_add(result, "problems", take_json(problems));
    return result;
}

static struct json *to_hex(sfn_alias_string *string)
{
    sfn_alias_text text = sfn_alias_string_text(string);
    char *digits = json_memory(2 * text.length + 1);
    size_t i;

    for (i = 0; i < text.length; i++)
        sprintf(digits + 2 * i, "%02x", (unsigned char)text.data[i]);
    sfn_alias_string_free(string);
    return json_string(digits, 2 * i);
}

static struct json *fingerprint(const struct json *step)
{
    sfn_alias_error *error = NULL;
    sfn_alias_string *encoding = NULL;
    struct request request;
    unsigned char bytes[32], fields_bytes[32];
    char hex[65], fields_hex[65], digits[3];
    struct json *result = json_new(JSON_OBJECT);
    size_t length, i;
    const char *input = json_write(json_get(step, "input"), &length);

    if (sfn_alias_fingerprint_json(input, length, bytes, hex, &error) != SFN_ALIAS_OK)
        return error_result(error);
    require(read_fields(json_get(step, "input"), &request), "a valid request converts to fields");
    require(sfn_alias_fingerprint(&request.fields, fields_bytes, fields_hex, NULL) == SFN_ALIAS_OK, "fields have a fingerprint");
    require(memcmp(bytes, fields_bytes, 32) == 0 && strcmp(hex, fields_hex) == 0, "the fingerprints are equal");
    for (i = 0; i < 32; i++) {
        snprintf(digits, sizeof digits, "%02x", bytes[i]);
        require(memcmp(digits, hex + 2 * i, 2) == 0, "digits and bytes are equal");
    }
    require(sfn_alias_fingerprint_encoding(&request.fields, &encoding, NULL) == SFN_ALIAS_OK, "the request has an encoding");
    json_add(result, "encoding", to_hex(encoding));
    json_add(result, "sha256", json_string(hex, 64));
    return result;
}

static struct json *compare(const struct json *step)
{
    const struct json *existing = json_get(step, "existing");
    sfn_alias_error *error = NULL;
    sfn_alias_string *result = NULL;
    size_t length, existing_length = 0;
    const char *input = json_write(json_get(step, "input"), &length), *text = NULL;

    if (existing != NULL && existing->type != JSON_NULL)
        text = json_write(existing, &existing_length);
    if (sfn_alias_compare(text, existing_length, input, length, &result, &error) != SFN_ALIAS_OK)
        return error_result(error);
    return take_json(result);
}

static struct json *pick(const struct json *step)
{
    sfn_alias_routing *routing = NULL;
    sfn_alias_route routes[8];
    struct json *result = json_new(JSON_OBJECT);
    size_t count, position = 9;

    require(read_routes(json_get(step, "routing"), routes, &count), "a routing converts to fields");
    require(sfn_alias_routing_new(routes, count, &routing, NULL) == SFN_ALIAS_OK, "the routing is valid");
    sfn_alias_pick(routing, (uint8_t)json_int(json_get(step, "percent"), 0), &position, NULL);
    sfn_alias_routing_free(routing);
    require(position < count, "a route is picked");
    json_add(result, "stateMachineVersionArn",
        json_string(routes[position].version_arn, routes[position].version_arn_length));
    return result;
}

static struct json *next_percent(const struct json *step)
{
    sfn_alias_picker *picker = NULL;
    struct json *result = json_new(JSON_OBJECT);
    struct json *list = json_add(result, "percents", json_new(JSON_ARRAY));
    long long left = json_int(json_get(step, "count"), 0);
    const struct json *seed = json_get(step, "seed");
    uint8_t percent = 0;

    require(sfn_alias_picker_new(strtoull(seed->text, NULL, 10), &picker, NULL) == SFN_ALIAS_OK, "a picker is created");
    while (left-- > 0) {
        require(sfn_alias_picker_next_percent(picker, &percent, NULL) == SFN_ALIAS_OK, "the next percent value is returned");
        json_add(list, NULL, json_integer(percent));
    }
    sfn_alias_picker_free(picker);
    return result;
}

static struct json *parse_arn(const struct json *step)
{
    const struct json *arn = json_get(step, "arn");
    sfn_alias_error *error = NULL;
    sfn_alias_string *parts = NULL, *again = NULL;
    sfn_alias_text text;

    if (sfn_alias_parse_arn(arn->text, arn->length, &parts, &error) != SFN_ALIAS_OK)
        return error_result(error);
    text = sfn_alias_string_text(parts);
    if (strstr(text.data, "\"stateMachine\":") != NULL) {
        require(sfn_alias_format_arn(text.data, text.length, &again, NULL) == SFN_ALIAS_OK, "the parts can be formatted");
        require(strcmp(sfn_alias_string_text(again).data, arn->text) == 0, "the formatted ARN is equal");
        sfn_alias_string_free(again);
    }
    return take_json(parts);
}

struct json *run_function(const struct json *step)
{
    static const struct {
        const char *name;
        struct json *(*run)(const struct json *step);
    } functions[] = {
        {"validate", validate}, {"check", check}, {"fingerprint", fingerprint}, {"compare", compare},
        {"pick", pick}, {"next_percent", next_percent}, {"parse_arn", parse_arn},
    };
    size_t i;

    for (i = 0; i < sizeof functions / sizeof *functions; i++)
        if (json_is(json_get(step, "function"), functions[i].name))
            return functions[i].run(step);
    require(0, "the function of the vector exists");
    return NULL;
}
