/*
 * AWS Step Functions state machine aliases, offline, answering exactly as AWS does.
 *
 * What holds for every function - results, errors, who owns and frees what, threads - is stated in
 * "Conventions" of README.md. Written by `make generate`; do not edit.
 */

#ifndef SFN_ALIAS_H
#define SFN_ALIAS_H

#include <stddef.h>
#include <stdint.h>

/** The release of this header; `sfn_alias_version` gives the library's. */
#define SFN_ALIAS_VERSION "0.1.0"
#define SFN_ALIAS_VERSION_MAJOR 0
#define SFN_ALIAS_VERSION_MINOR 1
#define SFN_ALIAS_VERSION_PATCH 0


/**
 * What a function returns. A number keeps its meaning for ever.
 */
enum sfn_alias_result
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Success.
   */
  SFN_ALIAS_OK = 0,
  /**
   * The alias exists with other members, an alias references the version, or the revision is not current.
   */
  SFN_ALIAS_CONFLICT_EXCEPTION = 10,
  /**
   * An execution with this name exists, with another input or already stopped.
   */
  SFN_ALIAS_EXECUTION_ALREADY_EXISTS = 20,
  /**
   * The execution does not exist.
   */
  SFN_ALIAS_EXECUTION_DOES_NOT_EXIST = 30,
  /**
   * The ARN is not valid, or has another resource type.
   */
  SFN_ALIAS_INVALID_ARN = 40,
  /**
   * The definition is not JSON, or `StartAt` or `States` is missing.
   */
  SFN_ALIAS_INVALID_DEFINITION = 50,
  /**
   * The execution input is not JSON.
   */
  SFN_ALIAS_INVALID_EXECUTION_INPUT = 60,
  /**
   * The name contains a forbidden character.
   */
  SFN_ALIAS_INVALID_NAME = 70,
  /**
   * The page token is malformed, altered, expired, or belongs to another list.
   */
  SFN_ALIAS_INVALID_TOKEN = 80,
  /**
   * UpdateStateMachine has no member to update.
   */
  SFN_ALIAS_MISSING_REQUIRED_PARAMETER = 90,
  /**
   * An alias, version or tagged resource does not exist.
   */
  SFN_ALIAS_RESOURCE_NOT_FOUND = 100,
  /**
   * The maximum number of aliases or versions is reached.
   */
  SFN_ALIAS_SERVICE_QUOTA_EXCEEDED_EXCEPTION = 110,
  /**
   * A state machine with this name and other properties exists.
   */
  SFN_ALIAS_STATE_MACHINE_ALREADY_EXISTS = 120,
  /**
   * The state machine is being deleted.
   */
  SFN_ALIAS_STATE_MACHINE_DELETING = 130,
  /**
   * The state machine, version or alias does not exist.
   */
  SFN_ALIAS_STATE_MACHINE_DOES_NOT_EXIST = 140,
  /**
   * EXPRESS state machines do not support the operation.
   */
  SFN_ALIAS_STATE_MACHINE_TYPE_NOT_SUPPORTED = 150,
  /**
   * The resource would have too many tags.
   */
  SFN_ALIAS_TOO_MANY_TAGS = 160,
  /**
   * The request violates a constraint of the model or a rule of the service.
   */
  SFN_ALIAS_VALIDATION_EXCEPTION = 170,
  /**
   * The operation is unknown.
   */
  SFN_ALIAS_UNKNOWN_OPERATION_EXCEPTION = 180,
  /**
   * The request is not a JSON object, or a member has the wrong type.
   */
  SFN_ALIAS_SERIALIZATION_EXCEPTION = 190,
  /**
   * The request is too large.
   */
  SFN_ALIAS_REQUEST_ENTITY_TOO_LARGE_EXCEPTION = 200,
  /**
   * A bug in this library; nothing was changed.
   */
  SFN_ALIAS_INTERNAL_FAILURE = 210,
  /**
   * The store cannot be opened, read or written; nothing was changed.
   */
  SFN_ALIAS_STORAGE_FAILURE = 220,
  /**
   * The service was closed before the call.
   */
  SFN_ALIAS_SERVICE_CLOSED = 230,
  /**
   * The operating system's random number generator failed.
   */
  SFN_ALIAS_ENTROPY_FAILURE = 240,
  /**
   * A pointer is NULL that must not be.
   */
  SFN_ALIAS_NULL_ARGUMENT = 1000,
  /**
   * A text is not UTF-8.
   */
  SFN_ALIAS_INVALID_UTF8 = 1010,
  /**
   * A length is greater than any object can be.
   */
  SFN_ALIAS_INVALID_LENGTH = 1020,
  /**
   * A value that the function does not take.
   */
  SFN_ALIAS_INVALID_ARGUMENT = 1030,
  /**
   * A bug of this library, caught; what was called may have happened or not.
   */
  SFN_ALIAS_PANIC = 1040,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sfn_alias_result sfn_alias_result;
