//! Tests of `sfn-alias deploy`, `plan` and `simulate` as a shell runs them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod alarm_command;
mod dry_run;
mod failures;
mod files;
mod kills;
mod operations;
mod pages;
mod proxy;
mod reports;
mod support;

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Output;
use support::{ALIAS, Fixture, ONE, ORDERS, TWO, advance_a_minute, assert_prints, kill_at_line, program, strip_times};

const LAST_STEP_PROGRESS: &str =
    "10 % on orders:2, step 1 of 2, updating the alias\n100 % on orders:2, step 2 of 2, succeeded\n";

#[test]
fn all_at_once_makes_one_update() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let command = fixture.deploy(&state, &["--all-at-once"]);
    let progress = "0 % on orders:2, step 0 of 1, updating the alias\n100 % on orders:2, step 1 of 1, succeeded\n";
    assert_prints(&command, 0, "succeeded\n", progress);
    assert_prints(&command, 0, "succeeded\n", "100 % on orders:2, step 1 of 1, succeeded\n");
    assert_eq!((fixture.routing(), fixture.updates()), (vec![(TWO.to_owned(), 100)], 1));
}

#[test]
fn the_same_command_resumes_a_killed_canary() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let command = fixture.deploy(&state, &["--canary", "10/1m"]);
    kill_at_line(&command, "next step in 1m");
    assert_eq!((fixture.routing(), fixture.updates()), (vec![(TWO.to_owned(), 10), (ONE.to_owned(), 90)], 1));
    advance_a_minute(&state);
    assert_prints(&command, 0, "succeeded\n", LAST_STEP_PROGRESS);
    assert_eq!((fixture.routing(), fixture.updates()), (vec![(TWO.to_owned(), 100)], 2));
}

#[test]
fn a_shift_with_a_lost_response_is_not_repeated() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    // The driver is killed during the alarm check, before the first shift. The test then makes that shift.
    let killing_options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", "kill -9 $PPID; :"];
    let found = program(&fixture.deploy(&state, &killing_options)).output().unwrap();
    assert_eq!((found.status.signal(), fixture.updates()), (Some(9), 0));
    let mut checkpoint: Value = serde_json::from_slice(&std::fs::read(&state).unwrap()).unwrap();
    assert_eq!(checkpoint["phase"], json!({"kind": "checkingAlarms"}));
    checkpoint["phase"] = json!({"kind": "updating"});
    checkpoint["intent"] = json!({"kind": "shift"});
    std::fs::write(&state, checkpoint.to_string()).unwrap();
    let routes = json!([{"stateMachineVersionArn": TWO, "weight": 10}, {"stateMachineVersionArn": ONE, "weight": 90}]);
    fixture.call("UpdateStateMachineAlias", &json!({"stateMachineAliasArn": ALIAS, "routingConfiguration": routes}));
    let options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", "echo {}; :"];
    let command = fixture.deploy(&state, &options);
    kill_at_line(&command, "next step in 1m");
    advance_a_minute(&state);
    assert_prints(&command, 0, "succeeded\n", LAST_STEP_PROGRESS);
    assert_eq!((fixture.routing(), fixture.updates()), (vec![(TWO.to_owned(), 100)], 2));
}

#[test]
fn an_alarm_rolls_back() {
    let fixture = Fixture::new();
    let (state, states) = (fixture.state_file(), fixture.directory.path().join("alarms.json"));
    std::fs::write(&states, r#"{"errors": "OK"}"#).unwrap();
    let alarm_command = format!("cat {}; :", states.display());
    let command =
        fixture.deploy(&state, &["--canary", "10/1m", "--alarm", "errors", "--alarm-command", &alarm_command]);
    kill_at_line(&command, "next step in 1m");
    std::fs::write(&states, r#"{"errors": "ALARM"}"#).unwrap();
    advance_a_minute(&state);
    let output =
        "rolled back: Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].\n";
    let progress = "10 % on orders:2, step 1 of 2, rolling back because of the alarm errors\n0 % on orders:2, step 1 of 2, rolled back\n";
    assert_prints(&command, 1, output, progress);
    assert_eq!((fixture.routing(), fixture.updates()), (vec![(ONE.to_owned(), 100)], 2));
}

/// Starts a server that answers one request like CloudWatch, and returns the request.
fn start_cloudwatch(response: &'static str) -> (String, std::thread::JoinHandle<String>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let request = std::thread::spawn(move || {
        let mut reader = BufReader::new(listener.accept().unwrap().0);
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let start = head.len();
            reader.read_line(&mut head).unwrap();
            length = head[start..].strip_prefix("content-length: ").map_or(length, |n| n.trim().parse().unwrap());
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let size = response.len();
        write!(reader.get_mut(), "HTTP/1.1 200 OK\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n{response}")
            .unwrap();
        let target = head.lines().find_map(|line| line.strip_prefix("x-amz-target: ")).unwrap();
        format!("{target} {}", String::from_utf8(body).unwrap())
    });
    (url, request)
}

