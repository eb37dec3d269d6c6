//! Weighted selection of a version.

use crate::error::Result;
use crate::model::{Routing, VersionNumber};
use crate::rng::Rng;

/// Returns the version that a percent value of 0 to 99 selects: the first route if `percent` is below its
/// weight, otherwise the second. A weight of 0 is never selected.
///
/// ```
/// use sfn_alias::model::{Route, Routing};
/// let route = |version, weight| Route::new(version, weight).expect("a valid version and weight");
/// let routing = Routing::new(route(1, 90), Some(route(2, 10))).expect("the weights add up to 100");
/// assert_eq!(sfn_alias::pick(&routing, 89).get(), 1);
/// assert_eq!(sfn_alias::pick(&routing, 90).get(), 2);
/// ```
#[inline]
pub fn pick(routing: &Routing, percent: u8) -> VersionNumber {
    routing.pick(percent)
}

/// Picks versions at random, by weight. With a seed, the picks are the same on every platform and in every
/// release. Threads can share one picker.
///
/// ```
/// use sfn_alias::{WeightedPicker, model::{Route, Routing}};
/// let route = |version, weight| Route::new(version, weight).expect("a valid version and weight");
/// let routing = Routing::new(route(1, 50), Some(route(2, 50))).expect("the weights add up to 100");
/// let picker = WeightedPicker::new(0);
/// assert_eq!([(); 6].map(|()| picker.pick(&routing).get()), [2, 1, 1, 2, 1, 1]);
/// ```
#[derive(Debug)]
pub struct WeightedPicker(Rng);

impl WeightedPicker {
    /// Creates a picker with a seed.
    pub const fn new(seed: u64) -> Self {
        Self(Rng::new(seed))
    }

    /// Creates a picker with a seed from the operating system.
    ///
    /// # Errors
    /// [`crate::Error::Entropy`] if the operating system's random number generator fails.
    pub fn from_entropy() -> Result<Self> {
        Rng::from_entropy().map(Self)
    }

    /// Returns the next random number from 0 to 99.
    #[inline]
    pub fn next_percent(&self) -> u8 {
        self.0.percent()
    }

    /// Picks a version at random: [`pick`] with the next percent value.
    #[inline]
    pub fn pick(&self, routing: &Routing) -> VersionNumber {
        routing.pick(self.next_percent())
    }
}
