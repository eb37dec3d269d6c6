//! Parses alarm rules.

use super::error::AlarmRulesError;
use super::rules::{AlarmMetric, AlarmRule, AlarmRules, Comparison};
use crate::json_text::{StrictValue, locate};
use crate::model::{Resource, VersionNumber, parse_arn};
use crate::wire::DeserializeRequest;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::time::Duration;

/// Maximum length of a text, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// Maximum number of alarms.
const MAX_ALARMS: usize = 1000;
/// Maximum length of a name, as of CloudWatch's.
const MAX_NAME_CHARACTERS: usize = 255;
/// Maximum number of periods.
const MAX_PERIODS: u64 = 100;
/// Maximum length of all periods, as of CloudWatch's.
const MAX_WINDOW: Duration = Duration::from_secs(7 * 86_400);

const MEMBERS: [&str; 9] =
    ["name", "metric", "stateMachine", "version", "alias", "threshold", "comparison", "period", "evaluationPeriods"];

type Result<T> = std::result::Result<T, AlarmRulesError>;

impl AlarmRules {
    /// Parses rules in JSON: `{"alarms": [{"name", "metric", "stateMachine", "threshold", ...}, ...]}`.
    ///
    /// # Errors
    /// The first error in the text, with its position.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_BYTES {
            let message = format!("the rules have {} bytes", text.len());
            return Err(AlarmRulesError::new("", message, format!("use up to {MAX_BYTES} bytes")));
        }
        let value = serde_json::from_str::<StrictValue>(text).map_err(|error| syntax_error(&error))?;
        parse_rules(&value.0).map_err(|error| AlarmRulesError { position: locate(text, &error.pointer), ..error })
    }

    /// Like [`AlarmRules::parse`], for JSON bytes or values of another programming language. Errors of such values have no
    /// position.
    ///
    /// # Errors
    /// The first error.
    pub fn parse_from(source: &(impl DeserializeRequest + ?Sized)) -> Result<Self> {
        if let Some(text) = source.text() {
            return Self::parse(text);
        }
        match source.read::<StrictValue>() {
            Ok(value) => parse_rules(&value.0),
            Err(error) => Err(AlarmRulesError::new("", format!("the rules are not JSON: {error}"), JSON_HELP)),
        }
    }
}

const JSON_HELP: &str =
    r#"use JSON: {"alarms": [{"name": ..., "metric": ..., "stateMachine": ..., "threshold": ...}]}"#;

fn syntax_error(error: &serde_json::Error) -> AlarmRulesError {
    // The position is a field of its own.
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(&*text, |(message, _)| message);
    let position = Some((error.line(), error.column()));
    AlarmRulesError { position, ..AlarmRulesError::new("", format!("the rules are not JSON: {message}"), JSON_HELP) }
}

fn parse_rules(value: &Value) -> Result<AlarmRules> {
    let root = Members::new(value, String::new(), &["alarms"])?;
    let list = root.get("alarms").ok_or_else(|| root.missing("alarms"))?;
    let list = list.as_array().ok_or_else(|| root.wrong_type("alarms", "a list of alarms"))?;
    if list.len() > MAX_ALARMS {
        return Err(root.error("alarms", format!("{} alarms", list.len()), format!("use up to {MAX_ALARMS}")));
    }
    let items = list.iter().enumerate().map(|(index, value)| parse_alarm(value, format!("/alarms/{index}")));
    let alarms = items.collect::<Result<Vec<_>>>()?;
    let mut names = HashSet::new();
    match alarms.iter().position(|alarm| !names.insert(&*alarm.name)) {
        Some(index) => {
            let name = alarms.get(index).map_or("", |alarm| &alarm.name);
            Err(AlarmRulesError::new(
                format!("/alarms/{index}/name"),
                format!("repeated name `{name}`"),
                "use each name once",
            ))
        }
        None => Ok(AlarmRules { alarms }),
    }
}

fn parse_alarm(value: &Value, pointer: String) -> Result<AlarmRule> {
    let members = Members::new(value, pointer, &MEMBERS)?;
    let (version, alias) = (parse_version(&members)?, members.text("alias")?.map(str::to_owned));
    if version.is_some() && alias.is_some() {
        let message = "`alias` together with `version`";
        return Err(members.error("alias", message, "use one of them: AWS has no metric with both dimensions"));
    }
    let alarm = AlarmRule {
        name: parse_name(&members)?,
        metric: members.require_choice("metric", "metric", AlarmMetric::ALL.map(|metric| (metric.as_str(), metric)))?,
        state_machine: parse_state_machine(&members)?,
        version,
        alias,
        threshold: members.number("threshold")?.ok_or_else(|| members.missing("threshold"))?,
        comparison: members
            .choice("comparison", "comparison", Comparison::ALL.map(|comparison| (comparison.as_str(), comparison)))?
            .unwrap_or_default(),
        period: parse_period(&members)?,
        evaluation_periods: parse_periods(&members)?,
    };
    if alarm.period.saturating_mul(alarm.evaluation_periods) > MAX_WINDOW {
        return Err(members.error(
            "period",
            "the periods are longer than 7 days",
            "use a shorter period or fewer periods",
        ));
    }
    Ok(alarm)
}

fn parse_name(members: &Members<'_>) -> Result<String> {
    let name = members.text("name")?.ok_or_else(|| members.missing("name"))?;
    if name.chars().count() > MAX_NAME_CHARACTERS {
        return Err(members.error(
            "name",
            "the name is too long",
            format!("use up to {MAX_NAME_CHARACTERS} characters"),
        ));
    }
    Ok(name.to_owned())
}