#else
typedef uint32_t sfn_alias_result;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What `sfn_alias_options_set_limit` takes.
 */
enum sfn_alias_limit
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Aliases of one state machine (100).
   */
  SFN_ALIAS_LIMIT_ALIASES_PER_STATE_MACHINE = 1,
  /**
   * Versions of one state machine (1000).
   */
  SFN_ALIAS_LIMIT_VERSIONS_PER_STATE_MACHINE = 2,
  /**
   * Characters of a definition (1,048,576).
   */
  SFN_ALIAS_LIMIT_DEFINITION_CHARACTERS = 3,
  /**
   * Characters of an execution input (262,144).
   */
  SFN_ALIAS_LIMIT_INPUT_CHARACTERS = 4,
  /**
   * Bytes of a request body (1,048,576).
   */
  SFN_ALIAS_LIMIT_REQUEST_BYTES = 5,
  /**
   * Executions of one state machine that are kept, newest first (10,000).
   */
  SFN_ALIAS_LIMIT_EXECUTIONS_PER_STATE_MACHINE = 6,
  /**
   * Tags of one resource (50).
   */
  SFN_ALIAS_LIMIT_TAGS_PER_RESOURCE = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sfn_alias_limit sfn_alias_limit;
#else
typedef uint32_t sfn_alias_limit;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A text that is yours: free it with `sfn_alias_string_free`.
 */
typedef struct sfn_alias_string sfn_alias_string;

/**
 * Picks routes at random, by weight. A seed makes the picks the same on every platform and in every release.
 * Threads can share one.
 */
typedef struct sfn_alias_picker sfn_alias_picker;

/**
 * The replies of `sfn_alias_call_many`, in the order of its requests.
 */
typedef struct sfn_alias_replies sfn_alias_replies;

/**
 * What went wrong. Free it with `sfn_alias_error_free`.
 */
typedef struct sfn_alias_error sfn_alias_error;

/**
 * One or two routes, whose weights add up to 100. Immutable; threads can share one.
 */
typedef struct sfn_alias_routing sfn_alias_routing;

/**
 * An in-process emulator of AWS Step Functions state machines, versions, aliases and executions. Many threads may share one.
 */
typedef struct sfn_alias_service sfn_alias_service;

/**
 * How a service behaves where you may choose. For one thread at a time; a service keeps a copy.
 */
typedef struct sfn_alias_options sfn_alias_options;

/**
 * A text that is borrowed from the object it was asked from, and lives as long as it does.
 * A NUL stands behind its last byte. An absent text has `data` NULL.
 */
typedef struct sfn_alias_text {
  /**
   * The first byte.
   */
  const char *data;
  /**
   * The number of bytes, without the NUL behind them.
   */
  size_t length;
} sfn_alias_text;

/**
 * The time now, in milliseconds since 1970-01-01T00:00:00Z. Called by any thread that uses the
 * service, several at once; it must return.
 */
