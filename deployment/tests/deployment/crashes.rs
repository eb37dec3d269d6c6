//! Runs deployments against the emulated service. The driver crashes before and after calls, responses are lost, alarms
//! change and others update the alias.

use crate::{MACHINE, config, parse_preference, preferences, request, route, version};
use proptest::prelude::*;
use serde_json::json;
use sfn_alias::{Clock, Options, StepFunctions, Timestamp};
use sfn_alias_deployment::{
    Action, Alarm, AlarmState, CallFailure, Checkpoint, Deployment, DeploymentError, DeploymentOutcome,
    DeploymentPreference, Driver, Environment, Observation, Rollback, Route,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Creates three versions, and the alias PROD of the first one.
pub fn sfn_with_alias(now: &Arc<AtomicI64>) -> StepFunctions {
    let clock = Arc::clone(now);
    let clock = Clock::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst)));
    let sfn = StepFunctions::in_memory_with(Options { clock, ..Options::default() }).unwrap();
    let definition =
        |n: u32| json!({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}, "Comment": n.to_string()});
    let call = |operation: &str, input: serde_json::Value| {
        assert_eq!(sfn.call(operation, input.to_string().as_bytes()).status, 200, "{operation}");
    };
    let role = "arn:aws:iam::000000000000:role/orders";
    let create = json!({"name": "orders", "definition": definition(1).to_string(), "roleArn": role, "publish": true});
    call("CreateStateMachine", create);
    for n in [2, 3] {
        let update = json!({"stateMachineArn": MACHINE, "definition": definition(n).to_string(), "publish": true});
        call("UpdateStateMachine", update);
    }
    let routing = json!([{"stateMachineVersionArn": version(1), "weight": 100}]);
    call("CreateStateMachineAlias", json!({"name": "PROD", "routingConfiguration": routing}));
    sfn
}

pub fn describe(sfn: &StepFunctions) -> Vec<Route> {
    let input = format!(r#"{{"stateMachineAliasArn": "{MACHINE}:PROD"}}"#);
    let reply = sfn.call("DescribeStateMachineAlias", input.as_bytes());
    let alias: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    serde_json::from_value(alias["routingConfiguration"].clone()).unwrap()
}

pub fn update(sfn: &StepFunctions, routes: &[Route]) {
    let input = json!({"stateMachineAliasArn": format!("{MACHINE}:PROD"), "routingConfiguration": routes});
    assert_eq!(sfn.call("UpdateStateMachineAlias", input.to_string().as_bytes()).status, 200);
}

/// Executes an action that describes or updates the alias.
fn execute_action(sfn: &StepFunctions, action: &Action) -> Observation {
    let (operation, input) = match action {
        Action::DescribeAlias { input } => ("DescribeStateMachineAlias", json!(input)),
        Action::UpdateAlias { input } => ("UpdateStateMachineAlias", json!(input)),
        other => panic!("{other:?}"),
    };
    let reply = sfn.call(operation, input.to_string().as_bytes());
    match (reply.status, action) {
        (200, Action::UpdateAlias { .. }) => Observation::Updated,
        (200, _) => {
            let alias: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
            Observation::Alias {
                routing_configuration: serde_json::from_value(alias["routingConfiguration"].clone()).unwrap(),
            }
        }
        (status, _) => Observation::Failed(CallFailure::from_response(status, &reply.body)),
    }
}

/// A deployment of these tests has up to 100 steps of up to 7 minutes, and three actions per minute.
const MAX_ACTIONS: usize = 5000;

/// What happens to the driver at one of its actions.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    NoTrouble,
    /// It crashes before the checkpoint is saved.
    CrashBeforeSave,
    /// It crashes before the call.
    CrashBeforeCall,
    /// It crashes after the call.
    CrashAfterCall,
    /// The response is lost.
    LostResponse,
    /// The call is throttled.
    Throttled,
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        6 => Just(Fate::NoTrouble),
        1 => Just(Fate::CrashBeforeSave),
        1 => Just(Fate::CrashBeforeCall),
        1 => Just(Fate::CrashAfterCall),
        1 => Just(Fate::LostResponse),
        1 => Just(Fate::Throttled),
    ];
    prop::collection::vec(fate, 0..60)
}

/// What ends the deployment early, at a time in seconds.
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
    sfn: StepFunctions,
    now: Arc<AtomicI64>,
    saved: String,
    trouble: Trouble,
    drifted: bool,
    /// The sequence of routings that the alias had.
    routings: Vec<Vec<Route>>,
}

impl Run {
    fn new(preference: DeploymentPreference, trouble: Trouble) -> Self {
        let now = Arc::new(AtomicI64::new(0));
        let plan = request(preference).plan().unwrap();
        let saved = Deployment::new(&format!("{MACHINE}:PROD"), None, plan).unwrap().checkpoint().to_json();
        let routings = vec![vec![route(1, 100)]];
        Self { sfn: sfn_with_alias(&now), now, saved, trouble, drifted: false, routings }
    }

    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    fn resume(&self) -> Deployment {
        Deployment::resume(Checkpoint::from_json(self.saved.as_bytes()).unwrap()).unwrap()
    }

