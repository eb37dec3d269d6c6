"""AWS Step Functions state machine aliases, offline, answering exactly as AWS.

``StepFunctions`` has a method for every operation, shaped as boto3's. ``sfn_alias.boto3`` puts it behind an
unmodified boto3 client, ``serve`` behind a URL. ``validate`` and ``check`` tell what is wrong with a request by
itself, ``check_template`` what is wrong with a template.
"""

from sfn_alias import errors
from sfn_alias._sfn_alias import (
    StepFunctions,
    Server,
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
from sfn_alias.errors import AliasError, TemplateError
from sfn_alias.paginators import paginator

__all__ = [
    "AliasError",
    "StepFunctions",
    "Server",
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
