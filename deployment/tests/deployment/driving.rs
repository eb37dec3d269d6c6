//! A driver over a real store, which may die before and after each of its calls, lose answers, meet alarms and
//! someone else's updates.

use crate::{MACHINE, config, preferences, request, route, version};
use proptest::prelude::*;
use serde_json::json;
use sfn_alias::{Clock, Options, StepFunctions, Timestamp};
use sfn_alias_deployment::{
    Action, Alarm, AlarmState, Checkpoint, Deployment, DeploymentError, DeploymentOutcome, DeploymentPreference,
    Environment, Observation, Route, drive, perform,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Three versions, and the alias PROD on the first.
pub fn store(now: &Arc<AtomicI64>) -> StepFunctions {
    let clock = Arc::clone(now);
    let clock = Clock::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst)));
    let aliases = StepFunctions::in_memory_with(Options { clock, ..Options::default() }).unwrap();
    let definition =
        |n: u32| json!({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}, "Comment": n.to_string()});
    let ask = |operation: &str, input: serde_json::Value| {
        assert_eq!(aliases.call(operation, input.to_string().as_bytes()).status, 200, "{operation}");
    };
    let role = "arn:aws:iam::000000000000:role/orders";
    let create = json!({"name": "orders", "definition": definition(1).to_string(), "roleArn": role, "publish": true});
    ask("CreateStateMachine", create);
    for n in [2, 3] {
        let update = json!({"stateMachineArn": MACHINE, "definition": definition(n).to_string(), "publish": true});
        ask("UpdateStateMachine", update);
    }
    let routing = json!([{"stateMachineVersionArn": version(1), "weight": 100}]);
    ask("CreateStateMachineAlias", json!({"name": "PROD", "routingConfiguration": routing}));
    aliases
}

pub fn describe(aliases: &StepFunctions) -> Vec<Route> {
    let input = format!(r#"{{"stateMachineAliasArn": "{MACHINE}:PROD"}}"#);
    let reply = aliases.call("DescribeStateMachineAlias", input.as_bytes());
    let alias: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    serde_json::from_value(alias["routingConfiguration"].clone()).unwrap()
}

pub fn update(aliases: &StepFunctions, routes: &[Route]) {
    let input = json!({"stateMachineAliasArn": format!("{MACHINE}:PROD"), "routingConfiguration": routes});
    assert_eq!(aliases.call("UpdateStateMachineAlias", input.to_string().as_bytes()).status, 200);
}

/// A deployment of these tests has 100 steps of 7 minutes at most, and three actions a minute.
const MOST_ACTIONS: usize = 5000;

/// How a driver fares at one of its actions.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Well,
    /// It dies before the checkpoint is kept.
    DiesUnkept,
    /// It dies before the call is made.
    DiesBefore,
    /// It dies after the call was made.
    DiesAfter,
    /// The answer is lost; it lives.
    AnswerLost,
    /// The call is throttled.
    Throttled,
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        6 => Just(Fate::Well),
        1 => Just(Fate::DiesUnkept),
        1 => Just(Fate::DiesBefore),
        1 => Just(Fate::DiesAfter),
        1 => Just(Fate::AnswerLost),
        1 => Just(Fate::Throttled),
    ];
    prop::collection::vec(fate, 0..60)
}

/// What ends the run early, at a time in seconds.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    None,
    Alarm(i64),
    Drift(i64),
}

fn troubles() -> impl Strategy<Value = Trouble> {
    prop_oneof![Just(Trouble::None), (0..900_i64).prop_map(Trouble::Alarm), (1..900_i64).prop_map(Trouble::Drift)]
}

struct Run {
    aliases: StepFunctions,
    now: Arc<AtomicI64>,
    kept: String,
    trouble: Trouble,
    drifted: bool,
    /// Every routing that the alias had, without repetitions.
    seen: Vec<Vec<Route>>,
}

impl Run {
    fn new(preference: DeploymentPreference, trouble: Trouble) -> Self {
        let now = Arc::new(AtomicI64::new(0));
        let plan = request(preference).plan().unwrap();
        let kept = Deployment::new(&format!("{MACHINE}:PROD"), None, plan).unwrap().checkpoint().to_json();
        let seen = vec![vec![route(1, 100)]];
        Self { aliases: store(&now), now, kept, trouble, drifted: false, seen }
    }

    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    fn resumed(&self) -> Deployment {
        Deployment::resume(Checkpoint::from_json(self.kept.as_bytes()).unwrap()).unwrap()
    }

