//! Compares simulations with an independent implementation of CloudFormation's provider. It follows the provider's
//! `UpdateHandler.java`: one invocation per minute, and a context between invocations. Its client retries each call up to
//! ten times (`ClientBuilder.java`); the delays are ours.

use crate::vectors::{routing, summarize_call};
use crate::{MACHINE, config, parse_preference, preferences, request, route, version};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};
use sfn_alias_deployment::{
    CallKind, Deployment, DeploymentOutcome, DeploymentPreference, Route, SimulatedAlarmState, SimulationEvent,
    simulate,
};

/// The context that the provider stores between invocations.
#[derive(Default)]
struct Context {
    origin_weight: u8,
    target_weight: u8,
    last_shifted: Option<u64>,
    traffic_shifting: bool,
}

struct Provider<'e> {
    preference: &'e DeploymentPreference,
    events: &'e [SimulationEvent],
    alias: Vec<Route>,
    calls: Vec<String>,
    now: u64,
    /// How many calls each failure event has failed.
    failed: Vec<u32>,
}

/// A call that failed and is not retried any more.
struct Exhausted;

enum Invocation {
    InProgress,
    Ended(&'static str),
}

impl Provider<'_> {
    fn run(&mut self) -> &'static str {
        let mut context = Context::default();
        loop {
            self.apply_drift();
            match self.invoke(&mut context) {
                Ok(Invocation::InProgress) => self.now = self.next_invocation(&context),
                Ok(Invocation::Ended(result)) => return result,
                Err(Exhausted) => return "failed",
            }
        }
    }

    /// One minute later. After retries, that may be later than the next step, and we do not wait longer.
    fn next_invocation(&self, context: &Context) -> u64 {
        let due = context.last_shifted.unwrap() + 60 * self.preference.interval.unwrap() as u64;
        due.min(self.now + 60)
    }

    fn invoke(&mut self, context: &mut Context) -> Result<Invocation, Exhausted> {
        let mut current = self.alias.clone();
        if !context.traffic_shifting {
            *context = Context { origin_weight: 100, traffic_shifting: true, ..Context::default() };
        } else {
            self.call(CallKind::DescribeAlias, "describeAlias")?;
            current.sort_by_key(|route| route.state_machine_version_arn.clone());
            if current != [route(1, context.origin_weight), route(2, context.target_weight)] {
                return Ok(Invocation::Ended("drifted"));
            }
        }
        let deployment_type = self.preference.deployment_type.as_deref().unwrap();
        if deployment_type == "ALL_AT_ONCE" {
            self.update(vec![route(2, 100)])?;
            return Ok(Invocation::Ended("succeeded"));
        }
        if self.preference.alarms.is_some() {
            self.call(CallKind::DescribeAlarms, "describeAlarms")?;
            if self.is_in_alarm("a") || self.is_in_alarm("b") {
                self.update(vec![route(1, 100)])?;
                return Ok(Invocation::Ended("rolledBack"));
            }
        }
        let interval = 60 * self.preference.interval.unwrap() as u64;
        if context.last_shifted.is_some_and(|shifted| self.now < shifted + interval) {
            return Ok(Invocation::InProgress);
        }
        let next = next_routing(deployment_type, context, self.preference.percentage.unwrap() as u8);
        self.update(next.clone())?;
        context.last_shifted = Some(self.now);
        (context.target_weight, context.origin_weight) = (next[0].weight, 100 - next[0].weight);
        Ok(if next.len() == 1 { Invocation::Ended("succeeded") } else { Invocation::InProgress })
    }

    /// Makes a call up to eleven times.
    fn call(&mut self, kind: CallKind, text: &str) -> Result<(), Exhausted> {
        for attempt in 1..=11 {
            let Some((code, status)) = self.next_failure(kind) else {
                self.calls.push(format!("{} {text}", self.now));
                return Ok(());
            };
            self.calls.push(format!("{} {text} {code}", self.now));
            if attempt == 11 || !is_retried(&code, status) {
                break;
            }
            self.now += 20.min(2_u64.pow(attempt));
        }
        Err(Exhausted)
    }

    fn next_failure(&mut self, kind: CallKind) -> Option<(String, u16)> {
        let mut events = self.events.iter().zip(&mut self.failed);
        events.find_map(|(event, failed)| match event {
            SimulationEvent::Failure { at_seconds, call, times, code, status, .. }
                if *call == Some(kind) && *at_seconds <= self.now && *failed < *times =>
            {
                *failed += 1;
                Some((code.clone(), status.unwrap()))
            }
            _ => None,
        })
    }

    fn update(&mut self, routes: Vec<Route>) -> Result<(), Exhausted> {
        let formatted = routing(&serde_json::to_value(&routes).unwrap());
        self.call(CallKind::UpdateAlias, &format!("updateAlias {formatted}"))?;
        self.alias = routes;
        Ok(())
    }

    fn is_in_alarm(&self, alarm: &str) -> bool {
        let mut states = self.events.iter().filter_map(|event| match event {
            SimulationEvent::Alarm { at_seconds, name, state } if *at_seconds <= self.now && name == alarm => {
                Some(state)
            }
            _ => None,
        });
        states.next_back().is_some_and(|state| *state == SimulatedAlarmState::Alarm)
    }

    /// Applies the updates that others made in the last minute.
    fn apply_drift(&mut self) {
        for event in self.events {
            if let SimulationEvent::Drift { at_seconds, routing_configuration } = event
                && *at_seconds <= self.now
                && self.now < at_seconds + 60
            {
                self.alias.clone_from(routing_configuration);
            }
        }
    }
}

