//! Tests of the alarm states in a dry run.

use crate::support::{ALIAS, Fixture, ONE, TWO, assert_prints, kill_at_line, program};
use serde_json::{Value, json};

const TABLE: &str = "\
step  after  orders:1  orders:2  then
1     0s     90 %      10 %      wait 1m, check alarms: errors
2     1m     0 %       100 %     done

";

/// Asserts the simulation, the lines about the alarms, and the exit code, which is that of the deployment.
#[track_caller]
fn assert_dry_run(states: &str, code: i32, simulation: &str, lines: &str) {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let alarm_command = format!("echo '{states}' #");
    let options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", &alarm_command, "--dry-run"];
    assert_prints(&fixture.deploy(&state, &options), code, &format!("{TABLE}{simulation}\n{lines}\n"), "");
    assert_eq!((fixture.updates(), std::path::Path::new(&state).exists()), (0, false));
}

fn simulate_success(event: &str, result: &str) -> String {
    format!(
        "      0s  read the alias: 100 % orders:1  (CloudFormation does not make this call)
{event}      0s  check the alarms: {result}
      0s  update the alias to 10 % orders:2, 90 % orders:1
      0s  wait until 60s
     60s  read the alias: 10 % orders:2, 90 % orders:1
     60s  check the alarms: {result}
     60s  update the alias to 100 % orders:2
     60s  succeeded
2 updates; final routing: 100 % orders:2
"
    )
}

#[test]
fn alarms_are_checked_once() {
    assert_dry_run(r#"{"errors": "OK"}"#, 0, &simulate_success("", "errors is OK"), "errors is OK");
}

#[test]
fn a_dry_run_rolls_back_where_the_deployment_would() {
    let simulation = "      0s  event: the alarm errors is ALARM
      0s  read the alias: 100 % orders:1  (CloudFormation does not make this call)
      0s  check the alarms: errors is ALARM
      0s  update the alias to 100 % orders:1
      0s  rolled back: Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].
1 update; final routing: 100 % orders:1
CloudFormation then rolls back the stack and sets the routing: 100 % orders:1
";
    assert_dry_run(r#"{"errors": "ALARM"}"#, 1, simulation, "errors is in ALARM: it would roll back the deployment");
}

#[test]
fn a_dry_run_fails_where_the_deployment_would() {
    let failure = "AlarmCommand: invalid output of the alarm command, expected {\"name\": \"OK\", ...}: expected value at \
                   line 1 column 1";
    let simulation = format!(
        "      0s  read the alias: 100 % orders:1  (CloudFormation does not make this call)
      0s  check the alarms: {failure}
      0s  failed: {failure}
0 updates; final routing: 100 % orders:1
CloudFormation then rolls back the stack and sets the routing: 100 % orders:1
"
    );
    assert_dry_run("x", 3, &simulation, &format!("cannot read the alarms: {failure}"));
}

#[test]
fn a_missing_alarm_fails_a_dry_run() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", "echo '{}' #", "--dry-run"];
    let found = program(&fixture.deploy(&state, &options)).output().unwrap();
    let text = String::from_utf8(found.stdout).unwrap();
    assert!(
        text.ends_with("\nerrors does not exist: it would not roll back the deployment; check the name\n"),
        "{text}"
    );
    assert_eq!(found.status.code(), Some(1));
}

#[test]
fn insufficient_data_does_not_fail_a_dry_run() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let states = "echo '{\"errors\": \"INSUFFICIENT_DATA\"}' #";
    let options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", states, "--dry-run"];
    let found = program(&fixture.deploy(&state, &options)).output().unwrap();
    let text = String::from_utf8(found.stdout).unwrap();
    assert!(text.ends_with("\nerrors is in INSUFFICIENT_DATA: it does not roll back the deployment\n"), "{text}");
    assert_eq!(found.status.code(), Some(0));
}

/// The alias of a saved deployment has another routing: the next check of the deployment finds drift.
#[test]
fn a_dry_run_finds_drift() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let command = fixture.deploy(&state, &["--canary", "10/1m"]);
    kill_at_line(&command, "next step in 1m");
    let routes = json!([{"stateMachineVersionArn": TWO, "weight": 50}, {"stateMachineVersionArn": ONE, "weight": 50}]);
    fixture.call("UpdateStateMachineAlias", &json!({"stateMachineAliasArn": ALIAS, "routingConfiguration": routes}));
    let saved = std::fs::read(&state).unwrap();
    let found = program(&[&command[..], &["--dry-run"]].concat()).output().unwrap();
    let text = String::from_utf8(found.stdout).unwrap();
    assert!(text.contains("; then stopped because of drift: Failed to continue deployment"), "{text}");
    assert_eq!((found.status.code(), std::fs::read(&state).unwrap()), (Some(1), saved));
}

#[test]
fn the_json_contains_the_alarms() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let options =
        ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", "echo '{\"errors\": \"OK\"}' #", "--dry-run"];
    let found = program(&[&fixture.deploy(&state, &options)[..], &["--json"]].concat()).output().unwrap();
    let response: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(response["alarms"], json!({"observed": "alarms", "alarms": [{"name": "errors", "state": "OK"}]}));
}

#[test]
fn alarms_require_a_source() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let text = "sfn-alias: the endpoint is not AWS, so the alarm states need a source: use --alarm-command or --cloudwatch-endpoint-url\n";
    assert_prints(&fixture.deploy(&state, &["--canary", "10/1m", "--alarm", "errors", "--dry-run"]), 2, "", text);
}
