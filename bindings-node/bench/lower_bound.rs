//! The lower bound for reading a request: functions that only read its fields, with napi-rs. Only for the benchmark.

use napi_derive::napi;
use serde::Deserialize;

/// One entry of a routing configuration.
#[napi(object)]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Route {
    /// The version's ARN.
    pub state_machine_version_arn: String,
    /// Percentage.
    pub weight: i64,
}

/// Input of CreateStateMachineAlias.
#[napi(object)]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Create {
    /// The alias's description.
    pub description: Option<String>,
    /// The alias's name.
    pub name: String,
    /// The routes.
    pub routing_configuration: Vec<Route>,
}

/// Does nothing: measures the call itself.
#[napi]
pub fn noop() {}

/// Reads the fields of an object.
#[napi]
pub fn object(input: Create) -> u32 {
    total_length(&input)
}

/// Reads the fields of a JSON text.
#[napi]
pub fn text(input: String) -> u32 {
    serde_json::from_str(&input).map_or(0, |input| total_length(&input))
}

fn total_length(input: &Create) -> u32 {
    let routes = input.routing_configuration.iter().map(|route| route.state_machine_version_arn.len());
    let description = input.description.as_ref().map_or(0, String::len);
    u32::try_from(input.name.len() + description + routes.sum::<usize>()).unwrap_or_default()
}
