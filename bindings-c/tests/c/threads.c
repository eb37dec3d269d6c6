/* Eight threads share one service, one picker and one routing. The counts are checked at the end. */
#define _POSIX_C_SOURCE 200809L
#include "testing.h"

#include <pthread.h>

#define THREADS 8
#define ROUNDS 100

static sfn_alias_service *service;
static sfn_alias_picker *picker;
static sfn_alias_routing *routing;

struct work {
    pthread_t thread;
    int number, ok;
    size_t routed[2];
};

static int create(const char *name)
{
    sfn_alias_string *output = NULL;
    char input[512];
    int ok;

    snprintf(input, sizeof input, "{\"name\": \"%s\", \"routingConfiguration\": [" ROUTE_1 "]}", name);
    ok = sfn_alias_create_state_machine_alias(service, T(input), &output, NULL) == SFN_ALIAS_OK;
    sfn_alias_string_free(output);
    return ok;
}

static int start(void)
{
    sfn_alias_string *output = NULL;
    int ok = sfn_alias_start_execution(service, T("{\"stateMachineArn\": \"" MACHINE ":1\"}"), &output, NULL)
        == SFN_ALIAS_OK;

    sfn_alias_string_free(output);
    return ok;
}

static int fails(void)
{
    sfn_alias_string *output = NULL;
    sfn_alias_error *error = NULL;
    int ok = sfn_alias_stop_execution(service, T("{\"executionArn\": \"x\"}"), &output, &error)
        == SFN_ALIAS_INVALID_ARN;

    return is_error(&error, SFN_ALIAS_INVALID_ARN, "Invalid Arn: 'Invalid ARN prefix: x'", "/executionArn") && ok;
}

static void *run(void *context)
{
    struct work *work = context;
    char name[32];
    size_t position;
    int i;

    snprintf(name, sizeof name, "alias-%d", work->number);
    work->ok = create(name);
    for (i = 0; i < ROUNDS; i++) {
        work->ok &= start() && fails() && create(name);
        work->ok &= sfn_alias_picker_pick(picker, routing, &position, NULL) == SFN_ALIAS_OK && position < 2;
        work->routed[position]++;
    }
    return NULL;
}

static void open_all(const char *path)
{
    static const sfn_alias_route routes[] = {
        {MACHINE ":1", sizeof MACHINE ":1" - 1, 90}, {MACHINE ":2", sizeof MACHINE ":2" - 1, 10}};
    sfn_alias_string *output = NULL;

    if (path == NULL)
        CHECK(sfn_alias_service_new(NULL, &service, NULL) == SFN_ALIAS_OK);
    else
        CHECK(sfn_alias_service_open(T(path), NULL, &service, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_create_state_machine(service, T(CREATE_MACHINE), &output, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_picker_new(7, &picker, NULL) == SFN_ALIAS_OK);
    CHECK(sfn_alias_routing_new(routes, 2, &routing, NULL) == SFN_ALIAS_OK);
    sfn_alias_string_free(output);
}

/* The picks of a seed do not depend on the threads. */
static size_t expected_second_count(void)
{
    sfn_alias_picker *single = NULL;
    size_t position, second = 0;
    int i;

    CHECK(sfn_alias_picker_new(7, &single, NULL) == SFN_ALIAS_OK);
    for (i = 0; i < THREADS * ROUNDS; i++) {
        sfn_alias_picker_pick(single, routing, &position, NULL);
        second += position;
    }
    sfn_alias_picker_free(single);
    return second;
}

int main(int count, char **arguments)
{
    struct work works[THREADS] = {{0}};
    sfn_alias_start_count counts[2] = {{0, 0}};
    size_t found = 0, second = 0;
    int i;

    open_all(count > 1 ? arguments[1] : NULL);
    for (i = 0; i < THREADS; i++) {
        works[i].number = i;
        CHECK(pthread_create(&works[i].thread, NULL, run, &works[i]) == 0);
    }
    for (i = 0; i < THREADS; i++) {
        CHECK(pthread_join(works[i].thread, NULL) == 0);
        CHECK(works[i].ok);
        second += works[i].routed[1];
    }
    CHECK(second == expected_second_count());
    CHECK(sfn_alias_start_counts(service, T(MACHINE), counts, 2, &found, NULL) == SFN_ALIAS_OK);
    CHECK(found == 1 && counts[0].version == 1 && counts[0].count == THREADS * ROUNDS);
    sfn_alias_service_free(service);
    sfn_alias_picker_free(picker);
    sfn_alias_routing_free(routing);
    return report_result();
}
