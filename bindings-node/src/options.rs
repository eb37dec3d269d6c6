//! The options of a service, from JavaScript's object.

use crate::clock;
use crate::error::argument;
use crate::js::{Js, read_own};
use napi::ValueType;
use serde::de::{IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};
use sfn_alias::{Limits, Options, Scope};
use std::cell::Cell;
use std::fmt;
use std::time::Duration;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Given {
    limits: GivenLimits,
    seed: Option<Whole>,
    update_delay_seconds: Seconds,
    deletion_delay_seconds: Seconds,
    clock: Option<IgnoredAny>,
    scope: GivenScope,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct GivenLimits {
    aliases_per_state_machine: Option<Whole>,
    versions_per_state_machine: Option<Whole>,
    definition_characters: Option<Whole>,
    input_characters: Option<Whole>,
    request_bytes: Option<Whole>,
    executions_per_state_machine: Option<Whole>,
    tags_per_resource: Option<Whole>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct GivenScope {
    partition: Option<String>,
    account: Option<String>,
    region: Option<String>,
}

/// A whole number from 0, in 64 bits.
struct Whole(u64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = Whole;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number from 0")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Whole, E> {
                Ok(Whole(number))
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Whole, E> {
                let unexpected = serde::de::Unexpected::Signed(number);
                u64::try_from(number).map(Whole).map_err(|_| E::invalid_value(unexpected, &self))
            }
        }

        deserializer.deserialize_any(Digits)
    }
}

/// A span of time.
#[derive(Default)]
struct Seconds(Duration);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Span;

        impl Visitor<'_> for Span {
            type Value = Seconds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("seconds from 0")
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

        deserializer.deserialize_any(Span)
    }
}

/// What an options object says: how the service behaves, whose resources it sees, what time it is.
pub struct Read<'e> {
    pub options: Options,
    pub scope: Scope,
    pub clock: Option<Js<'e>>,
}

/// Reads an options object; `undefined` is one without members. `Err` holds what to throw.
pub fn read(value: Js<'_>) -> Result<Read<'_>, Js<'_>> {
    let given: Given = own(value, "options")?;
    let clock = given.clock.map(|_| value.member("clock").map_err(|thrown| thrown.0)).transpose()?;
    if clock.is_some_and(|clock| clock.kind() != ValueType::Function) {
        return Err(argument(value, "options: 'clock': must be a function, for example Date.now", None));
    }
    let options = Options {
        limits: limits(&given.limits),
        update_delay: given.update_delay_seconds.0,
        deletion_delay: given.deletion_delay_seconds.0,
        seed: given.seed.map(|seed| seed.0),
        clock: clock::for_core(),
    };
    Ok(Read { options, scope: part(value, given.scope, &Scope::default(), "options.scope")?, clock })
}

/// Reads a scope; what it does not name stays as it was.
pub fn scope<'e>(value: Js<'e>, before: &Scope) -> Result<Scope, Js<'e>> {
    part(value, own(value, "scope")?, before, "scope")
}

/// Reads a seed; `undefined` is none.
pub fn seed(value: Js<'_>) -> Result<Option<u64>, Js<'_>> {
    let seed: Option<Whole> = own(value, "seed")?;
    Ok(seed.map(|seed| seed.0))
}

fn own<'e, T: Default + Deserialize<'e>>(value: Js<'e>, what: &str) -> Result<T, Js<'e>> {
    if value.kind() == ValueType::Undefined {
        return Ok(T::default());
    }
    let exception = Cell::new(None);
    read_own(value, &exception).map_err(|fault| argument(value, &format!("{what}: {fault}"), exception.get()))
}

fn part<'e>(any: Js<'e>, given: GivenScope, before: &Scope, what: &str) -> Result<Scope, Js<'e>> {
    let partition = given.partition.as_deref().unwrap_or(before.partition());
    let account = given.account.as_deref().unwrap_or(before.account());
    let region = given.region.as_deref().unwrap_or(before.region());
    Scope::new(partition, account, region).map_err(|invalid| argument(any, &format!("{what}: {invalid}"), None))
}

fn limits(given: &GivenLimits) -> Limits {
    let or = |given: &Option<Whole>, standard: usize| {
        given.as_ref().map_or(standard, |given| usize::try_from(given.0).unwrap_or(usize::MAX))
    };
    let standard = Limits::default();
    Limits {
        aliases_per_state_machine: or(&given.aliases_per_state_machine, standard.aliases_per_state_machine),
        versions_per_state_machine: or(&given.versions_per_state_machine, standard.versions_per_state_machine),
        definition_characters: or(&given.definition_characters, standard.definition_characters),
        input_characters: or(&given.input_characters, standard.input_characters),
        request_bytes: or(&given.request_bytes, standard.request_bytes),
        executions_per_state_machine: or(&given.executions_per_state_machine, standard.executions_per_state_machine),
        tags_per_resource: or(&given.tags_per_resource, standard.tags_per_resource),
    }
}
