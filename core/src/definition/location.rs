//! Locations in definitions.

use std::fmt;

/// A location in a definition. The root is `/`. Names are not escaped, as observed on AWS.
#[derive(Clone, Copy)]
pub(super) struct Location<'l> {
    parent: Option<&'l Location<'l>>,
    step: Step<'l>,
}

#[derive(Clone, Copy)]
enum Step<'l> {
    Root,
    Field(&'l str),
    Item(usize),
}

impl<'l> Location<'l> {
    pub const ROOT: Self = Self { parent: None, step: Step::Root };

    pub const fn field(&'l self, name: &'l str) -> Self {
        Self { parent: Some(self), step: Step::Field(name) }
    }

    pub const fn item(&'l self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Item(index) }
    }

    fn write_steps(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.write_steps(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Field(name) => write!(f, "/{name}"),
            Step::Item(index) => write!(f, "[{index}]"),
        }
    }
}

/// The location as AWS prints it, for example `/States/P/Branches[0]/States/A/Next`.
impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parent.is_none() { f.write_str("/") } else { self.write_steps(f) }
    }
}
