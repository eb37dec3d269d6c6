"""The rules as classes of cfn-lint. They call ``sfn_alias.check_template`` once per template."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from sfn_alias import TemplateError, check_template, template_rules
from sfn_alias.type_defs import TemplateFinding, TemplateRule

_LETTERS = {"error": "E", "warning": "W", "info": "I"}
_checked: WeakKeyDictionary[Template, list[TemplateFinding] | str] = WeakKeyDictionary()


def _check_once(cfn: Template) -> list[TemplateFinding] | str:
    """Return the findings of a template, or the error message. The result is cached for the other rules."""
    if cfn not in _checked:
        try:
            _checked[cfn] = _check(cfn)
        except TemplateError as error:
            _checked[cfn] = str(error)
    return _checked[cfn]


def _check(cfn: Template) -> list[TemplateFinding]:
    # The file contains the line numbers, and the SAM resources before cfn-lint translates them.
    template = Path(cfn.filename).read_bytes() if cfn.filename else cfn.template
    report = check_template(template, file=cfn.filename or "template")
    return [finding for finding in report["findings"] if "acknowledged" not in finding]


def _to_match(finding: TemplateFinding) -> RuleMatch:
    when = f" (when {finding['condition']})" if "condition" in finding else ""
    match = RuleMatch(_to_path(finding["path"]), f"{finding['message'].removesuffix('.')}{when}. {finding['fix']}")
    if "line" in finding:
        position = (finding["line"] - 1, finding["column"] - 1)
        match.location = (*position, *position)
    return match


def _to_path(pointer: str) -> list[str | int]:
    """Convert a JSON pointer to a path of cfn-lint. The first two steps are names even if they consist of digits."""
    first, second, *rest = [*(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]), "", ""]
    steps = [first, second, *(int(step) if step.isdigit() else step for step in rest)]
    return [step for step in steps if step != ""]


class _Rule(CloudFormationLintRule):  # type: ignore[misc]
    rule: str

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        checked = _check_once(cfn)
        findings = [] if isinstance(checked, str) else checked
        return (_to_match(finding) for finding in findings if finding["rule"] == self.rule)


class Unchecked(CloudFormationLintRule):  # type: ignore[misc]
    """Report an error that affects all rules once."""

    id = "E9500"
    shortdesc = "sfn-alias cannot check the template"
    description = "The rules from E9501 on were not checked."
    source_url = "https://github.com/sfn-alias/sfn-alias"
    tags = ["resources", "stepfunctions"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        checked = _check_once(cfn)
        return [RuleMatch([], checked)] if isinstance(checked, str) else []


def _create_class(rule: TemplateRule) -> type[_Rule]:
    number = 9500 + int(rule["id"].removeprefix("SFA"))
    members: dict[str, Any] = {
        "id": f"{_LETTERS[rule['severity']]}{number}",
        "shortdesc": rule["title"],
        "description": rule["description"],
        "source_url": rule["url"],
        "tags": ["resources", "stepfunctions", rule["name"]],
        "rule": rule["id"],
        "__module__": __name__,
    }
    return type(rule["id"], (_Rule,), members)


globals().update({rule["id"]: _create_class(rule) for rule in template_rules()})
