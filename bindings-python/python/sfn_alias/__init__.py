"""An offline emulator of AWS Step Functions state machine aliases.

``StepFunctions`` has one method per operation, with the names, arguments and responses of boto3. ``sfn_alias.boto3``
connects an unmodified boto3 client to it, and ``serve`` starts an HTTP endpoint. ``validate`` and ``check`` find errors
in a request before it is sent, ``check_template`` in a template before it is deployed.
"""

from __future__ import annotations

try:
    from sfn_alias._sfn_alias import (
        Server,
        StepFunctions,
        WeightedPicker,
        __version__,
        check,
        check_template,
        compare,
        fingerprint,
        fingerprint_encoding,
        format_arn,
        parse_arn,
        pick,
        serve,
        template_rules,
        validate,
    )
except ImportError as error:
    from sfn_alias._platform import explain_error

    raise explain_error(error) from None

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sfn_alias import errors
    from sfn_alias.errors import StepFunctionsError, TemplateError
    from sfn_alias.paginators import paginator

__all__ = [
    "Server",
    "StepFunctions",
    "StepFunctionsError",
    "TemplateError",
    "WeightedPicker",
    "__version__",
    "check",
    "check_template",
    "compare",
    "errors",
    "fingerprint",
    "fingerprint_encoding",
    "format_arn",
    "paginator",
    "parse_arn",
    "pick",
    "serve",
    "template_rules",
    "validate",
]

_MODULES = {
    "errors": "errors",
    "StepFunctionsError": "errors",
    "TemplateError": "errors",
    "paginator": "paginators",
}
"""The modules of names that are imported at their first use: the error classes import botocore, if it is installed."""


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    module = import_module(f"{__name__}.{_MODULES[name]}")
    return module if name == _MODULES[name] else getattr(module, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
