//! The weight of a route.

use serde::Serialize;
use std::fmt;

/// The share of executions that a route receives, in percent: 0 to 100.
///
/// ```
/// use sfn_alias::model::Weight;
/// let weight = Weight::new(90).expect("90 is a weight");
/// assert_eq!(weight.get(), 90);
/// assert_eq!(Weight::new(101), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Weight(u8);

impl Weight {
    /// 100: all executions.
    pub const MAX: Self = Self(100);

    /// Creates a weight. Returns `None` above 100.
    pub const fn new(percent: u8) -> Option<Self> {
        if percent <= Self::MAX.0 { Some(Self(percent)) } else { None }
    }

    /// Returns the percentage.
    #[inline]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Weight> for u8 {
    fn from(weight: Weight) -> Self {
        weight.get()
    }
}
