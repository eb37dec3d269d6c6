/* Plans, simulates and runs gradual deployments. The driver loop is killed at every call. */
#include "json.h"
#include "testing.h"

#define ALIAS MACHINE ":PROD"
#define PLAN \
    "{\"shorthand\": \"linear 40/1m\", \"newVersion\": \"" MACHINE ":2\", \"alarms\": [\"errors\"]," \
    " \"currentRouting\": [" ROUTE_1 "]}"
#define CHECKPOINT "{\"stateMachineAliasArn\": \"" ALIAS "\", \"plan\": " PLAN "}"

static sfn_alias_error *error;

/* The environment of a driver. `saved` is its disk and survives the driver. */
struct environment {
    sfn_alias_service *service;
    char *saved;
    long long now;
    int calls, killed_at, killed_after_call;
    int alarm_after; /* The update that causes an alarm; 0: none. */
    int full_after; /* The update after which the disk is full; 0: none. */
    int updates;
    char weights[64]; /* The weights of all updates. */
};

/* Returns a JSON value as text. The caller frees it. */
static char *to_text(const struct json *value)
{
    size_t length;
    const char *written = json_write(value, &length);
    char *copy = malloc(length + 1);

    memcpy(copy, written, length + 1);
    return copy;
}

static struct json *parse_string(sfn_alias_string *string)
{
    sfn_alias_text text = sfn_alias_string_text(string);
    struct json *value = json_parse(text.data, text.length);

    sfn_alias_string_free(string);
    return value;
}

/* Calls the service. Exits if the call fails. */
static struct json *call_service(struct environment *env, const char *operation, const char *input)
{
    sfn_alias_string *output = NULL;

    if (sfn_alias_call(env->service, T(operation), T(input), &output, &error) != SFN_ALIAS_OK) {
        printf("%s: %s\n", operation, sfn_alias_error_message(error).data);
        exit(EXIT_FAILURE);
    }
    return parse_string(output);
}

static struct environment new_environment(int alarm_after)
{
    struct environment env = {NULL, NULL, 0, 0, 0, 0, 0, 0, 0, ""};

    env.alarm_after = alarm_after;
    CHECK(sfn_alias_service_new(NULL, &env.service, &error) == SFN_ALIAS_OK);
    call_service(&env, "CreateStateMachine", CREATE_MACHINE);
    call_service(&env, "UpdateStateMachine",
        "{\"stateMachineArn\": \"" MACHINE "\", \"roleArn\": \"arn:aws:iam::000000000000:role/2\", \"publish\": true}");
    call_service(&env, "CreateStateMachineAlias", CREATE_ALIAS);
    env.saved = malloc(sizeof CHECKPOINT);
    memcpy(env.saved, CHECKPOINT, sizeof CHECKPOINT);
    return env;
}

static void free_environment(struct environment *env)
{
    sfn_alias_service_free(env->service);
    free(env->saved);
}

/* Appends weights in the format `40 60;`. */
static void add_weights(char *to, const struct json *routes)
{
    const struct json *route;

    for (route = routes->first; route != NULL; route = route->next)
        sprintf(to + strlen(to), "%lld%s", json_int(json_get(route, "weight"), -1), route->next != NULL ? " " : ";");
}

/* Executes an action and writes the observation. Returns 0 if the driver was killed. */
static int execute(struct environment *env, const struct json *action, char *observation, size_t size)
{
    const struct json *input = json_get(action, "input");
    int killed = ++env->calls == env->killed_at;
    char *request_text = to_text(input), *routes;
    const char *state;

    if (killed && !env->killed_after_call) {
        free(request_text);
        return 0;
    }
    if (json_is(json_get(action, "action"), "describeAlias")) {
        routes = to_text(json_get(call_service(env, "DescribeStateMachineAlias", request_text), "routingConfiguration"));
        snprintf(observation, size, "{\"observed\": \"alias\", \"routingConfiguration\": %s, \"nowMillis\": %lld}",
            routes, env->now);
        free(routes);
    } else if (json_is(json_get(action, "action"), "updateAlias")) {
        call_service(env, "UpdateStateMachineAlias", request_text);
        add_weights(env->weights, json_get(input, "routingConfiguration"));
        env->updates++;
        snprintf(observation, size, "{\"observed\": \"updated\", \"nowMillis\": %lld}", env->now);
    } else {
        CHECK(json_is(json_get(action, "action"), "describeAlarms"));
        CHECK(json_is(json_pointer(input, "/AlarmNames/0"), "errors"));
        state = env->alarm_after != 0 && env->updates >= env->alarm_after ? "ALARM" : "OK";
        snprintf(observation, size,
            "{\"observed\": \"alarms\", \"alarms\": [{\"name\": \"errors\", \"state\": \"%s\"}], \"nowMillis\": %lld}",
            state, env->now);
    }
    free(request_text);
    return !killed;
}

