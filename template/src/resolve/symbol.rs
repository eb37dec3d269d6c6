//! Texts of which parts are only known when the template is deployed.

use std::borrow::Cow;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A text, as far as it is known, and the parameters whose defaults it rests on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Symbol<'t> {
    parts: Vec<Part<'t>>,
    pub defaults: Vec<&'t str>,
}

impl<'t> Symbol<'t> {
    pub fn of(part: Part<'t>) -> Self {
        Self { parts: vec![part], defaults: Vec::new() }
    }

    pub fn of_text(text: impl Into<Cow<'t, str>>) -> Self {
        Self::of(Part::Text(text.into()))
    }

    /// As it is where these parameters have their defaults.
    pub fn resting_on(mut self, defaults: Vec<&'t str>) -> Self {
        self.defaults.extend(defaults);
        self
    }

    pub fn unknown() -> Self {
        Self::of(Part::Unknown)
    }

    pub fn parts(&self) -> &[Part<'t>] {
        &self.parts
    }

    pub fn is_known(&self) -> bool {
        !self.parts.contains(&Part::Unknown)
    }

    pub fn retain(&mut self, keep: impl FnMut(&Part<'t>) -> bool) {
        self.parts.retain(keep);
    }

    /// Appends, joining texts that stand side by side.
    pub fn push(&mut self, part: Part<'t>) {
        match (self.parts.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(text)) => before.to_mut().push_str(&text),
            (_, part) => self.parts.push(part),
        }
    }

    pub fn append(&mut self, other: Self) {
        other.parts.into_iter().for_each(|part| self.push(part));
        self.defaults.extend(other.defaults);
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
    pub fn same(&self, other: &Self) -> bool {
        self.is_known() && self.parts == other.parts
    }

    /// The text as `Fn::Sub` writes it.
    pub fn shown(&self) -> String {
        let part = |part: &Part<'_>| match part {
            Part::Text(text) => text.to_string(),
            Part::Ref(name) | Part::Pseudo(name) => format!("${{{name}}}"),
            Part::Attribute(name, attribute) => format!("${{{name}.{attribute}}}"),
            Part::Unknown => "?".to_owned(),
        };
        self.parts.iter().map(part).collect()
    }

    /// The text with an example of every pseudo parameter; `None` where anything else is unknown.
    pub fn example(&self) -> Option<String> {
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
