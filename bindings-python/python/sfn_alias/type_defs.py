"""Types of requests and answers, compatible with those of ``mypy_boto3_stepfunctions.type_defs``.

Written by ``make generate`` from botocore's service model.
"""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

if sys.version_info >= (3, 11):
    from typing import NotRequired, TypedDict
else:
    from typing_extensions import NotRequired, TypedDict

EncryptionTypeType = Literal["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"]
ExecutionRedriveFilterType = Literal["NOT_REDRIVEN", "REDRIVEN"]
ExecutionRedriveStatusType = Literal["NOT_REDRIVABLE", "REDRIVABLE", "REDRIVABLE_BY_MAP_RUN"]
ExecutionStatusType = Literal["ABORTED", "FAILED", "PENDING_REDRIVE", "RUNNING", "SUCCEEDED", "TIMED_OUT"]
IncludedDataType = Literal["ALL_DATA", "METADATA_ONLY"]
LogLevelType = Literal["ALL", "ERROR", "FATAL", "OFF"]
StateMachineStatusType = Literal["ACTIVE", "DELETING"]
StateMachineTypeType = Literal["EXPRESS", "STANDARD"]
ValidateStateMachineDefinitionResultCodeType = Literal["FAIL", "OK"]
ValidateStateMachineDefinitionSeverityType = Literal["ERROR", "WARNING"]


class ResponseMetadataTypeDef(TypedDict):
    """As botocore gives it."""

    RequestId: str
    HTTPStatusCode: int
    HTTPHeaders: dict[str, str]
    RetryAttempts: int
    HostId: NotRequired[str]


class EmptyTypeDef(TypedDict):
    """The answer of operations that answer nothing."""

    ResponseMetadata: ResponseMetadataTypeDef


class Limits(TypedDict, total=False):
    """Quotas and sizes; those left out are AWS's."""

    aliases_per_state_machine: int
    versions_per_state_machine: int
    definition_characters: int
    input_characters: int
    request_bytes: int
    executions_per_state_machine: int
    tags_per_resource: int


class Problem(TypedDict):
    """One problem of a request."""

    path: str
    code: str
    error: str
    message: str
    fix: str


class Acknowledgement(TypedDict):
    """A finding in a template that is known and accepted."""

    rule: str
    """The rule's id or name."""
    logicalId: NotRequired[str]
    """The resource; every one where absent."""
    reason: str


class TemplateFinding(TypedDict):
    """Something that is wrong in a template."""

    rule: str
    name: str
    severity: Literal["error", "warning", "info"]
    logicalId: str
    resourceType: str
    path: str
    """A JSON pointer into the template."""
    line: NotRequired[int]
    """From 1, as is the column; absent where the template was handed over as a ``dict``."""
    column: NotRequired[int]
    message: str
    description: str
    fix: str
    url: str
    condition: NotRequired[str]
    """The conditions and parameters' defaults that it holds under; absent: it always holds."""
    acknowledged: NotRequired[str]
    """Why it is accepted, where it is."""


class TemplateReport(TypedDict):
    """What ``check_template`` found, and how many of it is not acknowledged."""

    findings: list[TemplateFinding]
    errors: int
    warnings: int
    infos: int
    acknowledged: int


class TemplateRule(TypedDict):
    """A rule that templates are checked by. Its id and name stay the same in every later version."""

    id: str
    name: str
    severity: Literal["error", "warning", "info"]
    title: str
    description: str
    fix: str
    url: str


class Comparison(TypedDict):
    """What a create request is beside an alias."""

    answer: Literal["new", "replay", "conflict"]
    differs: list[Literal["description", "routingConfiguration"]]


class ArnParts(TypedDict):
    """An ARN, taken apart."""

    kind: str
    partition: str
    region: str
    account: str
    stateMachine: NotRequired[str]
    qualifier: NotRequired[str]
    execution: NotRequired[str]
    id: NotRequired[str]


class RoutingConfigurationListItemTypeDef(TypedDict):
    stateMachineVersionArn: str
    weight: int


class CreateStateMachineAliasInputTypeDef(TypedDict):
    name: str
    routingConfiguration: Sequence[RoutingConfigurationListItemTypeDef]
    description: NotRequired[str]


class CreateStateMachineAliasOutputTypeDef(TypedDict):
    stateMachineAliasArn: str
    creationDate: datetime
    ResponseMetadata: ResponseMetadataTypeDef


class DescribeStateMachineAliasInputTypeDef(TypedDict):
    stateMachineAliasArn: str


class DescribeStateMachineAliasOutputTypeDef(TypedDict):
    stateMachineAliasArn: str
    name: str
    description: str
    routingConfiguration: list[RoutingConfigurationListItemTypeDef]
    creationDate: datetime
    updateDate: datetime
    ResponseMetadata: ResponseMetadataTypeDef


class ListStateMachineAliasesInputTypeDef(TypedDict):
    stateMachineArn: str
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class StateMachineAliasListItemTypeDef(TypedDict):
    stateMachineAliasArn: str
    creationDate: datetime