typedef int64_t (*sfn_alias_clock)(void *context);

/**
 * One of many requests. Its texts are only read during the call.
 */
typedef struct sfn_alias_request {
  /**
   * The operation's name, for example `StartExecution`.
   */
  const char *operation;
  /**
   * Its length in bytes.
   */
  size_t operation_length;
  /**
   * The input as JSON.
   */
  const char *input;
  /**
   * Its length in bytes.
   */
  size_t input_length;
} sfn_alias_request;

/**
 * How often a version was started.
 */
typedef struct sfn_alias_start_count {
  /**
   * The version's number; 0 for starts with the state machine's own ARN.
   */
  uint32_t version;
  /**
   * Starts since the state machine was created.
   */
  uint64_t count;
} sfn_alias_start_count;

/**
 * One entry of a routing configuration.
 */
typedef struct sfn_alias_route {
  /**
   * The version's ARN; NULL: absent.
   */
  const char *version_arn;
  /**
   * Its length in bytes.
   */
  size_t version_arn_length;
  /**
   * Percentage of starts, 0 to 100.
   */
  int64_t weight;
} sfn_alias_route;

/**
 * The input of CreateStateMachineAlias.
 */
typedef struct sfn_alias_alias_fields {
  /**
   * What the alias is for; NULL: absent.
   */
  const char *description;
  /**
   * Its length in bytes.
   */
  size_t description_length;
  /**
   * The alias's name; NULL: absent.
   */
  const char *name;
  /**
   * Its length in bytes.
   */
  size_t name_length;
  /**
   * The routing configuration; NULL: absent.
   */
  const struct sfn_alias_route *routes;
  /**
   * The number of routes.
   */
  size_t route_count;
} sfn_alias_alias_fields;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The code of a number, for example `ConflictException` of 10; NULL for a number that has none. Static.
 */
const char *sfn_alias_result_code(uint32_t number);

/**
 * The release of this library, for example `0.1.0`. Static. `SFN_ALIAS_VERSION` is that of the header.
 */
const char *sfn_alias_version(void);

/**
 * The bytes of a string. A `string` that is NULL has none.
 */
struct sfn_alias_text sfn_alias_string_text(const struct sfn_alias_string *string);

/**
 * Frees a string. NULL is fine.
 */
void sfn_alias_string_free(struct sfn_alias_string *string);

/**
 * The number that the function returned.
 */
sfn_alias_result sfn_alias_error_result(const struct sfn_alias_error *error);

/**
 * The code: AWS's, for example `ConflictException`, or one of README.md's table.
 */
struct sfn_alias_text sfn_alias_error_code(const struct sfn_alias_error *error);

/**
 * The message: AWS's sentence, or what is wrong with the call.
 */
struct sfn_alias_text sfn_alias_error_message(const struct sfn_alias_error *error);

/**
 * The reason, for example `INVALID_ROUTING_CONFIGURATION`; absent where AWS gives none.
 */
struct sfn_alias_text sfn_alias_error_reason(const struct sfn_alias_error *error);

/**
 * The HTTP status of AWS's answer; 0 for a fault of the call itself.
 */
uint16_t sfn_alias_error_status(const struct sfn_alias_error *error);

/**
 * The member at fault as a JSON pointer, for example `/routingConfiguration/0/weight`; empty for the
 * request as a whole, and for what only the stored state forbids.
 */
struct sfn_alias_text sfn_alias_error_path(const struct sfn_alias_error *error);

/**
 * The JSON that AWS answers, with `__type`; of a deployment that CloudFormation's provider refuses, JSON with
 * `code`, `message` and `problems`; absent for a fault of the call itself.
 */
struct sfn_alias_text sfn_alias_error_body(const struct sfn_alias_error *error);

/**
 * Frees an error. NULL is fine.
 */
void sfn_alias_error_free(struct sfn_alias_error *error);