/* Saves a checkpoint. Returns 0 if the disk is full. */
static int save(struct environment *env, const char *checkpoint)
{
    if (env->full_after != 0 && env->updates >= env->full_after)
        return 0;
    free(env->saved);
    env->saved = malloc(strlen(checkpoint) + 1);
    strcpy(env->saved, checkpoint);
    return 1;
}

/* Returns the next step. Exits if the call fails. */
static struct json *next_step(const char *checkpoint, const char *observation)
{
    sfn_alias_string *output = NULL;

    if (sfn_alias_deployment_step(T(checkpoint), T(observation), &output, &error) != SFN_ALIAS_OK) {
        printf("step: %s\n", sfn_alias_error_message(error).data);
        exit(EXIT_FAILURE);
    }
    return parse_string(output);
}

/* Runs a driver from the saved checkpoint to the outcome. Returns NULL if it was killed, and `unsaved` if the checkpoint of
 * a shift or of the end could not be saved. Other actions are executed even if the checkpoint cannot be saved. */
static const char *drive(struct environment *env)
{
    char observation[1024];
    const struct json *step, *action;
    const char *checkpoint = env->saved;
    size_t length;

    snprintf(observation, sizeof observation, "{\"observed\": \"start\", \"nowMillis\": %lld}", env->now);
    for (;;) {
        int saved, done;

        step = next_step(checkpoint, observation);
        checkpoint = json_write(json_get(step, "checkpoint"), &length);
        action = json_get(step, "action");
        done = json_is(json_get(action, "action"), "done");
        saved = save(env, checkpoint);
        if (!saved && (done || json_get(step, "saveFirst")->type == JSON_TRUE))
            return "unsaved";
        if (done)
            return json_pointer(action, "/outcome/result")->text;
        if (json_is(json_get(action, "action"), "wait")) {
            env->now = json_int(json_get(action, "untilMillis"), -1);
            snprintf(observation, sizeof observation, "{\"observed\": \"waited\", \"nowMillis\": %lld}", env->now);
        } else if (!execute(env, action, observation, sizeof observation)) {
            return NULL;
        }
    }
}

/* Checks the weights of the alias. */
static void check_routing(struct environment *env, const char *weights)
{
    char found[64] = "";
    struct json *alias = call_service(env, "DescribeStateMachineAlias", "{\"stateMachineAliasArn\": \"" ALIAS "\"}");

    add_weights(found, json_get(alias, "routingConfiguration"));
    CHECK(strcmp(found, weights) == 0);
}

/* Every shift happens once and in order, whenever the driver is killed. */
static void test_driver(int alarm_after, const char *weights, const char *outcome)
{
    static const char *const expected_weights[] = {"100;", "40 60;", "80 20;", "100;"};
    struct environment env;
    const char *outcome_text;
    int calls, at;

    env = new_environment(alarm_after);
    outcome_text = drive(&env);
    CHECK(outcome_text != NULL && strcmp(outcome_text, outcome) == 0);
    CHECK(strcmp(env.weights, weights) == 0);
    CHECK(env.now == 120000);
    calls = env.calls;
    CHECK(calls == 9);
    free_environment(&env);
    for (at = 0; at < 2 * calls; at++) {
        void *mark = json_mark();

        env = new_environment(alarm_after);
        env.killed_at = at / 2 + 1;
        env.killed_after_call = at % 2;
        CHECK(drive(&env) == NULL);
        check_routing(&env, expected_weights[env.updates]);
        outcome_text = drive(&env);
        CHECK(outcome_text != NULL && strcmp(outcome_text, outcome) == 0);
        CHECK(strcmp(env.weights, weights) == 0);
        check_routing(&env, "100;");
        free_environment(&env);
        json_free_from(mark);
    }
}

/* The disk is full after the first shift: there is no second shift, but a rollback. */
static void test_driver_on_full_disk(int alarm_after, const char *weights, const char *outcome)
{
    struct environment env = new_environment(alarm_after);

    env.full_after = 1;
    CHECK(strcmp(drive(&env), "unsaved") == 0);
    CHECK(strcmp(env.weights, weights) == 0);
    CHECK(env.now == 60000);
    env.full_after = 0;
    CHECK(strcmp(drive(&env), outcome) == 0);
    check_routing(&env, "100;");
    free_environment(&env);
}

