//! Gradual deployments by the program, as a shell sees them: killed, resumed, rolled back and refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod dry;
mod faults;
mod files;
mod gate;
mod kills;
mod readme;
mod support;

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Output;
use support::{ALIAS, ONE, ORDERS, TWO, World, a_minute_passes, killed_at, prints, program};

const TO_THE_END: &str = "10 % on orders:2, step 1 of 2, shifting\n100 % on orders:2, step 2 of 2, succeeded\n";

#[test]
fn all_at_once_is_one_update_and_is_not_made_again() {
    let world = World::new();
    let state = world.state();
    let command = world.deploy(&state, &["--all-at-once"]);
    let progress = "0 % on orders:2, step 0 of 1, shifting\n100 % on orders:2, step 1 of 1, succeeded\n";
    prints(&command, 0, "succeeded\n", progress);
    prints(&command, 0, "succeeded\n", "100 % on orders:2, step 1 of 1, succeeded\n");
    assert_eq!((world.routing(), world.updates()), (vec![(TWO.to_owned(), 100)], 1));
}

#[test]
fn a_killed_canary_goes_on_with_the_same_command_and_no_shift_is_repeated() {
    let world = World::new();
    let state = world.state();
    let command = world.deploy(&state, &["--canary", "10/1m"]);
    killed_at(&command, "next in 1m");
    assert_eq!((world.routing(), world.updates()), (vec![(TWO.to_owned(), 10), (ONE.to_owned(), 90)], 1));
    a_minute_passes(&state);
    prints(&command, 0, "succeeded\n", TO_THE_END);
    assert_eq!((world.routing(), world.updates()), (vec![(TWO.to_owned(), 100)], 2));
}

#[test]
fn a_shift_whose_answer_was_lost_is_not_repeated() {
    let world = World::new();
    let state = world.state();
    // The driver is killed while it asks for alarms, before the first shift, which then comes through.
    let killing = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", "kill -9 $PPID; :"];
    let found = program(&world.deploy(&state, &killing)).output().unwrap();
    assert_eq!((found.status.signal(), world.updates()), (Some(9), 0));
    let mut checkpoint: Value = serde_json::from_slice(&std::fs::read(&state).unwrap()).unwrap();
    assert_eq!(checkpoint["phase"], json!({"kind": "checkingAlarms"}));
    checkpoint["phase"] = json!({"kind": "updating"});
    checkpoint["intent"] = json!({"kind": "shift"});
    std::fs::write(&state, checkpoint.to_string()).unwrap();
    let routes = json!([{"stateMachineVersionArn": TWO, "weight": 10}, {"stateMachineVersionArn": ONE, "weight": 90}]);
    world.call("UpdateStateMachineAlias", &json!({"stateMachineAliasArn": ALIAS, "routingConfiguration": routes}));
    let quiet = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", "echo {}; :"];
    let command = world.deploy(&state, &quiet);
    killed_at(&command, "next in 1m");
    a_minute_passes(&state);
    prints(&command, 0, "succeeded\n", TO_THE_END);
    assert_eq!((world.routing(), world.updates()), (vec![(TWO.to_owned(), 100)], 2));
}

#[test]
fn an_alarm_sends_all_traffic_back() {
    let world = World::new();
    let (state, states) = (world.state(), world.folder.path().join("alarms.json"));
    std::fs::write(&states, r#"{"errors": "OK"}"#).unwrap();
    let tell = format!("cat {}; :", states.display());
    let command = world.deploy(&state, &["--canary", "10/1m", "--alarm", "errors", "--alarm-command", &tell, "--json"]);
    killed_at(&command, "next in 1m");
    std::fs::write(&states, r#"{"errors": "ALARM"}"#).unwrap();
    a_minute_passes(&state);
    let output = "{\n  \"alarms\": [\n    \"errors\"\n  ],\n  \"message\": \"Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].\",\n  \"result\": \"rolledBack\"\n}\n";
    let progress = "10 % on orders:2, step 1 of 2, rolling back\n0 % on orders:2, step 1 of 2, rolled back\n";
    prints(&command, 1, output, progress);
    assert_eq!((world.routing(), world.updates()), (vec![(ONE.to_owned(), 100)], 2));
}

/// Answers one request as CloudWatch does, and what it was asked with.
fn cloudwatch(answer: &'static str) -> (String, std::thread::JoinHandle<String>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let mut reader = BufReader::new(listener.accept().unwrap().0);
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let start = head.len();
            reader.read_line(&mut head).unwrap();
            length = head[start..].strip_prefix("content-length: ").map_or(length, |n| n.trim().parse().unwrap());
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let size = answer.len();
        write!(reader.get_mut(), "HTTP/1.1 200 OK\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n{answer}")
            .unwrap();
        let target = head.lines().find_map(|line| line.strip_prefix("x-amz-target: ")).unwrap();
        format!("{target} {}", String::from_utf8(body).unwrap())
    });
    (url, asked)
}