/**
 * Makes options with AWS's documented values, the system's clock, and no seed.
 */
sfn_alias_result sfn_alias_options_new(struct sfn_alias_options **options, struct sfn_alias_error **error);

/**
 * Frees options. NULL is fine.
 */
void sfn_alias_options_free(struct sfn_alias_options *options);

/**
 * Makes draws, revision ids and generated execution names repeatable.
 */
sfn_alias_result sfn_alias_options_set_seed(struct sfn_alias_options *options,
                                            uint64_t seed,
                                            struct sfn_alias_error **error);

/**
 * Sets a quota or a size. `limit` is one of `SFN_ALIAS_LIMIT_...`; any other is refused with
 * `SFN_ALIAS_INVALID_ARGUMENT`.
 */
sfn_alias_result sfn_alias_options_set_limit(struct sfn_alias_options *options,
                                             uint32_t limit,
                                             size_t value,
                                             struct sfn_alias_error **error);

/**
 * For how many milliseconds after UpdateStateMachineAlias the previous routing still holds (0: not at all).
 */
sfn_alias_result sfn_alias_options_set_update_delay(struct sfn_alias_options *options,
                                                    uint64_t milliseconds,
                                                    struct sfn_alias_error **error);

/**
 * For how many milliseconds DeleteStateMachine leaves a state machine in status DELETING (0: not at all).
 */
sfn_alias_result sfn_alias_options_set_deletion_delay(struct sfn_alias_options *options,
                                                      uint64_t milliseconds,
                                                      struct sfn_alias_error **error);

/**
 * Sets where the time comes from. `context` is handed to `clock` as it is, may be NULL, and must live
 * until the last service with these options is freed.
 */
sfn_alias_result sfn_alias_options_set_clock(struct sfn_alias_options *options,
                                             sfn_alias_clock clock,
                                             void *context,
                                             struct sfn_alias_error **error);

/**
 * Makes an empty service in memory. `options` may be NULL: AWS's values, the system's clock, no seed.
 * Calls run in partition `aws`, account `000000000000`, region `us-east-1`.
 */
sfn_alias_result sfn_alias_service_new(const struct sfn_alias_options *options,
                                       struct sfn_alias_service **service,
                                       struct sfn_alias_error **error);

/**
 * Opens a durable service in an SQLite file, made where there is none. Several processes may open the
 * same file. `options` may be NULL. If the file cannot be opened, the result is `SFN_ALIAS_STORAGE_FAILURE`.
 */
sfn_alias_result sfn_alias_service_open(const char *path,
                                        size_t path_length,
                                        const struct sfn_alias_options *options,
                                        struct sfn_alias_service **service,
                                        struct sfn_alias_error **error);

/**
 * Makes a service that sees the same store from another partition, account (12 digits) or region. It is
 * freed by itself; either may be freed first.
 */
sfn_alias_result sfn_alias_service_in_scope(const struct sfn_alias_service *service,
                                            const char *partition,
                                            size_t partition_length,
                                            const char *account,
                                            size_t account_length,
                                            const char *region,
                                            size_t region_length,
                                            struct sfn_alias_service **scoped,
                                            struct sfn_alias_error **error);

/**
 * Frees a service. NULL is fine. A file is closed with the last service on it.
 */
void sfn_alias_service_free(struct sfn_alias_service *service);

/**
 * Answers one request: an operation's name and its input as JSON in, the output as JSON out. The answer
 * of AWS to a refused request is `sfn_alias_error_status` and `sfn_alias_error_body`.
 */
sfn_alias_result sfn_alias_call(const struct sfn_alias_service *service,
                                const char *operation,
                                size_t operation_length,
                                const char *input,
                                size_t input_length,
                                struct sfn_alias_string **output,
                                struct sfn_alias_error **error);

