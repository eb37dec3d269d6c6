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
_cache: WeakKeyDictionary[Template, list[TemplateFinding] | str] = WeakKeyDictionary()


def _cached_findings(cfn: Template) -> list[TemplateFinding] | str:
    """Returns the findings of a template, or the reason why it cannot be checked. Every rule calls this function."""
    if cfn not in _cache:
        try:
            _cache[cfn] = _check(cfn)
        except TemplateError as error:
            _cache[cfn] = str(error)
    return _cache[cfn]


def _check(cfn: Template) -> list[TemplateFinding]:
    # The file has positions and the SAM source; the template in cfn-lint has neither.
    template = Path(cfn.filename).read_bytes() if cfn.filename else cfn.template
    report = check_template(template, file=cfn.filename or "template")
    return [finding for finding in report["findings"] if "acknowledged" not in finding]


def _match(finding: TemplateFinding) -> RuleMatch:
    when = f" (when {finding['condition']})" if "condition" in finding else ""
    match = RuleMatch(_path(finding["path"]), f"{finding['message'].removesuffix('.')}{when}. {finding['fix']}")
    if "line" in finding:
        position = (finding["line"] - 1, finding["column"] - 1)
        match.location = (*position, *position)
    return match


def _path(pointer: str) -> list[str | int]:
    """Converts a JSON pointer to a path of cfn-lint. The first two steps stay strings: a resource id may be digits."""
    first, second, *rest = [*(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]), "", ""]
    steps = [first, second, *(int(step) if step.isdigit() else step for step in rest)]
    return [step for step in steps if step != ""]


class _Rule(CloudFormationLintRule):  # type: ignore[misc]
    rule: str

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        checked = _cached_findings(cfn)
        findings = [] if isinstance(checked, str) else checked
        return (_match(finding) for finding in findings if finding["rule"] == self.rule)


class Unchecked(CloudFormationLintRule):  # type: ignore[misc]
    """Reports once that a template cannot be checked."""

    id = "E9500"
    shortdesc = "sfn-alias cannot check the template"
    description = "No rule of sfn-alias was applied, from E9501 on."
    source_url = "https://github.com/sfn-alias/sfn-alias"
    tags = ["resources", "stepfunctions"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        checked = _cached_findings(cfn)
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
