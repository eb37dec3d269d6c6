//! Drivers that are killed at every call, before it and after it, and at every wait.

use crate::gate::{ForkLock, Seen};
use crate::support::{ALIAS, ONE, TWO, World, a_minute_passes, program};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

const READ: &str = "DescribeStateMachineAlias";
const LOOK: &str = "DescribeAlarms";
const SHIFT: &str = "UpdateStateMachineAlias";

/// A deployment, and what becomes of it.
struct Simulation {
    how: &'static [&'static str],
    alarm_after: Option<usize>,
    /// Percent on version 2 after each update.
    shares: &'static [u64],
    /// Of a driver that is killed at its waits alone: each new one reads the alias as the one before would have.
    calls: Vec<&'static str>,
    code: i32,
    output: &'static str,
}

fn routing(share: &u64) -> Value {
    let route = |version, weight| json!({"stateMachineVersionArn": version, "weight": weight});
    match *share {
        0 => json!([route(ONE, 100)]),
        100 => json!([route(TWO, 100)]),
        share => json!([route(TWO, share), route(ONE, 100 - share)]),
    }
}

/// How a driver ended.
enum End {
    Killed,
    Waiting,
    Done(ExitStatus, String),
}

/// Runs the command until it ends, is ended at the gate, or waits for the next step: then it is killed as well.
fn life(world: &World, gate: &ForkLock, course: &Simulation) -> End {
    let state = world.state();
    let own = ["deploy", ALIAS, TWO, "--endpoint-url", &gate.url, "--state"];
    let mut command = program(&[&own[..], &[&state], course.how].concat());
    command.env("AWS_ENDPOINT_URL_CLOUDWATCH", &gate.url);
    let mut seen = gate.seen();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut output, errors) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    seen.driver = Some(child);
    drop(seen);
    let waits = BufReader::new(errors).lines().any(|line| line.unwrap().ends_with(", next in 1m"));
    if waits {
        gate.seen().driver.as_mut().unwrap().kill().unwrap();
    }
    let mut printed = String::new();
    output.read_to_string(&mut printed).unwrap();
    let status = gate.seen().driver.take().unwrap().wait().unwrap();
    match (waits, status.signal()) {
        (true, signal) => {
            assert_eq!(signal, Some(9));
            a_minute_passes(&state);
            End::Waiting
        }
        (false, Some(9)) => End::Killed,
        (false, _) => End::Done(status, printed),
    }
}

/// The whole deployment, with a driver that dies at one call. The alias always leads where the last update did.
fn runs(course: &Simulation, dies_at: usize, dies_after: bool) {
    let world = World::new();
    let gate =
        ForkLock::before(&world.url, Seen { dies_at, dies_after, alarm_after: course.alarm_after, ..Seen::default() });
    let mut killed = 0;
    let (status, printed) = loop {
        let end = life(&world, &gate, course);
        let made: Vec<Value> = course.shares.iter().map(routing).collect();
        let updates = gate.seen().updates.len();
        let last = updates.checked_sub(1).map_or(routing(&0), |last| made[last].clone());
        let alias = world.call(READ, &json!({"stateMachineAliasArn": ALIAS}));
        assert_eq!(alias["routingConfiguration"], last, "at call {dies_at}");
        match end {
            End::Killed => killed += 1,
            End::Waiting => {}
            End::Done(status, printed) => break (status, printed),
        }
    };
    assert_eq!((status.code(), printed.as_str(), killed), (Some(course.code), course.output, usize::from(dies_at > 0)));
    let seen = gate.seen();
    assert_eq!(seen.updates, course.shares.iter().map(routing).collect::<Vec<_>>(), "killed at call {dies_at}");
    assert_eq!(seen.refused, [""; 0]);
    if dies_at == 0 {
        assert_eq!(seen.calls, course.calls);
    }
}

#[track_caller]
fn runs_with_every_death(course: &Simulation) {
    runs(course, 0, false);
    for dies_at in 1..=course.calls.len() {
        runs(course, dies_at, false);
        runs(course, dies_at, true);
    }
}

/// The first reading is for the plan.
fn calls(rounds: usize, round: &[&'static str]) -> Vec<&'static str> {
    [&[READ], round.repeat(rounds).as_slice()].concat()
}

#[test]
fn a_canary() {
    runs_with_every_death(&Simulation {
        how: &["--canary", "10/1m", "--alarm", "errors"],
        alarm_after: None,
        shares: &[10, 100],
        calls: calls(2, &[READ, LOOK, SHIFT]),
        code: 0,
        output: "succeeded\n",
    });
}

#[test]
fn a_linear_deployment() {
    runs_with_every_death(&Simulation {
        how: &["--linear", "40/1m"],
        alarm_after: None,
        shares: &[40, 80, 100],
        calls: calls(3, &[READ, SHIFT]),
        code: 0,
        output: "succeeded\n",
    });
}

#[test]
fn a_deployment_that_is_rolled_back() {
    runs_with_every_death(&Simulation {
        how: &["--linear", "40/1m", "--alarm", "errors"],
        alarm_after: Some(2),
        shares: &[40, 80, 0],
        calls: calls(3, &[READ, LOOK, SHIFT]),
        code: 1,
        output: "rolled back: Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].\n",
    });
}
