//! What a driver meets: a full disk, answers that come late, a clock that is set back, an alias that others moved.

use crate::driving::{Quick, canary, describe, failed, store, update};
use crate::{route, version};
use sfn_alias_deployment::{
    Action, Alarm, AlarmState, Checkpoint, Deployment, DeploymentError, DeploymentOutcome, Environment, Observation,
    Phase, Route, drive,
};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

/// A host whose records are lost from some point on, and whose alarm goes off later.
struct Full {
    quick: Quick,
    alarm_at: i64,
}

impl Environment for Full {
    fn now_millis(&mut self) -> i64 {
        self.quick.now_millis()
    }

    fn sleep_until(&mut self, millis: i64) {
        self.quick.sleep_until(millis);
    }

    fn alarms(&mut self, names: &[String]) -> Result<Vec<Alarm>, (String, String)> {
        let state = if self.quick.now >= self.alarm_at { AlarmState::Alarm } else { AlarmState::Ok };
        Ok(names.iter().map(|name| Alarm { name: name.clone(), state }).collect())
    }

    fn keep(&mut self, checkpoint: &Checkpoint) -> Result<(), DeploymentError> {
        self.quick.keep(checkpoint)
    }
}

#[test]
fn a_full_disk_keeps_no_alarm_from_being_seen() {
    let full = Err(DeploymentError::Environment { fault: "the disk is full".to_owned() });
    for (alarm_at, left) in [(60_000, route(1, 100)), (i64::MAX, route(2, 10))] {
        let aliases = store(&Arc::new(AtomicI64::new(0)));
        // The first shift is kept, and nothing that comes after it.
        let mut host = Full { quick: Quick { now: 0, kept: 0, keeps: 3 }, alarm_at };
        assert_eq!(drive(&aliases, &mut canary(), &mut host), full);
        assert_eq!(describe(&aliases)[0], left);
    }
}

/// The actions of a deployment that is told these observations, each at once.
fn told(deployment: &mut Deployment, observations: Vec<Observation>) -> Vec<Action> {
    observations
        .into_iter()
        .map(|observation| {
            let until = match &deployment.checkpoint().phase {
                Phase::Waiting { until_millis, .. } => *until_millis,
                _ => 0,
            };
            deployment.next(until, &observation).unwrap()
        })
        .collect()
}

fn alias(routes: Vec<Route>) -> Observation {
    Observation::Alias { routing_configuration: routes }
}

fn alarms(state: AlarmState) -> Observation {
    Observation::Alarms { alarms: vec![Alarm { name: "a".to_owned(), state }] }
}

/// As far as a first shift whose answer is lost, and a reading that does not show it yet.
fn lost_and_not_seen() -> Vec<Observation> {
    let before = alias(vec![route(1, 100)]);
    vec![
        Observation::Start,
        before.clone(),
        alarms(AlarmState::Ok),
        failed("NetworkError"),
        Observation::Waited,
        before,
    ]
}

#[test]
fn a_shift_that_comes_through_late_is_no_drift() {
    let mut deployment = canary();
    let mut observations = lost_and_not_seen();
    observations.extend([failed("Throttling"), Observation::Waited, alias(vec![route(2, 10), route(1, 90)])]);
    let actions = told(&mut deployment, observations);
    assert!(matches!(actions.last(), Some(Action::Wait { .. })), "{actions:?}");
    assert_eq!(deployment.checkpoint().steps_done, 1);
}

#[test]
fn a_shift_that_comes_through_late_is_rolled_back() {
    let mut deployment = canary();
    let mut observations = lost_and_not_seen();
    observations.extend([
        alarms(AlarmState::Alarm),
        failed("Throttling"),
        Observation::Waited,
        alias(vec![route(2, 10), route(1, 90)]),
    ]);
    let actions = told(&mut deployment, observations);
    let Some(Action::UpdateAlias { input }) = actions.last() else { panic!("{actions:?}") };
    assert_eq!(input.routing_configuration, [route(1, 100)]);
}

#[test]
fn a_rollback_is_not_given_up() {
    let mut deployment = canary();
    let start = [Observation::Start, alias(vec![route(1, 100)]), alarms(AlarmState::Ok), Observation::Updated];
    let split = alias(vec![route(2, 10), route(1, 90)]);
    told(&mut deployment, [&start[..], &[Observation::Waited, split.clone(), alarms(AlarmState::Alarm)]].concat());
    for _ in 0..100 {
        let actions = told(&mut deployment, vec![failed("Throttling"), Observation::Waited, split.clone()]);
        assert!(matches!(actions.last(), Some(Action::UpdateAlias { .. })), "{actions:?}");
    }
    let ended = told(&mut deployment, vec![Observation::Updated]);
    assert!(matches!(&ended[..], [Action::Done { outcome: DeploymentOutcome::RolledBack { .. } }]), "{ended:?}");
}

#[test]
fn a_clock_that_is_set_back_keeps_no_alarm_from_being_seen() {
    let mut deployment = canary();
    let day = 86_400_000;
    let start = [Observation::Start, alias(vec![route(1, 100)]), alarms(AlarmState::Ok), Observation::Updated];
    for observation in &start {
        deployment.next(day, observation).unwrap();
    }
    let Action::Wait { until_millis, .. } = deployment.next(0, &Observation::Waited).unwrap() else { panic!() };
    assert_eq!(until_millis, 60_000);
    let next = deployment.next(until_millis, &Observation::Waited).unwrap();
    assert!(matches!(next, Action::DescribeAlias { .. }), "{next:?}");
}

#[test]
fn what_has_succeeded_looks_whether_it_still_holds() {
    let aliases = store(&Arc::new(AtomicI64::new(0)));
    let mut host = Quick { now: 0, kept: 0, keeps: 100 };
    let mut deployment = canary();
    assert_eq!(drive(&aliases, &mut deployment, &mut host), Ok(DeploymentOutcome::Succeeded));
    let resumed = || Deployment::resume(deployment.checkpoint().clone()).unwrap();
    assert_eq!(drive(&aliases, &mut resumed(), &mut host), Ok(DeploymentOutcome::Succeeded));
    update(&aliases, &[route(1, 100)]);
    let ended = drive(&aliases, &mut resumed(), &mut host).unwrap();
    let message = format!(
        "Failed to continue deployment of type 'CANARY', drift detected. Expected routing configuration: \
         '[RoutingConfigurationVersion(stateMachineVersionArn={}, weight=100)]', actual routing configuration: \
         '[RoutingConfigurationVersion(stateMachineVersionArn={}, weight=100)]'. Ensure that UpdateStateMachineAlias is \
         not being invoked elsewhere and try the deployment again.",
        version(2),
        version(1)
    );
    assert_eq!(ended, DeploymentOutcome::Drifted { message, routing: vec![route(1, 100)] });
}
