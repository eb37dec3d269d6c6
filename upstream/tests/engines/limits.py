"""What the engines cannot do: the text for docs/engines.md, and the error that shows it.

If an engine or sfn-alias repairs one, the test reports the difference: delete the limit here.
"""

from __future__ import annotations

from typing import NamedTuple

from features import BEHIND, DIRECTLY


class Limit(NamedTuple):
    text: str
    error: str


def pick(limits: dict[str, Limit], *names: str) -> dict[str, Limit]:
    """Returns the limits that remain behind sfn-alias."""
    return {name: limits[name] for name in names}


INTERNAL_ERROR = "500: Internal Server Error"
NOT_IMPLEMENTED = Limit("not implemented", INTERNAL_ERROR)
NOT_CHECKED = Limit("accepted", "error: None")
NEW_DEFINITION = Limit(
    "returns the new definition",
    "definition: {'StartAt': 'Done', 'States': {'Done': {'Type': 'Pass', 'Result': 'new', 'End': True}}}",
)


def missing_in_moto(feature: str) -> Limit:
    error = "StateMachineDoesNotExist: State Machine Does Not Exist"
    return Limit("StateMachineDoesNotExist", f"{error}: 'ARN:stateMachine:direct-{feature}:PROD'")


MOTO = {
    "invalid_next": NOT_CHECKED,
    "invalid_resource": Limit("an error without a code", "error: ''"),
    "invalid_jsonata": NOT_CHECKED,
    "without_name": Limit(
        "both are named `None`, the second is refused",
        "ExecutionAlreadyExists: Execution Already Exists: 'ARN:execution:direct-without_name:None'",
    ),
    "stop": Limit("no error and cause", "status, error and cause: ('ABORTED', None, None)"),
    "definition_of_execution": NEW_DEFINITION,
    "redrive": NOT_IMPLEMENTED,
    "sync": NOT_IMPLEMENTED,
    "test_state": NOT_IMPLEMENTED,
    "reverse_history": Limit("forward only", "ids: [1, 2, 3, 4]"),
    "without_data": Limit("returns the data", "input: '{}'"),
    "history_pages": Limit("all events in one page", "sizes of pages: [12]"),
    "jsonata": Limit(
        "FAILED (TypeError)",
        "status, error and cause: ('FAILED', 'States.Runtime', \"TypeError('NoneType' object is not callable)\")",
    ),
    "string_output": Limit("the output is not JSON", "output: 'large'"),
    "digits_output": Limit("the output is a number", "output: '4711'"),
    "large_output": Limit(
        "FAILED (States.DataLimitExceeded)", "status and error: ('FAILED', 'States.DataLimitExceeded')"
    ),
    "whole_context_object": Limit("DescribeExecution is an internal error", INTERNAL_ERROR),
    "token_failure": Limit("no cause", "status, error and cause: ('FAILED', 'Orders.Declined', None)"),
    "activity_task": NOT_IMPLEMENTED,
    "nested_start": Limit("the engine does not know the alias", "status and error: ('FAILED', 'States.Runtime')"),
    "start_version": Limit("internal error", INTERNAL_ERROR),
    "definition_of_version": Limit("internal error", INTERNAL_ERROR),
    "sync_alias": NOT_IMPLEMENTED,
    **{
        name: missing_in_moto(name)
        for name in (
            "start_alias",
            "start_weighted",
            "start_concurrently",
            "lists",
            "history_of_alias",
            "stop_alias",
            "context_of_alias",
        )
    },
}

MINISTACK = {
    "invalid_next": NOT_CHECKED,
    "invalid_resource": NOT_CHECKED,
    "same_name": Limit(
        "ExecutionAlreadyExists instead of the same response",
        "ExecutionAlreadyExists: Execution already exists: 'ARN:execution:direct-same_name:order-1'",
    ),
    "definition_of_execution": NEW_DEFINITION,
    "redrive": Limit("not implemented", "InvalidAction: Unknown action: RedriveExecution"),
    "sync": Limit("`executionArn` without `:express:`", "executionArn has `:express:`: False"),
    "previous_event": Limit("missing", "previousEventId: [None, None, None, None]"),
    "event_details": Limit("missing", "inputDetails: None"),
    "history_of_branches": Limit(
        "missing",
        "missing events: ['MapIterationStarted', 'MapIterationSucceeded', 'MapStateStarted', 'MapStateSucceeded', "
        "'ParallelStateStarted', 'ParallelStateSucceeded']",
    ),
    "fail_state": Limit(
        "has an output", """output of a failed execution: '{"Error": "Orders.Broken", "Cause": "no stock"}'"""
    ),
    "timeout": Limit("ignored", "status: 'SUCCEEDED'"),
    "nested_start": Limit(
        "the engine does not know the alias", "status and error: ('FAILED', 'StateMachineDoesNotExist')"
    ),
    "start_version": Limit("runs the newest definition", "output: {'version': 3}"),
    "start_alias": Limit("runs the newest definition", "version that ran: [3]"),
    "start_weighted": Limit("runs the newest definition", "version that ran: [3]"),
    "start_concurrently": Limit("runs the newest definition", "version that ran: [3]"),
    "running_during_update": Limit("changes to the new definition", "output: {'version': 2}"),
    "lists": Limit("runs the newest definition", "version that ran: [3]"),
    "history_of_alias": Limit("missing", "ARNs of ExecutionStarted: (None, None)"),
    "stop_alias": Limit("no ARNs of alias and version", "status, alias and version: ('ABORTED', None, None)"),
    "definition_of_version": Limit(
        "returns the newest definition",
        "definition: {'StartAt': 'Done', 'States': {'Done': {'Type': 'Pass', 'Result': {'version': 3}, 'End': True}}}",
    ),
    "context_of_alias": Limit(
        "runs the newest definition",
        "output: {'execution': 'ARN:execution:direct-context_of_alias:order-1', "
        "'machine': 'ARN:stateMachine:direct-context_of_alias', 'version': 2}",
    ),
    "sync_alias": Limit(
        "StateMachineDoesNotExist",
        "StateMachineDoesNotExist: State machine ARN:stateMachine:direct-sync_alias:PROD not found",
    ),
}

NO_RESPONSE = Limit("not implemented: FAILED", "status and error: ('FAILED', 'SfnAlias.Upstream')")

MOTO_BEHIND = {
    **pick(MOTO, "invalid_jsonata", "redrive", "test_state", "jsonata", "token_failure", "activity_task"),
    **pick(MOTO, "nested_start", "large_output"),
    "sync": NO_RESPONSE,
    "sync_alias": Limit(NO_RESPONSE.text, "status and error: {('FAILED', 'SfnAlias.Upstream')}"),
    "whole_context_object": Limit(
        "FAILED, because DescribeExecution is an internal error", "status and error: ('FAILED', 'SfnAlias.Upstream')"
    ),
    "vectors": Limit(
        "refuses repeated fields, and unknown fields as AWS does",
        "vectors that differ: ['create-machine/definition-field-twice', 'create-machine/definition-fields-of-states']",
    ),
}

MINISTACK_BEHIND = {
    **pick(MINISTACK, "invalid_resource", "redrive", "previous_event", "event_details", "history_of_branches"),
    **pick(MINISTACK, "timeout", "nested_start"),
}

LIMITS: dict[tuple[str, str], dict[str, Limit]] = {
    ("moto", DIRECTLY): MOTO,
    ("moto", BEHIND): MOTO_BEHIND,
    ("ministack", DIRECTLY): MINISTACK,
    ("ministack", BEHIND): MINISTACK_BEHIND,
}
