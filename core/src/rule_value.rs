//! Values in the JSON of rules, with their positions.

use crate::json_text::find_position;
use crate::model::VersionNumber;
use crate::nearest::find_nearest;
use crate::rule_error::RulesError;
use crate::wire::Text;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;
use std::time::Duration;

/// A value, as a part of a JSON text.
#[derive(Clone)]
pub(crate) struct Value<'t> {
    text: &'t str,
    json: &'t str,
    pointer: String,
}

/// Maximum number of characters of a value that an error repeats.
const MAX_PRINTED: usize = 64;

impl<'t> Value<'t> {
    /// Parses a text. Checks its syntax completely.
    pub fn parse(text: &'t str, help: &str) -> Result<Self, RulesError> {
        let root = |json| Self { text, json, pointer: String::new() };
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) => Ok(root(raw.get())),
            Err(error) => {
                let message = error.to_string();
                let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
                let json = find_rest(text, error.line(), error.column());
                Err(root(json).error(format!("not valid JSON: {message}"), help))
            }
        }
    }

    /// Returns the JSON text of the value.
    pub const fn json(&self) -> &'t str {
        self.json
    }

    pub fn is_null(&self) -> bool {
        self.json == "null"
    }

    pub fn is_list(&self) -> bool {
        self.json.starts_with('[')
    }

    /// Creates an error of this value.
    pub fn error(&self, message: impl Into<String>, help: impl Into<String>) -> RulesError {
        let offset = (self.json.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let (line, column) = find_position(self.text, offset);
        RulesError { line, column, pointer: self.pointer.clone(), message: message.into(), help: help.into() }
    }

    /// Creates an error of a value that is not the expected one.
    pub fn unexpected(&self, expected: &str, help: impl Into<String>) -> RulesError {
        self.error(format!("expected {expected}, found {}", self.describe()), help)
    }

    /// Creates an error of a value that is not the expected text. YAML reads `12` and `true` as other values than texts:
    /// the help is to use quotes, if the text in quotes is valid.
    pub fn unexpected_text(
        &self,
        expected: &str,
        help: impl Into<String>,
        is_valid: impl Fn(&str) -> bool,
    ) -> RulesError {
        match !self.json.starts_with(['"', '{', '[']) && is_valid(self.json) {
            true => self.unexpected(expected, "write it in quotes"),
            false => self.unexpected(expected, help),
        }
    }

    fn describe(&self) -> String {
        match self.json.as_bytes().first() {
            Some(b'{') => "an object".to_owned(),
            Some(b'[') => "a list".to_owned(),
            _ if self.json.chars().count() > MAX_PRINTED => "a longer text".to_owned(),
            _ => format!("`{}`", self.json),
        }
    }

    /// Returns a text, or `None` for another type and for a text that is not valid Unicode.
    pub fn as_text(&self) -> Option<Text<'t>> {
        serde_json::from_str(self.json).ok()
    }

    /// Returns an integer if the value is one from `min` to `max`.
    pub fn as_integer(&self, min: u32, max: u32) -> Option<u32> {
        serde_json::from_str(self.json).ok().filter(|number| (min..=max).contains(number))
    }

    /// Returns a finite number.
    pub fn as_number(&self) -> Option<f64> {
        serde_json::from_str(self.json).ok()
    }

    pub fn as_boolean(&self) -> Option<bool> {
        serde_json::from_str(self.json).ok()
    }

    /// Returns the items of a list, at most `limit`.
    pub fn parse_list(&self, expected: &str, limit: usize, help: &str) -> Result<Vec<Self>, RulesError> {
        let items: Vec<&RawValue> = serde_json::from_str(self.json).map_err(|_| self.unexpected(expected, help))?;
        if items.len() > limit {
            return Err(self.error(format!("expected up to {limit} items, found {}", items.len()), "use fewer items"));
        }
        let item = |(index, raw): (usize, &'t RawValue)| self.child(raw.get(), &index.to_string());
        Ok(items.into_iter().enumerate().map(item).collect())
    }

    /// Returns an object whose members have names from `names`, each at most once.
    pub fn parse_object(&self, names: &'static [&'static str], help: &str) -> Result<Object<'t>, RulesError> {
        let Entries(entries) = serde_json::from_str(self.json).map_err(|_| self.unexpected("an object", help))?;
        let mut members: Vec<(&'static str, Self)> = Vec::new();
        for (key, value) in entries {
            let name: Text<'t> = serde_json::from_str(key.get()).unwrap_or_else(|_| key.get().into());
            let at_key = || self.child(key.get(), &name.chars().take(MAX_PRINTED).collect::<String>());
            let Some(known) = names.iter().find(|known| **known == &*name) else {
                return Err(unknown_member(&at_key(), &name, names));
            };
            if members.iter().any(|(other, _)| other == known) {
                return Err(at_key().error(format!("`{known}` occurs twice"), "remove one of the two"));
            }
            members.push((known, self.child(value.get(), known)));
        }
        Ok(Object { value: self.clone(), members })
    }

    fn child(&self, json: &'t str, name: &str) -> Self {
        let pointer = format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"));
        Self { text: self.text, json, pointer }
    }
}