fn next_routing(deployment_type: &str, context: &Context, percentage: u8) -> Vec<Route> {
    let is_first = context.target_weight == 0;
    let to = if is_first { percentage } else { 100.min(context.target_weight + percentage) };
    match (deployment_type, is_first) {
        ("CANARY", false) => vec![route(2, 100)],
        _ if to == 100 => vec![route(2, 100)],
        _ => vec![route(2, to), route(1, 100 - to)],
    }
}

/// The conditions of the SDK that the provider uses, and the two exceptions that `ClientBuilder.java` adds.
fn is_retried(code: &str, status: u16) -> bool {
    let is_throttled = status == 429 || code == "ThrottlingException";
    let is_server_error = matches!(status, 500 | 502 | 503 | 504);
    is_throttled || is_server_error || matches!(code, "AccessDeniedException" | "ConflictException")
}

/// Failures of reads, or of alarm checks and updates. The latter begin with or after the former, because a repeated
/// update checks the alarms again.
fn failures() -> impl Strategy<Value = Vec<SimulationEvent>> {
    let error = prop::sample::select(vec![
        ("ThrottlingException", 400),
        ("AccessDeniedException", 400),
        ("ConflictException", 400),
        ("InternalServerException", 500),
        ("BadGateway", 502),
        ("Unavailable", 503),
        ("GatewayTimeout", 504),
        ("LimitExceededException", 429),
        ("LimitExceededException", 400),
        ("NotImplemented", 501),
    ]);
    let failure = |call, at_seconds, times, (code, status): (&str, u16)| SimulationEvent::Failure {
        at_seconds,
        call: Some(call),
        times,
        code: code.to_owned(),
        message: "failed".to_owned(),
        status: Some(status),
        applied: false,
    };
    let (times, seconds) = (prop_oneof![4 => 1..11_u32, 1 => 11..25_u32], 0..1200_u64);
    let one = (seconds.clone(), times, error);
    (any::<bool>(), seconds, one.clone(), one).prop_map(
        move |(reads, later, (at, times, error), (_, others, other))| {
            match reads {
                // The first read is ours.
                true => vec![failure(CallKind::DescribeAlias, at + 1, times, error)],
                false => vec![
                    failure(CallKind::DescribeAlarms, at, times, error),
                    failure(CallKind::UpdateAlias, at + later, others, other),
                ],
            }
        },
    )
}

