/* Gradual deployments: planned, tried, and driven on a service by a loop that dies at every call. */
#include "json.h"
#include "testing.h"

#define ALIAS MACHINE ":PROD"
#define PLAN \
    "{\"shorthand\": \"linear 40/1m\", \"newVersion\": \"" MACHINE ":2\", \"alarms\": [\"errors\"]," \
    " \"currentRouting\": [" ROUTE_1 "]}"
#define CHECKPOINT "{\"stateMachineAliasArn\": \"" ALIAS "\", \"plan\": " PLAN "}"

static sfn_alias_error *error;

/* A driver's world. What is kept stands for its disk: it outlives the driver. */
struct world {
    sfn_alias_service *service;
    char *kept;
    long long now;
    int calls, dies_at, dies_after;
    int alarm_after; /* The alarm goes off with this update; 0: never. */
    int full_after; /* The disk is full from this update on; 0: never. */
    int updates;
    char weights[64]; /* Of the updates that the service was given. */
};

/* A copy of a JSON value as text, to be freed. */
static char *text_of(const struct json *value)
{
    size_t length;
    const char *written = json_write(value, &length);
    char *copy = malloc(length + 1);

    memcpy(copy, written, length + 1);
    return copy;
}

static struct json *parsed(sfn_alias_string *string)
{
    sfn_alias_text text = sfn_alias_string_text(string);
    struct json *value = json_parse(text.data, text.length);

    sfn_alias_string_free(string);
    return value;
}

/* Asks the service; ends the program where it refuses. */
static struct json *answered(struct world *world, const char *operation, const char *input)
{
    sfn_alias_string *output = NULL;

    if (sfn_alias_call(world->service, T(operation), T(input), &output, &error) != SFN_ALIAS_OK) {
        printf("%s: %s\n", operation, sfn_alias_error_message(error).data);
        exit(EXIT_FAILURE);
    }
    return parsed(output);
}

static struct world new_world(int alarm_after)
{
    struct world world = {NULL, NULL, 0, 0, 0, 0, 0, 0, 0, ""};

    world.alarm_after = alarm_after;
    CHECK(sfn_alias_service_new(NULL, &world.service, &error) == SFN_ALIAS_OK);
    answered(&world, "CreateStateMachine", CREATE_MACHINE);
    answered(&world, "UpdateStateMachine",
        "{\"stateMachineArn\": \"" MACHINE "\", \"roleArn\": \"arn:aws:iam::000000000000:role/2\", \"publish\": true}");
    answered(&world, "CreateStateMachineAlias", CREATE_ALIAS);
    world.kept = malloc(sizeof CHECKPOINT);
    memcpy(world.kept, CHECKPOINT, sizeof CHECKPOINT);
    return world;
}

static void free_world(struct world *world)
{
    sfn_alias_service_free(world->service);
    free(world->kept);
}

/* Weights as `40 60;`. */
static void add_weights(char *to, const struct json *routes)
{
    const struct json *route;

    for (route = routes->first; route != NULL; route = route->next)
        sprintf(to + strlen(to), "%lld%s", json_int(json_get(route, "weight"), -1), route->next != NULL ? " " : ";");
}

/* Makes the call of an action, and writes what was observed; 0 where the driver died. */
static int call(struct world *world, const struct json *action, char *observation, size_t room)
{
    const struct json *input = json_get(action, "input");
    int dies = ++world->calls == world->dies_at;
    char *asked = text_of(input), *routes;
    const char *state;

    if (dies && !world->dies_after) {
        free(asked);
        return 0;
    }
    if (json_is(json_get(action, "action"), "describeAlias")) {
        routes = text_of(json_get(answered(world, "DescribeStateMachineAlias", asked), "routingConfiguration"));
        snprintf(observation, room, "{\"observed\": \"alias\", \"routingConfiguration\": %s, \"nowMillis\": %lld}",
            routes, world->now);
        free(routes);
    } else if (json_is(json_get(action, "action"), "updateAlias")) {
        answered(world, "UpdateStateMachineAlias", asked);
        add_weights(world->weights, json_get(input, "routingConfiguration"));
        world->updates++;
        snprintf(observation, room, "{\"observed\": \"updated\", \"nowMillis\": %lld}", world->now);
    } else {
        CHECK(json_is(json_get(action, "action"), "describeAlarms"));
        CHECK(json_is(json_pointer(input, "/AlarmNames/0"), "errors"));
        state = world->alarm_after != 0 && world->updates >= world->alarm_after ? "ALARM" : "OK";
        snprintf(observation, room,
            "{\"observed\": \"alarms\", \"alarms\": [{\"name\": \"errors\", \"state\": \"%s\"}], \"nowMillis\": %lld}",
            state, world->now);
    }
    free(asked);
    return !dies;
}