#[test]
fn alarms_are_read_from_cloudwatch() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let (url, received) = start_cloudwatch(
        r#"{"CompositeAlarms": [{"AlarmName": "all", "StateValue": "ALARM"}], "MetricAlarms": [{"AlarmName": "errors", "StateValue": "OK"}]}"#,
    );
    let options = ["--canary", "10/1m", "--alarm", "errors", "--alarm", "all", "--cloudwatch-endpoint-url", &url];
    let text = "rolled back: Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [all].\n";
    let progress = "0 % on orders:2, step 0 of 2, rolling back because of the alarm all\n0 % on orders:2, step 0 of 2, rolled back\n";
    assert_prints(&fixture.deploy(&state, &options), 1, text, progress);
    let request = r#"{"AlarmNames":["errors","all"],"AlarmTypes":["CompositeAlarm","MetricAlarm"],"MaxRecords":100}"#;
    assert_eq!(received.join().unwrap(), format!("GraniteServiceVersion20100801.DescribeAlarms {request}"));
}

#[test]
fn drift_stops_the_deployment() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let command = fixture.deploy(&state, &["--steps", "5/1m,25/10m"]);
    kill_at_line(&command, "next step in 1m");
    let routes = json!([{"stateMachineVersionArn": TWO, "weight": 50}, {"stateMachineVersionArn": ONE, "weight": 50}]);
    fixture.call("UpdateStateMachineAlias", &json!({"stateMachineAliasArn": ALIAS, "routingConfiguration": routes}));
    advance_a_minute(&state);
    let Output { status, stderr, .. } = program(&command).output().unwrap();
    assert_eq!(
        strip_times(&String::from_utf8_lossy(&stderr)),
        "5 % on orders:2, step 1 of 3, stopped because of drift\n"
    );
    assert_eq!(status.code(), Some(1));
    assert_eq!((fixture.routing(), fixture.updates()), (vec![(TWO.to_owned(), 50), (ONE.to_owned(), 50)], 2));
}

#[test]
fn a_dry_run_changes_nothing() {
    let fixture = Fixture::new();
    let command = ["deploy", ALIAS, TWO, "--endpoint-url", &fixture.url, "--all-at-once", "--dry-run"];
    let output = "\
step  after  orders:1  orders:2  then
1     0s     0 %       100 %     done

      0s  read the alias: 100 % orders:1  (CloudFormation does not make this call)
      0s  update the alias to 100 % orders:2
      0s  succeeded
1 update; final routing: 100 % orders:2
";
    assert_prints(&command, 0, output, "");
    assert_eq!((fixture.routing(), fixture.updates()), (vec![(ONE.to_owned(), 100)], 0));
}

#[test]
fn a_dry_run_shows_the_progress() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let command = fixture.deploy(&state, &["--canary", "10/1m"]);
    kill_at_line(&command, "next step in 1m");
    advance_a_minute(&state);
    let output = "\
step  after  orders:1  orders:2  then
1     0s     90 %      10 %      wait 1m
2     1m     0 %       100 %     done
note: no alarm is specified: this deployment is not rolled back automatically

      0s  read the alias: 100 % orders:1  (CloudFormation does not make this call)
      0s  update the alias to 10 % orders:2, 90 % orders:1
      0s  wait until 60s
     60s  read the alias: 10 % orders:2, 90 % orders:1
     60s  update the alias to 100 % orders:2
     60s  succeeded
2 updates; final routing: 100 % orders:2

progress: 10 % on orders:2, step 1 of 2, next step in 0s
";
    let saved = std::fs::read(&state).unwrap();
    assert_prints(&[&command[..], &["--dry-run"]].concat(), 0, output, "");
    assert_eq!((fixture.routing(), fixture.updates()), (vec![(TWO.to_owned(), 10), (ONE.to_owned(), 90)], 1));
    assert_eq!(std::fs::read(&state).unwrap(), saved);
}

