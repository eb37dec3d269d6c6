"""An offline emulator of AWS Step Functions state machine aliases.

``StepFunctions`` has one method per operation, with the names, arguments and responses of boto3. ``sfn_alias.boto3``
connects an unmodified boto3 client to it, and ``serve`` starts an HTTP endpoint. ``validate`` and ``check`` find errors
in a request before it is sent, ``check_template`` in a template before it is deployed.
"""

from sfn_alias import errors
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
