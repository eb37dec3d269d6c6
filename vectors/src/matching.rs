//! Compares results with expected results.

use serde_json::Value;

/// Returns the JSON pointer of the first difference between the expected and the actual result.
pub fn first_difference(expected: &Value, actual: &Value) -> Option<String> {
    match (expected, actual) {
        (Value::String(placeholder), _) if placeholder.starts_with('$') => {
            (!matches_placeholder(placeholder, actual)).then(String::new)
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let mut pairs = expected.iter().zip(actual).enumerate();
            pairs.find_map(|(index, (e, a))| Some(format!("/{index}{}", first_difference(e, a)?)))
        }
        (Value::Object(expected), Value::Object(actual)) => {
            let extra = actual.keys().find(|name| !expected.contains_key(*name)).map(|name| format!("/{name}"));
            let differs = expected.iter().find_map(|(name, value)| {
                let pointer = actual.get(name).map_or(Some(String::new()), |actual| first_difference(value, actual))?;
                Some(format!("/{name}{pointer}"))
            });
            extra.or(differs)
        }
        _ => (!is_equal(expected, actual)).then(String::new),
    }
}

fn is_equal(expected: &Value, actual: &Value) -> bool {
    match (expected.as_f64(), actual.as_f64()) {
        (Some(expected), Some(actual)) => (expected - actual).abs() < f64::EPSILON,
        _ => expected == actual,
    }
}

fn matches_placeholder(placeholder: &str, actual: &Value) -> bool {
    match placeholder {
        "$any" => true,
        "$date" => actual.is_number(),
        "$token" => actual.as_str().is_some_and(|text| !text.is_empty()),
        "$uuid" => actual.as_str().is_some_and(is_uuid),
        other => actual.as_str() == Some(other),
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
}
