//! Tests of gradual deployments: the vectors, a comparison with the provider's algorithm, crashing drivers, and invalid
//! input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod bad_input;
mod crashes;
mod expected_starts;
mod failures;
mod operations;
mod pictures;
mod provider;
mod rendering;
mod reports;
mod resilience;
mod simulations;
#[cfg(all(unix, feature = "state-file"))]
mod state_file;
mod state_formats;
mod traffic;
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

/// Parses the shorthand form.
fn parse_preference(shorthand: &str) -> DeploymentPreference {
    shorthand.parse().unwrap()
}

/// A deployment from version 1 to version 2.
fn request(preference: DeploymentPreference) -> PlanRequest {
    let preference = Some(DeploymentPreference { state_machine_version_arn: Some(version(2)), ..preference });
    PlanRequest { preference, current_routing: vec![route(1, 100)], ..PlanRequest::default() }
}

/// Any valid preference of CloudFormation, with the alarms `a` and `b` or none.
fn preferences() -> impl Strategy<Value = DeploymentPreference> {
    let types = prop::sample::select(vec![DeploymentType::AllAtOnce, DeploymentType::Canary, DeploymentType::Linear]);
    (types, 1..100_i64, 1..8_i64, any::<bool>()).prop_map(|(deployment_type, percentage, interval, has_alarms)| {
        DeploymentPreference {
            deployment_type: Some(deployment_type.as_str().to_owned()),
            percentage: Some(percentage),
            interval: Some(interval),
            alarms: has_alarms.then(|| vec!["a".to_owned(), "b".to_owned()]),
            ..DeploymentPreference::default()
        }
    })
}

/// A configuration with `cases` cases, unless `PROPTEST_CASES` overrides it.
fn config(cases: u32) -> Config {
    let requested = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let regressions = FileFailurePersistence::Direct("tests/deployment/regressions.txt");
    Config { cases: requested.unwrap_or(cases), failure_persistence: Some(Box::new(regressions)), ..Config::default() }
}