    fn run_to_end(&mut self, fates: &[Fate]) -> DeploymentOutcome {
        let mut fates = fates.iter().copied();
        let mut deployment = self.resume();
        let mut observation = Observation::Start;
        for _ in 0..MAX_ACTIONS {
            self.apply_drift();
            let action = deployment.next(self.now(), &observation).unwrap();
            let fate = fates.next().unwrap_or(Fate::NoTrouble);
            if fate != Fate::CrashBeforeSave {
                self.saved = deployment.checkpoint().to_json();
            }
            if let Action::Done { outcome } = &action {
                return outcome.clone();
            }
            let is_executed = !matches!(fate, Fate::CrashBeforeSave | Fate::CrashBeforeCall | Fate::Throttled);
            let result = is_executed.then(|| self.execute(&action));
            observation = match (fate, &action, result) {
                (Fate::NoTrouble, _, Some(result)) => result,
                (Fate::LostResponse | Fate::Throttled, Action::Wait { .. }, _) => Observation::Start,
                (Fate::LostResponse, ..) => failed("NetworkError"),
                (Fate::Throttled, ..) => failed("ThrottlingException"),
                _ => {
                    deployment = self.resume();
                    self.now.fetch_add(7000, Ordering::SeqCst);
                    Observation::Start
                }
            };
        }
        panic!("the deployment does not end");
    }

    fn execute(&mut self, action: &Action) -> Observation {
        match action {
            Action::Wait { until_millis, .. } => {
                self.now.store((*until_millis).max(self.now()), Ordering::SeqCst);
                Observation::Waited
            }
            Action::DescribeAlarms { .. } => {
                let is_in_alarm = matches!(self.trouble, Trouble::Alarm(at) if at * 1000 <= self.now());
                let state = if is_in_alarm { AlarmState::Alarm } else { AlarmState::Ok };
                Observation::Alarms { alarms: vec![Alarm { name: "b".to_owned(), state }] }
            }
            call => {
                let result = execute_action(&self.sfn, call);
                self.record_routing();
                result
            }
        }
    }

    fn record_routing(&mut self) {
        let routes = describe(&self.sfn);
        if self.routings.last() != Some(&routes) {
            self.routings.push(routes);
        }
    }

    fn apply_drift(&mut self) {
        if let (Trouble::Drift(at), false) = (self.trouble, self.drifted)
            && at * 1000 <= self.now()
        {
            self.drifted = true;
            update(&self.sfn, &[route(3, 100)]);
        }
    }
}

pub fn failed(code: &str) -> Observation {
    Observation::Failed(CallFailure { code: code.to_owned(), message: "lost".to_owned(), status: None })
}

/// Whether the routings are the first ones of the plan: none is skipped or repeated.
fn is_prefix(routings: &[Vec<Route>], plan: &[Vec<Route>]) -> bool {
    routings.len() <= plan.len() && routings.iter().zip(plan).all(|(one, other)| one == other)
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn crashes_neither_skip_nor_repeat_a_shift(preference in preferences(), fates in fates(), trouble in troubles()) {
        let plan = request(preference.clone()).plan().unwrap();
        let mut planned = vec![plan.before.clone()];
        planned.extend(plan.steps.iter().map(|step| step.routing.clone()));

        let mut run = Run::new(preference, trouble);
        let outcome = run.run_to_end(&fates);
        let end = describe(&run.sfn);
        // The service rejects invalid weights, so all routings are valid.
        let (last, before_last) = run.routings.split_last().unwrap();
        prop_assert_eq!(last, &end);
        match &outcome {
            DeploymentOutcome::Succeeded => {
                prop_assert_eq!(&run.routings, &planned);
            }
            DeploymentOutcome::RolledBack(Rollback { alarms, .. }) => {
                prop_assert_eq!(alarms, &["b".to_owned()]);
                prop_assert_eq!(end, vec![route(1, 100)]);
                prop_assert!(is_prefix(before_last, &planned) || is_prefix(&run.routings, &planned));
            }
            DeploymentOutcome::Drifted { routing, .. } => {
                prop_assert!(run.drifted);
                prop_assert_eq!(routing, &vec![route(3, 100)]);
                prop_assert_eq!(end, vec![route(3, 100)]);
                prop_assert!(is_prefix(before_last, &planned) || is_prefix(&run.routings, &planned));
            }
            DeploymentOutcome::Failed { code, .. } => prop_assert!(code == "NetworkError" || code == "ThrottlingException"),
        }
        // Another driver changes nothing, even if the last checkpoint was not saved.
        if !matches!(outcome, DeploymentOutcome::Failed { .. }) {
            let routings = run.routings.clone();
            prop_assert_eq!(run.run_to_end(&[]), outcome);
            prop_assert_eq!(&run.routings, &routings);
            prop_assert_eq!(&describe(&run.sfn), routings.last().unwrap());
        }
    }

    #[test]
    fn a_resumed_deployment_equals_an_uninterrupted_one(preference in preferences(), fates in fates()) {
        let mut uninterrupted = Run::new(preference.clone(), Trouble::None);
        prop_assert_eq!(uninterrupted.run_to_end(&[]), DeploymentOutcome::Succeeded);
        let mut interrupted = Run::new(preference, Trouble::None);
        let outcome = interrupted.run_to_end(&fates);
        let outcome = if matches!(outcome, DeploymentOutcome::Failed { .. }) { interrupted.run_to_end(&[]) } else { outcome };
        prop_assert_eq!(outcome, DeploymentOutcome::Succeeded);
        prop_assert_eq!(interrupted.routings, uninterrupted.routings);
    }

    #[test]
    fn crashes_do_not_shorten_intervals(preference in preferences(), fates in fates()) {
        let interval = 60_000 * preference.interval.unwrap();
        let mut run = Run::new(preference, Trouble::None);
        let mut shift_times: Vec<i64> = Vec::new();
        let mut deployment = run.resume();
        let (mut observation, mut fates) = (Observation::Start, fates.into_iter());
        for _ in 0..MAX_ACTIONS {
            let action = deployment.next(run.now(), &observation).unwrap();
            if matches!(action, Action::Done { .. }) { break }
            let before = run.routings.len();
            let result = run.execute(&action);
            if run.routings.len() > before { shift_times.push(run.now()) }
            let crashes = fates.next().is_some_and(|fate| fate == Fate::CrashAfterCall);
            observation = if crashes { Observation::Start } else { result };
            if crashes { run.now.fetch_add(1000, Ordering::SeqCst); }
        }
        prop_assert!(shift_times.windows(2).all(|pair| pair[1] - pair[0] >= interval), "{shift_times:?}");
    }
}

