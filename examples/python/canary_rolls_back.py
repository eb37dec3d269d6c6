"""A canary deployment that rolls back automatically, in process and on a virtual clock: version 2 fails some of its
executions, and an alarm on these failures ends the deployment. Prints `examples/canary_rolls_back.txt`."""

import tempfile
from collections import Counter
from pathlib import Path

import sfn_alias
from sfn_alias import deploy

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
ALIAS = f"{MACHINE}:PROD"
OUTCOMES = [
    {"version": 2, "any": [{"weight": 20, "error": "Orders.Broken"}, {"weight": 80, "output": {"ok": True}}]},
    {"output": {"ok": True}, "after": "2s"},
]
ALARM = {"name": "orders-failed", "metric": "ExecutionsFailed", "stateMachine": "orders", "version": 2, "threshold": 3}

now = 1_900_000_000


def publish_versions(sfn: sfn_alias.StepFunctions) -> None:
    role = "arn:aws:iam::000000000000:role/orders"
    first = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
    second = '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}'
    sfn.create_state_machine(name="orders", definition=first, roleArn=role, publish=True)
    sfn.update_state_machine(stateMachineArn=MACHINE, definition=second, publish=True)
    sfn.create_state_machine_alias(
        name="PROD", routingConfiguration=[{"stateMachineVersionArn": f"{MACHINE}:1", "weight": 100}]
    )


def deploy_second_version(sfn: sfn_alias.StepFunctions, state: Path) -> None:
    started = now

    def start_executions(seconds: float) -> None:
        """Instead of sleeping, starts two executions per second of the virtual clock."""
        global now
        for _ in range(round(seconds)):
            sfn.start_execution(stateMachineArn=ALIAS)
            sfn.start_execution(stateMachineArn=ALIAS)
            now += 1

    outcome = deploy.Deployment(
        sfn,
        ALIAS,
        "10/5m",  # 10 percent for 5 minutes, then all
        f"{MACHINE}:2",
        state=state,
        alarms=[ALARM["name"]],
        alarm_states=lambda names: sfn.evaluate_alarms([ALARM]),
        clock=lambda: now,
        sleep=start_executions,
    ).run(on_progress=lambda progress: print(f"{now - started:3}s  {progress['text']}"))
    print(f"outcome: {outcome['result']}, {', '.join(outcome['alarms'])}")


def print_executions(sfn: sfn_alias.StepFunctions) -> None:
    counts = Counter()
    for page in sfn_alias.paginator(sfn, "list_executions").paginate(stateMachineArn=ALIAS):
        for execution in page["executions"]:
            counts[execution["stateMachineVersionArn"].rpartition(":")[2], execution["status"]] += 1
    for (version, status), count in sorted(counts.items()):
        print(f"version {version}: {count} {status}")
    alias = sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)
    for route in alias["routingConfiguration"]:
        print(f"{route['weight']}% on {route['stateMachineVersionArn']}")


with sfn_alias.StepFunctions(seed=7, clock=lambda: now, outcomes=OUTCOMES) as sfn, tempfile.TemporaryDirectory() as folder:
    publish_versions(sfn)
    deploy_second_version(sfn, Path(folder) / "state.json")
    now += 60
    print_executions(sfn)
