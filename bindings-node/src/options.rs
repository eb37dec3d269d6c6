//! Parses the options of a service from a JavaScript object.

use crate::clock;
use crate::error::create_argument_error;
use crate::js::{Js, deserialize_value};
use napi::ValueType;
use serde::de::{IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};
use sfn_alias::wire::deserialize_integer;
use sfn_alias::{Limits, Options, Scope};
use std::cell::Cell;
use std::fmt;
use std::time::Duration;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct RawOptions {
    limits: RawLimits,
    seed: Option<UnsignedInteger>,
    update_delay_seconds: Seconds,
    deletion_delay_seconds: Seconds,
    clock: Option<IgnoredAny>,
    scope: RawScope,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct RawLimits {
    aliases_per_state_machine: Option<UnsignedInteger>,
    versions_per_state_machine: Option<UnsignedInteger>,
    definition_characters: Option<UnsignedInteger>,
    input_characters: Option<UnsignedInteger>,
    request_bytes: Option<UnsignedInteger>,
    executions_per_state_machine: Option<UnsignedInteger>,
    tags_per_resource: Option<UnsignedInteger>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawScope {
    partition: Option<String>,
    account: Option<String>,
    region: Option<String>,
}

/// A non-negative integer of 64 bits.
struct UnsignedInteger(u64);

impl<'de> Deserialize<'de> for UnsignedInteger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_integer(deserializer, "a non-negative integer").map(Self)
    }
}

/// A duration in seconds.
#[derive(Default)]
struct Seconds(Duration);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SecondsVisitor;

        impl Visitor<'_> for SecondsVisitor {
            type Value = Seconds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a non-negative number of seconds")
            }

            fn visit_f64<E: serde::de::Error>(self, seconds: f64) -> Result<Seconds, E> {
                let unexpected = serde::de::Unexpected::Float(seconds);
                Duration::try_from_secs_f64(seconds).map(Seconds).map_err(|_| E::invalid_value(unexpected, &self))
            }

            fn visit_i64<E: serde::de::Error>(self, seconds: i64) -> Result<Seconds, E> {
                let unexpected = serde::de::Unexpected::Signed(seconds);
                let seconds = u64::try_from(seconds).map_err(|_| E::invalid_value(unexpected, &self))?;
                Ok(Seconds(Duration::from_secs(seconds)))
            }
        }

        deserializer.deserialize_any(SecondsVisitor)
    }
}

/// The parsed members of an options object.
pub struct ParsedOptions<'e> {
    pub options: Options,
    pub scope: Scope,
    pub clock: Option<Js<'e>>,
}

/// Parses an options object; `undefined` is an empty one. `Err` is the value to throw.
pub fn parse_options(value: Js<'_>) -> Result<ParsedOptions<'_>, Js<'_>> {
    let raw: RawOptions = deserialize_argument(value, "options")?;
    let clock = raw.clock.map(|_| value.get_member("clock").map_err(|thrown| thrown.0)).transpose()?;
    if clock.is_some_and(|clock| clock.value_type() != ValueType::Function) {
        return Err(create_argument_error(value, "options.clock: expected a function, for example Date.now", None));
    }
    let options = Options {
        limits: resolve_limits(&raw.limits),
        update_delay: raw.update_delay_seconds.0,
        deletion_delay: raw.deletion_delay_seconds.0,
        seed: raw.seed.map(|seed| seed.0),
        clock: clock::create_core_clock(),
    };
    Ok(ParsedOptions { options, scope: resolve_scope(value, raw.scope, &Scope::default(), "options.scope")?, clock })
}

/// Parses a scope. Omitted members are those of `current`.
pub fn parse_scope<'e>(value: Js<'e>, current: &Scope) -> Result<Scope, Js<'e>> {
    resolve_scope(value, deserialize_argument(value, "scope")?, current, "scope")
}

/// Parses a seed; `undefined` is `None`.
pub fn parse_seed(value: Js<'_>) -> Result<Option<u64>, Js<'_>> {
    let seed: Option<UnsignedInteger> = deserialize_argument(value, "seed")?;
    Ok(seed.map(|seed| seed.0))
}

fn deserialize_argument<'e, T: Default + Deserialize<'e>>(value: Js<'e>, argument: &str) -> Result<T, Js<'e>> {
    if value.value_type() == ValueType::Undefined {
        return Ok(T::default());
    }
    let exception = Cell::new(None);
    deserialize_value(value, &exception)
        .map_err(|error| create_argument_error(value, &format!("{argument}: {error}"), exception.get()))
}

fn resolve_scope<'e>(js: Js<'e>, raw: RawScope, current: &Scope, argument: &str) -> Result<Scope, Js<'e>> {
    let partition = raw.partition.as_deref().unwrap_or(current.partition());
    let account = raw.account.as_deref().unwrap_or(current.account());
    let region = raw.region.as_deref().unwrap_or(current.region());
    Scope::new(partition, account, region)
        .map_err(|invalid| create_argument_error(js, &format!("{argument}: {invalid}"), None))
}

fn resolve_limits(raw: &RawLimits) -> Limits {
    let limit_or = |raw: &Option<UnsignedInteger>, default: usize| {
        raw.as_ref().map_or(default, |raw| usize::try_from(raw.0).unwrap_or(usize::MAX))
    };
    let default = Limits::default();
    Limits {
        aliases_per_state_machine: limit_or(&raw.aliases_per_state_machine, default.aliases_per_state_machine),
        versions_per_state_machine: limit_or(&raw.versions_per_state_machine, default.versions_per_state_machine),
        definition_characters: limit_or(&raw.definition_characters, default.definition_characters),
        input_characters: limit_or(&raw.input_characters, default.input_characters),
        request_bytes: limit_or(&raw.request_bytes, default.request_bytes),
        executions_per_state_machine: limit_or(&raw.executions_per_state_machine, default.executions_per_state_machine),
        tags_per_resource: limit_or(&raw.tags_per_resource, default.tags_per_resource),
    }
}
