"""The pytest fixtures of the plugin."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest
from support import ROLE


def test_plugin_is_registered() -> None:
    values = [entry.value for entry in entry_points(group="pytest11") if entry.name == "sfn_alias"]
    assert values == ["sfn_alias.pytest_plugin"]


def test_fixtures(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        DEFINITION = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
        ROLE = "arn:aws:iam::123456789012:role/orders"

        def test_client_and_service_share_a_store(sfn_service, sfn_client):
            machine = sfn_client.create_state_machine(name="orders", definition=DEFINITION, roleArn=ROLE)
            assert sfn_service.describe_state_machine(stateMachineArn=machine["stateMachineArn"])["name"] == "orders"

        def test_each_test_has_its_own(sfn_client):
            assert sfn_client.list_state_machines()["stateMachines"] == []

        def test_endpoint_and_service_share_a_store(sfn_service, sfn_endpoint_url):
            import boto3

            keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none", "region_name": "us-east-1"}
            sfn = boto3.client("stepfunctions", endpoint_url=sfn_endpoint_url, **keys)
            machine = sfn.create_state_machine(name="orders", definition=DEFINITION, roleArn=ROLE)
            assert sfn_service.describe_state_machine(stateMachineArn=machine["stateMachineArn"])["name"] == "orders"

        def test_mock_answers_other_clients(sfn_mock, sfn_service):
            import boto3

            assert sfn_mock is sfn_service
            sfn = boto3.client("stepfunctions", region_name="us-east-1")
            sfn.create_state_machine(name="orders", definition=DEFINITION, roleArn=ROLE)
            assert sfn_service.list_state_machines()["stateMachines"][0]["name"] == "orders"

        class TestOptions:
            @pytest.fixture
            def sfn_service_options(self):
                return {"account": "123456789012", "region": "eu-central-1", "seed": 7}

            def test_can_be_set(self, sfn_service, sfn_client):
                assert sfn_client.meta.region_name == sfn_service.region == "eu-central-1"
                assert sfn_service.account == "123456789012"
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=5)


@pytest.mark.parametrize("scope", ["class", "module", "package", "session"])
def test_wider_scopes(scope: str, pytester: pytest.Pytester) -> None:
    """A module that overrides `sfn_service` shares its store, and `reset` empties it."""
    pytester.makepyfile(
        f"""
        import boto3
        import pytest
        import sfn_alias

        MACHINE = {{"name": "o", "definition": '{{"StartAt": "A", "States": {{"A": {{"Type": "Succeed"}}}}}}', "roleArn": "{ROLE}"}}

        @pytest.fixture(scope="{scope}")
        def sfn_service():
            with sfn_alias.StepFunctions(seed=4) as service:
                yield service

        class TestShared:
            def test_first(self, sfn_client):
                sfn_client.create_state_machine(**MACHINE)

            def test_second(self, sfn_client, sfn_mock, sfn_endpoint_url):
                other = boto3.client("stepfunctions", region_name="us-east-1")
                assert len(sfn_client.list_state_machines()["stateMachines"]) == 1
                assert len(other.list_state_machines()["stateMachines"]) == 1

            def test_reset(self, sfn_service, sfn_client):
                sfn_service.reset()
                assert sfn_client.list_state_machines()["stateMachines"] == []
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=3)


def test_client_fixture_skips_without_boto3(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys; sys.modules['boto3'] = None")
    pytester.makepyfile("def test_it(sfn_client): pass\ndef test_other(sfn_service): pass")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1, skipped=1)
