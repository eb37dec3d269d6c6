//! Tests in which the driver is killed before and after every call, and at every wait.

use crate::proxy::{KillingProxy, ProxyState};
use crate::support::{ALIAS, Fixture, ONE, TWO, advance_a_minute, program, strip_times};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

const READ: &str = "DescribeStateMachineAlias";
const CHECK: &str = "DescribeAlarms";
const SHIFT: &str = "UpdateStateMachineAlias";

/// A deployment and its expected result.
struct Scenario {
    options: &'static [&'static str],
    alarm_after: Option<usize>,
    /// The weight of version 2 after each update.
    weights: &'static [u64],
    /// The calls of a driver that is killed only at its waits. Each restart reads the alias like an uninterrupted
    /// driver.
    calls: Vec<&'static str>,
    code: i32,
    output: &'static str,
}

fn routing(weight_of_two: &u64) -> Value {
    let route = |version, weight| json!({"stateMachineVersionArn": version, "weight": weight});
    match *weight_of_two {
        0 => json!([route(ONE, 100)]),
        100 => json!([route(TWO, 100)]),
        weight => json!([route(TWO, weight), route(ONE, 100 - weight)]),
    }
}

/// How a driver ended.
enum End {
    Killed,
    Waiting,
    Done(ExitStatus, String),
}

/// Runs the command until it ends, is killed by the proxy, or waits for the next step: then it is killed too.
fn run_once(fixture: &Fixture, proxy: &KillingProxy, scenario: &Scenario) -> End {
    let state_file = fixture.state_file();
    let options = ["deploy", ALIAS, TWO, "--endpoint-url", &proxy.url, "--state"];
    let mut command = program(&[&options[..], &[&state_file], scenario.options].concat());
    command.env("AWS_ENDPOINT_URL_CLOUDWATCH", &proxy.url);
    let mut state = proxy.state();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut output, errors) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    state.driver = Some(child);
    drop(state);
    let waits = BufReader::new(errors).lines().any(|line| strip_times(&line.unwrap()).ends_with(", next step in 1m"));
    if waits {
        proxy.state().driver.as_mut().unwrap().kill().unwrap();
    }
    let mut printed = String::new();
    output.read_to_string(&mut printed).unwrap();
    let status = proxy.state().driver.take().unwrap().wait().unwrap();
    match (waits, status.signal()) {
        (true, signal) => {
            assert_eq!(signal, Some(9));
            advance_a_minute(&state_file);
            End::Waiting
        }
        (false, Some(9)) => End::Killed,
        (false, _) => End::Done(status, printed),
    }
}

/// Runs the whole deployment and kills the driver at one call. The alias always has the routing of the last update.
fn run_to_end(scenario: &Scenario, kill_at: usize, kill_after: bool) {
    let fixture = Fixture::new();
    let proxy = KillingProxy::start(
        &fixture.url,
        ProxyState { kill_at, kill_after, alarm_after: scenario.alarm_after, ..ProxyState::default() },
    );
    let mut killed = 0;
    let (status, printed) = loop {
        let end = run_once(&fixture, &proxy, scenario);
        let expected: Vec<Value> = scenario.weights.iter().map(routing).collect();
        let updates = proxy.state().updates.len();
        let last = updates.checked_sub(1).map_or(routing(&0), |last| expected[last].clone());
        let alias = fixture.call(READ, &json!({"stateMachineAliasArn": ALIAS}));
        assert_eq!(alias["routingConfiguration"], last, "at call {kill_at}");
        match end {
            End::Killed => killed += 1,
            End::Waiting => {}
            End::Done(status, printed) => break (status, printed),
        }
    };
    assert_eq!(
        (status.code(), printed.as_str(), killed),
        (Some(scenario.code), scenario.output, usize::from(kill_at > 0))
    );
    let state = proxy.state();
    assert_eq!(state.updates, scenario.weights.iter().map(routing).collect::<Vec<_>>(), "killed at call {kill_at}");
    assert_eq!(state.errors, [""; 0]);
    if kill_at == 0 {
        assert_eq!(state.calls, scenario.calls);
    }
}

#[track_caller]
fn run_with_every_kill(scenario: &Scenario) {
    run_to_end(scenario, 0, false);
    for kill_at in 1..=scenario.calls.len() {
        run_to_end(scenario, kill_at, false);
        run_to_end(scenario, kill_at, true);
    }
}

/// Returns the calls of a deployment. The first two are before it: the plan, and whether the version exists.
fn calls(rounds: usize, round: &[&'static str]) -> Vec<&'static str> {
    [&[READ, "DescribeStateMachine"], round.repeat(rounds).as_slice()].concat()
}

#[test]
fn a_canary() {
    run_with_every_kill(&Scenario {
        options: &["--canary", "10/1m", "--alarm", "errors"],
        alarm_after: None,
        weights: &[10, 100],
        calls: calls(2, &[READ, CHECK, SHIFT]),
        code: 0,
        output: "succeeded\n",
    });
}

#[test]
fn a_linear_deployment() {
    run_with_every_kill(&Scenario {
        options: &["--linear", "40/1m"],
        alarm_after: None,
        weights: &[40, 80, 100],
        calls: calls(3, &[READ, SHIFT]),
        code: 0,
        output: "succeeded\n",
    });
}

#[test]
fn a_rolled_back_deployment() {
    run_with_every_kill(&Scenario {
        options: &["--linear", "40/1m", "--alarm", "errors"],
        alarm_after: Some(2),
        weights: &[40, 80, 0],
        calls: calls(3, &[READ, CHECK, SHIFT]),
        code: 1,
        output: "rolled back: Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].\n",
    });
}
