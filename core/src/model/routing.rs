//! Where an alias sends its executions.

use std::hint::select_unpredictable;

/// A version number that no version has: numbers start at 1.
pub const NO_VERSION: u32 = 0;

/// One entry of a routing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Route {
    /// The version's number, from 1.
    pub version: u32,
    /// Its share of the starts in percent, 0 to 100.
    pub weight: u8,
}

/// One or two routes of one state machine whose weights add up to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Routing {
    first: Route,
    second: Option<Route>,
}

impl Routing {
    /// A routing, or `None` when weights do not add up to 100 or a version stands there twice.
    ///
    /// ```
    /// use sfn_alias::model::{Route, Routing};
    /// let route = |version, weight| Route { version, weight };
    /// assert!(Routing::new(route(1, 100), None).is_some());
    /// assert!(Routing::new(route(1, 70), Some(route(2, 29))).is_none());
    /// ```
    pub fn new(first: Route, second: Option<Route>) -> Option<Self> {
        let sum = second.map_or(0, |route| u16::from(route.weight)).saturating_add(first.weight.into());
        let repeated = second.is_some_and(|route| route.version == first.version && route.version != NO_VERSION);
        (sum == 100 && !repeated).then_some(Self { first, second })
    }

    /// The routes in the order given.
    pub fn routes(&self) -> impl Iterator<Item = Route> + use<> {
        std::iter::once(self.first).chain(self.second)
    }

    /// Whether a route leads to this version, whatever its weight.
    pub fn references(&self, version: u32) -> bool {
        self.routes().any(|route| route.version == version)
    }

    /// Returns the version that a percent value of 0 to 99 selects. A weight of 0 is never selected.
    #[inline]
    pub fn pick(&self, percent: u8) -> u32 {
        let second = self.second.unwrap_or(self.first);
        let is_first = self.position(percent) == 0;
        // A branch would be foretold wrongly as often as the rarer route is taken.
        select_unpredictable(is_first, self.first.version, second.version)
    }

    /// Returns the index, 0 or 1, of the route that a percent value of 0 to 99 selects.
    #[inline]
    pub fn position(&self, percent: u8) -> usize {
        let second = self.second.map_or(0, |second| second.weight);
        usize::from(second > 0) & usize::from(percent >= self.first.weight)
    }
}
