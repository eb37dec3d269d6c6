//! Chooses between JSON and YAML.

use super::limits::{MAX_BYTES, to_u32};
use super::yaml::Content;
use super::{json, yaml};
use crate::error::TemplateError;
use crate::tree::{Node, Position, Value};

/// Decodes a text file.
fn decode(bytes: &[u8]) -> Result<&str, TemplateError> {
    if bytes.len() > MAX_BYTES {
        return Err(TemplateError::TooLong { max: MAX_BYTES });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| TemplateError::NotUtf8 { offset: error.valid_up_to() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(before) = text.find('\0').and_then(|at| text.get(..at)) {
        let Position { line, column } = end_position(before);
        return Err(TemplateError::Nul { line, column });
    }
    Ok(text)
}

/// Reads YAML that is not a template. Its aliases may copy up to `max_bytes` bytes.
pub(crate) fn read_yaml(bytes: &[u8], max_bytes: usize) -> Result<Node<'_>, TemplateError> {
    yaml::read(decode(bytes)?, Content::Other, max_bytes)
}

/// Reads JSON or YAML. A file that starts with `{` is JSON, as in CloudFormation.
pub(crate) fn read(bytes: &[u8]) -> Result<Node<'_>, TemplateError> {
    let text = decode(bytes)?;
    if text.trim_start().starts_with('{') {
        return json::read(text);
    }
    match yaml::read(text, Content::Template, MAX_BYTES) {
        Ok(node) if matches!(node.value, Value::Map(_)) => Ok(node),
        _ if is_terraform_configuration(text) => {
            Err(TemplateError::NotATemplate { detail: "the file is a Terraform configuration".to_owned() })
        }
        result => result,
    }
}

/// Returns whether the first line is the start of a block of a Terraform configuration, for example
/// `resource "aws_sfn_alias" "live" {`.
fn is_terraform_configuration(text: &str) -> bool {
    const BLOCKS: [&str; 9] =
        ["data", "import", "locals", "module", "output", "provider", "resource", "terraform", "variable"];
    let is_comment = |line: &&str| line.is_empty() || line.starts_with(['#', '/', '*']);
    let Some(first) = text.lines().map(str::trim).find(|line| !is_comment(line)) else { return false };
    let word = first.split([' ', '{']).next().unwrap_or_default();
    BLOCKS.contains(&word) && first.contains('{')
}

/// Returns the position after a text.
fn end_position(text: &str) -> Position {
    let line = text.rsplit('\n').next().unwrap_or(text);
    let lines = text.bytes().filter(|b| *b == b'\n').count();
    Position { line: to_u32(lines).saturating_add(1), column: to_u32(line.chars().count()).saturating_add(1) }
}