    fn finish(&mut self, fates: &[Fate]) -> DeploymentOutcome {
        let mut fates = fates.iter().copied();
        let mut deployment = self.resumed();
        let mut observation = Observation::Start;
        for _ in 0..MOST_ACTIONS {
            self.drift();
            let action = deployment.next(self.now(), &observation).unwrap();
            let fate = fates.next().unwrap_or(Fate::Well);
            if fate != Fate::DiesUnkept {
                self.kept = deployment.checkpoint().to_json();
            }
            if let Action::Done { outcome } = &action {
                return outcome.clone();
            }
            let made = !matches!(fate, Fate::DiesUnkept | Fate::DiesBefore | Fate::Throttled);
            let seen = made.then(|| self.make(&action));
            observation = match (fate, &action, seen) {
                (Fate::Well, _, Some(seen)) => seen,
                (Fate::AnswerLost | Fate::Throttled, Action::Wait { .. }, _) => Observation::Start,
                (Fate::AnswerLost, ..) => failed("NetworkError"),
                (Fate::Throttled, ..) => failed("ThrottlingException"),
                _ => {
                    deployment = self.resumed();
                    self.now.fetch_add(7000, Ordering::SeqCst);
                    Observation::Start
                }
            };
        }
        panic!("the deployment does not end");
    }

    fn make(&mut self, action: &Action) -> Observation {
        match action {
            Action::Wait { until_millis, .. } => {
                self.now.store((*until_millis).max(self.now()), Ordering::SeqCst);
                Observation::Waited
            }
            Action::DescribeAlarms { .. } => {
                let off = matches!(self.trouble, Trouble::Alarm(at) if at * 1000 <= self.now());
                let state = if off { AlarmState::Alarm } else { AlarmState::Ok };
                Observation::Alarms { alarms: vec![Alarm { name: "b".to_owned(), state }] }
            }
            call => {
                let seen = perform(&self.aliases, call);
                self.note();
                seen
            }
        }
    }

    fn note(&mut self) {
        let routes = describe(&self.aliases);
        if self.seen.last() != Some(&routes) {
            self.seen.push(routes);
        }
    }

    fn drift(&mut self) {
        if let (Trouble::Drift(at), false) = (self.trouble, self.drifted)
            && at * 1000 <= self.now()
        {
            self.drifted = true;
            update(&self.aliases, &[route(3, 100)]);
        }
    }
}

pub fn failed(code: &str) -> Observation {
    Observation::Failed { code: code.to_owned(), message: "lost".to_owned() }
}

/// What the alias saw of the deployment alone is the plan's beginning, in order, nothing skipped or repeated.
fn follows(seen: &[Vec<Route>], plan: &[Vec<Route>]) -> bool {
    seen.len() <= plan.len() && seen.iter().zip(plan).all(|(one, other)| one == other)
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn no_death_skips_or_repeats_a_shift(preference in preferences(), fates in fates(), trouble in troubles()) {
        let plan = request(preference.clone()).plan().unwrap();
        let mut planned = vec![plan.before.clone()];
        planned.extend(plan.steps.iter().map(|step| step.routing.clone()));

        let mut run = Run::new(preference, trouble);
        let outcome = run.finish(&fates);
        let end = describe(&run.aliases);
        // Weights that do not add up to 100 are refused by the store; what the alias saw is valid.
        let (last, before_last) = run.seen.split_last().unwrap();
        prop_assert_eq!(last, &end);
        match &outcome {
            DeploymentOutcome::Succeeded => {
                prop_assert_eq!(&run.seen, &planned);
            }
            DeploymentOutcome::RolledBack { alarms, .. } => {
                prop_assert_eq!(alarms, &["b".to_owned()]);
                prop_assert_eq!(end, vec![route(1, 100)]);
                prop_assert!(follows(before_last, &planned) || follows(&run.seen, &planned));
            }
            DeploymentOutcome::Drifted { routing, .. } => {
                prop_assert!(run.drifted);
                prop_assert_eq!(routing, &vec![route(3, 100)]);
                prop_assert_eq!(end, vec![route(3, 100)]);
                prop_assert!(follows(before_last, &planned) || follows(&run.seen, &planned));
            }
            DeploymentOutcome::Failed { code, .. } => prop_assert!(code == "NetworkError" || code == "ThrottlingException"),
        }
        // Ended is ended, also where the last checkpoint was not kept: another driver changes nothing.
        if !matches!(outcome, DeploymentOutcome::Failed { .. }) {
            let seen = run.seen.clone();
            prop_assert_eq!(run.finish(&[]), outcome);
            prop_assert_eq!(&run.seen, &seen);
            prop_assert_eq!(&describe(&run.aliases), seen.last().unwrap());
        }
    }

    #[test]
    fn a_resumed_run_ends_as_an_uninterrupted_one(preference in preferences(), fates in fates()) {
        let mut whole = Run::new(preference.clone(), Trouble::None);
        prop_assert_eq!(whole.finish(&[]), DeploymentOutcome::Succeeded);
        let mut interrupted = Run::new(preference, Trouble::None);
        let outcome = interrupted.finish(&fates);
        let outcome = if matches!(outcome, DeploymentOutcome::Failed { .. }) { interrupted.finish(&[]) } else { outcome };
        prop_assert_eq!(outcome, DeploymentOutcome::Succeeded);
        prop_assert_eq!(interrupted.seen, whole.seen);
    }

    #[test]
    fn no_interval_is_cut_short(preference in preferences(), fates in fates()) {
        let interval = 60_000 * preference.interval.unwrap();
        let mut run = Run::new(preference, Trouble::None);
        let mut shifted: Vec<i64> = Vec::new();
        let mut deployment = run.resumed();
        let (mut observation, mut fates) = (Observation::Start, fates.into_iter());
        for _ in 0..MOST_ACTIONS {
            let action = deployment.next(run.now(), &observation).unwrap();
            if matches!(action, Action::Done { .. }) { break }
            let before = run.seen.len();
            let seen = run.make(&action);
            if run.seen.len() > before { shifted.push(run.now()) }
            let dies = fates.next().is_some_and(|fate| fate == Fate::DiesAfter);
            observation = if dies { Observation::Start } else { seen };
            if dies { run.now.fetch_add(1000, Ordering::SeqCst); }
        }
        prop_assert!(shifted.windows(2).all(|pair| pair[1] - pair[0] >= interval), "{shifted:?}");
    }
}

