//! Limits of a file.

use crate::error::TemplateError;
use crate::tree::{Node, Position, Value};
use std::collections::HashSet;

/// Maximum file size. CloudFormation accepts 1 MB; Terraform plans repeat values and are longer.
pub const MAX_BYTES: usize = 16 << 20;
/// Maximum number of values. They need about 100 MB of memory. A template of 1 MB has about 50,000 values.
pub const MAX_VALUES: usize = 1_000_000;
/// Maximum nesting: the limit of serde_json. Definitions inside templates use about 40 levels.
pub const MAX_DEPTH: usize = 127;

/// The number of values, and of bytes of copied texts, that may still be read.
pub(crate) struct Budget {
    values: usize,
    copied_bytes: usize,
    max_bytes: usize,
}

impl Budget {
    /// Creates a budget with [`MAX_VALUES`] values, and `max_bytes` bytes of copied texts.
    pub const fn new(max_bytes: usize) -> Self {
        Self { values: MAX_VALUES, copied_bytes: max_bytes, max_bytes }
    }

    pub fn consume(&mut self, count: usize) -> Result<(), TemplateError> {
        self.values = self.values.checked_sub(count).ok_or(TemplateError::TooManyValues { max: MAX_VALUES })?;
        Ok(())
    }

    /// Consumes the values and texts of a copy.
    pub fn consume_copy(&mut self, size: &Size) -> Result<(), TemplateError> {
        self.consume(size.values)?;
        let remaining = self.copied_bytes.checked_sub(size.bytes);
        self.copied_bytes = remaining.ok_or(TemplateError::ExpandsTooLong { max: self.max_bytes })?;
        Ok(())
    }
}

/// The size of a node with all nodes in it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Size {
    pub values: usize,
    pub depth: usize,
    /// The length of its keys and texts.
    pub bytes: usize,
}

impl Size {
    pub fn measure(node: &Node<'_>) -> Self {
        let text = match &node.value {
            Value::Text(text) | Value::NumberText(text) => text.len(),
            _ => 0,
        };
        let keys = node.members().iter().map(|(key, _)| key.len()).fold(text, usize::saturating_add);
        let parts = node.items().iter().chain(node.members().iter().map(|(_, member)| member));
        let parts = parts.map(Self::measure).fold(Self::default(), |all, part| Self {
            values: all.values.saturating_add(part.values),
            depth: all.depth.max(part.depth),
            bytes: all.bytes.saturating_add(part.bytes),
        });
        Self {
            values: parts.values.saturating_add(1),
            depth: parts.depth.saturating_add(1),
            bytes: parts.bytes.saturating_add(keys),
        }
    }
}

/// Converts a count, which is at most [`MAX_BYTES`].
pub(super) fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Rejects duplicate keys.
pub(super) fn check_unique_keys(members: &[(std::borrow::Cow<'_, str>, Node<'_>)]) -> Result<(), TemplateError> {
    let repeated = if members.len() <= 8 {
        members.iter().enumerate().find(|(at, (key, _))| members.iter().take(*at).any(|(other, _)| other == key))
    } else {
        let mut seen = HashSet::with_capacity(members.len());
        members.iter().enumerate().find(|(_, (key, _))| !seen.insert(key.as_ref()))
    };
    let Some((_, (key, node))) = repeated else { return Ok(()) };
    let Position { line, column } = node.position;
    Err(TemplateError::DuplicateKey { line, column, key: key.chars().take(100).collect() })
}
