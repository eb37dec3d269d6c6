"""The rules for cfn-lint, run by cfn-lint."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sfn_alias
import sfn_alias.cfnlint

CORRECT = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: {Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: states.amazonaws.com}}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      DefinitionString: '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
  Version:
    Type: AWS::StepFunctions::StateMachineVersion
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      StateMachineArn: !Ref Machine
      StateMachineRevisionId: !GetAtt Machine.StateMachineRevisionId
  Prod:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties:
      Name: PROD
      RoutingConfiguration:
        - {StateMachineVersionArn: !Ref Version, Weight: 100}
"""
INVALID = CORRECT.replace("Weight: 100", "Weight: 90").replace(
    "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n", ""
)
WEIGHT = ("E9502", 23, 7)
RETAIN = ("W9515", 14, 3)
WEIGHT_MESSAGE = (
    "RoutingConfiguration: rejected by CreateStateMachineAlias: Sum of routing configuration weights must equal 100. "
    "Received: [90]. Set the weight to 100, or add a second route with the remaining weight."
)
RETAIN_MESSAGE = (
    "Expected `Retain` as DeletionPolicy and UpdateReplacePolicy of this version, because alias Prod uses it. "
    "Set `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain` on the version."
)


def read_rules_directory() -> str:
    process = subprocess.run([sys.executable, "-m", "sfn_alias.cfnlint"], capture_output=True, text=True, check=True)
    return process.stdout.strip()


def lint(*arguments: str, stdin: str | None = None) -> list[dict[str, Any]]:
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "json", "--append-rules", read_rules_directory(), *arguments]
    process = subprocess.run(command, capture_output=True, text=True, input=stdin)
    assert process.stderr == ""
    matches: list[dict[str, Any]] = json.loads(process.stdout)
    return matches


def lint_template(directory: Path, template: str, *arguments: str) -> list[tuple[str, int, int, str]]:
    file = directory / "template.yaml"
    file.write_text(template)
    return [
        (
            match["Rule"]["Id"],
            match["Location"]["Start"]["LineNumber"],
            match["Location"]["Start"]["ColumnNumber"],
            match["Message"],
        )
        for match in lint(*arguments, "--", str(file))
    ]


def test_prints_the_rules_directory() -> None:
    assert read_rules_directory() == str(sfn_alias.cfnlint.FOLDER)
    assert (sfn_alias.cfnlint.FOLDER / "aliases.py").is_file()


def test_each_rule_has_a_class() -> None:
    from sfn_alias.cfnlint.rules import aliases

    rules = sfn_alias.template_rules()
    letters = {"error": "E95", "warning": "W95", "info": "I95"}
    classes = {rule["id"]: getattr(aliases, rule["id"])() for rule in rules}
    assert {id: rule.id for id, rule in classes.items()} == {
        rule["id"]: letters[rule["severity"]] + rule["id"].removeprefix("SFA0") for rule in rules
    }
    assert aliases.Unchecked().id == "E9500"
    assert [rule.shortdesc for rule in classes.values()] == [rule["title"] for rule in rules]


def test_correct_template_has_no_findings(tmp_path: Path) -> None:
    assert lint_template(tmp_path, CORRECT) == []


def test_findings_have_positions(tmp_path: Path) -> None:
    assert lint_template(tmp_path, INVALID) == [(*RETAIN, RETAIN_MESSAGE), (*WEIGHT, WEIGHT_MESSAGE)]


def test_rules_can_be_ignored(tmp_path: Path) -> None:
    assert lint_template(tmp_path, INVALID, "--ignore-checks", "E95", "W95") == []


def test_template_can_ignore_a_rule(tmp_path: Path) -> None:
    template = INVALID + "    Metadata: {cfn-lint: {config: {ignore_checks: [E9502]}}}\n"
    assert lint_template(tmp_path, template) == [(*RETAIN, RETAIN_MESSAGE)]


def test_template_can_acknowledge_a_finding(tmp_path: Path) -> None:
    template = INVALID + "    Metadata: {sfn-alias: {acknowledge: [{rule: SFA002, reason: a draft}]}}\n"
    assert lint_template(tmp_path, template) == [(*RETAIN, RETAIN_MESSAGE)]


def test_finding_states_its_condition(tmp_path: Path) -> None:
    template = "Conditions: {IsProd: !Equals [!Ref AWS::Region, eu-west-1]}" + INVALID.replace("90}", "!If [IsProd, 90, 100]}")
    under_a_condition = WEIGHT_MESSAGE.replace("[90].", "[90] (when IsProd is true).")
    assert lint_template(tmp_path, template) == [(*RETAIN, RETAIN_MESSAGE), (*WEIGHT, under_a_condition)]


def test_unchecked_template_is_reported_once(tmp_path: Path) -> None:
    template = INVALID + "    Metadata: {sfn-alias: {acknowledge: [{rule: SFA002}]}}\n"
    message = "Resources/Prod/Metadata/sfn-alias/acknowledge/0: the acknowledgement of SFA002 has no reason; add `reason`"
    assert lint_template(tmp_path, template) == [("E9500", 2, 1, message)]


def test_template_from_standard_input() -> None:
    matches = lint(stdin=INVALID)
    assert [(match["Rule"]["Id"], match["Location"]["Path"]) for match in matches] == [
        ("W9515", ["Resources", "Version"]),
        ("E9502", ["Resources", "Prod", "Properties", "RoutingConfiguration"]),
    ]


@pytest.mark.parametrize("preference, expected", [("{Type: ALL_AT_ONCE}", []), ("{Type: LINEAR, Percentage: 10}", ["E9511"])])
def test_sam(tmp_path: Path, preference: str, expected: list[Any]) -> None:
    template = f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {{StartAt: Done, States: {{Done: {{Type: Succeed}}}}}}
      AutoPublishAlias: PROD
      DeploymentPreference: {preference}
"""
    assert [rule for rule, *_ in lint_template(tmp_path, template)] == expected
