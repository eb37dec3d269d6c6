"""The rules for cfn-lint, run by cfn-lint itself."""

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
FAULTY = CORRECT.replace("Weight: 100", "Weight: 90").replace(
    "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n", ""
)
WEIGHT = ("E9502", 23, 7)
RETAIN = ("W9515", 14, 3)
REFUSED = (
    "RoutingConfiguration: rejected by CreateStateMachineAlias: Sum of routing configuration weights must equal 100. "
    "Received: [90]. Set its weight to 100, or add a second route with the rest."
)
NOT_RETAINED = (
    "DeletionPolicy and UpdateReplacePolicy of this version, which alias Prod leads to, are not Retain. "
    "Set `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain` on the version."
)


def printed_folder() -> str:
    done = subprocess.run([sys.executable, "-m", "sfn_alias.cfnlint"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def lint(*arguments: str, stdin: str | None = None) -> list[dict[str, Any]]:
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "json", "--append-rules", printed_folder(), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, input=stdin)
    assert done.stderr == ""
    matches: list[dict[str, Any]] = json.loads(done.stdout)
    return matches


def linted(path: Path, template: str, *arguments: str) -> list[tuple[str, int, int, str]]:
    file = path / "template.yaml"
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


def test_the_folder_is_printed() -> None:
    assert printed_folder() == str(sfn_alias.cfnlint.FOLDER)
    assert (sfn_alias.cfnlint.FOLDER / "aliases.py").is_file()


def test_one_class_a_rule() -> None:
    from sfn_alias.cfnlint.rules import aliases

    rules = sfn_alias.template_rules()
    letters = {"error": "E95", "warning": "W95", "info": "I95"}
    made = {rule["id"]: getattr(aliases, rule["id"])() for rule in rules}
    assert {id: rule.id for id, rule in made.items()} == {
        rule["id"]: letters[rule["severity"]] + rule["id"].removeprefix("SFA0") for rule in rules
    }
    assert aliases.Unchecked().id == "E9500"
    assert [rule.shortdesc for rule in made.values()] == [rule["title"] for rule in rules]


def test_nothing_is_found_in_a_correct_template(tmp_path: Path) -> None:
    assert linted(tmp_path, CORRECT) == []


def test_faults_are_found_where_they_are(tmp_path: Path) -> None:
    assert linted(tmp_path, FAULTY) == [(*RETAIN, NOT_RETAINED), (*WEIGHT, REFUSED)]


def test_rules_are_switched_off(tmp_path: Path) -> None:
    assert linted(tmp_path, FAULTY, "--ignore-checks", "E95", "W95") == []


def test_a_rule_is_switched_off_in_the_template(tmp_path: Path) -> None:
    template = FAULTY + "    Metadata: {cfn-lint: {config: {ignore_checks: [E9502]}}}\n"
    assert linted(tmp_path, template) == [(*RETAIN, NOT_RETAINED)]


def test_a_finding_is_acknowledged_in_the_template(tmp_path: Path) -> None:
    template = FAULTY + "    Metadata: {sfn-alias: {acknowledge: [{rule: SFA002, reason: a draft}]}}\n"
    assert linted(tmp_path, template) == [(*RETAIN, NOT_RETAINED)]


def test_a_finding_says_when_it_holds(tmp_path: Path) -> None:
    template = "Conditions: {IsProd: !Equals [!Ref AWS::Region, eu-west-1]}" + FAULTY.replace("90}", "!If [IsProd, 90, 100]}")
    under_a_condition = REFUSED.replace("[90].", "[90] (when IsProd is true).")
    assert linted(tmp_path, template) == [(*RETAIN, NOT_RETAINED), (*WEIGHT, under_a_condition)]


def test_what_cannot_be_checked_is_told_once(tmp_path: Path) -> None:
    template = FAULTY + "    Metadata: {sfn-alias: {acknowledge: [{rule: SFA002}]}}\n"
    needs = "Resources/Prod/Metadata/sfn-alias/acknowledge/0: acknowledging SFA002 needs a reason: add `reason` with a sentence"
    assert linted(tmp_path, template) == [("E9500", 2, 1, needs)]


def test_a_template_without_a_file() -> None:
    matches = lint(stdin=FAULTY)
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
    assert [rule for rule, *_ in linted(tmp_path, template)] == expected
