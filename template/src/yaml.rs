//! YAML files that are not templates, for other parts of sfn-alias.

use crate::error::TemplateError;
use crate::read::read_yaml;
use crate::tree::{Node, Position, Value, unescape_pointer};
use serde::ser::{Error, Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use std::io::{self, Write};

/// A YAML file. Its values can be converted to JSON, and located in the file.
///
/// Plain scalars follow the core schema, without hexadecimal and octal numbers. Numbers that JSON has keep their digits.
///
/// ```
/// use sfn_alias_template::YamlDocument;
/// let document = YamlDocument::parse(b"outcomes:\n  - status: FAILED\n", 1000)?;
/// assert_eq!(document.to_json()?, r#"{"outcomes":[{"status":"FAILED"}]}"#);
/// assert_eq!(document.find_position("/outcomes/0/status"), Some((2, 5)));
/// let numbers = YamlDocument::parse(b"[1.50, 007, -2, .5, 1e3, '1', 1.2.3, -.inf, 12-24]", 1000)?;
/// assert_eq!(numbers.to_json()?, r#"[1.50,7,-2,0.5,1e3,"1","1.2.3","-.inf","12-24"]"#);
/// # Ok::<(), sfn_alias_template::TemplateError>(())
/// ```
#[derive(Debug)]
pub struct YamlDocument<'t> {
    root: Node<'t>,
    max_bytes: usize,
}

impl<'t> YamlDocument<'t> {
    /// Parses a file with one document, whose aliases expand to up to `max_bytes` bytes.
    ///
    /// # Errors
    /// The errors of [`TemplateError`] about encoding, syntax, duplicate keys and limits. Tags such as `!Ref` are errors.
    pub fn parse(bytes: &'t [u8], max_bytes: usize) -> Result<Self, TemplateError> {
        Ok(Self { root: read_yaml(bytes, max_bytes)?, max_bytes })
    }

    /// Returns the document as JSON on one line.
    ///
    /// # Errors
    /// [`TemplateError::ExpandsTooLong`] if the JSON has more than the `max_bytes` of [`YamlDocument::parse`].
    pub fn to_json(&self) -> Result<String, TemplateError> {
        let max = self.max_bytes;
        let mut json = LimitedText { bytes: Vec::new(), max };
        // Nothing else can fail: all keys are texts.
        serde_json::to_writer(&mut json, &self.root).map_err(|_| TemplateError::ExpandsTooLong { max })?;
        Ok(String::from_utf8(json.bytes).unwrap_or_default())
    }

    /// Returns the line and column, from 1, of the value with this JSON pointer. A member has the position of its key.
    pub fn find_position(&self, pointer: &str) -> Option<(u32, u32)> {
        let steps = pointer.split('/').skip(1).map(unescape_pointer);
        let mut node = &self.root;
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

/// A text of up to `max` bytes.
struct LimitedText {
    bytes: Vec<u8>,
    max: usize,
}

impl Write for LimitedText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.max.saturating_sub(self.bytes.len()) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(number) => number.serialize(serializer),
            Value::NumberText(text) => {
                serde_json::from_str::<&RawValue>(text).map_err(S::Error::custom)?.serialize(serializer)
            }
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