/* A deployment that has outcome_text returns its outcome again and allows another deployment. A running one does not. */
static void test_resume(void)
{
    static const char request_text[] = "{\"checkpoint\": %s, \"stateMachineAliasArn\": \"" ALIAS
                                "\", \"plan\": {\"shorthand\": \"%s\", \"newVersion\": \"" MACHINE
                                ":2\", \"alarms\": [\"errors\"]}}";
    struct environment env = new_environment(1);
    sfn_alias_string *answer = NULL;
    char request[4096];

    CHECK(strcmp(drive(&env), "rolledBack") == 0);
    CHECK(strcmp(drive(&env), "rolledBack") == 0);
    CHECK(strcmp(env.weights, "40 60;100;") == 0);
    snprintf(request, sizeof request, request_text, env.saved, "10/5m");
    CHECK(sfn_alias_deployment_call(T("resume"), T(request), &answer, &error) == SFN_ALIAS_OK);
    CHECK(strcmp(sfn_alias_string_text(answer).data, "null") == 0);
    sfn_alias_string_free(answer);
    answer = NULL;
    snprintf(request, sizeof request, request_text, env.saved, "linear 40/1m");
    CHECK(sfn_alias_deployment_call(T("resume"), T(request), &answer, &error) == SFN_ALIAS_OK);
    CHECK(strcmp(sfn_alias_string_text(answer).data, env.saved) == 0);
    sfn_alias_string_free(answer);
    free_environment(&env);
}

