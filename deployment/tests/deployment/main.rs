//! Gradual deployments: the vectors, the provider's algorithm next to ours, drivers that die anywhere, and bad
//! input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod bad_input;
mod driving;
mod provider;
mod rendering;
mod simulations;
mod starts;
mod trouble;
mod vectors;

use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence};
use sfn_alias_deployment::{DeploymentPreference, DeploymentType, PlanRequest, Route};

const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";

fn version(number: u32) -> String {
    format!("{MACHINE}:{number}")
}

fn route(number: u32, weight: u8) -> Route {
    Route { state_machine_version_arn: version(number), weight }
}

/// From version 1 to version 2.
fn request(preference: DeploymentPreference) -> PlanRequest {
    let preference = Some(DeploymentPreference { state_machine_version_arn: Some(version(2)), ..preference });
    PlanRequest { preference, current_routing: vec![route(1, 100)], ..PlanRequest::default() }
}

/// Any preference of CloudFormation's that is not refused, with the alarms `a` and `b` or none.
fn preferences() -> impl Strategy<Value = DeploymentPreference> {
    let kinds = prop::sample::select(vec![DeploymentType::AllAtOnce, DeploymentType::Canary, DeploymentType::Linear]);
    (kinds, 1..100_i64, 1..8_i64, any::<bool>()).prop_map(|(kind, percentage, interval, alarmed)| {
        DeploymentPreference {
            deployment_type: Some(kind.as_str().to_owned()),
            percentage: Some(percentage),
            interval: Some(interval),
            alarms: alarmed.then(|| vec!["a".to_owned(), "b".to_owned()]),
            ..DeploymentPreference::default()
        }
    })
}

/// `cases` cases, unless the environment wants another number.
fn config(cases: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let regressions = FileFailurePersistence::Direct("tests/deployment/regressions.txt");
    Config { cases: asked.unwrap_or(cases), failure_persistence: Some(Box::new(regressions)), ..Config::default() }
}
