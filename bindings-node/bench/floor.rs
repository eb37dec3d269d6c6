//! The least that reading a request costs: functions that read its fields as napi-rs does, and no more.
//! Built for the benchmark alone.

use napi_derive::napi;
use serde::Deserialize;

/// One entry of a routing configuration.
#[napi(object)]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Route {
    /// The version's ARN.
    pub state_machine_version_arn: String,
    /// Percent.
    pub weight: i64,
}

/// Input of CreateStateMachineAlias.
#[napi(object)]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Create {
    /// What the alias is for.
    pub description: Option<String>,
    /// The alias's name.
    pub name: String,
    /// The routes.
    pub routing_configuration: Vec<Route>,
}

/// Nothing: what a call itself costs.
#[napi]
pub fn noop() {}

/// The fields of an object.
#[napi]
pub fn object(input: Create) -> u32 {
    size(&input)
}

/// The fields of a JSON text.
#[napi]
pub fn text(input: String) -> u32 {
    serde_json::from_str(&input).map_or(0, |input| size(&input))
}

fn size(input: &Create) -> u32 {
    let routes = input.routing_configuration.iter().map(|route| route.state_machine_version_arn.len());
    let description = input.description.as_ref().map_or(0, String::len);
    u32::try_from(input.name.len() + description + routes.sum::<usize>()).unwrap_or_default()
}