/**
 * Answers many requests with one commit, in order, each as if it had come alone. Each has its own reply,
 * also where it is refused; `SFN_ALIAS_OK` says that there are replies, not that all are successes.
 */
sfn_alias_result sfn_alias_call_many(const struct sfn_alias_service *service,
                                     const struct sfn_alias_request *requests,
                                     size_t count,
                                     struct sfn_alias_replies **replies,
                                     struct sfn_alias_error **error);

/**
 * As `sfn_alias_validate`, within this service's limits.
 */
sfn_alias_result sfn_alias_service_validate(const struct sfn_alias_service *service,
                                            const char *operation,
                                            size_t operation_length,
                                            const char *input,
                                            size_t input_length,
                                            struct sfn_alias_error **error);

/**
 * As `sfn_alias_check`, within this service's limits.
 */
sfn_alias_result sfn_alias_service_check(const struct sfn_alias_service *service,
                                         const char *operation,
                                         size_t operation_length,
                                         const char *input,
                                         size_t input_length,
                                         struct sfn_alias_string **problems,
                                         struct sfn_alias_error **error);

/**
 * How often each version of a state machine was started, the state machine itself first. Writes the
 * first `capacity` of them to `counts` (which may be NULL where it is 0), and to `count` how many there are.
 */
sfn_alias_result sfn_alias_start_counts(const struct sfn_alias_service *service,
                                        const char *state_machine_arn,
                                        size_t state_machine_arn_length,
                                        struct sfn_alias_start_count *counts,
                                        size_t capacity,
                                        size_t *count,
                                        struct sfn_alias_error **error);

/**
 * How many there are.
 */
size_t sfn_alias_replies_count(const struct sfn_alias_replies *replies);

/**
 * The HTTP status of a reply: 200, or the error's. 0 where there is no such reply.
 */
uint16_t sfn_alias_replies_status(const struct sfn_alias_replies *replies, size_t index);

/**
 * The JSON of a reply: the output, or the error with its `__type`. Absent where there is no such reply.
 */
struct sfn_alias_text sfn_alias_replies_body(const struct sfn_alias_replies *replies, size_t index);

/**
 * Frees replies. NULL is fine.
 */
void sfn_alias_replies_free(struct sfn_alias_replies *replies);

/**
 * What AWS would answer to a request by itself, without looking at what is stored: `SFN_ALIAS_OK`, or the
 * one error.
 */
sfn_alias_result sfn_alias_validate(const char *operation,
                                    size_t operation_length,
                                    const char *input,
                                    size_t input_length,
                                    struct sfn_alias_error **error);

/**
 * All problems of a request by itself at once, as a JSON array of objects with `path`, `code`, `error`,
 * `message` and `fix`; empty for a good request.
 */
sfn_alias_result sfn_alias_check(const char *operation,
                                 size_t operation_length,
                                 const char *input,
                                 size_t input_length,
                                 struct sfn_alias_string **problems,
                                 struct sfn_alias_error **error);

/**
 * What CreateStateMachineAlias would make of an alias that exists, as DescribeStateMachineAlias answered
 * it; `existing` may be NULL: there is none. The answer is JSON, `{"answer": "new" | "replay" | "conflict",
 * "differs": ["description", "routingConfiguration"]}`, with only the members that differ.
 */
sfn_alias_result sfn_alias_compare(const char *existing,
                                   size_t existing_length,
                                   const char *input,
                                   size_t input_length,
                                   struct sfn_alias_string **comparison,
                                   struct sfn_alias_error **error);

/**
 * Takes an ARN apart. The answer is JSON with `kind` (`stateMachine`, `version`, `alias`, `label`,
 * `execution`, `express`, or another type), `partition`, `region`, `account`, and of `stateMachine`,
 * `qualifier`, `execution` and `id` what that kind has.
 */
sfn_alias_result sfn_alias_parse_arn(const char *arn,
                                     size_t arn_length,
                                     struct sfn_alias_string **parts,
                                     struct sfn_alias_error **error);