/// Parses a name or an unqualified ARN.
fn parse_state_machine(members: &Members<'_>) -> Result<String> {
    let text = members.text("stateMachine")?.ok_or_else(|| members.missing("stateMachine"))?;
    let is_valid = match text.contains(':') {
        true => parse_arn(text).is_ok_and(|arn| matches!(arn.resource, Resource::StateMachine { .. })),
        false => true,
    };
    let help = "use the name or the ARN of a state machine, and `version` or `alias` for one of these";
    let message = || format!("`{text}` is not a valid state machine");
    if is_valid { Ok(text.to_owned()) } else { Err(members.error("stateMachine", message(), help)) }
}

fn parse_version(members: &Members<'_>) -> Result<Option<VersionNumber>> {
    let Some(value) = members.get("version") else { return Ok(None) };
    let number = value.as_u64().and_then(|number| VersionNumber::new(u32::try_from(number).ok()?));
    number.map(Some).ok_or_else(|| members.wrong_type("version", "the number of a version, for example 2"))
}

fn parse_periods(members: &Members<'_>) -> Result<u32> {
    let Some(value) = members.get("evaluationPeriods") else { return Ok(1) };
    let number = value.as_u64().filter(|number| (1..=MAX_PERIODS).contains(number));
    let number = number.and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| members.wrong_type("evaluationPeriods", "an integer from 1 to 100"))
}

/// Parses a number of seconds, or a text such as `500ms`, `60s`, `5m` or `1h`.
fn parse_period(members: &Members<'_>) -> Result<Duration> {
    let period = match members.get("period") {
        None => Some(Duration::from_secs(60)),
        Some(Value::String(text)) => parse_duration(text),
        Some(value) => value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
    };
    let period = period.filter(|period| *period >= Duration::from_millis(1));
    period.ok_or_else(|| members.wrong_type("period", "a time, for example \"60s\", \"5m\" or a number of seconds"))
}

fn parse_duration(text: &str) -> Option<Duration> {
    let end = text.find(|character: char| !character.is_ascii_digit())?;
    let (digits, unit) = text.split_at_checked(end)?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    Some(Duration::from_millis(digits.parse::<u64>().ok()?.checked_mul(millis)?))
}

/// An object with its JSON pointer.
struct Members<'v> {
    object: &'v Map<String, Value>,
    pointer: String,
}

impl<'v> Members<'v> {
    /// Returns the members of an object, which may have only these names.
    fn new(value: &'v Value, pointer: String, names: &[&str]) -> Result<Self> {
        let found =
            || AlarmRulesError::new(&pointer, format!("expected an object, found {}", shorten(value)), JSON_HELP);
        let object = value.as_object().ok_or_else(found)?;
        let members = Self { object, pointer };
        match members.object.keys().find(|name| !names.contains(&name.as_str())) {
            Some(unknown) => Err(members.unknown(unknown, names)),
            None => Ok(members),
        }
    }

    fn unknown(&self, unknown: &str, names: &[&str]) -> AlarmRulesError {
        let nearest = names.iter().min_by_key(|name| strsim::osa_distance(name, unknown));
        let nearest = nearest.filter(|name| strsim::osa_distance(name, unknown) <= name.len() / 2);
        let help = match nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("use {}", names.join(", ")),
        };
        self.error(unknown, format!("unknown member `{unknown}`"), help)
    }

    fn get(&self, name: &str) -> Option<&'v Value> {
        self.object.get(name)
    }

    /// Creates an error of a member.
    fn error(&self, name: &str, message: impl Into<String>, help: impl Into<String>) -> AlarmRulesError {
        let name = name.replace('~', "~0").replace('/', "~1");
        AlarmRulesError::new(format!("{}/{name}", self.pointer), message, help)
    }

    fn missing(&self, name: &str) -> AlarmRulesError {
        AlarmRulesError::new(&self.pointer, format!("missing member `{name}`"), "add it")
    }

    fn wrong_type(&self, name: &str, expected: &str) -> AlarmRulesError {
        let found = self.get(name).map(shorten).unwrap_or_default();
        self.error(name, format!("expected {expected}, found {found}"), "correct the value")
    }

    /// Returns a text that is not empty.
    fn text(&self, name: &str) -> Result<Option<&'v str>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let text = value.as_str().filter(|text| !text.is_empty());
        text.map(Some).ok_or_else(|| self.wrong_type(name, "a text that is not empty"))
    }

    fn number(&self, name: &str) -> Result<Option<f64>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_f64().map(Some).ok_or_else(|| self.wrong_type(name, "a number"))
    }

    /// Returns the value with a name. `kind` describes the value in the error.
    fn choice<T, const N: usize>(&self, name: &str, kind: &str, choices: [(&str, T); N]) -> Result<Option<T>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let names = choices.each_ref().map(|(name, _)| *name).join(", ");
        let found = choices.into_iter().find(|(name, _)| *name == text).map(|(_, value)| value);
        let unknown = || self.error(name, format!("unknown {kind} `{text}`"), format!("use one of {names}"));
        found.map(Some).ok_or_else(unknown)
    }

    fn require_choice<T, const N: usize>(&self, name: &str, kind: &str, choices: [(&str, T); N]) -> Result<T> {
        self.choice(name, kind, choices)?.ok_or_else(|| self.missing(name))
    }
}

/// Maximum number of characters of a value in an error.
const MAX_VALUE_CHARACTERS: usize = 60;

/// Formats a value as JSON, shortened.
fn shorten(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MAX_VALUE_CHARACTERS) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
