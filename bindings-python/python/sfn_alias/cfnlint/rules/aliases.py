"""The rules as cfn-lint wants them. They ask ``sfn_alias.check_template``, once a template."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from sfn_alias import check_template, template_rules
from sfn_alias.type_defs import TemplateFinding, TemplateRule

_LETTERS = {"error": "E", "warning": "W", "info": "I"}
_found: WeakKeyDictionary[Template, list[TemplateFinding]] = WeakKeyDictionary()


def _findings(cfn: Template) -> list[TemplateFinding]:
    """What is open in a template."""
    if cfn not in _found:
        # The file says more than what cfn-lint read of it: where things stand, and what SAM made things of.
        template = Path(cfn.filename).read_bytes() if cfn.filename else cfn.template
        report = check_template(template, file=cfn.filename or "template")
        _found[cfn] = [finding for finding in report["findings"] if "acknowledged" not in finding]
    return _found[cfn]


def _match(finding: TemplateFinding) -> RuleMatch:
    match = RuleMatch(_path(finding["path"]), f"{finding['message'].removesuffix('.')}. {finding['fix']}")
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
        return (_match(finding) for finding in _findings(cfn) if finding["rule"] == self.rule)


def _class(rule: TemplateRule) -> type[_Rule]:
    number = 9500 + int(rule["id"].removeprefix("SFA"))
    members: dict[str, Any] = {
        "id": f"{_LETTERS[rule['severity']]}{number}",
        "shortdesc": rule["title"],
        "description": rule["why"],
        "source_url": rule["link"],
        "tags": ["resources", "stepfunctions", rule["name"]],
        "rule": rule["id"],
        "__module__": __name__,
    }
    return type(rule["id"], (_Rule,), members)


globals().update({rule["id"]: _class(rule) for rule in template_rules()})
