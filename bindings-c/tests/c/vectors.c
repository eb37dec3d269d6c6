/* Runs all vectors with the installed library: vectors [--folder FOLDER] FIXTURES FILE...
   With a folder each vector uses an SQLite file in it, otherwise storage in memory. */
#include "functions.h"
#include "json.h"
#include "matching.h"

#include <sfn_alias.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 2025-04-09T20:23:57Z, the time of the first recording. */
#define START_MILLIS INT64_C(1744230237000)

struct runner {
    sfn_alias_service *service;
    int64_t now;
    struct json *saved;
};

static const char *folder;
static int file_number;

static int64_t read_clock(void *context)
{
    return ((struct runner *)context)->now;
}

static void check(sfn_alias_result result, sfn_alias_error *error)
{
    if (result != SFN_ALIAS_OK) {
        fprintf(stderr, "%s\n", sfn_alias_error_message(error).data);
        exit(EXIT_FAILURE);
    }
}

static void set_limits(sfn_alias_options *options, const struct json *limits)
{
    static const struct {
        const char *name;
        uint32_t limit;
    } known[] = {
        {"aliasesPerStateMachine", SFN_ALIAS_LIMIT_ALIASES_PER_STATE_MACHINE},
        {"versionsPerStateMachine", SFN_ALIAS_LIMIT_VERSIONS_PER_STATE_MACHINE},
        {"definitionCharacters", SFN_ALIAS_LIMIT_DEFINITION_CHARACTERS},
        {"inputBytes", SFN_ALIAS_LIMIT_INPUT_BYTES},
        {"requestBytes", SFN_ALIAS_LIMIT_REQUEST_BYTES},
        {"executionsPerStateMachine", SFN_ALIAS_LIMIT_EXECUTIONS_PER_STATE_MACHINE},
        {"tagsPerResource", SFN_ALIAS_LIMIT_TAGS_PER_RESOURCE},
    };
    sfn_alias_error *error = NULL;
    size_t i;

    for (i = 0; i < sizeof known / sizeof *known; i++) {
        const struct json *value = json_get(limits, known[i].name);

        if (value != NULL)
            check(sfn_alias_options_set_limit(options, known[i].limit, (size_t)json_int(value, 0), &error), error);
    }
}

static sfn_alias_options *read_options(const struct json *values, struct runner *runner)
{
    const struct json *seed = json_get(values, "seed"), *outcomes = json_get(values, "outcomes");
    sfn_alias_options *options = NULL;
    sfn_alias_error *error = NULL;
    const char *text;
    size_t length;

    check(sfn_alias_options_new(&options, &error), error);
    set_limits(options, json_get(values, "limits"));
    if (outcomes != NULL) {
        text = json_write(outcomes, &length);
        check(sfn_alias_options_set_outcomes(options, text, length, &error), error);
    }
    if (seed != NULL && seed->type == JSON_NUMBER)
        check(sfn_alias_options_set_seed(options, strtoull(seed->text, NULL, 10), &error), error);
    check(sfn_alias_options_set_update_delay(
        options, 1000 * (uint64_t)json_int(json_get(values, "updateDelaySeconds"), 0), &error), error);
    check(sfn_alias_options_set_deletion_delay(
        options, 1000 * (uint64_t)json_int(json_get(values, "deletionDelaySeconds"), 0), &error), error);
    check(sfn_alias_options_set_clock(options, read_clock, runner, &error), error);
    return options;
}

static void open_service(struct runner *runner, const struct json *values)
{
    sfn_alias_options *options = read_options(values, runner);
    sfn_alias_error *error = NULL;
    char path[4096];

    if (folder == NULL) {
        check(sfn_alias_service_new(options, &runner->service, &error), error);
    } else {
        snprintf(path, sizeof path, "%s/%d.db", folder, ++file_number);
        check(sfn_alias_service_open(path, strlen(path), options, &runner->service, &error), error);
    }
    sfn_alias_options_free(options);
}

static sfn_alias_service *open_scope(const struct runner *runner, const struct json *scope)
{
    static const char *const names[] = {"partition", "account", "region"};
    static const char *const defaults[] = {"aws", "123456789012", "us-east-1"};
    sfn_alias_service *service = NULL;
    sfn_alias_error *error = NULL;
    const char *part[3];
    int i;

    for (i = 0; i < 3; i++) {
        const struct json *value = json_get(scope, names[i]);

        part[i] = value != NULL && value->type == JSON_STRING ? value->text : defaults[i];
    }
    check(sfn_alias_service_in_scope(runner->service, part[0], strlen(part[0]), part[1], strlen(part[1]), part[2],
        strlen(part[2]), &service, &error), error);
    return service;
}

static int ends_execution(const struct json *step)
{
    return json_is(json_get(step, "function"), "end_execution");
}

/* Calls the operation of a step, or ends an execution. Returns `{"status", "body"}` of the output or of the error. */
static struct json *call(struct runner *runner, const struct json *step)
{
    const struct json *operation = json_get(step, "operation"), *body = json_get(step, "body");
    const struct json *input = json_get(step, "input");
    sfn_alias_service *service = open_scope(runner, json_get(step, "scope"));
    sfn_alias_result code;
    sfn_alias_string *output = NULL;
    sfn_alias_error *error = NULL;
    struct json *result = json_new(JSON_OBJECT);
    const char *text = "{}";
    size_t length = 2;

