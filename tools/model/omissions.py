"""Operations and errors of the service model that this project omits, each with the reason.

An entry that is no longer needed is also a difference, so this list cannot become outdated.
"""

NO_ENCRYPTION = "nothing is encrypted, so no key is used"
NOT_RESOLVED = "the configuration is stored and returned; the resources that it references are not checked"
NO_QUOTA = "a local service does not have this quota"

ERRORS = {
    "ExecutionLimitExceeded": NO_QUOTA,
    "InvalidTracingConfiguration": NOT_RESOLVED,
    "KmsAccessDeniedException": NO_ENCRYPTION,
    "KmsInvalidStateException": NO_ENCRYPTION,
    "KmsThrottlingException": NO_ENCRYPTION,
    "StateMachineLimitExceeded": NO_QUOTA,
}

ACTIVITIES = "activities and their workers are not related to aliases"
NOT_INTERPRETED = "definitions are not interpreted"
NO_MAP_RUNS = "definitions are not interpreted, so there are no map runs"

OPERATIONS = {
    "CreateActivity": ACTIVITIES,
    "DeleteActivity": ACTIVITIES,
    "DescribeActivity": ACTIVITIES,
    "DescribeMapRun": NO_MAP_RUNS,
    "GetActivityTask": ACTIVITIES,
    "ListActivities": ACTIVITIES,
    "ListMapRuns": NO_MAP_RUNS,
    "SendTaskFailure": ACTIVITIES,
    "SendTaskHeartbeat": ACTIVITIES,
    "SendTaskSuccess": ACTIVITIES,
    "TestState": NOT_INTERPRETED,
    "UpdateMapRun": NO_MAP_RUNS,
}

# Errors of the framework in front of the service, which the service model does not describe.
FRAMEWORK_ERRORS = {
    "AccessDeniedException",
    "InternalServerError",
    "RequestEntityTooLargeException",
    "SerializationException",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnknownOperationException",
}
