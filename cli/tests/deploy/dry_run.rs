//! Tests of the alarm states in a dry run.

use crate::support::{Fixture, assert_prints, program};
use serde_json::{Value, json};

#[track_caller]
fn assert_alarm_lines(states: &str, lines: &str) {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let alarm_command = format!("echo '{states}' #");
    let options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", &alarm_command, "--dry-run"];
    let output = format!(
        "\
step  after  orders:1  orders:2  then
1     0s     90 %      10 %      wait 1m, check alarms: errors
2     1m     0 %       100 %     done

      0s  read the alias: 100 % orders:1  (CloudFormation does not make this call)
      0s  check the alarms: errors is OK
      0s  update the alias to 10 % orders:2, 90 % orders:1
      0s  wait until 60s
     60s  read the alias: 10 % orders:2, 90 % orders:1
     60s  check the alarms: errors is OK
     60s  update the alias to 100 % orders:2
     60s  succeeded
2 updates; final routing: 100 % orders:2

{lines}
"
    );
    assert_prints(&fixture.deploy(&state, &options), 0, &output, "");
    assert_eq!(fixture.updates(), 0);
}

#[test]
fn alarms_are_checked_once() {
    assert_alarm_lines(r#"{"errors": "ALARM"}"#, "errors is in ALARM: it would roll back the deployment");
    assert_alarm_lines("{}", "errors has no state: it does not roll back the deployment; check the name");
    assert_alarm_lines(r#"{"errors": "OK"}"#, "errors is OK");
    assert_alarm_lines(
        r#"{"errors": "INSUFFICIENT_DATA"}"#,
        "errors is in INSUFFICIENT_DATA: it does not roll back the deployment",
    );
}

#[test]
fn a_failure_to_read_alarms_is_reported() {
    let error = "cannot read the alarms: AlarmCommand: invalid output of the alarm command, expected {\"name\": \"OK\", \
                 ...}: expected value at line 1 column 1";
    assert_alarm_lines("x", error);
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
