//! Constraints of the service model, and the error texts of AWS's framework.

use crate::limits::Limits;
use std::fmt::{self, Write as _};

/// A member of a request in the service model.
#[derive(Debug)]
pub struct Member {
    /// The member's name.
    pub name: &'static str,
    /// Whether the member is required.
    pub required: bool,
    /// The rule of its value.
    pub rule: Rule,
}

/// The rule of a value.
#[derive(Debug)]
pub enum Rule {
    /// A string. Lengths are numbers of Unicode scalar values.
    Text(TextRule),
    /// A whole number within a closed range.
    Integer {
        /// The minimum.
        min: i64,
        /// The maximum.
        max: i64,
    },
    /// `true` or `false`.
    Boolean,
    /// A list; lengths are numbers of items.
    List {
        /// The minimum number of items, if any.
        min: Option<usize>,
        /// The maximum number of items, if any.
        max: Option<usize>,
        /// The rule of each item.
        item: &'static Rule,
    },
    /// A structure with members.
    Structure(&'static [Member]),
}

/// The rule of a string.
#[derive(Debug)]
pub struct TextRule {
    /// The minimum length.
    pub min: usize,
    /// The maximum length, if any.
    pub max: Option<MaxLength>,
    /// The pattern, if any.
    pub pattern: Option<Pattern>,
    /// The allowed values, in the order in which AWS prints them. Empty: all values.
    pub values: &'static [&'static str],
    /// Whether AWS omits the value from its error texts.
    pub sensitive: bool,
}

/// A maximum length: a constant of the model, or a configurable limit.
#[derive(Debug, Clone, Copy)]
pub enum MaxLength {
    /// A constant of the model.
    Fixed(usize),
    /// [`Limits::definition_characters`].
    Definition,
    /// [`Limits::input_bytes`]. The only length in bytes.
    Input,
}

impl MaxLength {
    /// Returns the length for these limits.
    pub const fn resolve(self, limits: &Limits) -> usize {
        match self {
            Self::Fixed(length) => length,
            Self::Definition => limits.definition_characters,
            Self::Input => limits.input_bytes,
        }
    }
}

/// A pattern of the model. Implemented by hand, because regex crates do not support AWS's look-ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// Letters, digits, `_`, `-` and `.`, not only digits: a name differs from a version number.
    CharacterRestrictedName,
    /// ASCII only.
    Ascii,
    /// ASCII without spaces and control characters, not empty.
    VisibleAscii,
}

impl Pattern {
    /// Returns the pattern as in the model and in AWS's texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CharacterRestrictedName => r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$",
            Self::Ascii => r"\p{ASCII}*",
            Self::VisibleAscii => "[!-~]+",
        }
    }

    /// Returns whether the whole value matches.
    pub fn matches(self, value: &str) -> bool {
        match self {
            Self::CharacterRestrictedName => {
                let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
                value.bytes().all(allowed) && value.bytes().any(|b| !b.is_ascii_digit())
            }
            Self::Ascii => value.is_ascii(),
            Self::VisibleAscii => !value.is_empty() && value.bytes().all(|b| b.is_ascii_graphic()),
        }
    }
}

/// The path of a value in a request.
#[derive(Debug, Clone, Copy)]
pub struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Step,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Member(&'static str),
    Item(usize),
}

impl<'p> Path<'p> {
    pub(crate) const fn member(parent: Option<&'p Path<'p>>, name: &'static str) -> Self {
        Self { parent, step: Step::Member(name) }
    }

    pub(crate) const fn item(parent: &'p Path<'p>, index: usize) -> Self {
        Self { parent: Some(parent), step: Step::Item(index) }
    }

    /// Returns the path as a JSON pointer: `/routingConfiguration/0/weight`.
    pub(crate) fn pointer(&self) -> String {
        let mut text = self.parent.map(Path::pointer).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = match self.step {
            Step::Member(name) => write!(text, "/{name}"),
            Step::Item(index) => write!(text, "/{index}"),
        };
        text
    }

