//! The algorithm of CloudFormation's provider, written down a second time as it stands in its
//! `UpdateHandler.java`: one invocation a minute, a context between them. Our course must be equal to its.

use crate::vectors::{call_in_short, routing};
use crate::{config, preferences, request, route, version};
use proptest::prelude::*;
use serde_json::json;
use sfn_alias_deployment::{Deployment, DeploymentPreference, Route, SimulatedAlarmState, SimulationEvent, simulate};

/// What the provider keeps between invocations.
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

enum Answer {
    Again,
    Ended(&'static str),
}

impl Provider<'_> {
    fn run(&mut self) -> &'static str {
        let mut context = Context::default();
        loop {
            self.drift();
            match self.invoke(&mut context) {
                Answer::Again => self.now += 60,
                Answer::Ended(result) => return result,
            }
        }
    }

    fn invoke(&mut self, context: &mut Context) -> Answer {
        let mut current = self.alias.clone();
        if !context.traffic_shifting {
            *context = Context { origin_weight: 100, traffic_shifting: true, ..Context::default() };
        } else {
            self.call("describeAlias");
            current.sort_by_key(|route| route.state_machine_version_arn.clone());
            if current != [route(1, context.origin_weight), route(2, context.target_weight)] {
                return Answer::Ended("drifted");
            }
        }
        let kind = self.preference.deployment_type.as_deref().unwrap();
        if kind == "ALL_AT_ONCE" {
            self.update(vec![route(2, 100)]);
            return Answer::Ended("succeeded");
        }
        if self.preference.alarms.is_some() {
            self.call("describeAlarms");
            if self.in_alarm("a") || self.in_alarm("b") {
                self.update(vec![route(1, 100)]);
                return Answer::Ended("rolledBack");
            }
        }
        let interval = 60 * self.preference.interval.unwrap() as u64;
        if context.last_shifted.is_some_and(|shifted| self.now < shifted + interval) {
            return Answer::Again;
        }
        let next = step(kind, context, self.preference.percentage.unwrap() as u8);
        self.update(next.clone());
        context.last_shifted = Some(self.now);
        (context.target_weight, context.origin_weight) = (next[0].weight, 100 - next[0].weight);
        if next.len() == 1 { Answer::Ended("succeeded") } else { Answer::Again }
    }

    fn call(&mut self, what: &str) {
        self.calls.push(format!("{} {what}", self.now));
    }

    fn update(&mut self, routes: Vec<Route>) {
        let printed = routing(&serde_json::to_value(&routes).unwrap());
        self.call(&format!("updateAlias {printed}"));
        self.alias = routes;
    }

    fn in_alarm(&self, asked: &str) -> bool {
        let mut states = self.events.iter().filter_map(|event| match event {
            SimulationEvent::Alarm { at_seconds, name, state } if *at_seconds <= self.now && name == asked => {
                Some(state)
            }
            _ => None,
        });
        states.next_back().is_some_and(|state| *state == SimulatedAlarmState::Alarm)
    }

    /// Someone else's update of the last minute.
    fn drift(&mut self) {
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

fn step(kind: &str, context: &Context, percentage: u8) -> Vec<Route> {
    let one_entry = context.target_weight == 0;
    let to = if one_entry { percentage } else { 100.min(context.target_weight + percentage) };
    match (kind, one_entry) {
        ("CANARY", false) => vec![route(2, 100)],
        _ if to == 100 => vec![route(2, 100)],
        _ => vec![route(2, to), route(1, 100 - to)],
    }
}

/// Alarms that go off and recover, and at most one update of someone else's, in the order of time.
fn events(alarmed: bool) -> impl Strategy<Value = Vec<SimulationEvent>> {
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
    let alarms = if alarmed { 0..4 } else { 0..1 };
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
    fn our_course_is_the_providers(
        (preference, events) in preferences().prop_flat_map(|preference| {
            let alarmed = preference.alarms.is_some();
            (Just(preference), events(alarmed))
        })
    ) {
        let mut provider = Provider {
            preference: &preference, events: &events, alias: vec![route(1, 100)], calls: Vec::new(), now: 0,
        };
        let result = provider.run();

        let plan = request(preference.clone()).plan().unwrap();
        let deployment = Deployment::new(&format!("{}PROD", version(1).trim_end_matches('1')), None, plan).unwrap();
        let course = serde_json::to_value(simulate(deployment, &events).unwrap()).unwrap();
        let entries = course["entries"].as_array().unwrap();
        let calls: Vec<String> =
            entries.iter().filter(|entry| entry["entry"] == "call" && entry["extraRead"] == false).map(call_in_short).collect();
        prop_assert_eq!(calls, provider.calls);
        prop_assert_eq!(&course["outcome"]["result"], &json!(result));
        prop_assert_eq!(routing(&course["routing"]), routing(&serde_json::to_value(&provider.alias).unwrap()));
    }
}