#[test]
fn invalid_deployments_are_rejected() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let text = "sfn-alias: ValidationException: `Interval` must be an integer from 1 to 2100 (minutes): found `0`\n";
    assert_prints(&fixture.deploy(&state, &["--canary", "10/0m"]), 1, "", text);
    let text = "sfn-alias: the endpoint is not AWS, so the alarm states need a source: use --alarm-command or --cloudwatch-endpoint-url\n";
    assert_prints(&fixture.deploy(&state, &["--canary", "10/1m", "--alarm", "errors"]), 2, "", text);
    let unreachable =
        ["deploy", ALIAS, TWO, "--endpoint-url", "http://127.0.0.1:1", "--state", &state, "--canary", "10"];
    let text = "sfn-alias: `10` is not a valid step; expected PERCENT/TIME, for example 10/5m\n";
    assert_prints(&unreachable, 2, "", text);
    let missing = format!("{ORDERS}:TEST");
    let command = ["deploy", &missing, TWO, "--endpoint-url", &fixture.url, "--state", &state, "--all-at-once"];
    let text = format!(
        "sfn-alias: the alias `{missing}` does not exist; --create-alias (create_alias in Python, createAlias in Node) \
         creates it with all traffic on `orders:2`\n"
    );
    assert_prints(&command, 1, "", &text);
    let command = ["deploy", ONE, TWO, "--endpoint-url", &fixture.url, "--state", &state, "--all-at-once"];
    assert_prints(
        &command,
        2,
        "",
        &format!("sfn-alias: ALIAS_ARN: expected an alias ARN (...:stateMachine:NAME:ALIAS), found `{ONE}`\n"),
    );
    assert!(!Path::new(&state).exists(), "the deployment must not start");
    std::fs::write(&state, "{").unwrap();
    let text = format!(
        "sfn-alias: state file `{state}`: invalid checkpoint: EOF while parsing an object at line 1 column 1; delete it to start over\n"
    );
    assert_prints(&fixture.deploy(&state, &["--all-at-once"]), 2, "", &text);
    assert_eq!(fixture.updates(), 0);
}

#[test]
fn a_state_file_belongs_to_one_deployment() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    kill_at_line(&fixture.deploy(&state, &["--canary", "20/1m"]), "next step in 1m");
    let other_deployment = |member: &str| {
        format!(
            "sfn-alias: state file `{state}`: the checkpoint belongs to another running deployment (CANARY of {TWO} to \
             {ALIAS}): `{member}` differs; use the same options to resume it, or another state file\n"
        )
    };
    assert_prints(&fixture.deploy(&state, &["--canary", "10/1m"]), 2, "", &other_deployment("Percentage"));
    assert_prints(&fixture.deploy(&state, &["--all-at-once"]), 2, "", &other_deployment("Type"));
    assert_prints(
        &fixture.deploy(&state, &["--canary", "20/1m", "--description", "new"]),
        2,
        "",
        &other_deployment("description"),
    );
    advance_a_minute(&state);
    let progress = "20 % on orders:2, step 1 of 2, updating the alias\n100 % on orders:2, step 2 of 2, succeeded\n";
    assert_prints(&fixture.deploy(&state, &["--canary", "20/1m"]), 0, "succeeded\n", progress);
    // A deployment that has ended is replaced.
    let unchanged = "note: the alias already routes all traffic to this version: nothing to shift\n100 % on orders:2, step 0 of 1, updating the alias\n100 % on orders:2, step 1 of 1, succeeded\n";
    assert_prints(&fixture.deploy(&state, &["--all-at-once"]), 0, "succeeded\n", unchanged);
}