#[test]
fn alarms_are_asked_of_cloudwatch() {
    let world = World::new();
    let state = world.state();
    let (url, asked) = cloudwatch(
        r#"{"CompositeAlarms": [{"AlarmName": "all", "StateValue": "ALARM"}], "MetricAlarms": [{"AlarmName": "errors", "StateValue": "OK"}]}"#,
    );
    let how = ["--canary", "10/1m", "--alarm", "errors", "--alarm", "all", "--cloudwatch-endpoint-url", &url];
    let text = "rolled back: Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [all].\n";
    let progress = "0 % on orders:2, step 0 of 2, rolling back\n0 % on orders:2, step 0 of 2, rolled back\n";
    prints(&world.deploy(&state, &how), 1, text, progress);
    let request = r#"{"AlarmNames":["errors","all"],"AlarmTypes":["CompositeAlarm","MetricAlarm"],"MaxRecords":100}"#;
    assert_eq!(asked.join().unwrap(), format!("GraniteServiceVersion20100801.DescribeAlarms {request}"));
}

#[test]
fn drift_is_left_as_it_is_found() {
    let world = World::new();
    let state = world.state();
    let command = world.deploy(&state, &["--steps", "5/1m,25/10m"]);
    killed_at(&command, "next in 1m");
    let routes = json!([{"stateMachineVersionArn": TWO, "weight": 50}, {"stateMachineVersionArn": ONE, "weight": 50}]);
    world.call("UpdateStateMachineAlias", &json!({"stateMachineAliasArn": ALIAS, "routingConfiguration": routes}));
    a_minute_passes(&state);
    let Output { status, stderr, .. } = program(&command).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&stderr), "5 % on orders:2, step 1 of 3, stopped at drift\n");
    assert_eq!(status.code(), Some(1));
    assert_eq!((world.routing(), world.updates()), (vec![(TWO.to_owned(), 50), (ONE.to_owned(), 50)], 2));
}