/// An object with known members.
pub(crate) struct Object<'t> {
    pub value: Value<'t>,
    members: Vec<(&'static str, Value<'t>)>,
}

impl<'t> Object<'t> {
    /// Returns a member, unless it is absent or null.
    pub fn get(&self, name: &str) -> Option<&Value<'t>> {
        self.get_or_null(name).filter(|value| !value.is_null())
    }

    /// Returns a member, which may be null.
    pub fn get_or_null(&self, name: &str) -> Option<&Value<'t>> {
        self.members.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Returns the member `version`.
    pub fn parse_version(&self) -> Result<Option<VersionNumber>, RulesError> {
        let Some(value) = self.get("version") else { return Ok(None) };
        let version = value.as_integer(1, u32::MAX).and_then(VersionNumber::new);
        let help = "use the number of a version, for example 2";
        version.map(Some).ok_or_else(|| value.unexpected("an integer greater than 0", help))
    }

    /// Returns the name and value of the first of these members that is present.
    pub fn find(&self, names: &[&'static str]) -> Option<(&'static str, &Value<'t>)> {
        names.iter().find_map(|name| Some((*name, self.get(name)?)))
    }
}

/// Returns a time: a text such as `500ms`, or a number of seconds. The result is at most [`Duration::MAX`].
pub(crate) fn parse_duration(value: &Value<'_>) -> Option<Duration> {
    let seconds = match value.as_text() {
        Some(text) => parse_seconds(&text),
        None => value.as_number(),
    };
    let seconds = seconds.filter(|seconds| *seconds >= 0.0)?;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// Parses a number with an optional unit: `500ms`, `2s`, `1.5m` or `1h`.
fn parse_seconds(text: &str) -> Option<f64> {
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let factor = match unit {
        "ms" => 0.001,
        "s" | "" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

fn unknown_member(value: &Value<'_>, name: &str, names: &'static [&'static str]) -> RulesError {
    let short: String = name.chars().take(MAX_PRINTED).collect();
    let help = match find_nearest(&short, names.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("use {}", format_names(names)),
    };
    value.error(format!("unknown member `{short}`"), help)
}

/// Formats a choice: `a`, `b` or `c`.
pub(crate) fn format_names(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match &*quoted {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => quoted.concat(),
    }
}

/// Returns the rest of a text that starts at a line and at a column in bytes, both from 1.
fn find_rest(text: &str, line: usize, column: usize) -> &str {
    let line_start = match line.checked_sub(2) {
        Some(index) => text.match_indices('\n').nth(index).map_or(text.len(), |(at, _)| at.saturating_add(1)),
        None => 0,
    };
    let mut at = line_start.saturating_add(column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    text.get(at..).unwrap_or_default()
}

/// The members of an object, in their order.
struct Entries<'t>(Vec<(&'t RawValue, &'t RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}
