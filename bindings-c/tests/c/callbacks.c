/* The callback of started executions: what it receives and returns, calls to the service, threads, and deferred endings. */
#define _POSIX_C_SOURCE 200809L
#include "testing.h"

#include <pthread.h>
#include <stdint.h>

#define ALIAS MACHINE ":PROD"
#define EXECUTION "arn:aws:states:us-east-1:000000000000:execution:orders:"
#define START(name) "{\"stateMachineArn\": \"" ALIAS "\", \"name\": \"" name "\", \"input\": \"{\\\"total\\\": 30}\"}"
#define OF(name) "{\"executionArn\": \"" EXECUTION name "\"}"
#define INVALID "the result of the callback is not valid: "
#define THREADS 8
#define ROUNDS 50

/* What the callback shares with the tests, as its context. */
struct shared {
    sfn_alias_service *service;
    const char *ending; /* NULL: none */
    size_t ending_length;
    int calls, sets;
    char received[2048];
};

static sfn_alias_error *error;
static int64_t now;

static int64_t read_clock(void *context)
{
    (void)context;
    return now;
}

static int has(const char *text, const char *part)
{
    int found = text != NULL && strstr(text, part) != NULL;

    if (!found)
        printf("  expected %s in %s\n", part, text == NULL ? "NULL" : text);
    return found;
}

/* Calls an operation that must succeed. The caller frees the output. */
static sfn_alias_string *call(const sfn_alias_service *service, const char *operation, const char *input)
{
    sfn_alias_string *output = NULL;

    CHECK(sfn_alias_call(service, T(operation), T(input), &output, &error) == SFN_ALIAS_OK);
    if (error != NULL)
        printf("  %s: %s\n", operation, sfn_alias_error_message(error).data);
    sfn_alias_error_free(error);
    error = NULL;
    return output;
}

static void run(const sfn_alias_service *service, const char *operation, const char *input)
{
    sfn_alias_string_free(call(service, operation, input));
}

/* Returns whether the description of an execution has these parts. `part` may be NULL. */
static int is_described(const sfn_alias_service *service, const char *execution, const char *status, const char *part)
{
    sfn_alias_string *output = call(service, "DescribeExecution", execution);
    const char *described = sfn_alias_string_text(output).data;
    int as_expected = has(described, status) && (part == NULL || has(described, part));

    sfn_alias_string_free(output);
    return as_expected;
}

/* Records the execution and sets the ending of the context, as often as `sets`. */
static void record(void *context, sfn_alias_text execution, sfn_alias_callback_result *result)
{
    struct shared *shared = context;
    int i;

    shared->calls++;
    CHECK(execution.data[execution.length] == '\0' && strlen(execution.data) == execution.length);
    snprintf(shared->received, sizeof shared->received, "%s", execution.data);
    for (i = 0; i < shared->sets; i++)
        CHECK(sfn_alias_callback_result_set(result, "{\"output\": \"not the last\"}", 26, NULL) == SFN_ALIAS_OK);
    if (shared->ending != NULL)
        CHECK(sfn_alias_callback_result_set(result, shared->ending, shared->ending_length, NULL) == SFN_ALIAS_OK);
}

