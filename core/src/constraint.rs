//! Constraints of the service model, and the sentences that AWS's framework makes of them.

use crate::options::Limits;
use std::fmt::{self, Write as _};

/// A member of a request, as the service model declares it.
#[derive(Debug)]
pub struct Member {
    /// The name on the wire.
    pub name: &'static str,
    /// Whether the member has to be there.
    pub required: bool,
    /// What its value has to satisfy.
    pub rule: Rule,
}

/// What a value has to satisfy.
#[derive(Debug)]
pub enum Rule {
    /// A string. Lengths are in Unicode scalar values.
    Text(TextRule),
    /// A whole number within a closed range.
    Integer {
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// `true` or `false`.
    Boolean,
    /// A list; lengths are numbers of items.
    List {
        /// The least number of items, where the model gives one.
        min: Option<usize>,
        /// The greatest number of items, where the model gives one.
        max: Option<usize>,
        /// What each item has to satisfy.
        item: &'static Rule,
    },
    /// A structure with members.
    Structure(&'static [Member]),
}

/// What a string has to satisfy.
#[derive(Debug)]
pub struct TextRule {
    /// The least length.
    pub min: usize,
    /// The greatest length, where there is one.
    pub max: Option<MaxLength>,
    /// The pattern, where there is one.
    pub pattern: Option<Pattern>,
    /// The allowed values, in the order in which AWS prints them; empty for any.
    pub values: &'static [&'static str],
    /// Whether AWS keeps the value out of its error texts.
    pub sensitive: bool,
}

/// A greatest length: fixed by the model, or one of the configurable limits.
#[derive(Debug, Clone, Copy)]
pub enum MaxLength {
    /// As the model has it.
    Fixed(usize),
    /// [`Limits::definition_characters`].
    Definition,
    /// [`Limits::input_characters`].
    Input,
}

impl MaxLength {
    /// The length that holds under these limits.
    pub const fn under(self, limits: &Limits) -> usize {
        match self {
            Self::Fixed(length) => length,
            Self::Definition => limits.definition_characters,
            Self::Input => limits.input_characters,
        }
    }
}

/// A pattern of the model, with a scanner of its own: AWS's look-ahead is beyond regex crates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// At least one of letter, `_`, `-`, `.`, so that a name never looks like a version number.
    CharacterRestrictedName,
    /// ASCII only.
    Ascii,
}

impl Pattern {
    /// The pattern as the model and AWS's texts print it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::CharacterRestrictedName => r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$",
            Self::Ascii => r"\p{ASCII}*",
        }
    }

    /// Whether the whole value matches.
    pub fn matches(self, value: &str) -> bool {
        match self {
            Self::CharacterRestrictedName => {
                let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
                value.bytes().all(allowed) && value.bytes().any(|b| !b.is_ascii_digit())
            }
            Self::Ascii => value.is_ascii(),
        }
    }
}

/// Where a value stands in a request.
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

    /// The path as a JSON pointer: `/routingConfiguration/0/weight`.
    pub(crate) fn pointer(&self) -> String {
        let mut text = self.parent.map(Path::pointer).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = match self.step {
            Step::Member(name) => write!(text, "/{name}"),
            Step::Item(index) => write!(text, "/{index}"),
        };
        text
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

/// A constraint that a value breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Constraint {
    /// The member is missing or null.
    NotNull,
    /// The string is too short.
    MinLength(usize),
    /// The string is too long.
    MaxLength(usize),
    /// The list has too few items.
    MinItems(usize),
    /// The list has too many items.
    MaxItems(usize),
    /// The number is too small.
    Min(i64),
    /// The number is too large.
    Max(i64),
    /// The string does not match.
    Pattern(Pattern),
    /// The string is none of these.
    Enum(&'static [&'static str]),
    /// An item of a list of strings is too short or too long.
    Items {
        /// The least length of an item.
        min: usize,
        /// The greatest length of an item.
        max: usize,
    },
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNull => f.write_str("Member must not be null"),
            Self::MinLength(n) | Self::MinItems(n) => write!(f, "Member must have length greater than or equal to {n}"),
            Self::MaxLength(n) | Self::MaxItems(n) => write!(f, "Member must have length less than or equal to {n}"),
            Self::Min(n) => write!(f, "Member must have value greater than or equal to {n}"),
            Self::Max(n) => write!(f, "Member must have value less than or equal to {n}"),
            Self::Pattern(p) => write!(f, "Member must satisfy regular expression pattern: {}", p.text()),
            Self::Enum(values) => write!(f, "Member must satisfy enum value set: [{}]", values.join(", ")),
            Self::Items { min, max } => {
                let (min, max) = (Self::MinLength(*min), Self::MaxLength(*max));
                write!(f, "Member must satisfy constraint: [{max}, {min}, {}]", Self::NotNull)
            }
        }
    }
}

/// One broken constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The member as AWS prints it.
    pub path: String,
    /// The member as a JSON pointer.
    pub pointer: String,
    /// The value as AWS prints it, `None` for a sensitive one.
    pub value: Option<Shown>,
    /// What it breaks.
    pub constraint: Constraint,
}

/// A value in an error text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Missing: printed as `null`, without quotes.
    Null,
    /// Printed in single quotes.
    Quoted(String),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(Shown::Null) => f.write_str("Value null")?,
            Some(Shown::Quoted(value)) => write!(f, "Value '{value}'")?,
            None => f.write_str("Value")?,
        }
        write!(f, " at '{}' failed to satisfy constraint: {}", self.path, self.constraint)
    }
}

/// The broken constraints of a request, in the order in which AWS prints them; the first 100 of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

/// How many broken constraints are told: one request of AWS's size can break half a million.
const TOLD: usize = 100;

impl Violations {
    /// Adds one, unless there are 100 already.
    pub(crate) fn push(&mut self, path: &Path<'_>, value: Option<Shown>, constraint: Constraint) {
        if self.0.len() < TOLD {
            self.0.push(Violation { path: path.to_string(), pointer: path.pointer(), value, constraint });
        }
    }

    /// Whether nothing is broken.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The broken constraints, first one first.
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
