# Written by `make generate`.
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from os import PathLike
from types import ModuleType, TracebackType
from typing import Any, Final, final

from sfn_alias.type_defs import (
    Acknowledgement,
    ArnParts,
    Comparison,
    CreateStateMachineAliasInputTypeDef,
    CreateStateMachineAliasOutputTypeDef,
    CreateStateMachineInputTypeDef,
    CreateStateMachineOutputTypeDef,
    DeleteStateMachineAliasInputTypeDef,
    DeleteStateMachineInputTypeDef,
    DeleteStateMachineVersionInputTypeDef,
    DescribeExecutionInputTypeDef,
    DescribeExecutionOutputTypeDef,
    DescribeStateMachineAliasInputTypeDef,
    DescribeStateMachineAliasOutputTypeDef,
    DescribeStateMachineForExecutionInputTypeDef,
    DescribeStateMachineForExecutionOutputTypeDef,
    DescribeStateMachineInputTypeDef,
    DescribeStateMachineOutputTypeDef,
    EmptyTypeDef,
    Limits,
    ListExecutionsInputTypeDef,
    ListExecutionsOutputTypeDef,
    ListStateMachineAliasesInputTypeDef,
    ListStateMachineAliasesOutputTypeDef,
    ListStateMachineVersionsInputTypeDef,
    ListStateMachineVersionsOutputTypeDef,
    ListStateMachinesInputTypeDef,
    ListStateMachinesOutputTypeDef,
    ListTagsForResourceInputTypeDef,
    ListTagsForResourceOutputTypeDef,
    Problem,
    PublishStateMachineVersionInputTypeDef,
    PublishStateMachineVersionOutputTypeDef,
    RoutingConfigurationListItemTypeDef,
    StartExecutionInputTypeDef,
    StartExecutionOutputTypeDef,
    StopExecutionInputTypeDef,
    StopExecutionOutputTypeDef,
    TagResourceInputTypeDef,
    TemplateReport,
    TemplateRule,
    UntagResourceInputTypeDef,
    UpdateStateMachineAliasInputTypeDef,
    UpdateStateMachineAliasOutputTypeDef,
    UpdateStateMachineInputTypeDef,
    UpdateStateMachineOutputTypeDef,
    ValidateStateMachineDefinitionInputTypeDef,
    ValidateStateMachineDefinitionOutputTypeDef,
)

if sys.version_info >= (3, 11):
    from typing import Self, Unpack
else:
    from typing_extensions import Self, Unpack

__all__ = [
    "ERROR_KINDS",
    "OPERATIONS",
    "StepFunctions",
    "WeightedPicker",
    "Server",
    "__version__",
    "check",
    "check_template",
    "compare",
    "deployment_json",
    "fingerprint",
    "fingerprint_encoding",
    "format_arn",
    "main",
    "parse_arn",
    "pick",
    "request_id",
    "serve",
    "template_rules",
    "validate",
    "validate_json",
]

OPERATIONS: Final[dict[str, str]]
ERROR_KINDS: Final[list[tuple[str, int, int]]]
__version__: Final[str]