/* Creates a service with an alias. The limit of 64 bytes for outputs is set after the callback. */
static sfn_alias_service *new_service(sfn_alias_on_start on_start, void *context, const char *path)
{
    sfn_alias_options *options = NULL;
    sfn_alias_service *service = NULL;

    now = 1000;
    CHECK(sfn_alias_options_new(&options, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_options_set_on_start(options, on_start, context, &error) == SFN_ALIAS_OK);
    CHECK(sfn_alias_options_set_clock(options, read_clock, NULL, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_options_set_limit(options, SFN_ALIAS_LIMIT_INPUT_BYTES, 64, NULL) == SFN_ALIAS_OK);
    if (path == NULL)
        CHECK(sfn_alias_service_new(options, &service, NULL) == SFN_ALIAS_OK);
    else
        CHECK(sfn_alias_service_open(T(path), options, &service, NULL) == SFN_ALIAS_OK);
    sfn_alias_options_free(options);
    run(service, "CreateStateMachine", CREATE_MACHINE);
    run(service, "CreateStateMachineAlias", CREATE_ALIAS);
    return service;
}

static void set_ending(struct shared *shared, const char *ending)
{
    shared->ending = ending;
    shared->ending_length = ending == NULL ? 0 : strlen(ending);
}

static void received_members(void)
{
    struct shared shared = {0};
    sfn_alias_service *service = new_service(record, &shared, NULL);

    run(service, "StartExecution", START("a"));
    CHECK(has(shared.received, "{\"executionArn\":\"" EXECUTION "a\",\"stateMachineArn\":\"" MACHINE "\""));
    CHECK(has(shared.received, "\"stateMachineVersionArn\":\"" MACHINE ":1\",\"stateMachineAliasArn\":\"" ALIAS "\""));
    CHECK(has(shared.received, "\"name\":\"a\",\"input\":\"{\\\"total\\\": 30}\",\"definition\":\"{\\\"StartAt\\\": \\\"Done\\\""));
    CHECK(has(shared.received, "\"roleArn\":\"arn:aws:iam::000000000000:role/orders\",\"type\":\"STANDARD\",\"startDate\":1.0"));
    CHECK(has(shared.received, "\"redriveCount\":0}"));
    run(service, "StartExecution", START("a")); /* a replay starts nothing */
    CHECK(shared.calls == 1);
    CHECK(is_described(service, OF("a"), "\"status\":\"RUNNING\"", NULL));
    run(service, "StartExecution", "{\"stateMachineArn\": \"" MACHINE "\", \"name\": \"b\", \"traceHeader\": \"t=1\"}");
    CHECK(strstr(shared.received, "VersionArn") == NULL && strstr(shared.received, "AliasArn") == NULL);
    CHECK(has(shared.received, "\"traceHeader\":\"t=1\"") && shared.calls == 2);
    sfn_alias_service_free(service);
}

static void endings(void)
{
    struct shared shared = {0};
    sfn_alias_service *service = new_service(record, &shared, NULL);

    set_ending(&shared, "{\"output\": {\"total\": 30}}");
    run(service, "StartExecution", START("ok"));
    CHECK(is_described(service, OF("ok"), "\"status\":\"SUCCEEDED\"", "\"output\":\"{\\\"total\\\":30}\""));
    set_ending(&shared, "{\"error\": \"Orders.Broken\", \"cause\": \"no stock\"}");
    run(service, "StartExecution", START("failed"));
    CHECK(is_described(service, OF("failed"), "\"status\":\"FAILED\"", "\"error\":\"Orders.Broken\""));
    set_ending(&shared, "{\"status\": \"TIMED_OUT\", \"after\": \"2s\"}");
    run(service, "StartExecution", START("later"));
    CHECK(is_described(service, OF("later"), "\"status\":\"RUNNING\"", NULL));
    now += 2000;
    CHECK(is_described(service, OF("later"), "\"status\":\"TIMED_OUT\"", "\"stopDate\":3.0"));
    set_ending(&shared, "null");
    run(service, "StartExecution", START("open"));
    CHECK(is_described(service, OF("open"), "\"status\":\"RUNNING\"", NULL));
    /* The last ending decides. */
    shared.sets = 2;
    set_ending(&shared, "{\"output\": \"the last\"}");
    run(service, "StartExecution", START("last"));
    CHECK(is_described(service, OF("last"), "\"status\":\"SUCCEEDED\"", "the last"));
    set_ending(&shared, "null");
    run(service, "StartExecution", START("removed"));
    CHECK(is_described(service, OF("removed"), "\"status\":\"RUNNING\"", NULL));
    sfn_alias_service_free(service);
}

/* A redrive calls the callback again. */
static void redrives(void)
{
    struct shared shared = {0};
    sfn_alias_service *service = new_service(record, &shared, NULL);

    set_ending(&shared, "{\"error\": \"E\"}");
    run(service, "StartExecution", START("a"));
    set_ending(&shared, "{\"output\": 1}");
    run(service, "RedriveExecution", OF("a"));
    CHECK(has(shared.received, "\"redriveCount\":1") && shared.calls == 2);
    CHECK(is_described(service, OF("a"), "\"status\":\"SUCCEEDED\"", NULL));
    sfn_alias_service_free(service);
}

/* Checks how an execution ends whose callback sets bytes that are not valid. */
static void check_invalid(const char *ending, size_t length, const char *cause)
{
    struct shared shared = {0};
    sfn_alias_service *service = new_service(record, &shared, NULL);

    shared.ending = ending;
    shared.ending_length = length;
    run(service, "StartExecution", START("a"));
    CHECK(is_described(service, OF("a"), "\"status\":\"FAILED\"", "\"error\":\"SfnAlias.CallbackError\""));
    CHECK(is_described(service, OF("a"), "\"cause\":\"" INVALID, cause));
    sfn_alias_service_free(service);
}

static void invalid_endings(void)
{
    static const char long_output[] =
        "{\"output\": \"0123456789012345678901234567890123456789012345678901234567890123\"}";

    check_invalid(T(""), "EOF while parsing a value");
    check_invalid(T("{"), "EOF while parsing an object");
    check_invalid("{\"output\": \"\xFF\"}", 15, "invalid utf-8 sequence of 1 bytes from index 12");
    check_invalid("{\"error\": \"a\0b\"}", 16, "control character");
    check_invalid(T("[]"), "use null, or an object such as");
    check_invalid(T("{\"outputs\": 1}"), "unknown member `outputs`; did you mean `output`?");
    check_invalid(T("{\"output\": 1, \"error\": \"E\"}"), "expected either `output` or `error`, found both");
    check_invalid(T(long_output), "expected up to 64 bytes, found 66");
}

/* Sets a length that no object can have, and NULL. */
static void set_invalid_arguments(void *context, sfn_alias_text execution, sfn_alias_callback_result *result)
{
    (void)context;
    (void)execution;
    CHECK(sfn_alias_callback_result_set(result, T("{\"output\": 1}"), NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_callback_result_set(result, "{}", SIZE_MAX, &error) == SFN_ALIAS_INVALID_LENGTH);
    sfn_alias_error_free(error);
    error = NULL;
    CHECK(sfn_alias_callback_result_set(NULL, "{}", 2, &error) == SFN_ALIAS_NULL_ARGUMENT);
    CHECK(is_error(&error, SFN_ALIAS_NULL_ARGUMENT, "`result` must not be NULL", ""));
}

static void set_and_remove(void *context, sfn_alias_text execution, sfn_alias_callback_result *result)
{
    (void)context;
    (void)execution;
    CHECK(sfn_alias_callback_result_set(result, T("{\"output\": 1}"), NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_callback_result_set(result, NULL, 0, NULL) == SFN_ALIAS_OK);
}

static void arguments(void)
{
    sfn_alias_service *service = new_service(set_invalid_arguments, NULL, NULL);

    run(service, "StartExecution", START("a"));
    CHECK(is_described(service, OF("a"), "\"status\":\"SUCCEEDED\"", NULL));
    sfn_alias_service_free(service);
    service = new_service(set_and_remove, NULL, NULL);
    run(service, "StartExecution", START("a"));
    CHECK(is_described(service, OF("a"), "\"status\":\"RUNNING\"", NULL));
    sfn_alias_service_free(service);
    service = new_service(NULL, NULL, NULL);
    run(service, "StartExecution", START("a"));
    CHECK(is_described(service, OF("a"), "\"status\":\"RUNNING\"", NULL));
    sfn_alias_service_free(service);
}

/* Calls the service. `outer` starts `inner`; `stopped` stops itself, which wins over its ending. */
static void call_service(void *context, sfn_alias_text execution, sfn_alias_callback_result *result)
{
    struct shared *shared = context;

    shared->calls++;
    if (strstr(execution.data, "\"name\":\"outer\"") != NULL) {
        CHECK(is_described(shared->service, OF("outer"), "\"status\":\"RUNNING\"", NULL));
        run(shared->service, "StartExecution", START("inner"));
    }
    if (strstr(execution.data, "\"name\":\"stopped\"") != NULL)
        run(shared->service, "StopExecution", OF("stopped"));
    CHECK(sfn_alias_callback_result_set(result, T("{}"), NULL) == SFN_ALIAS_OK);
}

static void reentrancy(void)
{
    struct shared shared = {0};

    shared.service = new_service(call_service, &shared, NULL);
    run(shared.service, "StartExecution", START("outer"));
    run(shared.service, "StartExecution", START("stopped"));
    CHECK(shared.calls == 3);
    CHECK(is_described(shared.service, OF("outer"), "\"status\":\"SUCCEEDED\"", "\"output\":\"{}\""));
    CHECK(is_described(shared.service, OF("inner"), "\"status\":\"SUCCEEDED\"", NULL));
    CHECK(is_described(shared.service, OF("stopped"), "\"status\":\"ABORTED\"", NULL));
    sfn_alias_service_free(shared.service);
}

static void synchronous_and_batch(void)
{
    static const char express[] =
        "{\"name\": \"quick\", \"type\": \"EXPRESS\", \"roleArn\": \"arn:aws:iam::000000000000:role/quick\","
        " \"definition\": \"{\\\"StartAt\\\": \\\"Done\\\", \\\"States\\\": {\\\"Done\\\": {\\\"Type\\\": \\\"Succeed\\\"}}}\"}";
    static const char quick[] = "{\"stateMachineArn\": \"arn:aws:states:us-east-1:000000000000:stateMachine:quick\"}";
    const sfn_alias_request requests[] = {
        {"StartExecution", 14, START("a"), sizeof START("a") - 1}, {"StartSyncExecution", 18, quick, sizeof quick - 1}};
    struct shared shared = {0};
    sfn_alias_service *service = new_service(record, &shared, NULL);
    sfn_alias_replies *replies = NULL;
    sfn_alias_string *output = NULL;

    run(service, "CreateStateMachine", express);
    set_ending(&shared, "{\"output\": [1]}");
    output = call(service, "StartSyncExecution", quick);
    CHECK(has(sfn_alias_string_text(output).data, "\"output\":\"[1]\"") && has(shared.received, "\"type\":\"EXPRESS\""));
    sfn_alias_string_free(output);
    output = NULL;
    CHECK(sfn_alias_call_batch(service, requests, 2, &replies, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_replies_status(replies, 0) == 200 && sfn_alias_replies_status(replies, 1) == 200);
    CHECK(has(sfn_alias_replies_body(replies, 1).data, "\"status\":\"SUCCEEDED\""));
    sfn_alias_replies_free(replies);
    CHECK(is_described(service, OF("a"), "\"status\":\"SUCCEEDED\"", NULL) && shared.calls == 3);
    set_ending(&shared, NULL);
    CHECK(sfn_alias_start_sync_execution(service, T(quick), &output, NULL) == SFN_ALIAS_UNKNOWN_OPERATION_EXCEPTION);
    CHECK(output == NULL);
    sfn_alias_service_free(service);
}

/* A service with another account has the same callback. */
static void scopes(void)
{
    struct shared shared = {0};
    sfn_alias_service *service = new_service(record, &shared, NULL), *scoped = NULL;

    CHECK(sfn_alias_service_in_scope(service, T("aws"), T("123456789012"), T("eu-west-1"), &scoped, NULL) == SFN_ALIAS_OK);
    sfn_alias_service_free(service);
    run(scoped, "CreateStateMachine", CREATE_MACHINE);
    run(scoped, "StartExecution", "{\"stateMachineArn\": \"arn:aws:states:eu-west-1:123456789012:stateMachine:orders\"}");
    CHECK(has(shared.received, "\"stateMachineArn\":\"arn:aws:states:eu-west-1:123456789012:stateMachine:orders\""));
    sfn_alias_service_free(scoped);
}

/* Ends an execution with its own name, which many threads do at once. */
static void echo_name(void *context, sfn_alias_text execution, sfn_alias_callback_result *result)
{
    const char *name = strstr(execution.data, "\"name\":\"") + 8;
    char ending[128];

    (void)context;
    snprintf(ending, sizeof ending, "{\"output\": \"%.*s\"}", (int)strcspn(name, "\""), name);
    if (sfn_alias_callback_result_set(result, T(ending), NULL) != SFN_ALIAS_OK)
        abort();
}

struct work {
    pthread_t thread;
    const sfn_alias_service *service;
    int number, ok;
};

static void *start_many(void *context)
{
    struct work *work = context;
    char start[256], execution[256], expected[64];
    int i;

    for (i = 0, work->ok = 1; i < ROUNDS; i++) {
        sfn_alias_string *output = NULL;

        snprintf(start, sizeof start, "{\"stateMachineArn\": \"" ALIAS "\", \"name\": \"e-%d-%d\"}", work->number, i);
        snprintf(execution, sizeof execution, "{\"executionArn\": \"" EXECUTION "e-%d-%d\"}", work->number, i);
        snprintf(expected, sizeof expected, "\"output\":\"\\\"e-%d-%d\\\"\"", work->number, i);
        work->ok &= sfn_alias_start_execution(work->service, T(start), &output, NULL) == SFN_ALIAS_OK;
        sfn_alias_string_free(output);
        output = NULL;
        work->ok &= sfn_alias_describe_execution(work->service, T(execution), &output, NULL) == SFN_ALIAS_OK
            && strstr(sfn_alias_string_text(output).data, expected) != NULL;
        sfn_alias_string_free(output);
    }
    return NULL;
}

static void threads(const char *path)
{
    sfn_alias_service *service = new_service(echo_name, NULL, path);
    struct work works[THREADS] = {{0}};
    int i;

    for (i = 0; i < THREADS; i++) {
        works[i].service = service;
        works[i].number = i;
        CHECK(pthread_create(&works[i].thread, NULL, start_many, &works[i]) == 0);
    }
    for (i = 0; i < THREADS; i++) {
        CHECK(pthread_join(works[i].thread, NULL) == 0);
        CHECK(works[i].ok);
    }
    sfn_alias_service_free(service);
}

/* A callback that leaves its executions RUNNING while a thread works on them. The thread ends them later. */
struct worker {
    pthread_t thread;
    sfn_alias_service *service;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int started, released;
};

static void *work_and_end(void *context)
{
    struct worker *worker = context;
    sfn_alias_string *output = NULL;

    pthread_mutex_lock(&worker->mutex);
    while (!worker->released)
        pthread_cond_wait(&worker->changed, &worker->mutex);
    pthread_mutex_unlock(&worker->mutex);
    CHECK(sfn_alias_end_execution(worker->service, T("{\"executionArn\": \"" EXECUTION "a\", \"output\": 7}"), &output, NULL)
        == SFN_ALIAS_OK);
    sfn_alias_string_free(output);
    return NULL;
}

static void start_thread(void *context, sfn_alias_text execution, sfn_alias_callback_result *result)
{
    struct worker *worker = context;

    (void)execution;
    (void)result;
    worker->started = pthread_create(&worker->thread, NULL, work_and_end, worker) == 0;
}

static void deferred_ending(void)
{
    struct worker worker = {0};

    CHECK(pthread_mutex_init(&worker.mutex, NULL) == 0 && pthread_cond_init(&worker.changed, NULL) == 0);
    worker.service = new_service(start_thread, &worker, NULL);
    run(worker.service, "StartExecution", START("a"));
    CHECK(worker.started && is_described(worker.service, OF("a"), "\"status\":\"RUNNING\"", NULL));
    pthread_mutex_lock(&worker.mutex);
    worker.released = 1;
    pthread_cond_signal(&worker.changed);
    pthread_mutex_unlock(&worker.mutex);
    CHECK(pthread_join(worker.thread, NULL) == 0);
    CHECK(is_described(worker.service, OF("a"), "\"status\":\"SUCCEEDED\"", "\"output\":\"7\""));
    sfn_alias_service_free(worker.service);
    pthread_cond_destroy(&worker.changed);
    pthread_mutex_destroy(&worker.mutex);
}

int main(int count, char **arguments_of_program)
{
    received_members();
    endings();
    redrives();
    invalid_endings();
    arguments();
    reentrancy();
    synchronous_and_batch();
    scopes();
    threads(NULL);
    if (count > 1)
        threads(arguments_of_program[1]);
    deferred_ending();
    return report_result();
}