    /// Formats the path as the AWS CLI does: `routingConfiguration[0].weight`.
    pub(crate) fn format_for_cli(&self) -> String {
        let parent = self.parent.map(Path::format_for_cli);
        match (parent, self.step) {
            (None, Step::Member(name)) => name.to_owned(),
            (Some(parent), Step::Member(name)) => format!("{parent}.{name}"),
            (parent, Step::Item(index)) => format!("{}[{index}]", parent.unwrap_or_default()),
        }
    }
}

/// The path as AWS prints it: `routingConfiguration.1.member.weight`.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            write!(f, "{parent}.")?;
        }
        match self.step {
            Step::Member(name) => f.write_str(name),
            Step::Item(index) => write!(f, "{}.member", index.saturating_add(1)),
        }
    }
}

/// A violated constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Constraint {
    /// The member is missing or null.
    NotNull,
    /// The string is too short.
    MinLength(usize),
    /// The string is too long.
    MaxLength(usize),
    /// The string has too many bytes.
    MaxBytes(usize),
    /// The list has too few items.
    MinItems(usize),
    /// The list has too many items.
    MaxItems(usize),
    /// The number is too small.
    Min(i64),
    /// The number is too large.
    Max(i64),
    /// The string does not match the pattern.
    Pattern(Pattern),
    /// The string is not one of these values.
    Enum(&'static [&'static str]),
    /// An item of a list of strings is too short or too long.
    Items {
        /// The minimum length of an item.
        min: usize,
        /// The maximum length of an item.
        max: usize,
    },
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNull => f.write_str("Member must not be null"),
            Self::MinLength(n) | Self::MinItems(n) => write!(f, "Member must have length greater than or equal to {n}"),
            Self::MaxLength(n) | Self::MaxItems(n) => write!(f, "Member must have length less than or equal to {n}"),
            Self::MaxBytes(n) => write!(f, "Member must have size less than or equal to {n} bytes in UTF-8 encoding"),
            Self::Min(n) => write!(f, "Member must have value greater than or equal to {n}"),
            Self::Max(n) => write!(f, "Member must have value less than or equal to {n}"),
            Self::Pattern(p) => write!(f, "Member must satisfy regular expression pattern: {}", p.as_str()),
            Self::Enum(values) => write!(f, "Member must satisfy enum value set: [{}]", values.join(", ")),
            Self::Items { min, max } => {
                let (min, max) = (Self::MinLength(*min), Self::MaxLength(*max));
                write!(f, "Member must satisfy constraint: [{max}, {min}, {}]", Self::NotNull)
            }
        }
    }
}

/// A member that violates a constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The member as AWS prints it, for example `routingConfiguration.1.member.weight`.
    pub path: String,
    /// The member as a JSON pointer.
    pub pointer: String,
    /// The value as AWS prints it. `None` for a sensitive value.
    pub value: Option<PrintedValue>,
    /// The violated constraint.
    pub constraint: Constraint,
}

/// A value in an error text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrintedValue {
    /// A missing value, printed as `null` without quotes.
    Null,
    /// A value printed in single quotes.
    Quoted(String),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(PrintedValue::Null) => f.write_str("Value null")?,
            Some(PrintedValue::Quoted(value)) => write!(f, "Value '{value}'")?,
            None => f.write_str("Value")?,
        }
        write!(f, " at '{}' failed to satisfy constraint: {}", self.path, self.constraint)
    }
}

/// The first 100 violations of a request, in the order in which AWS prints them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

/// Maximum number of reported violations. A request within AWS's size limit can have half a million.
const MAX_VIOLATIONS: usize = 100;

impl Violations {
    /// Adds a violation, unless there are 100 already.
    pub(crate) fn push(&mut self, path: &Path<'_>, value: Option<PrintedValue>, constraint: Constraint) {
        if self.0.len() < MAX_VIOLATIONS {
            self.0.push(Violation { path: path.to_string(), pointer: path.pointer(), value, constraint });
        }
    }

    /// Returns whether there are no violations.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Iterates over the violations, in AWS's order.
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.0.iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        write!(f, "{} validation error{plural} detected: ", self.0.len())?;
        for (index, violation) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{violation}")?;
        }
        Ok(())
    }
}