/* Keeps a checkpoint; 0 where the disk is full. */
static int keep(struct world *world, const char *checkpoint)
{
    if (world->full_after != 0 && world->updates >= world->full_after)
        return 0;
    free(world->kept);
    world->kept = malloc(strlen(checkpoint) + 1);
    strcpy(world->kept, checkpoint);
    return 1;
}

/* What to do next; ends the program where that is refused. */
static struct json *next_step(const char *checkpoint, const char *observation)
{
    sfn_alias_string *output = NULL;

    if (sfn_alias_deployment_step(T(checkpoint), T(observation), &output, &error) != SFN_ALIAS_OK) {
        printf("step: %s\n", sfn_alias_error_message(error).data);
        exit(EXIT_FAILURE);
    }
    return parsed(output);
}

/* A driver, from the checkpoint that was kept to the outcome; NULL where it died, and `unkept` where the checkpoint of a
 * shift, or of the end, could not be kept. What else cannot be kept is done all the same. */
static const char *drive(struct world *world)
{
    char observation[1024];
    const struct json *stepped, *action;
    const char *checkpoint = world->kept;
    size_t length;

    snprintf(observation, sizeof observation, "{\"observed\": \"start\", \"nowMillis\": %lld}", world->now);
    for (;;) {
        int kept, done;

        stepped = next_step(checkpoint, observation);
        checkpoint = json_write(json_get(stepped, "checkpoint"), &length);
        action = json_get(stepped, "action");
        done = json_is(json_get(action, "action"), "done");
        kept = keep(world, checkpoint);
        if (!kept && (done || json_get(stepped, "saveFirst")->type == JSON_TRUE))
            return "unkept";
        if (done)
            return json_pointer(action, "/outcome/result")->text;
        if (json_is(json_get(action, "action"), "wait")) {
            world->now = json_int(json_get(action, "untilMillis"), -1);
            snprintf(observation, sizeof observation, "{\"observed\": \"waited\", \"nowMillis\": %lld}", world->now);
        } else if (!call(world, action, observation, sizeof observation)) {
            return NULL;
        }
    }
}

/* Where the alias leads, as weights. */
static void check_routing(struct world *world, const char *weights)
{
    char found[64] = "";
    struct json *alias = answered(world, "DescribeStateMachineAlias", "{\"stateMachineAliasArn\": \"" ALIAS "\"}");

    add_weights(found, json_get(alias, "routingConfiguration"));
    CHECK(strcmp(found, weights) == 0);
}

/* Each shift once and in order, whenever the driver dies. */
static void drives(int alarm_after, const char *weights, const char *outcome)
{
    static const char *const after[] = {"100;", "40 60;", "80 20;", "100;"};
    struct world world;
    const char *ended;
    int calls, at;

    world = new_world(alarm_after);
    ended = drive(&world);
    CHECK(ended != NULL && strcmp(ended, outcome) == 0);
    CHECK(strcmp(world.weights, weights) == 0);
    CHECK(world.now == 120000);
    calls = world.calls;
    CHECK(calls == 9);
    free_world(&world);
    for (at = 0; at < 2 * calls; at++) {
        void *mark = json_mark();

        world = new_world(alarm_after);
        world.dies_at = at / 2 + 1;
        world.dies_after = at % 2;
        CHECK(drive(&world) == NULL);
        check_routing(&world, after[world.updates]);
        ended = drive(&world);
        CHECK(ended != NULL && strcmp(ended, outcome) == 0);
        CHECK(strcmp(world.weights, weights) == 0);
        check_routing(&world, "100;");
        free_world(&world);
        json_free_from(mark);
    }
}

/* On a disk that is full after the first shift: the second is not made, a rollback is. */
static void drives_on_a_full_disk(int alarm_after, const char *weights, const char *outcome)
{
    struct world world = new_world(alarm_after);

    world.full_after = 1;
    CHECK(strcmp(drive(&world), "unkept") == 0);
    CHECK(strcmp(world.weights, weights) == 0);
    CHECK(world.now == 60000);
    world.full_after = 0;
    CHECK(strcmp(drive(&world), outcome) == 0);
    check_routing(&world, "100;");
    free_world(&world);
}

