/* Measures the time of calls and compares it with the minimum work for the same result (baseline.rs). Every round
   runs a slice of each benchmark. The ratios compare slices of one round, so that changes in machine speed affect both. */
#define _POSIX_C_SOURCE 200809L
#include <sfn_alias.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 2001
#define SLICE_NANOSECONDS 1e5 /* Short, so that most slices are not interrupted. */

#define MACHINE "arn:aws:states:us-east-1:123456789012:stateMachine:orders"
#define OPERATION "CreateStateMachineAlias"
#define INPUT \
    "{\"description\": \"the version that customers see\", \"name\": \"PROD\", \"routingConfiguration\": [" \
    "{\"stateMachineVersionArn\": \"" MACHINE ":1\", \"weight\": 90}," \
    "{\"stateMachineVersionArn\": \"" MACHINE ":2\", \"weight\": 10}]}"

uint32_t baseline_empty(void);
uint32_t baseline_parse(const char *input, size_t length);
void baseline_sha256(const uint8_t *bytes, size_t length, uint8_t *digest);

static const sfn_alias_route routes[] = {
    {MACHINE ":1", sizeof MACHINE ":1" - 1, 90}, {MACHINE ":2", sizeof MACHINE ":2" - 1, 10}};
static const sfn_alias_alias_fields fields = {
    "the version that customers see", 30, "PROD", 4, routes, 2};

static sfn_alias_routing *routing;
static sfn_alias_picker *picker;
static sfn_alias_text encoding;

static uint32_t empty(void) { return baseline_empty(); }
static uint32_t parse(void) { return baseline_parse(INPUT, sizeof INPUT - 1); }

static uint32_t validate_json(void)
{
    return sfn_alias_validate(OPERATION, sizeof OPERATION - 1, INPUT, sizeof INPUT - 1, NULL);
}

static uint32_t validate_fields(void) { return sfn_alias_validate_fields(&fields, NULL); }

static uint32_t sha256(void)
{
    uint8_t digest[32];

    baseline_sha256((const uint8_t *)encoding.data, encoding.length, digest);
    return 0;
}

static uint32_t fingerprint(void)
{
    uint8_t bytes[32];

    return sfn_alias_fingerprint(&fields, bytes, NULL, NULL);
}

static uint32_t fingerprint_json(void)
{
    uint8_t bytes[32];

    return sfn_alias_fingerprint_json(INPUT, sizeof INPUT - 1, bytes, NULL, NULL);
}

static uint32_t pick(void)
{
    size_t position;

    return sfn_alias_pick(routing, 91, &position, NULL);
}

static uint32_t picker_pick(void)
{
    size_t position;

    return sfn_alias_picker_pick(picker, routing, &position, NULL);
}

static struct {
    const char *name;
    uint32_t (*run)(void);
    int baseline; /* Index of the benchmark to compare with; its own index for a baseline. */
    long calls;
    double times[ROUNDS], ratios[ROUNDS];
} benches[] = {
    {"baseline: empty call", empty, 0, 0, {0}, {0}},
    {"baseline: bare serde parse of the same bytes", parse, 1, 0, {0}, {0}},
    {"validate from JSON", validate_json, 1, 0, {0}, {0}},
    {"validate from fields", validate_fields, 1, 0, {0}, {0}},
    {"baseline: bare SHA-256 of the encoding", sha256, 4, 0, {0}, {0}},
    {"fingerprint from fields", fingerprint, 4, 0, {0}, {0}},
    {"fingerprint from JSON", fingerprint_json, 4, 0, {0}, {0}},
    {"pick", pick, 0, 0, {0}, {0}},
    {"picker_pick", picker_pick, 0, 0, {0}, {0}},
};

#define COUNT (sizeof benches / sizeof *benches)

static double run_slice(size_t index)
{
    struct timespec from, to;
    uint32_t failed = 0;
    long i;

    clock_gettime(CLOCK_MONOTONIC, &from);
    for (i = 0; i < benches[index].calls; i++)
        failed |= benches[index].run();
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (failed != 0) {
        fprintf(stderr, "%s failed\n", benches[index].name);
        exit(EXIT_FAILURE);
    }
    return 1e9 * (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec);
}

static void calibrate(size_t index)
{
    for (benches[index].calls = 16; run_slice(index) < SLICE_NANOSECONDS; benches[index].calls *= 2)
        continue;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double quantile(double *values, double part)
{
    qsort(values, ROUNDS, sizeof *values, compare_doubles);
    return values[(int)(part * (ROUNDS - 1))];
}

static void prepare(void)
{
    sfn_alias_string *bytes = NULL;

    if (sfn_alias_routing_new(routes, 2, &routing, NULL) != SFN_ALIAS_OK
        || sfn_alias_picker_new(7, &picker, NULL) != SFN_ALIAS_OK
        || sfn_alias_fingerprint_encoding(&fields, &bytes, NULL) != SFN_ALIAS_OK)
        exit(EXIT_FAILURE);
    encoding = sfn_alias_string_text(bytes);
}

int main(void)
{
    size_t index;
    int round;

    prepare();
    for (index = 0; index < COUNT; index++)
        calibrate(index);
    for (round = 0; round < ROUNDS; round++) {
        for (index = 0; index < COUNT; index++)
            benches[index].times[round] = run_slice(index) / (double)benches[index].calls;
        for (index = 0; index < COUNT; index++)
            benches[index].ratios[round] = benches[index].times[round] / benches[benches[index].baseline].times[round];
    }
    printf("| benchmark | ns, median (10%%, 90%%) | ratio to baseline, median (10%%, 90%%) |\n| --- | --- | --- |\n");
    for (index = 0; index < COUNT; index++)
        printf("| %s | %.1f (%.1f, %.1f) | %.2f (%.2f, %.2f) |\n", benches[index].name,
            quantile(benches[index].times, 0.5), quantile(benches[index].times, 0.1), quantile(benches[index].times, 0.9),
            quantile(benches[index].ratios, 0.5), quantile(benches[index].ratios, 0.1), quantile(benches[index].ratios, 0.9));
    return EXIT_SUCCESS;
}
