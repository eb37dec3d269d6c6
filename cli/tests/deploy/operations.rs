//! Tests of `rollback`, `abort`, `prune`, `deploy --create-alias`, and of the events of `--json`.

use crate::support::{
    ALIAS, Fixture, ONE, ORDERS, TWO, advance_a_minute, assert_prints, kill_at_line, program, strip_times,
};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

impl Fixture {
    fn command<'w>(&'w self, name: &'w str, state: &'w str, options: &[&'w str]) -> Vec<&'w str> {
        [&[name, ALIAS, "--endpoint-url", &self.url, "--state", state], options].concat()
    }

    /// Publishes versions up to this number.
    fn publish_versions(&self, last: u32) {
        for number in 3..=last {
            let role = format!("arn:aws:iam::000000000000:role/orders-{number}");
            self.call("UpdateStateMachine", &json!({"stateMachineArn": ORDERS, "roleArn": role, "publish": true}));
        }
    }

    fn version_numbers(&self) -> Vec<String> {
        let list = self.call("ListStateMachineVersions", &json!({"stateMachineArn": ORDERS}));
        let arns = list["stateMachineVersions"].as_array().unwrap().iter();
        arns.map(|item| item["stateMachineVersionArn"].as_str().unwrap().rsplit(':').next().unwrap().to_owned())
            .collect()
    }
}

#[test]
fn an_alias_is_created() {
    let fixture = Fixture::new();
    let (state, alias) = (fixture.state_file(), format!("{ORDERS}:TEST"));
    let command = [
        "deploy",
        &alias,
        TWO,
        "--endpoint-url",
        &fixture.url,
        "--state",
        &state,
        "--canary",
        "10/5m",
        "--create-alias",
    ];
    let output = format!("would create `{alias}`: 100 % orders:2\n");
    assert_prints(&[&command[..], &["--dry-run"]].concat(), 0, &output, "");
    assert_prints(&command, 0, &format!("created `{alias}`: 100 % orders:2\n"), "");
    let routing = json!([{"stateMachineVersionArn": TWO, "weight": 100}]);
    let described = fixture.call("DescribeStateMachineAlias", &json!({"stateMachineAliasArn": alias}));
    assert_eq!((&described["routingConfiguration"], std::path::Path::new(&state).exists()), (&routing, false));
}

#[test]
fn a_rollback_restores_the_previous_version() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    assert_eq!(program(&fixture.deploy(&state, &["--all-at-once"])).output().unwrap().status.code(), Some(0));
    let rollback = fixture.command("rollback", &state, &[]);
    let output = "would roll back: 100 % orders:2 to 100 % orders:1\n";
    assert_prints(&[&rollback[..], &["--dry-run"]].concat(), 0, output, "");
    assert_eq!(fixture.routing(), [(TWO.to_owned(), 100)]);
    assert_prints(&rollback, 0, "rolled back: 100 % orders:2 to 100 % orders:1\n", "");
    assert_eq!(fixture.routing(), [(ONE.to_owned(), 100)]);
    assert_prints(&rollback, 0, "unchanged: 100 % orders:1\n", "");
    // The state file records it.
    let output = format!("rolled back: Rolled back on request: 100 % orders:1; delete `{state}` to start over\n");
    let progress = "0 % on orders:2, step 1 of 1, rolled back\n";
    assert_prints(&fixture.deploy(&state, &["--all-at-once"]), 1, &output, progress);
}

#[test]
fn a_rollback_to_a_version() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let text =
        format!("sfn-alias: `{state}` does not exist; use --state FILE of the deployment, or --to VERSION_ARN\n");
    assert_prints(&fixture.command("rollback", &state, &[]), 2, "", &text);
    let command = fixture.command("rollback", &state, &["--to", TWO, "--description", "fixed"]);
    assert_prints(&command, 0, "rolled back: 100 % orders:1 to 100 % orders:2\n", "");
    let alias = fixture.call("DescribeStateMachineAlias", &json!({"stateMachineAliasArn": ALIAS}));
    assert_eq!((fixture.routing(), &alias["description"]), (vec![(TWO.to_owned(), 100)], &json!("fixed")));
    let missing = format!("{ORDERS}:9");
    let text = format!(
        "sfn-alias: the version `{missing}` does not exist; publish it first, or use the number of an existing version\n"
    );
    assert_prints(&fixture.command("rollback", &state, &["--to", &missing, "--dry-run"]), 1, "", &text);
}

