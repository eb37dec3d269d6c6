//! Integers in JSON. The error messages name the member.

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected};
use serde_json::Value;
use sfn_alias::wire::deserialize_integer;
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

/// Deserializes a member.
fn required<'de, T: TryFrom<i128>, D: Deserializer<'de>>(
    deserializer: D,
    member: &str,
    expected: &str,
) -> Result<T, D::Error> {
    deserialize_integer(deserializer, &format!("{expected} for `{member}`"))
}

/// Deserializes a member of a template. Null and text of digits are accepted: parameters of a template are always text.
fn template_value<'de, D: Deserializer<'de>>(deserializer: D, member: &str) -> Result<Option<i64>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) => {
            let expected = format!("an integer for `{member}`");
            let invalid = |_| D::Error::invalid_value(Unexpected::Str(&text), &&*expected);
            text.parse().map(Some).map_err(invalid)
        }
        other => required(other, member, "an integer").map(Some).map_err(D::Error::custom),
    }
}

/// Functions for `deserialize_with`, one per member.
macro_rules! members {
    ($($name:ident: $type:ty = $deserialize:ident($($argument:literal),*);)*) => {$(
        pub fn $name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
            $deserialize(deserializer, $($argument),*)
        }
    )*};
}

members! {
    at_seconds: u64 = required("atSeconds", "an integer of 0 or more");
    restart_at_seconds: u64 = required("restartAtSeconds", "an integer of 0 or more");
    restart_after_seconds: u64 = required("restartAfterSeconds", "an integer of 0 or more");
    call: usize = required("call", "an integer of 0 or more");
    times: u32 = required("times", "an integer of 0 or more");
    percentage: Option<i64> = template_value("Percentage");
    interval: Option<i64> = template_value("Interval");
}

/// An integer from 0 to 100.
struct Percent(u8);

impl TryFrom<i128> for Percent {
    type Error = ();

    fn try_from(number: i128) -> Result<Self, ()> {
        u8::try_from(number).ok().filter(|percent| *percent <= 100).map(Self).ok_or(())
    }
}

fn weight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    required(deserializer, "weight", "an integer from 0 to 100").map(|Percent(weight)| weight)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with stateMachineVersionArn and weight")]
struct RouteJson {
    state_machine_version_arn: String,
    #[serde(deserialize_with = "weight")]
    weight: u8,
}

/// Deserializes a list of routes.
pub fn routes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Route>, D::Error> {
    let routes = Vec::<RouteJson>::deserialize(deserializer)?.into_iter().map(|route| {
        let RouteJson { state_machine_version_arn, weight } = route;
        Route { state_machine_version_arn, weight }
    });
    Ok(routes.collect())
}
