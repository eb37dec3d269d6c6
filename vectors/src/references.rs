//! Steps, sources and values that vectors refer to by name.

use super::error::ReadError;
use super::placeholder::substitute;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The contents of `fixtures.json` and `sources.json`.
#[derive(Debug)]
pub(crate) struct References {
    fixtures: Fixtures,
    sources: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Fixtures {
    /// The texts of placeholders such as `${orders}`.
    values: Map<String, Value>,
    /// Steps of `given`.
    steps: Map<String, Value>,
}

impl References {
    pub(crate) fn parse(fixtures: &str, sources: &str) -> Result<Self, ReadError> {
        let malformed = |name: &str| {
            let path = format!("{name}.json");
            move |source| ReadError::Malformed { path, source }
        };
        Ok(Self {
            fixtures: serde_json::from_str(fixtures).map_err(malformed("fixtures"))?,
            sources: serde_json::from_str(sources).map_err(malformed("sources"))?,
        })
    }

    /// Replaces the names in `source` and `given` by what they refer to, and the placeholders of values.
    ///
    /// # Errors
    /// The first unknown name.
    pub(crate) fn resolve(&self, mut vector: Value) -> Result<Value, String> {
        if let Some(source) = vector.get_mut("source") {
            replace_name(source, &self.sources)?;
        }
        for step in vector.get_mut("given").and_then(Value::as_array_mut).into_iter().flatten() {
            replace_name(step, &self.fixtures.steps)?;
        }
        Ok(substitute(&vector, &self.fixtures.values))
    }
}

fn replace_name(value: &mut Value, definitions: &Map<String, Value>) -> Result<(), String> {
    if let Value::String(name) = value {
        *value = definitions.get(name).ok_or_else(|| name.clone())?.clone();
    }
    Ok(())
}