#[test]
fn a_killed_deployment_is_aborted() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let deploy = fixture.deploy(&state, &["--canary", "10/1m"]);
    kill_at_line(&deploy, "next step in 1m");
    let abort = fixture.command("abort", &state, &[]);
    assert_prints(&abort, 0, "rolled back: 10 % orders:2, 90 % orders:1 to 100 % orders:1\n", "");
    assert_eq!(fixture.routing(), [(ONE.to_owned(), 100)]);
    assert_eq!(program(&deploy).output().unwrap().status.code(), Some(1));
    let succeeded = fixture.directory.path().join("other.json");
    let succeeded = succeeded.to_str().unwrap();
    assert_eq!(program(&fixture.deploy(succeeded, &["--all-at-once"])).output().unwrap().status.code(), Some(0));
    let text = "sfn-alias: the deployment has ended (succeeded); use a rollback to route to its previous version\n";
    assert_prints(&fixture.command("abort", succeeded, &[]), 1, "", text);
}

/// The deployment runs in another process, which stops at its next check.
#[test]
fn a_running_deployment_is_aborted() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let mut child = program(&fixture.deploy(&state, &["--canary", "10/1m"])).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    lines.find(|line| strip_times(line).ends_with("next step in 1m")).unwrap();
    let text = "another process runs the deployment; waiting until it has ended\n";
    let output = "rolled back: 10 % orders:2, 90 % orders:1 to 100 % orders:1\n";
    assert_prints(&fixture.command("abort", &state, &[]), 0, output, text);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(fixture.routing(), [(ONE.to_owned(), 100)]);
}

#[test]
fn a_routing_of_someone_else_is_not_rolled_back() {
    let fixture = Fixture::new();
    fixture.publish_versions(3);
    let state = fixture.state_file();
    assert_eq!(program(&fixture.deploy(&state, &["--all-at-once"])).output().unwrap().status.code(), Some(0));
    let routes = json!([{"stateMachineVersionArn": format!("{ORDERS}:3"), "weight": 100}]);
    fixture.call("UpdateStateMachineAlias", &json!({"stateMachineAliasArn": ALIAS, "routingConfiguration": routes}));
    let text = "sfn-alias: expected a routing of the recorded deployment, found 100 % orders:3; specify the version to \
                route to\n";
    assert_prints(&fixture.command("rollback", &state, &[]), 1, "", text);
}

#[test]
fn old_versions_are_pruned() {
    let fixture = Fixture::new();
    fixture.publish_versions(6);
    let state = fixture.state_file();
    assert_eq!(program(&fixture.deploy(&state, &["--all-at-once"])).output().unwrap().status.code(), Some(0));
    let prune = ["prune", ORDERS, "--endpoint-url", &fixture.url, "--state", &state, "--keep", "2"];
    let kept = "orders:6 is kept: one of the newest\norders:5 is kept: one of the newest\norders:2 is kept: route of \
                orders:PROD\norders:1 is kept: part of the recorded deployment of orders:PROD\n";
    let output = "would delete orders:3\nwould delete orders:4\nwould delete 2 versions, keep 4\n";
    assert_prints(&[&prune[..], &["--dry-run"]].concat(), 0, &format!("{kept}{output}"), "");
    assert_eq!(fixture.version_numbers().len(), 6);
    let progress = "deleted orders:3 (1 of 2)\ndeleted orders:4 (2 of 2)\n";
    assert_prints(&prune, 0, &format!("{kept}deleted 2 versions, kept 4\n"), progress);
    assert_eq!(fixture.version_numbers(), ["6", "5", "2", "1"]);
}

/// Without `--state`, the record has the default name.
#[test]
fn default_state_files_are_read_by_a_prune() {
    let fixture = Fixture::new();
    let run = |arguments: &[&str]| program(arguments).current_dir(&fixture.directory).output().unwrap();
    let deploy = ["deploy", ALIAS, TWO, "--endpoint-url", &fixture.url, "--all-at-once"];
    assert_eq!(run(&deploy).status.code(), Some(0));
    let prune = ["prune", ORDERS, "--endpoint-url", &fixture.url, "--keep", "0"];
    let found = run(&prune);
    assert_eq!(
        String::from_utf8_lossy(&found.stdout),
        "orders:2 is kept: route of orders:PROD\norders:1 is kept: part of the recorded deployment of orders:PROD\ndeleted 0 versions, kept 2\n"
    );
    assert_eq!(run(&["rollback", ALIAS, "--endpoint-url", &fixture.url]).status.code(), Some(0));
    assert_eq!(fixture.routing(), [(ONE.to_owned(), 100)]);
}

