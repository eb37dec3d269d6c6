"""The rules as cfn-lint wants them. They ask ``sfn_alias.check_template``, once a template."""

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


def _once(cfn: Template) -> list[TemplateFinding] | str:
    """What is open in a template, or why it cannot be checked: every rule asks, and it is checked once."""
    if cfn not in _checked:
        try:
            _checked[cfn] = _open(cfn)
        except TemplateError as error:
            _checked[cfn] = str(error)
    return _checked[cfn]


def _open(cfn: Template) -> list[TemplateFinding]:
    # The file says more than what cfn-lint read of it: where things stand, and what SAM made things of.
    template = Path(cfn.filename).read_bytes() if cfn.filename else cfn.template
    report = check_template(template, file=cfn.filename or "template")
    return [finding for finding in report["findings"] if "acknowledged" not in finding]


def _match(finding: TemplateFinding) -> RuleMatch:
    when = f" (when {finding['condition']})" if "condition" in finding else ""
    match = RuleMatch(_path(finding["path"]), f"{finding['message'].removesuffix('.')}{when}. {finding['fix']}")
    if "line" in finding:
        place = (finding["line"] - 1, finding["column"] - 1)
        match.location = (*place, *place)
    return match


def _path(pointer: str) -> list[str | int]:
    """A JSON pointer as cfn-lint's steps; the first two name a resource, whatever digits its id has."""
    first, second, *rest = [*(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]), "", ""]
    steps = [first, second, *(int(step) if step.isdigit() else step for step in rest)]
    return [step for step in steps if step != ""]


class _Rule(CloudFormationLintRule):  # type: ignore[misc]
    rule: str

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        checked = _once(cfn)
        findings = [] if isinstance(checked, str) else checked
        return (_match(finding) for finding in findings if finding["rule"] == self.rule)


class Unchecked(CloudFormationLintRule):  # type: ignore[misc]
    """Says once what would fail every other rule."""

    id = "E9500"
    shortdesc = "sfn-alias cannot check the template"
    description = "None of the rules E9501 and on was looked at."
    source_url = "https://github.com/sfn-alias/sfn-alias"
    tags = ["resources", "stepfunctions"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        checked = _once(cfn)
        return [RuleMatch([], checked)] if isinstance(checked, str) else []


def _class(rule: TemplateRule) -> type[_Rule]:
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


globals().update({rule["id"]: _class(rule) for rule in template_rules()})