#[test]
fn the_state_file_is_locked_and_a_failed_deployment_is_resumed() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let lock = std::fs::File::create(format!("{state}.lock")).unwrap();
    lock.try_lock().unwrap();
    let text = format!(
        "sfn-alias: state file `{state}`: another process uses it; wait until that process ends, or use another state file\n"
    );
    assert_prints(&fixture.deploy(&state, &["--all-at-once"]), 3, "", &text);
    drop(lock);
    let options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command"];
    let output = "failed: AlarmCommand: invalid output of the alarm command, expected {\"name\": \"OK\", ...}: unknown variant `RED`, expected one of `OK`, `ALARM`, `INSUFFICIENT_DATA` at line 1 column 16; run the same command to resume\n";
    let invalid = [&options[..], &[r#"echo '{"errors": "RED"}'; :"#]].concat();
    assert_prints(
        &fixture.deploy(&state, &invalid),
        3,
        output,
        "0 % on orders:2, step 0 of 2, failed with AlarmCommand\n",
    );
    let valid = [&options[..], &[r#"echo '{"errors": "OK"}'; :"#]].concat();
    kill_at_line(&fixture.deploy(&state, &valid), "next step in 1m");
    assert_eq!(fixture.routing(), [(TWO.to_owned(), 10), (ONE.to_owned(), 90)]);
}

#[test]
fn the_description_is_set_with_the_first_shift() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let command = fixture.deploy(&state, &["--canary", "10/1m", "--description", "release 7"]);
    let description =
        || fixture.call("DescribeStateMachineAlias", &json!({"stateMachineAliasArn": ALIAS}))["description"].clone();
    kill_at_line(&command, "next step in 1m");
    assert_eq!(description(), "release 7");
    advance_a_minute(&state);
    assert_prints(&command, 0, "succeeded\n", LAST_STEP_PROGRESS);
    assert_eq!(description(), "release 7");
}

#[test]
fn a_plan_shows_the_expected_executions() {
    let output = "\
step  after  orders:1  orders:2  then
1     0s     90 %      10 %      wait 5m, check alarms: errors
2     5m     0 %       100 %     done
at 10 executions per second (95 % interval in parentheses):
step 1: 3000 executions, 300 on the new version (267 to 333), 2700 on the previous one (2667 to 2733)
total: 3000 executions, 300 on the new version (267 to 333), 2700 on the previous one (2667 to 2733)
";
    assert_prints(
        &["plan", "10/5m", "--current", ONE, "--new", TWO, "--alarm", "errors", "--rate", "10"],
        0,
        output,
        "",
    );
    let text = "sfn-alias: the preference does not specify the version to deploy; use --new VERSION_ARN\n";
    assert_prints(&["plan", "10/5m", "--current", ONE], 2, "", text);
    let text = "sfn-alias: `10` is not a valid step; expected PERCENT/TIME, for example 10/5m\n";
    assert_prints(&["plan", "10", "--current", ONE, "--new", TWO], 2, "", text);
}

#[test]
fn a_simulation_as_text() {
    let events = json!([
        {"event": "alarm", "atSeconds": 70, "name": "errors", "state": "ALARM"},
        {"event": "failure", "atSeconds": 80, "times": 1, "call": "updateAlias", "code": "ThrottlingException", "message": "slow"},
        {"event": "crashAtCall", "call": 3, "applied": true, "restartAfterSeconds": 5},
        {"event": "crashAtCall", "call": 99, "applied": false, "restartAfterSeconds": 5}
    ]);
    let text = "      0s  read the alias: 100 % orders:1  (CloudFormation does not make this call)
      0s  check the alarms: errors is OK
      0s  update the alias to 10 % orders:2, 90 % orders:1: no response
      0s  event: the process crashes after call 3
      5s  the process restarts
      5s  read the alias: 10 % orders:2, 90 % orders:1  (CloudFormation does not make this call)
      5s  wait until 65s
     65s  read the alias: 10 % orders:2, 90 % orders:1
     65s  check the alarms: errors is OK
     65s  wait until 125s
     70s  event: the alarm errors is ALARM
    125s  read the alias: 10 % orders:2, 90 % orders:1
    125s  check the alarms: errors is ALARM
    125s  update the alias to 100 % orders:1: ThrottlingException: slow
    125s  wait until 127s
    127s  read the alias: 10 % orders:2, 90 % orders:1  (CloudFormation does not make this call)
    127s  update the alias to 100 % orders:1
    127s  rolled back: Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].
2 updates; final routing: 100 % orders:1
CloudFormation then rolls back the stack and sets the routing: 100 % orders:1
unused event: the process crashes before call 99
";
    let events = events.to_string();
    let command = ["simulate", "10/5m", "--current", ONE, "--new", TWO, "--alarm", "errors", "--events", &events];
    assert_prints(&command, 0, text, "");
}

#[test]
fn a_simulation_as_json() {
    let events = r#"[{"event": "alarm", "atSeconds": 30, "name": "errors", "state": "ALARM"}]"#;
    let command =
        ["simulate", "10/5m", "--current", ONE, "--new", TWO, "--alarm", "errors", "--events", events, "--json"];
    let found = program(&command).output().unwrap();
    let simulation: Value = serde_json::from_slice(&found.stdout).unwrap();
    let message = "Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].";
    assert_eq!(simulation["outcome"], json!({"result": "rolledBack", "message": message, "alarms": ["errors"]}));
    assert_eq!((&simulation["endedAtSeconds"], &simulation["updates"]), (&json!(60), &json!(2)));
    assert_eq!(found.status.code(), Some(0));
}
