//! The routing configuration of an alias.

use super::{VersionNumber, Weight};
use std::hint::select_unpredictable;

/// One entry of a routing configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Route {
    /// The version that executions are started with.
    pub version: VersionNumber,
    /// The share of executions.
    pub weight: Weight,
}

impl Route {
    /// Creates a route. Returns `None` for version 0 or a weight above 100.
    ///
    /// ```
    /// use sfn_alias::model::Route;
    /// assert!(Route::new(1, 100).is_some());
    /// assert!(Route::new(0, 100).is_none());
    /// assert!(Route::new(1, 101).is_none());
    /// ```
    pub const fn new(version: u32, weight: u8) -> Option<Self> {
        match (VersionNumber::new(version), Weight::new(weight)) {
            (Some(version), Some(weight)) => Some(Self { version, weight }),
            _ => None,
        }
    }
}

/// One or two routes to different versions of one state machine. Their weights add up to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Routing {
    first: Route,
    second: Option<Route>,
}

impl Routing {
    /// Creates a routing. Returns `None` if the weights do not add up to 100 or both routes have the same
    /// version.
    ///
    /// ```
    /// use sfn_alias::model::{Route, Routing};
    /// let route = |version, weight| Route::new(version, weight).expect("a valid version and weight");
    /// assert!(Routing::new(route(1, 100), None).is_some());
    /// assert!(Routing::new(route(1, 70), Some(route(2, 29))).is_none());
    /// assert!(Routing::new(route(1, 70), Some(route(1, 30))).is_none());
    /// ```
    pub fn new(first: Route, second: Option<Route>) -> Option<Self> {
        let second_weight = second.map_or(0, |route| route.weight.get());
        let is_complete = first.weight.get().saturating_add(second_weight) == Weight::MAX.get();
        let is_repeated = second.is_some_and(|route| route.version == first.version);
        (is_complete && !is_repeated).then_some(Self { first, second })
    }

    /// Returns the routes in the order of the request.
    pub fn routes(&self) -> impl Iterator<Item = Route> + use<> {
        std::iter::once(self.first).chain(self.second)
    }

    /// Returns whether a route has this version, even with weight 0.
    pub fn references(&self, version: VersionNumber) -> bool {
        self.routes().any(|route| route.version == version)
    }

    /// Returns the version that a percent value of 0 to 99 selects. A weight of 0 is never selected.
    #[inline]
    pub fn pick(&self, percent: u8) -> VersionNumber {
        let second = self.second.unwrap_or(self.first);
        let is_first = self.pick_index(percent) == 0;
        // A branch would be mispredicted as often as the less frequent route is taken.
        select_unpredictable(is_first, self.first.version, second.version)
    }

    /// Returns the index, 0 or 1, of the route that a percent value of 0 to 99 selects.
    #[inline]
    pub fn pick_index(&self, percent: u8) -> usize {
        let second = self.second.map_or(0, |second| second.weight.get());
        usize::from(second > 0) & usize::from(percent >= self.first.weight.get())
    }
}
