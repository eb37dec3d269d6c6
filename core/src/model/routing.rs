//! The routing configuration of an alias: versions and their weights.

use serde::Serialize;
use std::fmt;
use std::hint::select_unpredictable;
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
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    /// Returns the number.
    #[inline]
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    /// Returns the following number, or `None` after the greatest one.
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
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
    pub fn new(version: u32, weight: u8) -> Option<Self> {
        Some(Self { version: VersionNumber::new(version)?, weight: Weight::new(weight)? })
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

    /// Returns the version that a percent value of 0 to 99 selects: the first route if `percent` is below its weight,
    /// otherwise the second. A weight of 0 is never selected.
    ///
    /// ```
    /// use sfn_alias::model::{Route, Routing};
    /// let route = |version, weight| Route::new(version, weight).expect("a valid version and weight");
    /// let routing = Routing::new(route(1, 90), Some(route(2, 10))).expect("the weights add up to 100");
    /// assert_eq!((routing.pick(89).get(), routing.pick(90).get()), (1, 2));
    /// ```
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
