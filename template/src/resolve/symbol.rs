//! Texts that are only partly known before deployment.

use std::borrow::Cow;

/// Maximum length of a resolved text: the limit of AWS for a definition, the longest text that rules read. Longer texts
/// are unknown.
const MAX_TEXT: usize = 1 << 20;
/// Maximum number of parts and of parameters of a resolved text.
const MAX_PARTS: usize = 4096;
/// The start of a dynamic reference, whose value is unknown before deployment.
const DYNAMIC: &str = "{{resolve:";

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Part<'t> {
    Text(Cow<'t, str>),
    /// `Ref` of a resource, or of a parameter with an unknown value.
    Ref(Cow<'t, str>),
    /// An attribute of a resource.
    Attribute(Cow<'t, str>, Cow<'t, str>),
    /// A pseudo parameter, for example `AWS::Region`.
    Pseudo(Cow<'t, str>),
    /// An unknown text. It is not equal to any other text.
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

/// A text with unknown parts, and the parameters whose defaults it depends on.
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

    /// Adds parameters whose defaults the text depends on.
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

    /// Appends a part and joins adjacent literal texts. A text that gets too long becomes unknown.
    pub fn push(&mut self, part: Part<'t>) {
        self.length = self.length.saturating_add(part.length());
        if self.is_too_long() {
            // The length stays above the limit.
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

    /// Returns whether the text is unknown because it is too long.
    pub fn is_too_long(&self) -> bool {
        self.length > MAX_TEXT || self.parts.len().max(self.defaults.len()) > MAX_PARTS
    }

    /// Returns the number of bytes.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Replaces dynamic references by unknown parts.
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

    /// Appends the text outside dynamic references. Returns whether the text ends inside one.
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

    /// Returns the text if it is completely known.
    pub fn text(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Returns whether both texts are equal in every deployment.
    pub fn is_same_text(&self, other: &Self) -> bool {
        self.is_known() && self.parts == other.parts
    }

    /// Formats the text as a pattern of `Fn::Sub`.
    pub fn to_sub_pattern(&self) -> String {
        let part = |part: &Part<'_>| match part {
            Part::Text(text) => text.to_string(),
            Part::Ref(name) | Part::Pseudo(name) => format!("${{{name}}}"),
            Part::Attribute(name, attribute) => format!("${{{name}.{attribute}}}"),
            Part::Unknown => "?".to_owned(),
        };
        self.parts.iter().map(part).collect()
    }

    /// Returns the text with examples for pseudo parameters, or `None` if other parts are unknown.
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
