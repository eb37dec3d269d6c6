//! Routings as JSON has them. An error names the weight, and has no word of Rust.

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
use std::fmt;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with stateMachineVersionArn and weight")]
struct Listed {
    state_machine_version_arn: String,
    #[serde(deserialize_with = "weight")]
    weight: u8,
}

fn weight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    deserializer.deserialize_any(Weight)
}

struct Weight;

impl Visitor<'_> for Weight {
    type Value = u8;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of 0 to 100 for weight")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u8, E> {
        let fits = u8::try_from(number).ok().filter(|weight| *weight <= 100);
        fits.ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u8, E> {
        let fits = u8::try_from(number).ok().filter(|weight| *weight <= 100);
        fits.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}

/// Reads a list of routes.
pub fn listed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Route>, D::Error> {
    let routes = Vec::<Listed>::deserialize(deserializer)?.into_iter().map(|route| {
        let Listed { state_machine_version_arn, weight } = route;
        Route { state_machine_version_arn, weight }
    });
    Ok(routes.collect())
}
