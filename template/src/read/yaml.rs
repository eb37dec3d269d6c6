//! Reads YAML with positions, using `saphyr-parser`. Short tags of CloudFormation become functions. Anchors and merge
//! keys are resolved up to [`super::MAX_VALUES`].

use super::limits::{Budget, MAX_DEPTH, Size, check_unique_keys, to_u32};
use crate::error::TemplateError;
use crate::tree::{Node, Position, Value};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};
use serde_json::Number;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// What a file contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// A template. Scalars are numbers if they format to the same text: `007` and `1e3` stay texts, which account ids need.
    Template,
    /// Another file. Scalars are numbers as in the core schema, without hexadecimal and octal ones. There are no functions.
    Other,
}

/// Reads a file. Its aliases may copy up to `max_bytes` bytes.
pub(super) fn read(text: &str, content: Content, max_bytes: usize) -> Result<Node<'_>, TemplateError> {
    let (open, anchors) = (Vec::new(), HashMap::new());
    let mut builder = Builder { content, budget: Budget::new(max_bytes), open, anchors, root: None };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| syntax_error(*error.marker(), error.info()))?;
        builder.event(event, span)?;
    }
    Ok(builder.root.unwrap_or(Node { position: Position::START, value: Value::Null }))
}

fn position(marker: Marker) -> Position {
    Position { line: to_u32(marker.line()), column: to_u32(marker.col()).saturating_add(1) }
}

fn syntax_error(marker: Marker, detail: &str) -> TemplateError {
    let Position { line, column } = position(marker);
    if detail.contains("recursion limit") {
        return TemplateError::TooDeep { line, column, max: MAX_DEPTH };
    }
    TemplateError::Syntax { format: "YAML", line, column, detail: detail.to_owned() }
}

/// A list or map that is not complete yet.
struct Open<'t> {
    node: Node<'t>,
    /// A key that has no value yet, and its position.
    key: Option<(Cow<'t, str>, Position)>,
    anchor: usize,
    tag: Option<String>,
    merges: Vec<Node<'t>>,
}

struct Anchored<'t> {
    node: Node<'t>,
    size: Size,
}

struct Builder<'t> {
    content: Content,
    budget: Budget,
    open: Vec<Open<'t>>,
    /// The value of each anchor.
    anchors: HashMap<usize, Anchored<'t>>,
    root: Option<Node<'t>>,
}

impl<'t> Builder<'t> {
    fn event(&mut self, event: Event<'t>, span: Span) -> Result<(), TemplateError> {
        let at = position(span.start);
        self.check_tag(&event, span.start)?;
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = self.parse_scalar(text, style, tag.as_deref());
                self.complete(Node { position: at, value }, anchor, tag.as_deref().and_then(tag_function))
            }
            Event::SequenceStart(anchor, tag) => self.start(Value::List(Vec::new()), at, anchor, tag.as_deref()),
            Event::MappingStart(anchor, tag) => self.start(Value::Map(Vec::new()), at, anchor, tag.as_deref()),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor, span.start),
            Event::DocumentStart(_) if self.root.is_some() => {
                let help = match self.content {
                    Content::Template => "use one file per template",
                    Content::Other => "use one document",
                };
                Err(syntax_error(span.start, &format!("expected one document, found a second one; {help}")))
            }
            _ => Ok(()),
        }
    }

    /// Rejects tags other than `!!str`, `!!seq` and `!!map` in a file that is not a template.
    fn check_tag(&self, event: &Event<'_>, at: Marker) -> Result<(), TemplateError> {
        let (Event::Scalar(.., tag) | Event::SequenceStart(_, tag) | Event::MappingStart(_, tag)) = event else {
            return Ok(());
        };
        match tag.as_deref() {
            Some(tag) if self.content == Content::Other && !is_plain_tag(tag) => {
                let Tag { handle, suffix } = tag;
                let detail = format!("expected a value without a tag, found `{handle}{suffix}`; remove the tag");
                Err(syntax_error(at, &detail))
            }
            _ => Ok(()),
        }
    }

    /// A plain scalar follows the core schema of YAML. Every other scalar is a text.
    fn parse_scalar(&self, text: Cow<'t, str>, style: ScalarStyle, tag: Option<&Tag>) -> Value<'t> {
        if style != ScalarStyle::Plain || tag.is_some() {
            return Value::Text(text);
        }
        match text.as_ref() {
            "" | "~" | "null" | "Null" | "NULL" => Value::Null,
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            _ => self.content.parse_number(&text).unwrap_or(Value::Text(text)),
        }
    }

    fn start(&mut self, value: Value<'t>, at: Position, anchor: usize, tag: Option<&Tag>) -> Result<(), TemplateError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(TemplateError::TooDeep { line: at.line, column: at.column, max: MAX_DEPTH });
        }
        let node = Node { position: at, value };
        self.open.push(Open { node, key: None, anchor, tag: tag.and_then(tag_function), merges: Vec::new() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), TemplateError> {
        let Some(Open { mut node, anchor, tag, merges, .. }) = self.open.pop() else { return Ok(()) };
        if let Value::Map(members) = &mut node.value {
            check_unique_keys(members)?;
            apply_merges(members, merges);
        }
        self.complete(node, anchor, tag)
    }

    fn alias(&mut self, anchor: usize, at: Marker) -> Result<(), TemplateError> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(syntax_error(at, "an alias refers to the anchor that contains it; write out the value"));
        };
        // Aliases inside anchored values nest deeper than the text.
        if self.open.len().saturating_add(anchored.size.depth) > MAX_DEPTH {
            let Position { line, column } = position(at);
            return Err(TemplateError::TooDeep { line, column, max: MAX_DEPTH });
        }
        self.budget.consume_copy(&anchored.size)?;
        let node = anchored.node.clone();
        self.insert_value(node)
    }

    /// Handles a complete value: stores it if it has an anchor, and adds it to its parent.
    fn complete(&mut self, node: Node<'t>, anchor: usize, tag: Option<String>) -> Result<(), TemplateError> {
        let node = match tag {
            Some(function) => call_function(function, node),
            None => node,
        };
        self.budget.consume(1)?;
        if anchor > 0 {
            let size = Size::measure(&node);
            // The stored copy counts as well.
            self.budget.consume_copy(&size)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), size });
        }
        self.insert_value(node)
    }

    fn insert_value(&mut self, mut node: Node<'t>) -> Result<(), TemplateError> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.node.value {
            Value::List(items) => items.push(node),
            Value::Map(members) => match open.key.take() {
                None => open.key = Some((parse_key(&node)?, node.position)),
                Some((key, _)) if key == "<<" => open.merges.push(node),
                Some((key, position)) => {
                    node.position = position;
                    members.push((key, node));
                }
            },
            _ => {}
        }
        Ok(())
    }
}

