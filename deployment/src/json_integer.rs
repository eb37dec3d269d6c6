//! Integers in JSON. The error messages name the member and avoid Rust's type names, unlike serde's own.

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
use std::fmt;
use std::marker::PhantomData;

/// Visits an integer. `None` is JSON's null.
struct IntegerVisitor<T> {
    member: &'static str,
    expected: &'static str,
    /// Whether null and text of digits are accepted: parameters of a template are always text.
    is_template_value: bool,
    integer: PhantomData<T>,
}

impl<T: TryFrom<i128>> IntegerVisitor<T> {
    fn convert<E: Error>(&self, number: i128, found: Unexpected<'_>) -> Result<Option<T>, E> {
        T::try_from(number).map(Some).map_err(|_| E::invalid_value(found, self))
    }
}

impl<T: TryFrom<i128>> Visitor<'_> for IntegerVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for `{}`", self.expected, self.member)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Option<T>, E> {
        self.convert(number.into(), Unexpected::Signed(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<T>, E> {
        self.convert(number.into(), Unexpected::Unsigned(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
        if !self.is_template_value {
            return Err(E::invalid_type(Unexpected::Str(text), &self));
        }
        let number: i64 = text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))?;
        self.convert(number.into(), Unexpected::Str(text))
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        if self.is_template_value { Ok(None) } else { Err(E::invalid_type(Unexpected::Unit, &self)) }
    }
}

fn required<'de, T: TryFrom<i128>, D: Deserializer<'de>>(
    deserializer: D,
    member: &'static str,
    expected: &'static str,
) -> Result<T, D::Error> {
    let visitor = IntegerVisitor { member, expected, is_template_value: false, integer: PhantomData };
    deserializer.deserialize_any(visitor)?.ok_or_else(|| D::Error::missing_field(member))
}

fn template_value<'de, D: Deserializer<'de>>(deserializer: D, member: &'static str) -> Result<Option<i64>, D::Error> {
    let (expected, is_template_value) = ("an integer", true);
    deserializer.deserialize_any(IntegerVisitor { member, expected, is_template_value, integer: PhantomData })
}

macro_rules! members {
    ($($name:ident: $type:ty = $member:literal, $expected:literal;)*) => {$(
        #[doc = concat!("Deserializes `", $member, "`.")]
        pub fn $name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
            required(deserializer, $member, $expected)
        }
    )*};
}

members! {
    at_seconds: u64 = "atSeconds", "an integer of 0 or more";
    restart_at_seconds: u64 = "restartAtSeconds", "an integer of 0 or more";
    restart_after_seconds: u64 = "restartAfterSeconds", "an integer of 0 or more";
    call: usize = "call", "an integer of 0 or more";
    times: u32 = "times", "an integer of 0 or more";
}

/// Deserializes `Percentage`.
pub fn percentage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    template_value(deserializer, "Percentage")
}

/// Deserializes `Interval`.
pub fn interval<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    template_value(deserializer, "Interval")
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
