//! Texts of which parts are only known when the template is deployed.

use std::borrow::Cow;

/// Longer texts that are put together are not known: as long as AWS lets a definition be, the longest
/// text that rules read.
const MAX_TEXT: usize = 1 << 20;
/// So many parts, and parameters that it rests on, a text that is put together can have.
const MAX_PARTS: usize = 4096;
/// The beginning of a dynamic reference, whose value is only known when the template is deployed.
const DYNAMIC: &str = "{{resolve:";

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Part<'t> {
    Text(Cow<'t, str>),
    /// `Ref` of a resource, or of a parameter whose value is not known.
    Ref(Cow<'t, str>),
    /// An attribute of a resource.
    Attribute(Cow<'t, str>, Cow<'t, str>),
    /// A pseudo parameter, for example `AWS::Region`.
    Pseudo(Cow<'t, str>),
    /// What nothing is known of; equal to nothing.
    Unknown,
}

impl Part<'_> {
    fn length(&self) -> usize {
        match self {
            Part::Text(text) => text.len(),
            _ => 1,
        }
    }
}

/// A text, as far as it is known, and the parameters whose defaults it rests on.
#[derive(Debug, Clone, Default)]
pub(crate) struct SymbolicText<'t> {
    parts: Vec<Part<'t>>,
    pub defaults: Vec<&'t str>,
    length: usize,
}

impl<'t> SymbolicText<'t> {
    pub fn from_part(part: Part<'t>) -> Self {
        Self { length: part.length(), parts: vec![part], defaults: Vec::new() }
    }

    pub fn from_text(text: impl Into<Cow<'t, str>>) -> Self {
        Self::from_part(Part::Text(text.into()))
    }

    /// As it is where these parameters have their defaults.
    pub fn with_defaults(mut self, defaults: Vec<&'t str>) -> Self {
        self.defaults.extend(defaults);
        self
    }

    pub fn unknown() -> Self {
        Self::from_part(Part::Unknown)
    }

    pub fn parts(&self) -> &[Part<'t>] {
        &self.parts
    }

    pub fn is_known(&self) -> bool {
        !self.parts.contains(&Part::Unknown)
    }

    /// Appends, joining texts that stand side by side, as far as it does not get too long.
    pub fn push(&mut self, part: Part<'t>) {
        self.length = self.length.saturating_add(part.length());
        if self.is_too_long() {
            // It stays so.
            (self.parts, self.length) = (vec![Part::Unknown], MAX_TEXT + 1);
            return;
        }
        match (self.parts.last_mut(), part) {
            (_, Part::Text(text)) if text.is_empty() => {}
            (Some(Part::Text(before)), Part::Text(text)) => before.to_mut().push_str(&text),
            (_, part) => self.parts.push(part),
        }
    }

    pub fn append(&mut self, other: Self) {
        for name in other.defaults {
            if !self.defaults.contains(&name) {
                self.defaults.push(name);
            }
        }
        other.parts.into_iter().for_each(|part| self.push(part));
    }

    /// Whether it is not known since it is too long.
    pub fn is_too_long(&self) -> bool {
        self.length > MAX_TEXT || self.parts.len().max(self.defaults.len()) > MAX_PARTS
    }

    /// How many bytes were put together.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// With something unknown in place of dynamic references, whatever stands in them.
    pub fn mask_dynamic_references(self) -> Self {
        let has = |part: &Part<'_>| matches!(part, Part::Text(text) if text.contains(DYNAMIC));
        if !self.parts.iter().any(has) {
            return self;
        }
        let mut masked = Self { defaults: self.defaults, ..Self::default() };
        let mut inside = false;
        for part in self.parts {
            match part {
                Part::Text(text) => inside = masked.push_static_text(&text, inside),
                part if !inside => masked.push(part),
                _ => {}
            }
        }
        masked
    }

    /// Appends what of a text stands outside of dynamic references; whether it ends in one.
    fn push_static_text(&mut self, text: &str, mut inside: bool) -> bool {
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once(if inside { "}}" } else { DYNAMIC }) {
            if !inside {
                self.push(Part::Text(before.to_owned().into()));
                self.push(Part::Unknown);
            }
            (rest, inside) = (behind, !inside);
        }
        if !inside {
            self.push(Part::Text(rest.to_owned().into()));
        }
        inside
    }

    /// The whole text, where all of it is known.
    pub fn text(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether both are the same text whatever is deployed.
    pub fn is_same_text(&self, other: &Self) -> bool {
        self.is_known() && self.parts == other.parts
    }

    /// The text as `Fn::Sub` writes it.
    pub fn to_sub_pattern(&self) -> String {
        let part = |part: &Part<'_>| match part {
            Part::Text(text) => text.to_string(),
            Part::Ref(name) | Part::Pseudo(name) => format!("${{{name}}}"),
            Part::Attribute(name, attribute) => format!("${{{name}.{attribute}}}"),
            Part::Unknown => "?".to_owned(),
        };
        self.parts.iter().map(part).collect()
    }

    /// The text with an example of every pseudo parameter; `None` where anything else is unknown.
    pub fn example_text(&self) -> Option<String> {
        let part = |part: &Part<'t>| match part {
            Part::Text(text) => Some(text.to_string()),
            Part::Pseudo(name) => Some(
                match name.as_ref() {
                    "AWS::Partition" => "aws",
                    "AWS::Region" => "us-east-1",
                    "AWS::AccountId" => "000000000000",
                    _ => return None,
                }
                .to_owned(),
            ),
            _ => None,
        };
        self.parts.iter().map(part).collect()
    }
}
