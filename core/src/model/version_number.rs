//! The number of a version.

use serde::Serialize;
use std::fmt;
use std::num::NonZeroU32;

/// The number of a version, from 1 to 4,294,967,295.
///
/// ```
/// use sfn_alias::model::VersionNumber;
/// let number = VersionNumber::new(3).expect("3 is a version number");
/// assert_eq!((number.get(), number.to_string()), (3, "3".to_owned()));
/// assert_eq!(VersionNumber::new(0), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct VersionNumber(NonZeroU32);

impl VersionNumber {
    /// 1, the number of a state machine's first version.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// Creates a version number. Returns `None` for 0.
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Returns the number.
    #[inline]
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    /// Returns the following number, or `None` after the greatest one.
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Parses the qualifier of a version ARN: digits without a leading zero.
    pub(crate) fn parse(qualifier: &str) -> Option<Self> {
        // The standard library accepts a plus sign and leading zeros.
        if qualifier.starts_with(['+', '0']) { None } else { Self::new(qualifier.parse().ok()?) }
    }
}

impl fmt::Display for VersionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<VersionNumber> for u32 {
    fn from(number: VersionNumber) -> Self {
        number.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_positive_numbers_without_a_leading_zero_are_parsed() {
        for (qualifier, expected) in
            [("1", Some(1)), ("4294967295", Some(u32::MAX)), ("0", None), ("01", None), ("4294967296", None)]
        {
            assert_eq!(VersionNumber::parse(qualifier).map(VersionNumber::get), expected, "{qualifier}");
        }
        for qualifier in ["", "+1", "-1", "1 ", "PROD"] {
            assert_eq!(VersionNumber::parse(qualifier), None, "{qualifier}");
        }
    }

    #[test]
    fn the_greatest_number_has_no_next() {
        assert_eq!(VersionNumber::FIRST.next(), VersionNumber::new(2));
        assert_eq!(VersionNumber::new(u32::MAX).and_then(VersionNumber::next), None);
    }
}