/// Alarm changes and at most one drift, in order of time.
fn events(has_alarms: bool) -> impl Strategy<Value = Vec<SimulationEvent>> {
    let state = prop::sample::select(vec![
        SimulatedAlarmState::Ok,
        SimulatedAlarmState::Alarm,
        SimulatedAlarmState::InsufficientData,
        SimulatedAlarmState::Missing,
    ]);
    let alarm = (0..1200_u64, prop::sample::select(vec!["a", "b"]), state)
        .prop_map(|(at_seconds, name, state)| SimulationEvent::Alarm { at_seconds, name: name.to_owned(), state });
    let drift = (1..1200_u64, 1..100_u8).prop_map(|(at_seconds, weight)| SimulationEvent::Drift {
        at_seconds,
        routing_configuration: vec![route(3, weight), route(1, 100 - weight)],
    });
    let alarms = if has_alarms { 0..4 } else { 0..1 };
    (prop::collection::vec(alarm, alarms), prop::option::weighted(0.3, drift)).prop_map(|(mut events, drift)| {
        events.extend(drift);
        events.sort_by_key(|event| match event {
            SimulationEvent::Alarm { at_seconds, .. } | SimulationEvent::Drift { at_seconds, .. } => *at_seconds,
            _ => 0,
        });
        events
    })
}

/// Asserts that a simulation has the provider's calls, result and routing.
fn assert_equals_the_provider(
    preference: DeploymentPreference,
    events: &[SimulationEvent],
) -> Result<(), TestCaseError> {
    let (alias, failed) = (vec![route(1, 100)], vec![0; events.len()]);
    let mut provider = Provider { preference: &preference, events, alias, calls: Vec::new(), now: 0, failed };
    let result = provider.run();

    let plan = request(preference.clone()).plan().unwrap();
    let deployment = Deployment::new(&format!("{}PROD", version(1).trim_end_matches('1')), None, plan).unwrap();
    let simulation = serde_json::to_value(simulate(deployment, events).unwrap()).unwrap();
    let entries = simulation["entries"].as_array().unwrap();
    let is_provider_call = |entry: &&Value| entry["entry"] == "call" && entry["extraRead"] == false;
    let calls: Vec<String> = entries.iter().filter(is_provider_call).map(summarize_call).collect();
    // If the alarms cannot be read, CloudFormation rolls back the stack. We make that update ourselves.
    let is_unreadable = provider.calls.last().is_some_and(|call| call.contains("describeAlarms "));
    if result == "failed" && is_unreadable && provider.alias != [route(1, 100)] {
        let (same, rollback) = calls.split_at(provider.calls.len());
        prop_assert_eq!(same, provider.calls);
        prop_assert!(rollback[0].contains("updateAlias 1=100"), "{:?}", rollback);
        return Ok(());
    }
    prop_assert_eq!(calls, provider.calls);
    prop_assert_eq!(&simulation["outcome"]["result"], &json!(result));
    prop_assert_eq!(routing(&simulation["routing"]), routing(&serde_json::to_value(&provider.alias).unwrap()));
    Ok(())
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn a_simulation_equals_the_provider(
        (preference, events) in preferences().prop_flat_map(|preference| {
            let has_alarms = preference.alarms.is_some();
            (Just(preference), events(has_alarms))
        })
    ) {
        assert_equals_the_provider(preference, &events)?;
    }

    #[test]
    fn retries_equal_the_provider(preference in preferences(), failures in failures()) {
        assert_equals_the_provider(preference, &failures)?;
    }
}

/// Each call has its own retries: ten failures of one call and one of another are within the limit.
#[test]
fn retries_are_not_shared_between_calls() {
    let alarms = Some(vec!["a".to_owned()]);
    let preference = DeploymentPreference { alarms, ..parse_preference("10/1m") };
    let failure = |call: &str, times: u32| {
        json!({"event": "failure", "atSeconds": 0, "call": call, "times": times, "code": "ThrottlingException",
            "message": "Rate exceeded", "status": 400})
    };
    let events = json!([failure("describeAlarms", 10), failure("updateAlias", 1)]);
    let events: Vec<SimulationEvent> = serde_json::from_value(events).unwrap();
    let deployment = Deployment::new(&format!("{MACHINE}:PROD"), None, request(preference.clone()).plan().unwrap());
    let simulation = simulate(deployment.unwrap(), &events).unwrap();
    assert_eq!(simulation.outcome, DeploymentOutcome::Succeeded);
    assert_equals_the_provider(preference, &events).unwrap();
}