class ListStateMachineAliasesOutputTypeDef(TypedDict):
    stateMachineAliases: list[StateMachineAliasListItemTypeDef]
    nextToken: NotRequired[str]
    ResponseMetadata: ResponseMetadataTypeDef


class UpdateStateMachineAliasInputTypeDef(TypedDict):
    stateMachineAliasArn: str
    description: NotRequired[str]
    routingConfiguration: NotRequired[Sequence[RoutingConfigurationListItemTypeDef]]


class UpdateStateMachineAliasOutputTypeDef(TypedDict):
    updateDate: datetime
    ResponseMetadata: ResponseMetadataTypeDef


class DeleteStateMachineAliasInputTypeDef(TypedDict):
    stateMachineAliasArn: str


class CloudWatchLogsLogGroupTypeDef(TypedDict):
    logGroupArn: NotRequired[str]


class LogDestinationTypeDef(TypedDict):
    cloudWatchLogsLogGroup: NotRequired[CloudWatchLogsLogGroupTypeDef]


class LoggingConfigurationTypeDef(TypedDict):
    level: NotRequired[LogLevelType]
    includeExecutionData: NotRequired[bool]
    destinations: NotRequired[Sequence[LogDestinationTypeDef]]


class TagTypeDef(TypedDict):
    key: NotRequired[str]
    value: NotRequired[str]


class TracingConfigurationTypeDef(TypedDict):
    enabled: NotRequired[bool]


class EncryptionConfigurationTypeDef(TypedDict):
    type: EncryptionTypeType
    kmsKeyId: NotRequired[str]
    kmsDataKeyReusePeriodSeconds: NotRequired[int]


class CreateStateMachineInputTypeDef(TypedDict):
    name: str
    definition: str
    roleArn: str
    type: NotRequired[StateMachineTypeType]
    loggingConfiguration: NotRequired[LoggingConfigurationTypeDef]
    tags: NotRequired[Sequence[TagTypeDef]]
    tracingConfiguration: NotRequired[TracingConfigurationTypeDef]
    publish: NotRequired[bool]
    versionDescription: NotRequired[str]
    encryptionConfiguration: NotRequired[EncryptionConfigurationTypeDef]


class CreateStateMachineOutputTypeDef(TypedDict):
    stateMachineArn: str
    creationDate: datetime
    stateMachineVersionArn: str
    ResponseMetadata: ResponseMetadataTypeDef


class UpdateStateMachineInputTypeDef(TypedDict):
    stateMachineArn: str
    definition: NotRequired[str]
    roleArn: NotRequired[str]
    loggingConfiguration: NotRequired[LoggingConfigurationTypeDef]
    tracingConfiguration: NotRequired[TracingConfigurationTypeDef]
    publish: NotRequired[bool]
    versionDescription: NotRequired[str]
    encryptionConfiguration: NotRequired[EncryptionConfigurationTypeDef]


class UpdateStateMachineOutputTypeDef(TypedDict):
    updateDate: datetime
    revisionId: str
    stateMachineVersionArn: str
    ResponseMetadata: ResponseMetadataTypeDef


class DescribeStateMachineInputTypeDef(TypedDict):
    stateMachineArn: str
    includedData: NotRequired[IncludedDataType]


class LoggingConfigurationOutputTypeDef(TypedDict):
    level: NotRequired[LogLevelType]
    includeExecutionData: NotRequired[bool]
    destinations: NotRequired[list[LogDestinationTypeDef]]


class DescribeStateMachineOutputTypeDef(TypedDict):
    stateMachineArn: str
    name: str
    status: StateMachineStatusType
    definition: str
    roleArn: str
    type: StateMachineTypeType
    creationDate: datetime
    loggingConfiguration: LoggingConfigurationOutputTypeDef
    tracingConfiguration: TracingConfigurationTypeDef
    label: str
    revisionId: str
    description: str
    encryptionConfiguration: EncryptionConfigurationTypeDef
    variableReferences: dict[str, list[str]]
    ResponseMetadata: ResponseMetadataTypeDef


class ListStateMachinesInputTypeDef(TypedDict):
    maxResults: NotRequired[int]
    nextToken: NotRequired[str]


class StateMachineListItemTypeDef(TypedDict):
    stateMachineArn: str
    name: str
    type: StateMachineTypeType
    creationDate: datetime


class ListStateMachinesOutputTypeDef(TypedDict):
    stateMachines: list[StateMachineListItemTypeDef]
    nextToken: NotRequired[str]
    ResponseMetadata: ResponseMetadataTypeDef


class DeleteStateMachineInputTypeDef(TypedDict):
    stateMachineArn: str


class PublishStateMachineVersionInputTypeDef(TypedDict):
    stateMachineArn: str
    revisionId: NotRequired[str]
    description: NotRequired[str]


class PublishStateMachineVersionOutputTypeDef(TypedDict):
    creationDate: datetime
    stateMachineVersionArn: str
    ResponseMetadata: ResponseMetadataTypeDef


class ListStateMachineVersionsInputTypeDef(TypedDict):
    stateMachineArn: str
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class StateMachineVersionListItemTypeDef(TypedDict):
    stateMachineVersionArn: str
    creationDate: datetime


