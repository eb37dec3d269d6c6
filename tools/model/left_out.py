"""What the service model has and this project leaves out, each with the reason.

An entry that the model no longer needs is a difference as well, so this list cannot grow stale.
"""

NO_KEYS = "nothing is encrypted here, so no key is ever asked for"
NOT_LOOKED_UP = "the configuration is kept and given back; what it points at is never looked up"
NO_QUOTA = "a local service has no quota of this"

ERRORS = {
    "ExecutionLimitExceeded": NO_QUOTA,
    "InvalidEncryptionConfiguration": NOT_LOOKED_UP,
    "InvalidLoggingConfiguration": NOT_LOOKED_UP,
    "InvalidTracingConfiguration": NOT_LOOKED_UP,
    "KmsAccessDeniedException": NO_KEYS,
    "KmsInvalidStateException": NO_KEYS,
    "KmsThrottlingException": NO_KEYS,
    "StateMachineLimitExceeded": NO_QUOTA,
}

ACTIVITIES = "activities and their workers are no part of aliases"
NOT_INTERPRETED = "executions are routed and recorded, not interpreted"
NO_MAP_RUNS = "map runs come from interpreting, and nothing is interpreted"

OPERATIONS = {
    "CreateActivity": ACTIVITIES,
    "DeleteActivity": ACTIVITIES,
    "DescribeActivity": ACTIVITIES,
    "DescribeMapRun": NO_MAP_RUNS,
    "GetActivityTask": ACTIVITIES,
    "GetExecutionHistory": NOT_INTERPRETED,
    "ListActivities": ACTIVITIES,
    "ListMapRuns": NO_MAP_RUNS,
    "RedriveExecution": NOT_INTERPRETED,
    "SendTaskFailure": ACTIVITIES,
    "SendTaskHeartbeat": ACTIVITIES,
    "SendTaskSuccess": ACTIVITIES,
    "StartSyncExecution": NOT_INTERPRETED,
    "TestState": NOT_INTERPRETED,
    "UpdateMapRun": NO_MAP_RUNS,
}

# Answered by the framework in front of the service, which the service's model does not describe.
FRAMEWORK_ERRORS = {
    "RequestEntityTooLargeException",
    "SerializationException",
    "UnknownOperationException",
}