def validate(operation: str, input: Mapping[str, Any]) -> None: ...
def check(operation: str, input: Mapping[str, Any]) -> list[Problem]: ...
def check_template(
    template: str | bytes | Mapping[str, Any],
    *,
    parameters: Mapping[str, str] | None = None,
    disable: Sequence[str] | None = None,
    acknowledge: Sequence[Acknowledgement] | None = None,
    file: str | None = None,
    previous: str | None = None,
) -> TemplateReport: ...
def template_rules() -> list[TemplateRule]: ...
def validate_json(operation: str, body: bytes) -> None: ...
def deployment_json(method: str, request: str) -> str: ...
def request_id() -> str: ...
def fingerprint(input: CreateStateMachineAliasInputTypeDef) -> str: ...
def fingerprint_encoding(input: CreateStateMachineAliasInputTypeDef) -> bytes: ...
def compare(existing: Mapping[str, Any] | None, input: CreateStateMachineAliasInputTypeDef) -> Comparison: ...
def parse_arn(arn: str) -> ArnParts: ...
def format_arn(parts: ArnParts) -> str: ...
def pick(routing: Sequence[RoutingConfigurationListItemTypeDef], percent: int) -> str: ...
def main(argv: Sequence[str]) -> int: ...
def serve(
    data: str | PathLike[str] | StepFunctions | None = None,
    port: int = 0,
    *,
    partition: str | None = None,
    account: str | None = None,
    region: str | None = None,
    seed: int | None = None,
    update_delay: float | timedelta | None = None,
    deletion_delay: float | timedelta | None = None,
    limits: Limits | None = None,
) -> Server: ...
@final
class Server:
    @property
    def url(self) -> str: ...
    @property
    def aliases(self) -> StepFunctions: ...
    def close(self) -> None: ...
    def __enter__(self) -> str: ...
    def __exit__(
        self,
        _class: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None: ...

@final
class WeightedPicker:
    def __new__(cls, seed: int | None = None) -> Self: ...
    def next_percent(self) -> int: ...
    def pick(self, routing: Sequence[RoutingConfigurationListItemTypeDef]) -> str: ...

@final
class StepFunctions:
    def __new__(
        cls,
        path: str | PathLike[str] | None = None,
        *,
        partition: str | None = None,
        account: str | None = None,
        region: str | None = None,
        seed: int | None = None,
        update_delay: float | timedelta | None = None,
        deletion_delay: float | timedelta | None = None,
        clock: Callable[[], datetime | float] | None = None,
        limits: Limits | None = None,
    ) -> Self: ...
    @property
    def partition(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def exceptions(self) -> ModuleType: ...
    def in_scope(
        self, *, partition: str | None = None, account: str | None = None, region: str | None = None
    ) -> StepFunctions: ...
    def call(self, operation: str, input: Mapping[str, Any] | None = None) -> dict[str, Any]: ...
    def call_json(self, operation: str, body: bytes) -> tuple[int, bytes]: ...
    def start_counts(self, state_machine_arn: str) -> dict[int | None, int]: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        _class: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None: ...
    def create_state_machine_alias(self, **input: Unpack[CreateStateMachineAliasInputTypeDef]) -> CreateStateMachineAliasOutputTypeDef: ...
    def describe_state_machine_alias(self, **input: Unpack[DescribeStateMachineAliasInputTypeDef]) -> DescribeStateMachineAliasOutputTypeDef: ...
    def list_state_machine_aliases(self, **input: Unpack[ListStateMachineAliasesInputTypeDef]) -> ListStateMachineAliasesOutputTypeDef: ...
    def update_state_machine_alias(self, **input: Unpack[UpdateStateMachineAliasInputTypeDef]) -> UpdateStateMachineAliasOutputTypeDef: ...
    def delete_state_machine_alias(self, **input: Unpack[DeleteStateMachineAliasInputTypeDef]) -> EmptyTypeDef: ...
    def create_state_machine(self, **input: Unpack[CreateStateMachineInputTypeDef]) -> CreateStateMachineOutputTypeDef: ...
    def update_state_machine(self, **input: Unpack[UpdateStateMachineInputTypeDef]) -> UpdateStateMachineOutputTypeDef: ...
    def describe_state_machine(self, **input: Unpack[DescribeStateMachineInputTypeDef]) -> DescribeStateMachineOutputTypeDef: ...
    def list_state_machines(self, **input: Unpack[ListStateMachinesInputTypeDef]) -> ListStateMachinesOutputTypeDef: ...
    def delete_state_machine(self, **input: Unpack[DeleteStateMachineInputTypeDef]) -> EmptyTypeDef: ...
    def publish_state_machine_version(self, **input: Unpack[PublishStateMachineVersionInputTypeDef]) -> PublishStateMachineVersionOutputTypeDef: ...
    def list_state_machine_versions(self, **input: Unpack[ListStateMachineVersionsInputTypeDef]) -> ListStateMachineVersionsOutputTypeDef: ...
    def delete_state_machine_version(self, **input: Unpack[DeleteStateMachineVersionInputTypeDef]) -> EmptyTypeDef: ...
    def start_execution(self, **input: Unpack[StartExecutionInputTypeDef]) -> StartExecutionOutputTypeDef: ...
    def describe_execution(self, **input: Unpack[DescribeExecutionInputTypeDef]) -> DescribeExecutionOutputTypeDef: ...
    def describe_state_machine_for_execution(self, **input: Unpack[DescribeStateMachineForExecutionInputTypeDef]) -> DescribeStateMachineForExecutionOutputTypeDef: ...
    def list_executions(self, **input: Unpack[ListExecutionsInputTypeDef]) -> ListExecutionsOutputTypeDef: ...
    def stop_execution(self, **input: Unpack[StopExecutionInputTypeDef]) -> StopExecutionOutputTypeDef: ...
    def tag_resource(self, **input: Unpack[TagResourceInputTypeDef]) -> EmptyTypeDef: ...
    def untag_resource(self, **input: Unpack[UntagResourceInputTypeDef]) -> EmptyTypeDef: ...
    def list_tags_for_resource(self, **input: Unpack[ListTagsForResourceInputTypeDef]) -> ListTagsForResourceOutputTypeDef: ...
    def validate_state_machine_definition(self, **input: Unpack[ValidateStateMachineDefinitionInputTypeDef]) -> ValidateStateMachineDefinitionOutputTypeDef: ...