class ListStateMachineVersionsOutputTypeDef(TypedDict):
    stateMachineVersions: list[StateMachineVersionListItemTypeDef]
    nextToken: NotRequired[str]
    ResponseMetadata: ResponseMetadataTypeDef


class DeleteStateMachineVersionInputTypeDef(TypedDict):
    stateMachineVersionArn: str


class StartExecutionInputTypeDef(TypedDict):
    stateMachineArn: str
    name: NotRequired[str]
    input: NotRequired[str]
    traceHeader: NotRequired[str]


class StartExecutionOutputTypeDef(TypedDict):
    executionArn: str
    startDate: datetime
    ResponseMetadata: ResponseMetadataTypeDef


class DescribeExecutionInputTypeDef(TypedDict):
    executionArn: str
    includedData: NotRequired[IncludedDataType]


class CloudWatchEventsExecutionDataDetailsTypeDef(TypedDict):
    included: NotRequired[bool]


class DescribeExecutionOutputTypeDef(TypedDict):
    executionArn: str
    stateMachineArn: str
    name: str
    status: ExecutionStatusType
    startDate: datetime
    input: str
    inputDetails: CloudWatchEventsExecutionDataDetailsTypeDef
    redriveCount: int
    redriveStatus: ExecutionRedriveStatusType
    stopDate: NotRequired[datetime]
    output: NotRequired[str]
    outputDetails: NotRequired[CloudWatchEventsExecutionDataDetailsTypeDef]
    traceHeader: NotRequired[str]
    mapRunArn: NotRequired[str]
    error: NotRequired[str]
    cause: NotRequired[str]
    stateMachineVersionArn: NotRequired[str]
    stateMachineAliasArn: NotRequired[str]
    redriveDate: NotRequired[datetime]
    redriveStatusReason: NotRequired[str]
    ResponseMetadata: ResponseMetadataTypeDef


class DescribeStateMachineForExecutionInputTypeDef(TypedDict):
    executionArn: str
    includedData: NotRequired[IncludedDataType]


class DescribeStateMachineForExecutionOutputTypeDef(TypedDict):
    stateMachineArn: str
    name: str
    definition: str
    roleArn: str
    updateDate: datetime
    loggingConfiguration: LoggingConfigurationOutputTypeDef
    tracingConfiguration: TracingConfigurationTypeDef
    mapRunArn: str
    label: str
    revisionId: str
    encryptionConfiguration: EncryptionConfigurationTypeDef
    variableReferences: dict[str, list[str]]
    ResponseMetadata: ResponseMetadataTypeDef


class ListExecutionsInputTypeDef(TypedDict):
    stateMachineArn: NotRequired[str]
    statusFilter: NotRequired[ExecutionStatusType]
    maxResults: NotRequired[int]
    nextToken: NotRequired[str]
    mapRunArn: NotRequired[str]
    redriveFilter: NotRequired[ExecutionRedriveFilterType]


class ExecutionListItemTypeDef(TypedDict):
    executionArn: str
    stateMachineArn: str
    name: str
    status: ExecutionStatusType
    startDate: datetime
    stopDate: NotRequired[datetime]
    mapRunArn: NotRequired[str]
    itemCount: NotRequired[int]
    stateMachineVersionArn: NotRequired[str]
    stateMachineAliasArn: NotRequired[str]
    redriveCount: NotRequired[int]
    redriveDate: NotRequired[datetime]


class ListExecutionsOutputTypeDef(TypedDict):
    executions: list[ExecutionListItemTypeDef]
    nextToken: NotRequired[str]
    ResponseMetadata: ResponseMetadataTypeDef


class StopExecutionInputTypeDef(TypedDict):
    executionArn: str
    error: NotRequired[str]
    cause: NotRequired[str]


class StopExecutionOutputTypeDef(TypedDict):
    stopDate: datetime
    ResponseMetadata: ResponseMetadataTypeDef


class TagResourceInputTypeDef(TypedDict):
    resourceArn: str
    tags: Sequence[TagTypeDef]


class UntagResourceInputTypeDef(TypedDict):
    resourceArn: str
    tagKeys: Sequence[str]


class ListTagsForResourceInputTypeDef(TypedDict):
    resourceArn: str


class ListTagsForResourceOutputTypeDef(TypedDict):
    tags: list[TagTypeDef]
    ResponseMetadata: ResponseMetadataTypeDef


class ValidateStateMachineDefinitionInputTypeDef(TypedDict):
    definition: str
    type: NotRequired[StateMachineTypeType]
    severity: NotRequired[ValidateStateMachineDefinitionSeverityType]
    maxResults: NotRequired[int]


class ValidateStateMachineDefinitionDiagnosticTypeDef(TypedDict):
    severity: ValidateStateMachineDefinitionSeverityType
    code: str
    message: str
    location: NotRequired[str]


class ValidateStateMachineDefinitionOutputTypeDef(TypedDict):
    result: ValidateStateMachineDefinitionResultCodeType
    diagnostics: list[ValidateStateMachineDefinitionDiagnosticTypeDef]
    truncated: bool
    ResponseMetadata: ResponseMetadataTypeDef
