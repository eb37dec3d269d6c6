//! Parses the options of a service from JSON.

use crate::clock;
use crate::input::JSON;
use serde::de::{DeserializeOwned, IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_path_to_error::Segment;
use sfn_alias::wire::deserialize_integer;
use sfn_alias::{Error, Limits, Options, Outcomes, Scope};
use std::fmt::{self, Write as _};
use std::time::Duration;

#[derive(Default, Deserialize)]
#[serde(expecting = "a plain object", default, rename_all = "camelCase", deny_unknown_fields)]
struct RawOptions {
    limits: RawLimits,
    seed: Option<UnsignedInteger>,
    update_delay_seconds: Seconds,
    deletion_delay_seconds: Seconds,
    /// `service.js` reads the clock. It is a member so that it is not unknown.
    #[serde(rename = "clock")]
    _clock: Option<IgnoredAny>,
    scope: RawScope,
    /// [`parse_outcomes`] parses the rules, which may be a text.
    #[serde(rename = "outcomes")]
    _outcomes: Option<IgnoredAny>,
    /// `start-callback.js` calls the function. It is a member so that it is not unknown.
    #[serde(rename = "onStart")]
    _on_start: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(expecting = "a plain object", default, rename_all = "camelCase", deny_unknown_fields)]
struct RawLimits {
    aliases_per_state_machine: Option<UnsignedInteger>,
    versions_per_state_machine: Option<UnsignedInteger>,
    definition_characters: Option<UnsignedInteger>,
    input_bytes: Option<UnsignedInteger>,
    request_bytes: Option<UnsignedInteger>,
    executions_per_state_machine: Option<UnsignedInteger>,
    tags_per_resource: Option<UnsignedInteger>,
}

#[derive(Default, Deserialize)]
#[serde(expecting = "a plain object", default, deny_unknown_fields)]
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

            fn visit_u64<E>(self, seconds: u64) -> Result<Seconds, E> {
                Ok(Seconds(Duration::from_secs(seconds)))
            }
        }

        deserializer.deserialize_any(SecondsVisitor)
    }
}

/// Parses an options object, with its rules separately; `None` is an empty one. `Err` is the message.
pub fn parse_options(options: Option<String>, outcomes: Option<JsonText>) -> Result<(Options, Scope), String> {
    let raw: RawOptions = deserialize_argument(options.as_deref().unwrap_or("{}"), "options")?;
    let limits = resolve_limits(&raw.limits);
    let options = Options {
        outcomes: outcomes.map(|text| parse_outcomes(&text, &limits, "options", "/outcomes")).transpose()?,
        limits,
        update_delay: raw.update_delay_seconds.0,
        deletion_delay: raw.deletion_delay_seconds.0,
        seed: raw.seed.map(|seed| seed.0),
        clock: clock::create_core_clock(),
        // `start-callback.js` calls it, on the JavaScript thread.
        on_start: None,
    };
    Ok((options, resolve_scope(raw.scope, &Scope::default(), "options.scope")?))
}

/// A JSON text, and where it comes from.
pub struct JsonText {
    pub text: String,
    pub source: u32,
}

impl JsonText {
    /// Combines two arguments from JavaScript.
    pub fn new(text: Option<String>, source: Option<u32>) -> Option<Self> {
        Some(Self { text: text?, source: source.unwrap_or_default() })
    }
}

/// Parses rules. The message starts with the argument's name and the value as a JSON pointer, which starts with `parent`.
pub fn parse_outcomes(text: &JsonText, limits: &Limits, argument: &str, parent: &str) -> Result<Outcomes, String> {
    Outcomes::parse(&text.text, limits).map_err(|error| {
        // The caller has seen the lines and columns only of its own text.
        if text.source == JSON {
            let separator = if parent.is_empty() { String::new() } else { format!("`{parent}`: ") };
            return format!("{argument}: {separator}{error}");
        }
        let pointer = format!("{parent}{}", error.pointer);
        let separator = if pointer.is_empty() { String::new() } else { format!("`{pointer}`: ") };
        format!("{argument}: {separator}{}; {}", error.message, error.help)
    })
}

/// Parses a scope. Omitted members are those of `current`.
pub fn parse_scope(scope: &str, current: &Scope) -> Result<Scope, String> {
    resolve_scope(deserialize_argument(scope, "scope")?, current, "scope")
}

/// Parses a seed; `null` is `None`.
pub fn parse_seed(seed: &str) -> Result<Option<u64>, String> {
    let seed: Option<UnsignedInteger> = deserialize_argument(seed, "seed")?;
    Ok(seed.map(|seed| seed.0))
}

/// Deserializes an argument. The message starts with the argument's name and the member as a JSON pointer.
pub fn deserialize_argument<T: DeserializeOwned>(json: &str, argument: &str) -> Result<T, String> {
    // From a value, because errors of a text have a line and a column, which the caller has not seen.
    let value: serde_json::Value = serde_json::from_str(json).map_err(|error| format!("{argument}: {error}"))?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let (path, message) = (error.path(), error.inner().to_string());
        // The error about an unknown member is one of its object.
        let ignored = usize::from(message.starts_with("unknown field "));
        let pointer = format_pointer(path.iter().take(path.iter().len().saturating_sub(ignored)));
        let separator = if pointer.is_empty() { "" } else { ": " };
        format!("{argument}: {pointer}{separator}{message}")
    })
}

/// Formats a path as a JSON pointer in backticks; empty for the value as a whole.
fn format_pointer<'p>(path: impl Iterator<Item = &'p Segment>) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => write!(pointer, "/{index}").unwrap_or_default(),
            // RFC 6901 escapes both characters.
            Segment::Map { key } => pointer.extend(["/", &key.replace('~', "~0").replace('/', "~1")]),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    if pointer.is_empty() { pointer } else { format!("`{pointer}`") }
}

/// Serializes a value to JSON.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value)
        .map_err(|error| Error::Internal(format!("the result cannot be converted to JSON: {error}")))
}

fn resolve_scope(raw: RawScope, current: &Scope, argument: &str) -> Result<Scope, String> {
    let partition = raw.partition.as_deref().unwrap_or(current.partition());
    let account = raw.account.as_deref().unwrap_or(current.account());
    let region = raw.region.as_deref().unwrap_or(current.region());
    Scope::new(partition, account, region).map_err(|invalid| format!("{argument}: {invalid}"))
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
        input_bytes: limit_or(&raw.input_bytes, default.input_bytes),
        request_bytes: limit_or(&raw.request_bytes, default.request_bytes),
        executions_per_state_machine: limit_or(&raw.executions_per_state_machine, default.executions_per_state_machine),
        tags_per_resource: limit_or(&raw.tags_per_resource, default.tags_per_resource),
    }
}