#[test]
fn options_of_operations_are_checked() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let text = format!("sfn-alias: --state: `{state}` does not exist\n");
    let prune = ["prune", ORDERS, "--endpoint-url", &fixture.url, "--state", &state, "--keep", "2"];
    assert_prints(&prune, 2, "", &text);
    let text = format!(
        "sfn-alias: STATE_MACHINE_ARN: expected a state machine ARN (...:stateMachine:NAME), found `{ALIAS}`\n"
    );
    assert_prints(&["prune", ALIAS, "--endpoint-url", &fixture.url, "--keep", "2"], 2, "", &text);
    let text = format!("sfn-alias: ALIAS_ARN: expected an alias ARN (...:stateMachine:NAME:ALIAS), found `{ONE}`\n");
    assert_prints(&["abort", ONE, "--endpoint-url", &fixture.url], 2, "", &text);
}

/// Returns the lines of standard output as JSON, without their times.
fn read_events(output: &[u8]) -> Vec<Value> {
    let is_time = |text: &str| strip_times(&format!("{text} ")).is_empty();
    let lines = String::from_utf8(output.to_vec()).unwrap();
    let parse = |line: &str| {
        let mut event: Value = serde_json::from_str(line).unwrap();
        let members = event.as_object_mut().unwrap();
        for name in ["time", "startTime", "endTime", "nextStepTime"] {
            let time = members.remove(name);
            assert!(time.is_none_or(|time| is_time(time.as_str().unwrap())), "{line}");
        }
        event
    };
    lines.lines().map(parse).collect()
}

#[test]
fn events_name_alias_version_routing_and_cause() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let alarm_command = "echo '{\"errors\": \"ALARM\"}' #";
    let options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", alarm_command, "--json"];
    let found = program(&fixture.deploy(&state, &options)).output().unwrap();
    assert_eq!((found.stderr.as_slice(), found.status.code()), (&b""[..], Some(1)));
    let message = "Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].";
    let common = json!({
        "alias": ALIAS, "version": TWO, "previousVersion": ONE, "steps": 2, "stepsDone": 0,
        "routing": [{"stateMachineVersionArn": ONE, "weight": 100}],
        "cause": {"message": message, "alarms": ["errors"]},
    });
    let event = |members: Value| {
        let mut event = common.clone();
        event.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        event
    };
    let expected = [
        event(json!({"event": "progress", "phase": "rollingBack"})),
        event(json!({"event": "summary", "result": "rolledBack", "stateFile": state})),
    ];
    assert_eq!(read_events(&found.stdout), expected);
}

#[test]
fn each_step_is_an_event() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    kill_at_line(&fixture.deploy(&state, &["--canary", "10/1m"]), "next step in 1m");
    advance_a_minute(&state);
    let found = program(&fixture.deploy(&state, &["--canary", "10/1m", "--json"])).output().unwrap();
    let events = read_events(&found.stdout);
    let weights: Vec<&Value> = events.iter().map(|event| &event["routing"][0]["weight"]).collect();
    assert_eq!(weights, [10, 100]);
    assert_eq!((&events[0]["phase"], &events[1]["result"]), (&json!("shifting"), &json!("succeeded")));
    let abort = fixture.command("rollback", &state, &["--json"]);
    let events = read_events(&program(&abort).output().unwrap().stdout);
    let expected = json!({
        "event": "summary", "result": "rolledBack", "dryRun": false, "alias": ALIAS, "version": ONE,
        "previousVersion": TWO, "previousRouting": [{"stateMachineVersionArn": TWO, "weight": 100}],
        "routing": [{"stateMachineVersionArn": ONE, "weight": 100}], "stateFile": state,
    });
    assert_eq!(events, [expected]);
}

/// Each line of progress starts with a time.
#[test]
fn lines_have_times() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let found = program(&fixture.deploy(&state, &["--all-at-once"])).output().unwrap();
    let text = String::from_utf8(found.stderr).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(text.lines().all(|line| line.len() - strip_times(line).len() == "2026-11-29T12:00:00Z ".len()), "{text}");
}
