/* Eight threads share one service, one picker and one routing; everything is counted at the end. */
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
    int number, good;
    size_t routed[2];
};

static int create(const char *name)
{
    sfn_alias_string *output = NULL;
    char input[512];
    int good;

    snprintf(input, sizeof input, "{\"name\": \"%s\", \"routingConfiguration\": [" ROUTE_1 "]}", name);
    good = sfn_alias_create_state_machine_alias(service, T(input), &output, NULL) == SFN_ALIAS_OK;
    sfn_alias_string_free(output);
    return good;
}

static int start(void)
{
    sfn_alias_string *output = NULL;
    int good = sfn_alias_start_execution(service, T("{\"stateMachineArn\": \"" MACHINE ":1\"}"), &output, NULL)
        == SFN_ALIAS_OK;

    sfn_alias_string_free(output);
    return good;
}

static int refused(void)
{
    sfn_alias_string *output = NULL;
    sfn_alias_error *error = NULL;
    int good = sfn_alias_stop_execution(service, T("{\"executionArn\": \"x\"}"), &output, &error)
        == SFN_ALIAS_INVALID_ARN;

    return is_error(&error, SFN_ALIAS_INVALID_ARN, "Invalid Arn: 'Invalid ARN prefix: x'", "/executionArn") && good;
}

static void *run(void *context)
{
    struct work *work = context;
    char name[32];
    size_t position;
    int i;

    snprintf(name, sizeof name, "alias-%d", work->number);
    work->good = create(name);
    for (i = 0; i < ROUNDS; i++) {
        work->good &= start() && refused() && create(name);
        work->good &= sfn_alias_picker_pick(picker, routing, &position, NULL) == SFN_ALIAS_OK && position < 2;
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

/* The picks of a seed do not depend on which thread takes which. */
static size_t expected_of_second(void)
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
        CHECK(works[i].good);
        second += works[i].routed[1];
    }
    CHECK(second == expected_of_second());
    CHECK(sfn_alias_start_counts(service, T(MACHINE), counts, 2, &found, NULL) == SFN_ALIAS_OK);
    CHECK(found == 1 && counts[0].version == 1 && counts[0].count == THREADS * ROUNDS);
    sfn_alias_service_free(service);
    sfn_alias_picker_free(picker);
    sfn_alias_routing_free(routing);
    return finished();
}
