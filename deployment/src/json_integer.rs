//! Integers in JSON. The error messages name the member.

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected};
use serde_json::Value;
use sfn_alias::wire::deserialize_integer;

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
    starts_per_minute: u32 = required("startsPerMinute", "an integer of 1 or more");
    seed: u64 = required("seed", "an integer of 0 or more");
    alarm_threshold: u64 = required("alarmThreshold", "an integer of 1 or more");
    times: u32 = required("times", "an integer of 0 or more");
    percentage: Option<i64> = template_value("Percentage");
    interval: Option<i64> = template_value("Interval");
}