/* What has ended is answered again, and makes way for another; what is under way does not. */
static void resumes(void)
{
    static const char asked[] = "{\"checkpoint\": %s, \"stateMachineAliasArn\": \"" ALIAS
                                "\", \"plan\": {\"shorthand\": \"%s\", \"newVersion\": \"" MACHINE
                                ":2\", \"alarms\": [\"errors\"]}}";
    struct world world = new_world(1);
    sfn_alias_string *answer = NULL;
    char request[4096];

    CHECK(strcmp(drive(&world), "rolledBack") == 0);
    CHECK(strcmp(drive(&world), "rolledBack") == 0);
    CHECK(strcmp(world.weights, "40 60;100;") == 0);
    snprintf(request, sizeof request, asked, world.kept, "10/5m");
    CHECK(sfn_alias_deployment_call(T("resume"), T(request), &answer, &error) == SFN_ALIAS_OK);
    CHECK(strcmp(sfn_alias_string_text(answer).data, "null") == 0);
    sfn_alias_string_free(answer);
    answer = NULL;
    snprintf(request, sizeof request, asked, world.kept, "linear 40/1m");
    CHECK(sfn_alias_deployment_call(T("resume"), T(request), &answer, &error) == SFN_ALIAS_OK);
    CHECK(strcmp(sfn_alias_string_text(answer).data, world.kept) == 0);
    sfn_alias_string_free(answer);
    free_world(&world);
}

static void plans(void)
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
    value = parsed(plan);
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
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT, "give one of `preference` and `shorthand`", ""));
    CHECK(sfn_alias_deployment_plan(T(no_interval), &plan, &error) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(is_error(&error, SFN_ALIAS_VALIDATION_EXCEPTION, "`Interval` must be an integer from 1 to 2100 (minutes): found `0`", "/Interval"));
    CHECK(sfn_alias_deployment_plan(T(no_routing), &plan, &error) == SFN_ALIAS_VALIDATION_EXCEPTION);
    CHECK(is_error(&error, SFN_ALIAS_VALIDATION_EXCEPTION,
        "1 validation error detected: Value '[]' at 'routingConfiguration' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1", ""));
    CHECK(plan == NULL);
}

static void courses(void)
{
    static const char alarm[] = "{\"plan\": " PLAN ", \"events\": [{\"event\": \"alarm\", \"atSeconds\": 90,"
                                " \"name\": \"errors\", \"state\": \"ALARM\"}]}";
    sfn_alias_string *course = NULL;
    struct json *value;

    CHECK(sfn_alias_deployment_simulate(T(alarm), &course, &error) == SFN_ALIAS_OK);
    value = parsed(course);
    CHECK(json_is(json_pointer(value, "/outcome/result"), "rolledBack"));
    CHECK(json_int(json_get(value, "endedAtSeconds"), 0) == 120);
    CHECK(json_int(json_get(value, "updates"), 0) == 3);
    course = NULL;
    CHECK(sfn_alias_deployment_simulate(T("["), &course, &error) == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT,
        "the request for a simulation cannot be read: EOF while parsing a list at line 1 column 1", ""));
    CHECK(course == NULL);
}

static void questions(void)
{
    static const char render[] = "{\"plan\": " PLAN ", \"form\": \"ascii\"}";
    static const char resume[] = "{\"checkpoint\": " CHECKPOINT ", \"stateMachineAliasArn\": \"" ALIAS
                                 "\", \"plan\": {\"shorthand\": \"10/5m\", \"newVersion\": \"" MACHINE ":2\"}}";
    sfn_alias_string *answer = NULL;

    CHECK(sfn_alias_deployment_call(T("render"), T(render), &answer, &error) == SFN_ALIAS_OK);
    CHECK(strncmp(sfn_alias_string_text(answer).data, "\"LINEAR to orders:2, watching errors\\n", 37) == 0);
    sfn_alias_string_free(answer);
    answer = NULL;
    CHECK(sfn_alias_deployment_call(T("resume"), T(resume), &answer, &error) == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT,
        "the checkpoint is of another deployment that is under way, LINEAR of " MACHINE ":2 to " ALIAS ": its Type is not "
        "the same; give the same again to go on with it, or keep the checkpoint of this one in another file", ""));
    CHECK(sfn_alias_deployment_call(T("drive"), T("{}"), &answer, &error) == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT,
        "there is no `drive`; use one of plan, simulate, resume, step, dryRun, expectedStarts, render", ""));
    CHECK(sfn_alias_deployment_step(T(CHECKPOINT), T("{\"observed\": \"start\"}"), &answer, &error)
        == SFN_ALIAS_INVALID_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_INVALID_ARGUMENT,
        "the observation cannot be read: it has no `nowMillis`, the time in milliseconds since 1970", ""));
    CHECK(answer == NULL);
}

int main(void)
{
    plans();
    courses();
    questions();
    drives(0, "40 60;80 20;100;", "succeeded");
    drives(2, "40 60;80 20;100;", "rolledBack");
    drives_on_a_full_disk(0, "40 60;", "succeeded");
    drives_on_a_full_disk(1, "40 60;100;", "rolledBack");
    resumes();
    json_free_from(NULL);
    return finished();
}
