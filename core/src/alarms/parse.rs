//! Parses alarm rules.

use super::rules::{AlarmMetric, AlarmRule, AlarmRules, Comparison};
use crate::constraint::Pattern;
use crate::model::{Resource, parse_arn};
use crate::rule_error::RulesError;
use crate::rule_value::{Object, Value, format_names, parse_duration};
use std::collections::HashSet;
use std::time::Duration;

/// Maximum length of a text, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// Maximum number of alarms.
const MAX_ALARMS: usize = 1000;
/// Maximum length of a name, as of CloudWatch's.
const MAX_NAME_CHARACTERS: usize = 255;
/// Maximum number of periods.
const MAX_PERIODS: u32 = 100;
/// Maximum length of all periods, as of CloudWatch's.
const MAX_WINDOW: Duration = Duration::from_secs(7 * 86_400);

const DEFAULT_PERIOD: Duration = Duration::from_secs(60);

const EXAMPLE: &str = r#"use an object such as {"alarms": [{"name": "failed", "metric": "ExecutionsFailed", "stateMachine": "orders", "threshold": 1}]}"#;

const MEMBERS: &[&str] =
    &["name", "metric", "stateMachine", "version", "alias", "threshold", "comparison", "period", "evaluationPeriods"];

type Result<T> = std::result::Result<T, RulesError>;

impl AlarmRules {
    /// Parses rules in JSON: `{"alarms": [{"name", "metric", "stateMachine", "threshold", ...}, ...]}`, or only the list.
    ///
    /// # Errors
    /// The first error in the text: invalid JSON, an unknown, missing or repeated member, a value that is not valid, a
    /// repeated name, more than 1 MiB, and more than 1000 alarms.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_BYTES {
            let message = format!("expected up to {MAX_BYTES} bytes, found {}", text.len());
            return Err(RulesError::at_start(message, "use fewer alarms"));
        }
        let root = Value::parse(text, EXAMPLE)?;
        let list = match root.is_list() {
            true => root,
            false => require(&root.parse_object(&["alarms"], EXAMPLE)?, "alarms")?.clone(),
        };
        let mut names = HashSet::new();
        let items = list.parse_list("a list of alarms", MAX_ALARMS, EXAMPLE)?;
        let parse =
            |item: &Value<'_>| {
                let object = item.parse_object(MEMBERS, EXAMPLE)?;
                let alarm = parse_alarm(&object)?;
                match names.insert(alarm.name.clone()) {
                    true => Ok(alarm),
                    false => Err(require(&object, "name")?
                        .error(format!("repeated name `{}`", alarm.name), "use each name once")),
                }
            };
        Ok(Self { alarms: items.iter().map(parse).collect::<Result<_>>()? })
    }
}

fn parse_alarm(object: &Object<'_>) -> Result<AlarmRule> {
    let (version, alias) = (object.parse_version()?, parse_alias(object)?);
    if let (Some(_), Some(alias)) = (version, object.get("alias")) {
        let help = "use one of them: AWS has no metric with both dimensions";
        return Err(alias.error("expected either `version` or `alias`, found both", help));
    }
    let metrics = AlarmMetric::ALL.map(|metric| (metric.as_str(), metric));
    let comparisons = Comparison::ALL.map(|comparison| (comparison.as_str(), comparison));
    let alarm = AlarmRule {
        name: parse_name(require(object, "name")?)?,
        metric: parse_choice(require(object, "metric")?, "a metric", metrics)?,
        state_machine: parse_state_machine(require(object, "stateMachine")?)?,
        version,
        alias,
        threshold: parse_threshold(require(object, "threshold")?)?,
        comparison: match object.get("comparison") {
            Some(value) => parse_choice(value, "a comparison", comparisons)?,
            None => Comparison::default(),
        },
        period: object.get("period").map_or(Ok(DEFAULT_PERIOD), parse_period)?,
        evaluation_periods: object.get("evaluationPeriods").map_or(Ok(1), parse_periods)?,
    };
    check_window(object, &alarm)?;
    Ok(alarm)
}

fn check_window(object: &Object<'_>, alarm: &AlarmRule) -> Result<()> {
    let AlarmRule { period, evaluation_periods, .. } = alarm;
    if period.saturating_mul(*evaluation_periods) <= MAX_WINDOW {
        return Ok(());
    }
    let value = object.get("period").unwrap_or(&object.value);
    let seconds = period.as_secs_f64();
    let message = format!("expected periods of up to 7 days in total, found {evaluation_periods} x {seconds}s");
    Err(value.error(message, "use shorter or fewer periods"))
}

fn require<'o, 't>(object: &'o Object<'t>, name: &str) -> Result<&'o Value<'t>> {
    object.get(name).ok_or_else(|| object.value.error(format!("`{name}` is missing"), EXAMPLE))
}

fn parse_name(value: &Value<'_>) -> Result<String> {
    let name = value.as_text().filter(|name| (1..=MAX_NAME_CHARACTERS).contains(&name.chars().count()));
    let help = || format!("use a name of 1 to {MAX_NAME_CHARACTERS} characters");
    name.map(|name| name.to_string()).ok_or_else(|| value.unexpected_text("the name of an alarm", help(), |_| true))
}

/// Parses a name or an unqualified ARN.
fn parse_state_machine(value: &Value<'_>) -> Result<String> {
    let is_valid = |text: &str| match text.contains(':') {
        true => parse_arn(text).is_ok_and(|arn| matches!(arn.resource, Resource::StateMachine { .. })),
        false => !text.is_empty(),
    };
    let help = "use its name or its ARN; for a version or an alias, also use `version` or `alias`";
    let text = value.as_text().filter(|text| is_valid(text));
    text.map(|text| text.to_string()).ok_or_else(|| value.unexpected_text("a state machine", help, is_valid))
}

fn parse_alias(object: &Object<'_>) -> Result<Option<String>> {
    let Some(value) = object.get("alias") else { return Ok(None) };
    let is_valid = |name: &str| Pattern::CharacterRestrictedName.matches(name);
    let name = value.as_text().filter(|name| is_valid(name));
    let help = "use a name, not an ARN";
    name.map(|name| Some(name.to_string())).ok_or_else(|| value.unexpected_text("the name of an alias", help, is_valid))
}

fn parse_threshold(value: &Value<'_>) -> Result<f64> {
    value.as_number().ok_or_else(|| value.unexpected("a number", "use a number of executions"))
}

fn parse_period(value: &Value<'_>) -> Result<Duration> {
    const HELP: &str = "use a number with ms, s, m or h such as `60s`, or a number of seconds";
    let period = parse_duration(value).filter(|period| *period >= Duration::from_millis(1));
    period.ok_or_else(|| value.unexpected("a time greater than 0", HELP))
}

fn parse_periods(value: &Value<'_>) -> Result<u32> {
    let help = "use the number of periods";
    value.as_integer(1, MAX_PERIODS).ok_or_else(|| value.unexpected("an integer from 1 to 100", help))
}

/// Returns the value with a name.
fn parse_choice<T, const N: usize>(value: &Value<'_>, expected: &str, choices: [(&'static str, T); N]) -> Result<T> {
    let text = value.as_text();
    let names = choices.each_ref().map(|(name, _)| *name);
    let found = choices.into_iter().find(|(name, _)| text.as_deref() == Some(name)).map(|(_, value)| value);
    found.ok_or_else(|| value.unexpected(expected, format!("use {}", format_names(&names))))
}
