//! Fills in the placeholders of vectors.

use serde_json::{Map, Value};

/// Replaces `${name}` by saved values. A string that is only a placeholder gets the value with its JSON type.
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
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        filled = filled.replace(&format!("${{{name}}}"), &text);
    }
    Value::String(filled)
}

/// Builds long strings from `{"$repeat": [text, times]}` and `{"$concat": [...]}`.
pub fn expand(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(expand).collect(),
        Value::Object(members) => match build_long_string(members) {
            Some(text) => Value::String(text),
            None => Value::Object(members.iter().map(|(name, value)| (name.clone(), expand(value))).collect()),
        },
        other => other.clone(),
    }
}

/// Returns `None` for an ordinary object.
fn build_long_string(members: &Map<String, Value>) -> Option<String> {
    if let Some(Value::Array(parts)) = members.get("$concat") {
        return parts.iter().map(|part| Some(expand(part).as_str()?.to_owned())).collect();
    }
    let repeat = members.get("$repeat")?;
    let times = usize::try_from(repeat.get(1)?.as_u64()?).ok()?;
    Some(repeat.get(0)?.as_str()?.repeat(times))
}