/// A host whose time passes at once.
pub struct Quick {
    pub now: i64,
    pub kept: usize,
    pub keeps: usize,
}

impl Environment for Quick {
    fn now_millis(&mut self) -> i64 {
        self.now
    }

    fn sleep_until(&mut self, millis: i64) {
        self.now = millis;
    }

    fn alarms(&mut self, names: &[String]) -> Result<Vec<Alarm>, (String, String)> {
        Ok(names.iter().map(|name| Alarm { name: name.clone(), state: AlarmState::Ok }).collect())
    }

    fn keep(&mut self, _: &Checkpoint) -> Result<(), DeploymentError> {
        self.kept += 1;
        if self.kept > self.keeps {
            Err(DeploymentError::Environment { fault: "the disk is full".to_owned() })
        } else {
            Ok(())
        }
    }
}

pub fn canary() -> Deployment {
    let preference = DeploymentPreference::from_shorthand("10/2m").unwrap();
    let preference = DeploymentPreference { alarms: Some(vec!["a".to_owned()]), ..preference };
    Deployment::new(&format!("{MACHINE}:PROD"), Some("canary"), request(preference).plan().unwrap()).unwrap()
}

#[test]
fn drive_goes_to_the_end() {
    let aliases = store(&Arc::new(AtomicI64::new(0)));
    let mut host = Quick { now: 0, kept: 0, keeps: 100 };
    assert_eq!(drive(&aliases, &mut canary(), &mut host), Ok(DeploymentOutcome::Succeeded));
    assert_eq!((host.now, describe(&aliases)), (120_000, vec![route(2, 100)]));
    let described =
        aliases.call("DescribeStateMachineAlias", format!(r#"{{"stateMachineAliasArn":"{MACHINE}:PROD"}}"#).as_bytes());
    let described: serde_json::Value = serde_json::from_slice(&described.body).unwrap();
    assert_eq!(described["description"], "canary");
}

#[test]
fn what_is_not_kept_is_not_done() {
    let aliases = store(&Arc::new(AtomicI64::new(0)));
    // The reading and the alarms are kept, the first update is not.
    let mut host = Quick { now: 0, kept: 0, keeps: 2 };
    let ended = drive(&aliases, &mut canary(), &mut host);
    assert_eq!(ended, Err(DeploymentError::Environment { fault: "the disk is full".to_owned() }));
    assert_eq!(describe(&aliases), [route(1, 100)]);
}

#[test]
fn an_alias_that_is_gone_ends_the_deployment() {
    let aliases = store(&Arc::new(AtomicI64::new(0)));
    aliases.call("DeleteStateMachineAlias", format!(r#"{{"stateMachineAliasArn":"{MACHINE}:PROD"}}"#).as_bytes());
    let mut host = Quick { now: 0, kept: 0, keeps: 100 };
    let message = "Request references a resource that does not exist.".to_owned();
    let failed = DeploymentOutcome::Failed { code: "ResourceNotFound".to_owned(), message };
    assert_eq!(drive(&aliases, &mut canary(), &mut host), Ok(failed));
}