/**
 * Puts an ARN together from the JSON that `sfn_alias_parse_arn` makes of it.
 */
sfn_alias_result sfn_alias_format_arn(const char *parts,
                                      size_t parts_length,
                                      struct sfn_alias_string **arn,
                                      struct sfn_alias_error **error);

/**
 * As `sfn_alias_validate` of CreateStateMachineAlias.
 */
sfn_alias_result sfn_alias_validate_fields(const struct sfn_alias_alias_fields *fields,
                                           struct sfn_alias_error **error);

/**
 * The fingerprint of a valid create request: equal for requests that AWS takes for the same, and for no
 * others. Writes 32 bytes to `bytes` and 64 hexadecimal digits with a NUL behind them, 65 bytes, to `hex`;
 * either may be NULL.
 */
sfn_alias_result sfn_alias_fingerprint(const struct sfn_alias_alias_fields *fields,
                                       uint8_t *bytes,
                                       char *hex,
                                       struct sfn_alias_error **error);

/**
 * As `sfn_alias_fingerprint`, of a request in JSON.
 */
sfn_alias_result sfn_alias_fingerprint_json(const char *input,
                                            size_t input_length,
                                            uint8_t *bytes,
                                            char *hex,
                                            struct sfn_alias_error **error);

/**
 * The bytes that the fingerprint of a create request is the SHA-256 of, for whoever recomputes it.
 */
sfn_alias_result sfn_alias_fingerprint_encoding(const struct sfn_alias_alias_fields *fields,
                                                struct sfn_alias_string **encoding,
                                                struct sfn_alias_error **error);

/**
 * Creates a routing. An invalid routing gets the error that AWS would return.
 */
sfn_alias_result sfn_alias_routing_new(const struct sfn_alias_route *routes,
                                       size_t count,
                                       struct sfn_alias_routing **routing,
                                       struct sfn_alias_error **error);

/**
 * Frees a routing. NULL is fine.
 */
void sfn_alias_routing_free(struct sfn_alias_routing *routing);

/**
 * Writes to `position` the index, 0 or 1, of the route that a `percent` value of 0 to 99 selects.
 */
sfn_alias_result sfn_alias_pick(const struct sfn_alias_routing *routing,
                                uint8_t percent,
                                size_t *position,
                                struct sfn_alias_error **error);

/**
 * Creates a picker with a seed. The same seed gives the same picks on every platform and in every release.
 */
sfn_alias_result sfn_alias_picker_new(uint64_t seed,
                                      struct sfn_alias_picker **picker,
                                      struct sfn_alias_error **error);

/**
 * Creates a picker with a seed from the operating system.
 */
sfn_alias_result sfn_alias_picker_from_entropy(struct sfn_alias_picker **picker,
                                               struct sfn_alias_error **error);

/**
 * Frees a picker. NULL is fine.
 */
void sfn_alias_picker_free(struct sfn_alias_picker *picker);

/**
 * Writes the next random number from 0 to 99 to `percent`.
 */
sfn_alias_result sfn_alias_picker_next_percent(const struct sfn_alias_picker *picker,
                                               uint8_t *percent,
                                               struct sfn_alias_error **error);

/**
 * Picks a route at random and writes its index, 0 or 1, to `position`.
 */
sfn_alias_result sfn_alias_picker_pick(const struct sfn_alias_picker *picker,
                                       const struct sfn_alias_routing *routing,
                                       size_t *position,
                                       struct sfn_alias_error **error);

/**
 * What is wrong with the aliases, the versions and what starts them in a CloudFormation or SAM template, in
 * JSON or YAML, or in a Terraform plan, in JSON. The report is JSON with `findings`, an array of objects with
 * `rule`, `name`, `severity` (`error`, `warning`, `info`), `logicalId`, `resourceType`, `path`, `line`,
 * `column`, `message`, `description`, `fix`, `url` and, where there are, `condition` and `acknowledged`, and with the
 * counts `errors`, `warnings`, `infos` and `acknowledged`.
 *
 * `options` is a JSON object that may have `parameters`, `disable`, `acknowledge`, `file` and `previous`, and
 * may be NULL: none. A file that cannot be checked, and options that make no sense, are
 * `SFN_ALIAS_INVALID_ARGUMENT`.
 */
