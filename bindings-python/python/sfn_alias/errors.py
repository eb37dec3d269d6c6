"""The errors that AWS answers, one class each.

Where botocore is installed, each is a ``botocore.exceptions.ClientError`` as well: existing
``except ClientError`` works. Where it is not, they have the same ``response``, ``operation_name``
and text.
"""

from __future__ import annotations

from typing import Any, ClassVar

try:
    from botocore.exceptions import ClientError as _ClientError
except ImportError:

    class _ClientError(Exception):  # type: ignore[no-redef]
        """As botocore's."""

        def __init__(self, error_response: Any, operation_name: str) -> None:
            error = error_response.get("Error", {})
            super().__init__(
                f"An error occurred ({error.get('Code', 'Unknown')}) when calling the "
                f"{operation_name} operation: {error.get('Message', 'Unknown')}"
            )
            self.response = error_response
            self.operation_name = operation_name


class AliasError(_ClientError):
    """A request was refused: the base of all errors of this package."""

    number: ClassVar[int] = 0
    """Stays the same in every later version; 0 for the base."""

    def __init__(self, error_response: Any, operation_name: str) -> None:
        super().__init__(error_response, operation_name)

    @property
    def code(self) -> str:
        """The AWS error code, for example ``ConflictException``."""
        return str(self.response["Error"]["Code"])

    @property
    def message(self) -> str:
        """The sentence that AWS answers."""
        return str(self.response["Error"]["Message"])

    @property
    def reason(self) -> str | None:
        """The ``reason`` of a ``ValidationException``, where AWS sets one."""
        reason: str | None = self.response.get("reason")  # type: ignore[assignment]
        return reason

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return int(self.response["ResponseMetadata"]["HTTPStatusCode"])

    def __reduce__(self) -> Any:
        return type(self), (self.response, self.operation_name)


class TemplateError(ValueError):
    """A template cannot be checked, or the options for it make no sense: no answer of AWS's."""


class ConflictException(AliasError):
    """The alias exists with other members, the version is referenced, or the revision moved on."""

    number = 10


class ExecutionAlreadyExists(AliasError):
    """The execution name is taken by another input or by a finished execution."""

    number = 20


class ExecutionDoesNotExist(AliasError):
    """No such execution."""

    number = 30


class InvalidArn(AliasError):
    """The ARN cannot be read, or names another type of resource."""

    number = 40


class InvalidDefinition(AliasError):
    """The definition is not JSON, or lacks ``StartAt`` or ``States``."""

    number = 50


class InvalidExecutionInput(AliasError):
    """The execution input is not JSON."""

    number = 60


class InvalidName(AliasError):
    """The name has a character that AWS forbids."""

    number = 70


class InvalidToken(AliasError):
    """The page token is unreadable, altered, expired, or of another list."""

    number = 80


class MissingRequiredParameter(AliasError):
    """``update_state_machine`` was given nothing to update."""

    number = 90


class ResourceNotFound(AliasError):
    """The request references an alias, a version or a tagged resource that does not exist."""

    number = 100


class ServiceQuotaExceededException(AliasError):
    """A quota of aliases or versions is used up."""

    number = 110


class StateMachineAlreadyExists(AliasError):
    """The name is taken by a state machine with other properties."""

    number = 120


class StateMachineDeleting(AliasError):
    """The state machine is being deleted."""

    number = 130


class StateMachineDoesNotExist(AliasError):
    """No such state machine, version or alias."""

    number = 140


class StateMachineTypeNotSupported(AliasError):
    """The operation does not work on EXPRESS state machines."""

    number = 150


class TooManyTags(AliasError):
    """More tags than a resource may have."""

    number = 160


class ValidationException(AliasError):
    """The request breaks a constraint of the model or a rule of the service."""

    number = 170


class UnknownOperationException(AliasError):
    """No operation of that name."""

    number = 180


class SerializationException(AliasError):
    """The request is no structure, or a member has the wrong type."""

    number = 190


class RequestEntityTooLargeException(AliasError):
    """The body is longer than a request may be."""

    number = 200


class InternalFailure(AliasError):
    """A bug in this library; nothing was changed."""

    number = 210


class StorageFailure(AliasError):
    """The store cannot be opened, read or written; nothing was changed."""

    number = 220


class ServiceClosed(AliasError, ValueError):
    """The service was closed before the call. Also a ``ValueError``, as for Python's closed files."""

    number = 230


class EntropyFailure(AliasError):
    """The operating system's random number generator failed."""

    number = 240