/// An environment without waiting. It saves a limited number of checkpoints. Its alarms change their states once.
pub struct InstantEnvironment {
    pub sfn: StepFunctions,
    pub now: i64,
    pub saved: usize,
    pub max_saved: usize,
    pub alarm_at: i64,
}

impl Environment for InstantEnvironment {
    fn now_millis(&mut self) -> i64 {
        self.now
    }

    fn sleep_until(&mut self, millis: i64) {
        self.now = millis;
    }

    fn call(&mut self, action: &Action) -> Observation {
        let Action::DescribeAlarms { input } = action else { return execute_action(&self.sfn, action) };
        let state = if self.now >= self.alarm_at { AlarmState::Alarm } else { AlarmState::Ok };
        Observation::Alarms {
            alarms: input.alarm_names.iter().map(|name| Alarm { name: name.clone(), state }).collect(),
        }
    }

    fn save(&mut self, _: &Checkpoint) -> Result<(), DeploymentError> {
        self.saved += 1;
        if self.saved > self.max_saved {
            Err(DeploymentError::Environment("the disk is full".to_owned()))
        } else {
            Ok(())
        }
    }
}

impl InstantEnvironment {
    /// Creates an environment with the alias PROD.
    pub fn new(max_saved: usize) -> Self {
        let sfn = sfn_with_alias(&Arc::new(AtomicI64::new(0)));
        Self { sfn, now: 0, saved: 0, max_saved, alarm_at: i64::MAX }
    }
}

pub fn canary() -> Deployment {
    let preference = parse_preference("10/2m");
    let preference = DeploymentPreference { alarms: Some(vec!["a".to_owned()]), ..preference };
    Deployment::new(&format!("{MACHINE}:PROD"), Some("canary"), request(preference).plan().unwrap()).unwrap()
}

#[test]
fn a_driver_runs_to_the_end() {
    let mut environment = InstantEnvironment::new(100);
    assert_eq!(Driver::new(canary()).run(&mut environment), Ok(DeploymentOutcome::Succeeded));
    let sfn = &environment.sfn;
    assert_eq!((environment.now, describe(sfn)), (120_000, vec![route(2, 100)]));
    let described =
        sfn.call("DescribeStateMachineAlias", format!(r#"{{"stateMachineAliasArn":"{MACHINE}:PROD"}}"#).as_bytes());
    let described: serde_json::Value = serde_json::from_slice(&described.body).unwrap();
    assert_eq!(described["description"], "canary");
}

#[test]
fn a_shift_requires_a_saved_checkpoint() {
    // The checkpoints of reading the alias and the alarms are saved, that of the first update is not.
    let mut environment = InstantEnvironment::new(2);
    let ended = Driver::new(canary()).run(&mut environment);
    assert_eq!(ended, Err(DeploymentError::Environment("the disk is full".to_owned())));
    assert_eq!(describe(&environment.sfn), [route(1, 100)]);
}

#[test]
fn a_deleted_alias_ends_the_deployment() {
    let mut environment = InstantEnvironment::new(100);
    let delete = format!(r#"{{"stateMachineAliasArn":"{MACHINE}:PROD"}}"#);
    environment.sfn.call("DeleteStateMachineAlias", delete.as_bytes());
    let message = "Request references a resource that does not exist.".to_owned();
    let failed = DeploymentOutcome::Failed { code: "ResourceNotFound".to_owned(), message };
    assert_eq!(Driver::new(canary()).run(&mut environment), Ok(failed));
}
