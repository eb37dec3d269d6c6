//! YAML files that are not templates, for other parts of sfn-alias.

use crate::error::TemplateError;
use crate::read::read_yaml;
use crate::tree::{Node, Position, Value, unescape_pointer};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A YAML file. Its values can be converted to JSON, and located in the file.
///
/// Plain scalars follow the core schema, without hexadecimal and octal numbers.
///
/// ```
/// use sfn_alias_template::YamlDocument;
/// let document = YamlDocument::parse(b"outcomes:\n  - status: FAILED\n")?;
/// assert_eq!(document.to_json(), r#"{"outcomes":[{"status":"FAILED"}]}"#);
/// assert_eq!(document.find_position("/outcomes/0/status"), Some((2, 5)));
/// let numbers = YamlDocument::parse(b"[1.50, 007, -2, .5, 1e3, '1', 1.2.3, -.inf, 12-24]")?;
/// assert_eq!(numbers.to_json(), r#"[1.5,7,-2,0.5,1000.0,"1","1.2.3","-.inf","12-24"]"#);
/// # Ok::<(), sfn_alias_template::TemplateError>(())
/// ```
#[derive(Debug)]
pub struct YamlDocument<'t>(Node<'t>);

impl<'t> YamlDocument<'t> {
    /// Parses a file with one document.
    ///
    /// # Errors
    /// The errors of [`TemplateError`] about encoding, syntax, duplicate keys and limits.
    pub fn parse(bytes: &'t [u8]) -> Result<Self, TemplateError> {
        read_yaml(bytes).map(Self)
    }

    /// Returns the document as JSON on one line.
    pub fn to_json(&self) -> String {
        // Cannot fail: all keys are texts.
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// Returns the line and column, from 1, of the value with this JSON pointer. A member has the position of its key.
    pub fn find_position(&self, pointer: &str) -> Option<(u32, u32)> {
        let steps = pointer.split('/').skip(1).map(unescape_pointer);
        let mut node = &self.0;
        for step in steps {
            node = match &node.value {
                Value::List(items) => items.get(step.parse::<usize>().ok()?)?,
                _ => node.get(&step)?,
            };
        }
        let Position { line, column } = node.position;
        Some((line, column))
    }
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(number) => number.serialize(serializer),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => serializer.collect_seq(items),
            Value::Map(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(key, member)| map.serialize_entry(key, member))?;
                map.end()
            }
        }
    }
}
