"""Arguments and results of `check_template`. The template crate tests the rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import sfn_alias

ORDERS = "arn:aws:states:us-east-1:123456789012:stateMachine:orders"
TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Prod": {
            "Type": "AWS::StepFunctions::StateMachineAlias",
            "Properties": {
                "Name": "PROD",
                "RoutingConfiguration": [
                    {"StateMachineVersionArn": f"{ORDERS}:1", "Weight": 90},
                    {"StateMachineVersionArn": f"{ORDERS}:2", "Weight": 9},
                ],
            },
        }
    }
}
FINDING = {
    "rule": "SFA001",
    "name": "weights-sum",
    "severity": "error",
    "logicalId": "Prod",
    "resourceType": "AWS::StepFunctions::StateMachineAlias",
    "path": "/Resources/Prod/Properties/RoutingConfiguration",
    "message": "RoutingConfiguration: rejected by CreateStateMachineAlias: "
    "Sum of routing configuration weights must equal 100. Received: [90, 9]",
    "description": "AWS rejects the alias. The deployment fails and is rolled back.",
    "fix": "Change the weights so that their sum is 100.",
    "url": "https://docs.aws.amazon.com/step-functions/latest/apireference/API_RoutingConfigurationListItem.html",
}
CHECKED = {"aliases": 1, "versions": 0, "policies": 0}
COUNTS = {"errors": 1, "warnings": 0, "infos": 0, "acknowledged": 0, "checked": CHECKED}


def test_text_and_bytes_have_positions() -> None:
    text = json.dumps(TEMPLATE, indent=2)
    expected = {"findings": [{**FINDING, "line": 7, "column": 9}], **COUNTS}
    assert sfn_alias.check_template(text) == expected
    assert sfn_alias.check_template(text.encode()) == expected


def test_dict_has_no_positions() -> None:
    assert sfn_alias.check_template(TEMPLATE) == {"findings": [FINDING], **COUNTS}


def test_options() -> None:
    assert sfn_alias.check_template(TEMPLATE, disable=["SFA001"], file=None)["findings"] == []
    assert sfn_alias.check_template(
        TEMPLATE, acknowledge=[{"rule": "weights-sum", "logicalId": "Prod", "reason": "a draft"}]
    ) == {"findings": [{**FINDING, "acknowledged": "a draft"}], **COUNTS, "errors": 0, "acknowledged": 1}


def test_rules() -> None:
    first, *others = sfn_alias.template_rules()
    assert first == {
        "id": "SFA001",
        "title": "The weights of the two routes do not add up to 100",
        **{name: FINDING[name] for name in ("name", "severity", "description", "fix", "url")},
    }
    assert len({rule["id"] for rule in others}) == len(others) > 20


@pytest.mark.parametrize(
    "template, options, message",
    [
        (
            "[]",
            {},
            "expected a CloudFormation template or a Terraform plan: the file is not a map; "
            "use a template with `Resources`, or the output of `terraform show -json PLAN`",
        ),
        ("{", {}, "line 1 column 1: not valid JSON: EOF while parsing an object"),
        (
            TEMPLATE,
            {"disable": ["nothing"]},
            "disable/0: unknown rule `nothing`; use a rule id or name, for example SFA001 or weights-sum",
        ),
        (
            TEMPLATE,
            {"acknowledge": [{"rule": "SFA001", "reason": ""}]},
            "acknowledge/0: the acknowledgement of SFA001 has no reason; add `reason`",
        ),
    ],
)
def test_rejected_templates(template: Any, options: Any, message: str) -> None:
    with pytest.raises(sfn_alias.TemplateError) as caught:
        sfn_alias.check_template(template, **options)
    assert str(caught.value) == message


def test_wrong_types() -> None:
    with pytest.raises(TypeError) as caught:
        sfn_alias.check_template(TEMPLATE, disabled=[])  # type: ignore[call-arg]
    assert str(caught.value) == (
        "options: unknown field `disabled`, expected one of `parameters`, `disable`, `acknowledge`, `file`, `previous`"
    )
    with pytest.raises(TypeError) as caught:
        sfn_alias.check_template({"Resources": {1, 2}})
    assert str(caught.value) == "template: `/Resources`: expected a JSON value, found an instance of `set`"


def test_path_instead_of_text(tmp_path: Path) -> None:
    message = "`template`: expected the text of a template, found a path; pass the text, for example `path.read_text()`"
    path = tmp_path / "template.yaml"
    path.write_text("Resources: {}")
    with pytest.raises(TypeError) as wrong_type:
        sfn_alias.check_template(path)  # type: ignore[arg-type]
    assert str(wrong_type.value) == message
    for text in (str(path), "orders.yml", "template.json", b"plan.json", "orders.template"):
        with pytest.raises(sfn_alias.TemplateError) as wrong_text:
            sfn_alias.check_template(text)
        assert str(wrong_text.value) == message


@pytest.mark.parametrize("weights", [(2**63 - 1, 1), (-(2**63), -(2**63)), (2**63 - 1, 2**63 - 1), (-1, 2**63 - 1)])
def test_extreme_weights(weights: tuple[int, int]) -> None:
    routes = [{"StateMachineVersionArn": f"{ORDERS}:{n}", "Weight": weight} for n, weight in enumerate(weights, 1)]
    alias = {"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": {"Name": "PROD", "RoutingConfiguration": routes}}
    report = sfn_alias.check_template(json.dumps({"Resources": {"Prod": alias}}))
    assert report["errors"] >= 1
