//! Compares simulations with an independent implementation of CloudFormation's provider. It follows the provider's
//! `UpdateHandler.java`: one invocation per minute, and a context between invocations.

use crate::vectors::{routing, summarize_call};
use crate::{config, preferences, request, route, version};
use proptest::prelude::*;
use serde_json::json;
use sfn_alias_deployment::{Deployment, DeploymentPreference, Route, SimulatedAlarmState, SimulationEvent, simulate};

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
}

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
                Invocation::InProgress => self.now += 60,
                Invocation::Ended(result) => return result,
            }
        }
    }

    fn invoke(&mut self, context: &mut Context) -> Invocation {
        let mut current = self.alias.clone();
        if !context.traffic_shifting {
            *context = Context { origin_weight: 100, traffic_shifting: true, ..Context::default() };
        } else {
            self.record_call("describeAlias");
            current.sort_by_key(|route| route.state_machine_version_arn.clone());
            if current != [route(1, context.origin_weight), route(2, context.target_weight)] {
                return Invocation::Ended("drifted");
            }
        }
        let deployment_type = self.preference.deployment_type.as_deref().unwrap();
        if deployment_type == "ALL_AT_ONCE" {
            self.update(vec![route(2, 100)]);
            return Invocation::Ended("succeeded");
        }
        if self.preference.alarms.is_some() {
            self.record_call("describeAlarms");
            if self.is_in_alarm("a") || self.is_in_alarm("b") {
                self.update(vec![route(1, 100)]);
                return Invocation::Ended("rolledBack");
            }
        }
        let interval = 60 * self.preference.interval.unwrap() as u64;
        if context.last_shifted.is_some_and(|shifted| self.now < shifted + interval) {
            return Invocation::InProgress;
        }
        let next = next_routing(deployment_type, context, self.preference.percentage.unwrap() as u8);
        self.update(next.clone());
        context.last_shifted = Some(self.now);
        (context.target_weight, context.origin_weight) = (next[0].weight, 100 - next[0].weight);
        if next.len() == 1 { Invocation::Ended("succeeded") } else { Invocation::InProgress }
    }

    fn record_call(&mut self, call: &str) {
        self.calls.push(format!("{} {call}", self.now));
    }

    fn update(&mut self, routes: Vec<Route>) {
        let formatted = routing(&serde_json::to_value(&routes).unwrap());
        self.record_call(&format!("updateAlias {formatted}"));
        self.alias = routes;
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

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn a_simulation_equals_the_provider(
        (preference, events) in preferences().prop_flat_map(|preference| {
            let has_alarms = preference.alarms.is_some();
            (Just(preference), events(has_alarms))
        })
    ) {
        let mut provider = Provider {
            preference: &preference, events: &events, alias: vec![route(1, 100)], calls: Vec::new(), now: 0,
        };
        let result = provider.run();

        let plan = request(preference.clone()).plan().unwrap();
        let deployment = Deployment::new(&format!("{}PROD", version(1).trim_end_matches('1')), None, plan).unwrap();
        let simulation = serde_json::to_value(simulate(deployment, &events).unwrap()).unwrap();
        let entries = simulation["entries"].as_array().unwrap();
        let calls: Vec<String> =
            entries.iter().filter(|entry| entry["entry"] == "call" && entry["extraRead"] == false).map(summarize_call).collect();
        prop_assert_eq!(calls, provider.calls);
        prop_assert_eq!(&simulation["outcome"]["result"], &json!(result));
        prop_assert_eq!(routing(&simulation["routing"]), routing(&serde_json::to_value(&provider.alias).unwrap()));
    }
}
