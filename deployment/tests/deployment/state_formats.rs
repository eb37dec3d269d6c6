//! State files of earlier commits: a deployment resumes, or the error states what to do. `tests/fixtures/README.md` describes
//! the files.

use sfn_alias_deployment::{
    Action, Alarm, AlarmState, Checkpoint, Deployment, DeploymentOutcome, DeploymentReport, Observation,
};

const NOW: i64 = 1_764_000_100_000;

/// Continues a deployment until it ends. Returns how it ended.
fn finish(mut deployment: Deployment) -> DeploymentOutcome {
    let (mut now, mut observation) = (NOW, Observation::Start);
    loop {
        let action = deployment.next(now, &observation).unwrap();
        observation = match action {
            Action::DescribeAlias { .. } => Observation::Alias { routing_configuration: deployment.event().routing },
            Action::DescribeAlarms { .. } => {
                Observation::Alarms { alarms: vec![Alarm { name: "errors".to_owned(), state: AlarmState::Ok }] }
            }
            Action::UpdateAlias { .. } => Observation::Updated,
            Action::Wait { until_millis, .. } => {
                now = until_millis;
                Observation::Waited
            }
            Action::Done { outcome } => return outcome,
        };
    }
}

/// Also the bytes are compared: if this fails, a file with the new bytes is needed next to this one.
#[test]
fn a_state_file_of_the_current_format_is_resumed() {
    let file = include_str!("../fixtures/state-0.1.0.json");
    let checkpoint = Checkpoint::from_json(file.as_bytes()).unwrap();
    assert_eq!(checkpoint.to_json(), file.trim_end());
    let mut deployment = Deployment::resume(checkpoint).unwrap();
    deployment.next(NOW, &Observation::Start).unwrap();
    let report = DeploymentReport::new(&deployment, "test", &[], None).unwrap();
    assert_eq!(report.started_millis, 1_763_999_940_000);
    assert_eq!(finish(deployment), DeploymentOutcome::Succeeded);
}

#[test]
fn a_state_file_without_the_time_of_the_start_is_resumed() {
    let checkpoint = Checkpoint::from_json(include_bytes!("../fixtures/state-without-start.json")).unwrap();
    let mut deployment = Deployment::resume(checkpoint).unwrap();
    assert_eq!((deployment.checkpoint().steps_done, deployment.checkpoint().started_millis), (1, None));
    // The start is when the file was resumed.
    deployment.next(NOW, &Observation::Start).unwrap();
    let report = DeploymentReport::new(&deployment, "test", &[], None).unwrap();
    assert_eq!(report.started_millis, NOW);
    assert_eq!(finish(deployment), DeploymentOutcome::Succeeded);
}

#[test]
fn a_state_file_with_a_number_of_failures_is_rejected() {
    let error = Checkpoint::from_json(include_bytes!("../fixtures/state-failures-number.json")).unwrap_err();
    let text = "invalid checkpoint: invalid type: integer `0`, expected an object; delete it to start over";
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_state_file_of_a_later_format_is_rejected() {
    let mut checkpoint = Checkpoint::from_json(include_bytes!("../fixtures/state-without-start.json")).unwrap();
    checkpoint.format = 2;
    let text = "invalid checkpoint: unsupported format 2, expected 1; delete it to start over";
    assert_eq!(Deployment::resume(checkpoint).unwrap_err().to_string(), text);
}