sfn_alias_result sfn_alias_check_template(const char *template_,
                                          size_t template_length,
                                          const char *options,
                                          size_t options_length,
                                          struct sfn_alias_string **report,
                                          struct sfn_alias_error **error);

/**
 * The rules that templates are checked by: a JSON array of objects with `id`, `name`, `severity`, `title`,
 * `description`, `fix` and `url`.
 */
sfn_alias_result sfn_alias_template_rules(struct sfn_alias_string **list, struct sfn_alias_error **error);

/**
 * What a gradual deployment will do: its steps with their times and routings, as CloudFormation's provider makes
 * them, or its refusal. The request is a JSON object with `currentRouting`, an array of routes; `preference`, a
 * `DeploymentPreference` as a template writes it, or `shorthand`, for example `10/5m`, `linear 10/1m`, `all-at-once`;
 * and, where the preference does not say, `newVersion` and `alarms`.
 *
 * Here and in the functions below, what the provider refuses is `SFN_ALIAS_VALIDATION_EXCEPTION` with its text,
 * and `sfn_alias_error_body` is JSON with `code`, `message` and `problems`; what cannot be read is
 * `SFN_ALIAS_INVALID_ARGUMENT`.
 */
sfn_alias_result sfn_alias_deployment_plan(const char *request,
                                           size_t request_length,
                                           struct sfn_alias_string **plan,
                                           struct sfn_alias_error **error);

/**
 * The whole course of a deployment on a virtual clock. The request is a JSON object with `plan`, a request for
 * `sfn_alias_deployment_plan`; and, where there are, `events`, an array of what happens to it, for example
 * `{"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"}`.
 */
sfn_alias_result sfn_alias_deployment_simulate(const char *request,
                                               size_t request_length,
                                               struct sfn_alias_string **simulation,
                                               struct sfn_alias_error **error);

/**
 * One step of a deployment. It is told what was observed, and answers what to do next; it does nothing itself.
 *
 * `checkpoint` is what the step before answered as `checkpoint`; of a new deployment, `{"stateMachineAliasArn": ...,
 * "plan": ...}`. `observation` has `nowMillis`, milliseconds since 1970, and `observed`: `start` at the beginning
 * and whenever the caller starts again; `alias` with the `routingConfiguration` that was described; `updated`;
 * `alarms` with `alarms`, an array of `name` and `state`; `waited`; or `failed` with `code` and `message`.
 *
 * `stepped` is `{"checkpoint", "action", "progress", "saveFirst"}`. Keep the checkpoint first, as a whole and on disk; then do what
 * `action.action` says: `describeAlias`, `updateAlias` or `describeAlarms` with `action.input`, the request as AWS
 * takes it; `wait` until `untilMillis`; or `done` with `outcome`. So a caller that is killed at any point leaves a
 * valid routing behind, and goes on from the checkpoint without a wrong or repeated shift. Where the checkpoint cannot be
 * kept, an action with `saveFirst` (a shift) must not be done; every other is, so that alarms are still watched.
 */
sfn_alias_result sfn_alias_deployment_step(const char *checkpoint,
                                           size_t checkpoint_length,
                                           const char *observation,
                                           size_t observation_length,
                                           struct sfn_alias_string **stepped,
                                           struct sfn_alias_error **error);

