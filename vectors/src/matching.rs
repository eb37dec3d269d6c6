//! Comparing an answer with what is expected.

use serde_json::Value;

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