#[test]
fn a_dry_run_changes_nothing() {
    let world = World::new();
    let command = ["deploy", ALIAS, TWO, "--endpoint-url", &world.url, "--all-at-once", "--dry-run"];
    let output = "\
step  after  orders:1  orders:2  then
1     0s     0 %       100 %     done

      0s  looks at the alias: 100 % orders:1  (not CloudFormation's)
      0s  updates the alias to 100 % orders:2
      0s  succeeded
1 update; the alias leads to 100 % orders:2
";
    prints(&command, 0, output, "");
    assert_eq!((world.routing(), world.updates()), (vec![(ONE.to_owned(), 100)], 0));
}

#[test]
fn a_dry_run_tells_how_far_it_is() {
    let world = World::new();
    let state = world.state();
    let command = world.deploy(&state, &["--canary", "10/1m"]);
    killed_at(&command, "next in 1m");
    a_minute_passes(&state);
    let output = "\
step  after  orders:1  orders:2  then
1     0s     90 %      10 %      wait 1m
2     1m     0 %       100 %     done
note: no alarm is watched: nothing rolls this deployment back

      0s  looks at the alias: 100 % orders:1  (not CloudFormation's)
      0s  updates the alias to 10 % orders:2, 90 % orders:1
      0s  waits until 60s
     60s  looks at the alias: 10 % orders:2, 90 % orders:1
     60s  updates the alias to 100 % orders:2
     60s  succeeded
2 updates; the alias leads to 100 % orders:2

so far: 10 % on orders:2, step 1 of 2, next in 0s
";
    let kept = std::fs::read(&state).unwrap();
    prints(&[&command[..], &["--dry-run"]].concat(), 0, output, "");
    assert_eq!((world.routing(), world.updates()), (vec![(TWO.to_owned(), 10), (ONE.to_owned(), 90)], 1));
    assert_eq!(std::fs::read(&state).unwrap(), kept);
}

#[test]
fn what_cannot_be_deployed_is_told() {
    let world = World::new();
    let state = world.state();
    let text = "sfn-alias: ValidationException: `Interval` must be an integer from 1 to 2100 (minutes): found `0`\n";
    prints(&world.deploy(&state, &["--canary", "10/0m"]), 1, "", text);
    let text = "sfn-alias: the deployment watches alarms, and off AWS nobody knows them: give --alarm-command, or --cloudwatch-endpoint-url\n";
    prints(&world.deploy(&state, &["--canary", "10/1m", "--alarm", "errors"]), 2, "", text);
    let nowhere = ["deploy", ALIAS, TWO, "--endpoint-url", "http://127.0.0.1:1", "--state", &state, "--canary", "10"];
    let text = "sfn-alias: `10` is not a valid step; expected PERCENT/TIME, for example 10/5m\n";
    prints(&nowhere, 2, "", text);
    let missing = format!("{ORDERS}:TEST");
    let command = ["deploy", &missing, TWO, "--endpoint-url", &world.url, "--state", &state, "--all-at-once"];
    let text = format!("sfn-alias: {missing}: ResourceNotFound: Request references a resource that does not exist.\n");
    prints(&command, 1, "", &text);
    let command = ["deploy", ONE, TWO, "--endpoint-url", &world.url, "--state", &state, "--all-at-once"];
    prints(&command, 2, "", &format!("sfn-alias: ALIAS_ARN: `{ONE}` is no ARN of an alias\n"));
    assert!(!Path::new(&state).exists(), "nothing was begun");
    std::fs::write(&state, "{").unwrap();
    let text = format!(
        "sfn-alias: the state file `{state}`: the checkpoint of the deployment cannot be read: EOF while parsing an object at line 1 column 1\n"
    );
    prints(&world.deploy(&state, &["--all-at-once"]), 2, "", &text);
    assert_eq!(world.updates(), 0);
}

#[test]
fn a_state_file_is_of_one_deployment() {
    let world = World::new();
    let state = world.state();
    killed_at(&world.deploy(&state, &["--canary", "20/1m"]), "next in 1m");
    let is_of = |member: &str| {
        format!(
            "sfn-alias: the state file `{state}`: the checkpoint is of another deployment that is under way, CANARY of {TWO} to \
             {ALIAS}: its {member} is not the same; give the same again to go on with it, or keep the checkpoint of this one \
             in another file\n"
        )
    };
    prints(&world.deploy(&state, &["--canary", "10/1m"]), 2, "", &is_of("Percentage"));
    prints(&world.deploy(&state, &["--all-at-once"]), 2, "", &is_of("Type"));
    prints(&world.deploy(&state, &["--canary", "20/1m", "--description", "new"]), 2, "", &is_of("description"));
    a_minute_passes(&state);
    let to_the_end = "20 % on orders:2, step 1 of 2, shifting\n100 % on orders:2, step 2 of 2, succeeded\n";
    prints(&world.deploy(&state, &["--canary", "20/1m"]), 0, "succeeded\n", to_the_end);
    // What has ended makes way.
    let unchanged = "note: the alias leads to this version alone already: no traffic shifts\n100 % on orders:2, step 0 of 1, shifting\n100 % on orders:2, step 1 of 1, succeeded\n";
    prints(&world.deploy(&state, &["--all-at-once"]), 0, "succeeded\n", unchanged);
}

#[test]
fn a_deployment_has_one_driver_and_a_failed_one_goes_on() {
    let world = World::new();
    let state = world.state();
    let lock = std::fs::File::create(format!("{state}.lock")).unwrap();
    lock.try_lock().unwrap();
    let text = format!(
        "sfn-alias: the state file `{state}` cannot be used: another process drives this deployment; end it, or let it go on\n"
    );
    prints(&world.deploy(&state, &["--all-at-once"]), 3, "", &text);
    drop(lock);
    let how = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command"];
    let output = "failed: AlarmCommand: the alarm command must print {\"name\": \"OK\", ...}: unknown variant `RED`, expected one of `OK`, `ALARM`, `INSUFFICIENT_DATA` at line 1 column 16; the same command goes on from there\n";
    let red = [&how[..], &[r#"echo '{"errors": "RED"}'; :"#]].concat();
    prints(&world.deploy(&state, &red), 3, output, "0 % on orders:2, step 0 of 2, failed with AlarmCommand\n");
    let green = [&how[..], &[r#"echo '{"errors": "OK"}'; :"#]].concat();
    killed_at(&world.deploy(&state, &green), "next in 1m");
    assert_eq!(world.routing(), [(TWO.to_owned(), 10), (ONE.to_owned(), 90)]);
}

#[test]
fn a_description_comes_with_the_first_shift() {
    let world = World::new();
    let state = world.state();
    let command = world.deploy(&state, &["--canary", "10/1m", "--description", "release 7"]);
    let description =
        || world.call("DescribeStateMachineAlias", &json!({"stateMachineAliasArn": ALIAS}))["description"].clone();
    killed_at(&command, "next in 1m");
    assert_eq!(description(), "release 7");
    a_minute_passes(&state);
    prints(&command, 0, "succeeded\n", TO_THE_END);
    assert_eq!(description(), "release 7");
}

#[test]
fn a_plan_is_shown_with_the_starts_to_expect() {
    let output = "\
step  after  orders:1  orders:2  then
1     0s     90 %      10 %      wait 5m, watching errors
2     5m     0 %       100 %     done
at 10 starts a second, to expect in 19 of 20 deployments:
step 1: 3000 starts, 300 on the new version (267 to 333), 2700 on the one before (2667 to 2733)
in all: 3000 starts, 300 on the new version (267 to 333), 2700 on the one before (2667 to 2733)
";
    prints(&["plan", "10/5m", "--current", ONE, "--new", TWO, "--alarm", "errors", "--rate", "10"], 0, output, "");
    let text = "sfn-alias: --new: the preference names no version; give the one to deploy\n";
    prints(&["plan", "10/5m", "--current", ONE], 2, "", text);
    let text = "sfn-alias: `10` is not a valid step; expected PERCENT/TIME, for example 10/5m\n";
    prints(&["plan", "10", "--current", ONE, "--new", TWO], 2, "", text);
}

#[test]
fn a_simulation_is_told_in_words() {
    let events = json!([
        {"event": "alarm", "atSeconds": 70, "name": "errors", "state": "ALARM"},
        {"event": "failure", "atSeconds": 80, "times": 1, "call": "updateAlias", "code": "ThrottlingException", "message": "slow"},
        {"event": "crashAtCall", "call": 3, "applied": true, "restartAfterSeconds": 5},
        {"event": "crashAtCall", "call": 99, "applied": false, "restartAfterSeconds": 5}
    ]);
    let text = "      0s  looks at the alias: 100 % orders:1  (not CloudFormation's)
      0s  looks at the alarms: errors is OK
      0s  updates the alias to 10 % orders:2, 90 % orders:1, and has no answer
      0s  event: the driver dies at call 3, after it came through
      5s  is started again
      5s  looks at the alias: 10 % orders:2, 90 % orders:1  (not CloudFormation's)
      5s  waits until 65s
     65s  looks at the alias: 10 % orders:2, 90 % orders:1
     65s  looks at the alarms: errors is OK
     65s  waits until 125s
     70s  event: the alarm errors is ALARM
    125s  looks at the alias: 10 % orders:2, 90 % orders:1
    125s  looks at the alarms: errors is ALARM
    125s  updates the alias to 100 % orders:1: ThrottlingException: slow
    125s  waits until 127s
    127s  looks at the alias: 10 % orders:2, 90 % orders:1  (not CloudFormation's)
    127s  updates the alias to 100 % orders:1
    127s  rolled back: Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].
2 updates; the alias leads to 100 % orders:1
CloudFormation then rolls the stack back, and updates the alias to 100 % orders:1
never happened: the driver dies at call 99, before it
";
    let events = events.to_string();
    let command = ["simulate", "10/5m", "--current", ONE, "--new", TWO, "--alarm", "errors", "--events", &events];
    prints(&command, 0, text, "");
}

#[test]
fn a_simulation_shows_the_course() {
    let events = r#"[{"event": "alarm", "atSeconds": 30, "name": "errors", "state": "ALARM"}]"#;
    let command =
        ["simulate", "10/5m", "--current", ONE, "--new", TWO, "--alarm", "errors", "--events", events, "--json"];
    let found = program(&command).output().unwrap();
    let course: Value = serde_json::from_slice(&found.stdout).unwrap();
    let message = "Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].";
    assert_eq!(course["outcome"], json!({"result": "rolledBack", "message": message, "alarms": ["errors"]}));
    assert_eq!((&course["endedAtSeconds"], &course["updates"]), (&json!(60), &json!(2)));
    assert_eq!(found.status.code(), Some(0));
}