/**
 * Any of the questions about deployments by its name, with one request: `plan`, `simulate`; `step` (`checkpoint`,
 * `observation` without `nowMillis`, and `nowMillis`); `resume` (`checkpoint`, `stateMachineAliasArn`, `plan`,
 * `description`), the checkpoint where it is of the deployment that is asked for, and `null` where it is of another that
 * has ended, so that the one that is asked for is to begin; `dryRun` (as `simulate`), the calls of a deployment that
 * nothing happens to; `expectedStarts` (`plan`, `startsPerSecond`), how many starts each version sees;
 * `render` (`plan`, and as `format` one of `table`, `timeline`, `ascii`, `svg`), a JSON string to show.
 */
sfn_alias_result sfn_alias_deployment_call(const char *method,
                                           size_t method_length,
                                           const char *request,
                                           size_t request_length,
                                           struct sfn_alias_string **answer,
                                           struct sfn_alias_error **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

/*
 * The operations, a function each: `sfn_alias_call` with the operation's name.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** CreateStateMachineAlias: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_create_state_machine_alias(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "CreateStateMachineAlias", 23, input, input_length, output, error);
}

/** DescribeStateMachineAlias: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_describe_state_machine_alias(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "DescribeStateMachineAlias", 25, input, input_length, output, error);
}

/** ListStateMachineAliases: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_list_state_machine_aliases(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "ListStateMachineAliases", 23, input, input_length, output, error);
}

/** UpdateStateMachineAlias: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_update_state_machine_alias(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "UpdateStateMachineAlias", 23, input, input_length, output, error);
}

/** DeleteStateMachineAlias: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_delete_state_machine_alias(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "DeleteStateMachineAlias", 23, input, input_length, output, error);
}

/** CreateStateMachine: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_create_state_machine(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "CreateStateMachine", 18, input, input_length, output, error);
}

/** UpdateStateMachine: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_update_state_machine(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "UpdateStateMachine", 18, input, input_length, output, error);
}

/** DescribeStateMachine: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_describe_state_machine(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "DescribeStateMachine", 20, input, input_length, output, error);
}

/** ListStateMachines: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_list_state_machines(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "ListStateMachines", 17, input, input_length, output, error);
}

/** DeleteStateMachine: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_delete_state_machine(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "DeleteStateMachine", 18, input, input_length, output, error);
}

/** PublishStateMachineVersion: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_publish_state_machine_version(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "PublishStateMachineVersion", 26, input, input_length, output, error);
}

/** ListStateMachineVersions: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_list_state_machine_versions(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "ListStateMachineVersions", 24, input, input_length, output, error);
}

/** DeleteStateMachineVersion: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_delete_state_machine_version(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "DeleteStateMachineVersion", 25, input, input_length, output, error);
}

/** StartExecution: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_start_execution(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "StartExecution", 14, input, input_length, output, error);
}

/** DescribeExecution: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_describe_execution(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "DescribeExecution", 17, input, input_length, output, error);
}

/** DescribeStateMachineForExecution: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_describe_state_machine_for_execution(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "DescribeStateMachineForExecution", 32, input, input_length, output, error);
}

/** ListExecutions: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_list_executions(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "ListExecutions", 14, input, input_length, output, error);
}

/** StopExecution: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_stop_execution(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "StopExecution", 13, input, input_length, output, error);
}

/** TagResource: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_tag_resource(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "TagResource", 11, input, input_length, output, error);
}

/** UntagResource: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_untag_resource(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "UntagResource", 13, input, input_length, output, error);
}

/** ListTagsForResource: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_list_tags_for_resource(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "ListTagsForResource", 19, input, input_length, output, error);
}

/** ValidateStateMachineDefinition: its input and its output are JSON. */
static inline sfn_alias_result sfn_alias_validate_state_machine_definition(
    const sfn_alias_service *service, const char *input, size_t input_length,
    sfn_alias_string **output, sfn_alias_error **error)
{
    return sfn_alias_call(service, "ValidateStateMachineDefinition", 30, input, input_length, output, error);
}

#ifdef __cplusplus
}
#endif

#endif /* SFN_ALIAS_H */