    if (body != NULL && body->type != JSON_NULL) {
        text = body->text;
        length = body->length;
    } else if (input != NULL && input->type != JSON_NULL) {
        text = json_write(input, &length);
    }
    if (ends_execution(step))
        code = sfn_alias_end_execution(service, text, length, &output, &error);
    else
        code = sfn_alias_call(service, operation->text, operation->length, text, length, &output, &error);
    if (code == SFN_ALIAS_OK) {
        json_add(result, "status", json_integer(200));
        json_add(result, "body", take_json(output));
    } else {
        sfn_alias_text error_body = sfn_alias_error_body(error);

        json_add(result, "status", json_integer(sfn_alias_error_status(error)));
        json_add(result, "body", json_parse(error_body.data, error_body.length));
        sfn_alias_error_free(error);
    }
    sfn_alias_service_free(service);
    return result;
}

static void save(struct runner *runner, const struct json *pointers, const struct json *result)
{
    const struct json *body = json_get(result, "body"), *each, *found;
    struct json *old;

    for (each = pointers != NULL ? pointers->first : NULL; each != NULL; each = each->next) {
        found = json_pointer(body != NULL ? body : result, each->text);
        if (found == NULL) {
            fprintf(stderr, "no value at %s\n", each->text);
            exit(EXIT_FAILURE);
        }
        old = json_get(runner->saved, each->key);
        if (old != NULL) {
            old->type = found->type;
            old->text = found->text;
            old->length = found->length;
            old->first = found->first;
            old->last = found->last;
        } else {
            json_add(runner->saved, each->key, json_copy(found));
        }
    }
}

/* Returns whether the result of a step is as expected. */
static int run_step(struct runner *runner, const struct json *step, const struct json *expect, const char *name)
{
    const struct json *expected, *filled = step;
    struct json *result;
    const char *path;
    size_t size[2];

    runner->now += 1000 * (1 + json_int(json_get(step, "after"), 0));
    filled = fill(step, runner->saved);
    result = json_get(step, "function") != NULL && !ends_execution(step) ? run_function(filled) : call(runner, filled);
    save(runner, json_get(step, "save"), result);
    expected = expect != NULL ? fill(expect, runner->saved) : json_parse("{\"status\":200,\"body\":\"$any\"}", 28);
    path = first_difference(expected, result);
    if (path != NULL)
        printf("%s: at %s\n  expected %s\n  found %s\n", name, path, json_write(expected, &size[0]),
            json_write(result, &size[1]));
    return path == NULL;
}

static int run_vector(const struct json *vector, const struct json *fixtures)
{
    struct runner runner = {NULL, START_MILLIS, json_copy(json_get(fixtures, "values"))};
    const struct json *setup = json_get(vector, "given"), *each, *step;
    const char *name = json_get(vector, "name")->text;
    long long left;
    int ok = 1;

    open_service(&runner, json_get(vector, "options"));
    for (each = setup != NULL ? setup->first : NULL; each != NULL; each = each->next) {
        step = each->type == JSON_STRING ? json_get(json_get(fixtures, "steps"), each->text) : each;
        for (left = json_int(json_get(step, "times"), 1); ok && left > 0; left--)
            ok = run_step(&runner, step, json_get(step, "expect"), name);
    }
    ok = ok && run_step(&runner, json_get(vector, "call"), json_get(vector, "expect"), name);
    sfn_alias_service_free(runner.service);
    return ok;
}

static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    *length = (size_t)ftell(file);
    rewind(file);
    text = malloc(*length + 1);
    if (text == NULL || fread(text, 1, *length, file) != *length)
        exit(EXIT_FAILURE);
    fclose(file);
    return text;
}

static int is_named(const char *path, const char *name)
{
    size_t length = strlen(path);

    return length >= strlen(name) && strcmp(path + length - strlen(name), name) == 0;
}

static void run_file(const char *fixtures_path, const char *path, long *passed, long *failed)
{
    size_t length;
    char *fixtures_text = read_file(fixtures_path, &length);
    const struct json *fixtures = json_parse(fixtures_text, length);
    char *text = read_file(path, &length);
    const struct json *vector = json_parse(text, length)->first;
    void *mark = json_mark();

    for (; vector != NULL; vector = vector->next) {
        ++*(run_vector(vector, fixtures) ? passed : failed);
        json_free_from(mark);
    }
    json_free_from(NULL);
    free(text);
    free(fixtures_text);
}

int main(int count, char **arguments)
{
    long passed = 0, failed = 0;
    int i = 1;
    const char *fixtures;

    if (count > 2 && strcmp(arguments[1], "--folder") == 0) {
        folder = arguments[2];
        i = 3;
    }
    if (i >= count)
        return EXIT_FAILURE;
    for (fixtures = arguments[i++]; i < count; i++)
        if (!is_named(arguments[i], "/fixtures.json") && !is_named(arguments[i], "/sources.json"))
            run_file(fixtures, arguments[i], &passed, &failed);
    printf("%ld passed, %ld failed\n", passed, failed);
    return failed == 0 && passed > 1000 ? EXIT_SUCCESS : EXIT_FAILURE;
}