static void test_plan(void)
{
    static const char canary[] = "{\"preference\": {\"Type\": \"CANARY\", \"Percentage\": 10}, \"newVersion\": \"" MACHINE
                                 ":2\", \"currentRouting\": [" ROUTE_1 "]}";
    static const char no_interval[] =
        "{\"shorthand\": \"10/0m\", \"newVersion\": \"" MACHINE ":2\", \"currentRouting\": [" ROUTE_1 "]}";
    static const char no_routing[] = "{\"shorthand\": \"10/5m\", \"newVersion\": \"" MACHINE ":2\"}";
    static const char text[] =
        "Deployments of type 'CANARY' require an interval for traffic shifting. Configure the deployment preference "
        "with the 'interval' property and try again.";
    sfn_alias_string *plan = NULL;
    struct json *value;

    CHECK(sfn_alias_deployment_plan(T(PLAN), &plan, &error) == SFN_ALIAS_OK);
    value = parse_string(plan);
    CHECK(json_count(json_get(value, "steps")) == 3);
    CHECK(json_int(json_get(value, "durationSeconds"), 0) == 120);
    CHECK(json_int(json_pointer(value, "/steps/1/targetWeight"), 0) == 80);
    plan = NULL;
    CHECK(sfn_alias_deployment_plan(T(canary), &plan, &error) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(plan == NULL);
    CHECK(sfn_alias_error_status(error) == 400);
    CHECK(strcmp(sfn_alias_error_code(error).data, "ValidationException") == 0);
    value = json_parse(sfn_alias_error_body(error).data, sfn_alias_error_body(error).length);
    CHECK(json_is(json_pointer(value, "/problems/0/code"), "interval-required"));
    CHECK(json_is(json_get(value, "message"), text));
    CHECK(is_error(&error, SFN_ALIAS_VALIDATION_EXCEPTION, text, ""));
    CHECK(sfn_alias_deployment_plan(T("{}"), &plan, &error) == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(sfn_alias_error_body(error).data == NULL);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT, "expected exactly one of `preference` and `shorthand`", ""));
    CHECK(sfn_alias_deployment_plan(T(no_interval), &plan, &error) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(is_error(&error, SFN_ALIAS_VALIDATION_EXCEPTION, "`Interval` must be an integer from 1 to 2100 (minutes): found `0`", "/Interval"));
    CHECK(sfn_alias_deployment_plan(T(no_routing), &plan, &error) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(is_error(&error, SFN_ALIAS_VALIDATION_EXCEPTION,
        "1 validation error detected: Value '[]' at 'routingConfiguration' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1", ""));
    CHECK(plan == NULL);
}

static void test_simulation(void)
{
    static const char alarm[] = "{\"plan\": " PLAN ", \"events\": [{\"event\": \"alarm\", \"atSeconds\": 90,"
                                " \"name\": \"errors\", \"state\": \"ALARM\"}]}";
    sfn_alias_string *simulation = NULL;
    struct json *value;

    CHECK(sfn_alias_deployment_simulate(T(alarm), &simulation, &error) == SFN_ALIAS_OK);
    value = parse_string(simulation);
    CHECK(json_is(json_pointer(value, "/outcome/result"), "rolledBack"));
    CHECK(json_int(json_get(value, "endedAtSeconds"), 0) == 120);
    CHECK(json_int(json_get(value, "updates"), 0) == 3);
    simulation = NULL;
    CHECK(sfn_alias_deployment_simulate(T("["), &simulation, &error) == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT,
        "invalid simulate request: EOF while parsing a list at line 1 column 1", ""));
    CHECK(simulation == NULL);
}

#define ROLLBACK(replies) "{\"request\": {\"stateMachineAliasArn\": \"" ALIAS "\", \"to\": \"" MACHINE \
                          ":1\"}, \"replies\": [" replies "]}"

static void test_methods(void)
{
    static const char render[] = "{\"plan\": " PLAN ", \"format\": \"ascii\"}";
#define RESUME(checkpoint) "{\"checkpoint\": " checkpoint ", \"stateMachineAliasArn\": \"" ALIAS \
                           "\", \"plan\": {\"shorthand\": \"10/5m\", \"newVersion\": \"" MACHINE ":2\"}}"
    static const char new_record[] = RESUME(CHECKPOINT);
    static const char resume[] = RESUME("{\"stateMachineAliasArn\": \"" ALIAS "\", \"plan\": " PLAN
                                        ", \"stepsDone\": 1, \"lastShiftAtMillis\": 0}");
    sfn_alias_string *answer = NULL;

    CHECK(sfn_alias_deployment_call(T("render"), T(render), &answer, &error) == SFN_ALIAS_OK);
    CHECK(strncmp(sfn_alias_string_text(answer).data, "\"LINEAR to orders:2, alarms: errors\\n", 35) == 0);
    sfn_alias_string_free(answer);
    answer = NULL;
    /* A deployment that has shifted nothing makes way for another one. */
    CHECK(sfn_alias_deployment_call(T("resume"), T(new_record), &answer, &error) == SFN_ALIAS_OK);
    CHECK(strcmp(sfn_alias_string_text(answer).data, "null") == 0);
    sfn_alias_string_free(answer);
    answer = NULL;
    CHECK(sfn_alias_deployment_call(T("resume"), T(resume), &answer, &error) == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT,
        "the checkpoint belongs to another running deployment (LINEAR of " MACHINE ":2 to " ALIAS "): `Type` differs; "
        "use the same options to resume it, or another state file", ""));
    /* The first call of a rollback, and its result if the alias already has the routing. */
    CHECK(sfn_alias_deployment_call(T("rollBack"), T(ROLLBACK("")), &answer, &error) == SFN_ALIAS_OK);
    CHECK(strcmp(sfn_alias_string_text(answer).data,
        "{\"call\":{\"input\":{\"stateMachineAliasArn\":\"" ALIAS "\"},\"operation\":\"DescribeStateMachineAlias\"},"
        "\"progress\":[]}") == 0);
    sfn_alias_string_free(answer);
    answer = NULL;
    CHECK(sfn_alias_deployment_call(T("rollBack"), T(ROLLBACK("{\"output\": {\"routingConfiguration\": [" ROUTE_1 "]}}")),
        &answer, &error) == SFN_ALIAS_OK);
    CHECK(strstr(sfn_alias_string_text(answer).data, "\"result\":{\"changed\":false,") != NULL);
    sfn_alias_string_free(answer);
    answer = NULL;
    CHECK(sfn_alias_deployment_call(T("drive"), T("{}"), &answer, &error) == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT,
        "unknown method `drive`; use one of plan, simulate, resume, step, dryRun, expectedStarts, render, prepare, "
        "rollBack, planPrune, pruneVersions", ""));
    CHECK(sfn_alias_deployment_step(T(CHECKPOINT), T("{\"observed\": \"start\"}"), &answer, &error)
        == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT,
        "invalid observation: expected `nowMillis`, the time in milliseconds since 1970", ""));
    CHECK(answer == NULL);
}

int main(void)
{
    test_plan();
    test_simulation();
    test_methods();
    test_driver(0, "40 60;80 20;100;", "succeeded");
    test_driver(2, "40 60;80 20;100;", "rolledBack");
    test_driver_on_full_disk(0, "40 60;", "succeeded");
    test_driver_on_full_disk(1, "40 60;100;", "rolledBack");
    test_resume();
    json_free_from(NULL);
    return report_result();
}
