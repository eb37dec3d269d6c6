//! Placeholders of vectors.

use serde_json::{Map, Value};

/// Fills in `${name}`. A whole-string one takes the saved value with its JSON type.
pub fn substitute(value: &Value, saved: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => substitute_text(text, saved),
        Value::Array(items) => items.iter().map(|item| substitute(item, saved)).collect(),
        Value::Object(members) => {
            let filled = members.iter().map(|(name, value)| (name.clone(), substitute(value, saved)));
            Value::Object(filled.collect())
        }
        other => other.clone(),
    }
}

fn substitute_text(text: &str, saved: &Map<String, Value>) -> Value {
    let whole = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    if let Some(value) = whole.and_then(|name| saved.get(name)) {
        return value.clone();
    }
    let mut filled = text.to_owned();
    for (name, value) in saved {
        let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        filled = filled.replace(&format!("${{{name}}}"), &plain);
    }
    Value::String(filled)
}

/// Puts long strings together from `{"$repeat": [text, times]}` and `{"$concat": [...]}`.
pub fn expand(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(expand).collect(),
        Value::Object(members) => match (members.get("$repeat"), members.get("$concat")) {
            (Some(Value::Array(repeat)), _) => {
                let text = repeat[0].as_str().expect("$repeat takes a text");
                let times = repeat[1].as_u64().expect("$repeat takes a number") as usize;
                Value::String(text.repeat(times))
            }
            (None, Some(Value::Array(parts))) => {
                let part = |part: &Value| expand(part).as_str().expect("$concat takes strings").to_owned();
                Value::String(parts.iter().map(part).collect())
            }
            _ => Value::Object(members.iter().map(|(name, value)| (name.clone(), expand(value))).collect()),
        },
        other => other.clone(),
    }
}

/// Where an answer differs from what is expected, as a JSON pointer.
pub fn mismatch(expected: &Value, answer: &Value) -> Option<String> {
    match (expected, answer) {
        (Value::String(placeholder), _) if placeholder.starts_with('$') => {
            (!fits(placeholder, answer)).then(String::new)
        }
        (Value::Array(expected), Value::Array(answers)) if expected.len() == answers.len() => {
            let pairs = expected.iter().zip(answers).enumerate();
            pairs.into_iter().find_map(|(index, (e, a))| Some(format!("/{index}{}", mismatch(e, a)?)))
        }
        (Value::Object(expected), Value::Object(answers)) => {
            let extra = answers.keys().find(|name| !expected.contains_key(*name)).map(|name| format!("/{name}"));
            let differs = expected.iter().find_map(|(name, value)| {
                let place = answers.get(name).map_or(Some(String::new()), |answer| mismatch(value, answer))?;
                Some(format!("/{name}{place}"))
            });
            extra.or(differs)
        }
        _ => (!equal(expected, answer)).then(String::new),
    }
}

fn equal(expected: &Value, answer: &Value) -> bool {
    match (expected.as_f64(), answer.as_f64()) {
        (Some(expected), Some(answer)) => (expected - answer).abs() < f64::EPSILON,
        _ => expected == answer,
    }
}

fn fits(placeholder: &str, answer: &Value) -> bool {
    match placeholder {
        "$any" => true,
        "$date" => answer.is_number(),
        "$token" => answer.as_str().is_some_and(|text| !text.is_empty()),
        "$uuid" => answer.as_str().is_some_and(is_uuid),
        other => answer.as_str() == Some(other),
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
}
