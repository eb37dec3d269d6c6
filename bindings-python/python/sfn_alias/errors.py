"""The error classes, one per error code of AWS.

If botocore is installed, each class is also a ``botocore.exceptions.ClientError``, so that existing ``except
ClientError`` clauses work. Without botocore, the errors have the same ``response``, ``operation_name`` and text.
"""

from __future__ import annotations

from typing import Any, ClassVar

try:
    from botocore.exceptions import ClientError as _ClientError
except ImportError:

    class _ClientError(Exception):  # type: ignore[no-redef]
        """The same as in botocore."""

        def __init__(self, error_response: Any, operation_name: str) -> None:
            error = error_response.get("Error", {})
            super().__init__(
                f"An error occurred ({error.get('Code', 'Unknown')}) when calling the "
                f"{operation_name} operation: {error.get('Message', 'Unknown')}"
            )
            self.response = error_response
            self.operation_name = operation_name


class StepFunctionsError(_ClientError):
    """The base class of all errors of operations."""

    number: ClassVar[int] = 0
    """The stable number of the error; 0 for the base class."""

    def __init__(self, error_response: Any, operation_name: str) -> None:
        super().__init__(error_response, operation_name)

    @property
    def code(self) -> str:
        """The AWS error code, for example ``ConflictException``."""
        return str(self.response["Error"]["Code"])

    @property
    def message(self) -> str:
        """The error message."""
        return str(self.response["Error"]["Message"])

    @property
    def reason(self) -> str | None:
        """The ``reason`` of a ``ValidationException``, if AWS sets one."""
        reason: str | None = self.response.get("reason")  # type: ignore[assignment]
        return reason

    @property
    def status(self) -> int:
        """The HTTP status of the response."""
        return int(self.response["ResponseMetadata"]["HTTPStatusCode"])

    def __reduce__(self) -> Any:
        return type(self), (self.response, self.operation_name)


class TemplateError(ValueError):
    """Raised for a template that cannot be checked, or for invalid options of a check. Not an error of AWS."""


class ConflictException(StepFunctionsError):
    """The alias exists with other values, an alias references the version, or the revision is not the latest."""

    number = 10


class ExecutionAlreadyExists(StepFunctionsError):
    """An execution with this name has another input or is finished."""

    number = 20


class ExecutionDoesNotExist(StepFunctionsError):
    """The execution does not exist."""

    number = 30


class InvalidArn(StepFunctionsError):
    """The ARN is not valid, or belongs to another type of resource."""

    number = 40


class InvalidDefinition(StepFunctionsError):
    """The definition is not JSON, or has no ``StartAt`` or ``States``."""

    number = 50


class InvalidExecutionInput(StepFunctionsError):
    """The execution input is not valid JSON."""

    number = 60


class InvalidName(StepFunctionsError):
    """The name contains a character that AWS does not allow."""

    number = 70


class InvalidToken(StepFunctionsError):
    """The pagination token is malformed, changed, expired, or belongs to another request."""

    number = 80


class MissingRequiredParameter(StepFunctionsError):
    """``update_state_machine`` has no member to update."""

    number = 90


class ResourceNotFound(StepFunctionsError):
    """The request references an alias, a version or a tagged resource that does not exist."""

    number = 100


class ServiceQuotaExceededException(StepFunctionsError):
    """A quota is exceeded, for example for aliases or versions."""

    number = 110


class StateMachineAlreadyExists(StepFunctionsError):
    """A state machine with this name has other properties."""

    number = 120


class StateMachineDeleting(StepFunctionsError):
    """The state machine is being deleted."""

    number = 130


class StateMachineDoesNotExist(StepFunctionsError):
    """The state machine, version or alias does not exist."""

    number = 140


class StateMachineTypeNotSupported(StepFunctionsError):
    """The operation does not support EXPRESS state machines."""

    number = 150


class TooManyTags(StepFunctionsError):
    """The resource would have too many tags."""

    number = 160


class ValidationException(StepFunctionsError):
    """The request violates a constraint of the service model or a rule of the service."""

    number = 170


class UnknownOperationException(StepFunctionsError):
    """The operation is unknown."""

    number = 180


class SerializationException(StepFunctionsError):
    """The request is not an object, or a member has the wrong type."""

    number = 190


class RequestEntityTooLargeException(StepFunctionsError):
    """The request body is too large."""

    number = 200


class InternalFailure(StepFunctionsError):
    """A bug in this library; nothing was changed."""

    number = 210


class StorageFailure(StepFunctionsError):
    """The store cannot be opened, read or written; nothing was changed."""

    number = 220


class ServiceClosed(StepFunctionsError, ValueError):
    """The service was closed before the call. Also a ``ValueError``, as for Python's closed files."""

    number = 230


class EntropyFailure(StepFunctionsError):
    """The operating system's random number generator failed."""

    number = 240
