//! Tests with a full disk, late updates, a clock that is set back, and updates by others.

use crate::crashes::{InstantEnvironment, canary, describe, failed, update};
use crate::{route, version};
use sfn_alias_deployment::{
    Action, Alarm, AlarmState, Deployment, DeploymentError, DeploymentOutcome, Driver, Observation, Phase, Route,
};

#[test]
fn alarms_are_checked_when_the_disk_is_full() {
    let full = Err(DeploymentError::Environment("the disk is full".to_owned()));
    for (alarm_at, expected) in [(60_000, route(1, 100)), (i64::MAX, route(2, 10))] {
        // The checkpoint of the first shift is saved, and no later one.
        let mut environment = InstantEnvironment { alarm_at, ..InstantEnvironment::new(3) };
        assert_eq!(Driver::new(canary()).run(&mut environment), full);
        assert_eq!(describe(&environment.sfn)[0], expected);
    }
}

/// Passes observations to a deployment, without waiting, and returns its actions.
fn next_actions(deployment: &mut Deployment, observations: Vec<Observation>) -> Vec<Action> {
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

/// Observations of a first shift whose response is lost, and of a read that does not show it yet.
fn shift_in_flight() -> Vec<Observation> {
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
fn a_late_shift_is_not_drift() {
    let mut deployment = canary();
    let mut observations = shift_in_flight();
    observations.extend([failed("Throttling"), Observation::Waited, alias(vec![route(2, 10), route(1, 90)])]);
    let actions = next_actions(&mut deployment, observations);
    assert!(matches!(actions.last(), Some(Action::Wait { .. })), "{actions:?}");
    assert_eq!(deployment.checkpoint().steps_done, 1);
}

#[test]
fn a_late_shift_is_rolled_back() {
    let mut deployment = canary();
    let mut observations = shift_in_flight();
    observations.extend([
        alarms(AlarmState::Alarm),
        failed("Throttling"),
        Observation::Waited,
        alias(vec![route(2, 10), route(1, 90)]),
    ]);
    let actions = next_actions(&mut deployment, observations);
    let Some(Action::UpdateAlias { input }) = actions.last() else { panic!("{actions:?}") };
    assert_eq!(input.routing_configuration, [route(1, 100)]);
}

#[test]
fn a_rollback_is_retried_without_limit() {
    let mut deployment = canary();
    let start = [Observation::Start, alias(vec![route(1, 100)]), alarms(AlarmState::Ok), Observation::Updated];
    let split = alias(vec![route(2, 10), route(1, 90)]);
    next_actions(
        &mut deployment,
        [&start[..], &[Observation::Waited, split.clone(), alarms(AlarmState::Alarm)]].concat(),
    );
    for _ in 0..100 {
        let actions = next_actions(&mut deployment, vec![failed("Throttling"), Observation::Waited, split.clone()]);
        assert!(matches!(actions.last(), Some(Action::UpdateAlias { .. })), "{actions:?}");
    }
    let ended = next_actions(&mut deployment, vec![Observation::Updated]);
    assert!(matches!(&ended[..], [Action::Done { outcome: DeploymentOutcome::RolledBack { .. } }]), "{ended:?}");
}

#[test]
fn alarms_are_checked_when_the_clock_is_set_back() {
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
fn a_successful_deployment_detects_drift() {
    let mut environment = InstantEnvironment::new(100);
    let mut driver = Driver::new(canary());
    assert_eq!(driver.run(&mut environment), Ok(DeploymentOutcome::Succeeded));
    let resumed = || Driver::new(Deployment::resume(driver.deployment().checkpoint().clone()).unwrap());
    assert_eq!(resumed().run(&mut environment), Ok(DeploymentOutcome::Succeeded));
    update(&environment.sfn, &[route(1, 100)]);
    let ended = resumed().run(&mut environment).unwrap();
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
