//! Limits of a file.

use crate::error::TemplateError;
use crate::tree::{Node, Position};
use std::collections::HashSet;

/// Maximum file size. CloudFormation accepts 1 MB; Terraform plans repeat values and are longer.
pub const MAX_BYTES: usize = 16 << 20;
/// Maximum number of values. They need about 100 MB of memory. A template of 1 MB has about 50,000 values.
pub const MAX_VALUES: usize = 1_000_000;
/// Maximum nesting: the limit of serde_json. Definitions inside templates use about 40 levels.
pub const MAX_DEPTH: usize = 127;

/// The number of values that may still be read.
pub(crate) struct Budget(usize);

impl Budget {
    pub const fn new() -> Self {
        Self(MAX_VALUES)
    }

    pub fn consume(&mut self, count: usize) -> Result<(), TemplateError> {
        self.0 = self.0.checked_sub(count).ok_or(TemplateError::TooManyValues { max: MAX_VALUES })?;
        Ok(())
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
