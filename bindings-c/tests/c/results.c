/* Every constant of the header has a code, and no other number has one. src/result.rs checks at compile time that they
   are equal to those of the core (ErrorKind::ALL). */
#include "testing.h"

static const struct {
    uint32_t number;
    const char *code;
} results[] = {
    {SFN_ALIAS_OK, "OK"},
    {SFN_ALIAS_CONFLICT_EXCEPTION, "ConflictException"},
    {SFN_ALIAS_EXECUTION_ALREADY_EXISTS, "ExecutionAlreadyExists"},
    {SFN_ALIAS_EXECUTION_DOES_NOT_EXIST, "ExecutionDoesNotExist"},
    {SFN_ALIAS_EXECUTION_NOT_REDRIVABLE, "ExecutionNotRedrivable"},
    {SFN_ALIAS_INVALID_ARN, "InvalidArn"},
    {SFN_ALIAS_INVALID_DEFINITION, "InvalidDefinition"},
    {SFN_ALIAS_INVALID_ENCRYPTION_CONFIGURATION, "InvalidEncryptionConfiguration"},
    {SFN_ALIAS_INVALID_EXECUTION_INPUT, "InvalidExecutionInput"},
    {SFN_ALIAS_INVALID_LOGGING_CONFIGURATION, "InvalidLoggingConfiguration"},
    {SFN_ALIAS_INVALID_NAME, "InvalidName"},
    {SFN_ALIAS_INVALID_TOKEN, "InvalidToken"},
    {SFN_ALIAS_MISSING_REQUIRED_PARAMETER, "MissingRequiredParameter"},
    {SFN_ALIAS_RESOURCE_NOT_FOUND, "ResourceNotFound"},
    {SFN_ALIAS_SERVICE_QUOTA_EXCEEDED_EXCEPTION, "ServiceQuotaExceededException"},
    {SFN_ALIAS_STATE_MACHINE_ALREADY_EXISTS, "StateMachineAlreadyExists"},
    {SFN_ALIAS_STATE_MACHINE_DELETING, "StateMachineDeleting"},
    {SFN_ALIAS_STATE_MACHINE_DOES_NOT_EXIST, "StateMachineDoesNotExist"},
    {SFN_ALIAS_STATE_MACHINE_TYPE_NOT_SUPPORTED, "StateMachineTypeNotSupported"},
    {SFN_ALIAS_TOO_MANY_TAGS, "TooManyTags"},
    {SFN_ALIAS_VALIDATION_EXCEPTION, "ValidationException"},
    {SFN_ALIAS_ACCESS_DENIED_EXCEPTION, "AccessDeniedException"},
    {SFN_ALIAS_THROTTLING_EXCEPTION, "ThrottlingException"},
    {SFN_ALIAS_UNKNOWN_OPERATION_EXCEPTION, "UnknownOperationException"},
    {SFN_ALIAS_SERIALIZATION_EXCEPTION, "SerializationException"},
    {SFN_ALIAS_REQUEST_ENTITY_TOO_LARGE_EXCEPTION, "RequestEntityTooLargeException"},
    {SFN_ALIAS_INTERNAL_SERVER_ERROR, "InternalServerError"},
    {SFN_ALIAS_SERVICE_UNAVAILABLE, "ServiceUnavailable"},
    {SFN_ALIAS_INTERNAL_FAILURE, "InternalFailure"},
    {SFN_ALIAS_STORAGE_FAILURE, "StorageFailure"},
    {SFN_ALIAS_SERVICE_CLOSED, "ServiceClosed"},
    {SFN_ALIAS_ENTROPY_FAILURE, "EntropyFailure"},
    {SFN_ALIAS_NULL_ARGUMENT, "NullArgument"},
    {SFN_ALIAS_INVALID_UTF8, "InvalidUtf8"},
    {SFN_ALIAS_INVALID_LENGTH, "InvalidLength"},
    {SFN_ALIAS_INVALID_ARGUMENT, "InvalidArgument"},
    {SFN_ALIAS_PANIC, "Panic"},
};

int main(void)
{
    const size_t count = sizeof results / sizeof *results;
    size_t i, found = 0;
    uint32_t number;

    for (i = 0; i < count; i++) {
        const char *code = sfn_alias_result_code(results[i].number);

        CHECK(code != NULL && strcmp(code, results[i].code) == 0);
        CHECK(i < 2 || results[i].number > results[i - 1].number);
    }
    for (number = 0; number < 100000; number++)
        found += sfn_alias_result_code(number) != NULL;
    CHECK(found == count);
    CHECK(sfn_alias_result_code(UINT32_MAX) == NULL);
    CHECK(strcmp(sfn_alias_version(), SFN_ALIAS_VERSION) == 0);
    return report_result();
}