/// Adds the members of merged maps that are not present yet.
fn apply_merges<'t>(members: &mut Vec<(Cow<'t, str>, Node<'t>)>, merges: Vec<Node<'t>>) {
    if merges.is_empty() {
        return;
    }
    let mut present: HashSet<Cow<'t, str>> = members.iter().map(|(key, _)| key.clone()).collect();
    let maps = merges.into_iter().flat_map(|merged| match merged.value {
        Value::List(maps) => maps,
        value => vec![Node { position: merged.position, value }],
    });
    for map in maps {
        let Value::Map(more) = map.value else { continue };
        members.extend(more.into_iter().filter(|(key, _)| present.insert(key.clone())));
    }
}

/// Returns a key as text. CloudFormation supports no other keys.
fn parse_key<'t>(node: &Node<'t>) -> Result<Cow<'t, str>, TemplateError> {
    match &node.value {
        Value::Text(text) => Ok(text.clone()),
        _ => match node.scalar() {
            Some(text) => Ok(Cow::Owned(text.into_owned())),
            None => {
                let Position { line, column } = node.position;
                let detail = "expected a text as key, found a list or map".to_owned();
                Err(TemplateError::Syntax { format: "YAML", line, column, detail })
            }
        },
    }
}

/// Returns whether a tag only repeats the type of a text, list or map.
fn is_plain_tag(tag: &Tag) -> bool {
    tag.handle == "tag:yaml.org,2002:" && ["str", "seq", "map"].contains(&&*tag.suffix)
}

/// Returns the function of a short tag.
fn tag_function(tag: &Tag) -> Option<String> {
    match (tag.handle.as_str(), tag.suffix.as_str()) {
        ("!", "Ref") => Some("Ref".to_owned()),
        ("!", "Condition") => Some("Condition".to_owned()),
        ("!", name) if !name.is_empty() => Some(format!("Fn::{name}")),
        _ => None,
    }
}

fn call_function(function: String, argument: Node<'_>) -> Node<'_> {
    let position = argument.position;
    Node { position, value: Value::Map(vec![(Cow::Owned(function), argument)]) }
}

impl Content {
    fn parse_number<'t>(self, text: &Cow<'t, str>) -> Option<Value<'t>> {
        match self {
            Self::Template if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                let number: Number = text.parse().ok()?;
                (number.to_string() == **text).then_some(Value::Number(number))
            }
            Self::Other if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
                // Numbers of JSON keep their digits.
                match serde_json::from_str::<&RawValue>(text) {
                    Ok(_) => Some(Value::NumberText(text.clone())),
                    Err(_) => parse_core_number(text).map(Value::Number),
                }
            }
            _ => None,
        }
    }
}

/// Parses a number that JSON does not have, for example `+1`, `007` or `.5`.
fn parse_core_number(text: &str) -> Option<Number> {
    let integer = text.parse::<i64>().map(Number::from);
    integer.or_else(|_| text.parse::<u64>().map(Number::from)).ok().or_else(|| {
        // Infinity and NaN, which JSON does not have, stay texts.
        Number::from_f64(text.parse().ok()?)
    })
}
