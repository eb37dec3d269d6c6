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

    def __init_subclass__(cls, number: int | None = None, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if number is not None:
            cls.number = number

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


# `make generate` writes the following classes from the error kinds of the core.


class ConflictException(StepFunctionsError, number=10):
    """The alias exists with other members, an alias references the version, or the revision is not current."""


class ExecutionAlreadyExists(StepFunctionsError, number=20):
    """An execution with this name exists, with another input or already ended."""


class ExecutionDoesNotExist(StepFunctionsError, number=30):
    """The execution does not exist."""


class ExecutionNotRedrivable(StepFunctionsError, number=35):
    """The execution is RUNNING, succeeded, or ended more than 14 days ago."""


class InvalidArn(StepFunctionsError, number=40):
    """The ARN is not valid, or has another resource type."""


class InvalidDefinition(StepFunctionsError, number=50):
    """The definition is not JSON, or its structure is not valid, for example a state that does not exist."""


class InvalidEncryptionConfiguration(StepFunctionsError, number=55):
    """The encryption configuration is not valid."""


class InvalidExecutionInput(StepFunctionsError, number=60):
    """The execution input is not JSON."""


class InvalidLoggingConfiguration(StepFunctionsError, number=65):
    """The logging configuration is not valid."""


class InvalidName(StepFunctionsError, number=70):
    """The name contains a forbidden character."""


class InvalidToken(StepFunctionsError, number=80):
    """The page token is malformed, altered, expired, or belongs to another list."""


class MissingRequiredParameter(StepFunctionsError, number=90):
    """UpdateStateMachine has no member to update."""


class ResourceNotFound(StepFunctionsError, number=100):
    """An alias, version or tagged resource does not exist."""


class ServiceQuotaExceededException(StepFunctionsError, number=110):
    """The maximum number of aliases or versions is reached."""


class StateMachineAlreadyExists(StepFunctionsError, number=120):
    """A state machine with this name and other properties exists."""


class StateMachineDeleting(StepFunctionsError, number=130):
    """The state machine is being deleted."""


class StateMachineDoesNotExist(StepFunctionsError, number=140):
    """The state machine, version or alias does not exist."""


class StateMachineTypeNotSupported(StepFunctionsError, number=150):
    """EXPRESS state machines do not support the operation."""


class TooManyTags(StepFunctionsError, number=160):
    """The resource would have too many tags."""


class ValidationException(StepFunctionsError, number=170):
    """The request violates a constraint of the model or a rule of the service."""


class AccessDeniedException(StepFunctionsError, number=172):
    """A fault of the rules: the caller may not perform the operation."""


class ThrottlingException(StepFunctionsError, number=174):
    """A fault of the rules: the caller sends too many requests."""


class UnknownOperationException(StepFunctionsError, number=180):
    """The operation is unknown."""


class SerializationException(StepFunctionsError, number=190):
    """The request is not a JSON object, or a member has the wrong type."""


class RequestEntityTooLargeException(StepFunctionsError, number=200):
    """The request is too large."""


class InternalServerError(StepFunctionsError, number=202):
    """A fault of the rules: AWS fails."""


class ServiceUnavailable(StepFunctionsError, number=204):
    """A fault of the rules, or a shared store is temporarily not available; nothing was changed."""


class InternalFailure(StepFunctionsError, number=210):
    """A bug in this library, or a shared store has not confirmed the request, which may have been applied."""


class StorageFailure(StepFunctionsError, number=220):
    """The store cannot be opened, read or written; nothing was changed."""


class ServiceClosed(StepFunctionsError, ValueError, number=230):
    """The service was closed before the call. Also a ``ValueError``, as for Python's closed files."""


class EntropyFailure(StepFunctionsError, number=240):
    """The operating system's random number generator failed."""
