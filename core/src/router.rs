//! Weighted route selection and the seeded generator behind it.
//!
//! The generator is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
//! generators", 2014). Its algorithm is part of this crate's promise: a seed gives the same draws
//! on every platform and in every later version.

use crate::error::Result;
use crate::hex;
use crate::model::Routing;
use std::sync::atomic::{AtomicU64, Ordering};

const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// Returns the version selected by a draw of 0 to 99: the first route if `draw` is below its weight,
/// otherwise the second. A weight of 0 is never selected.
///
/// ```
/// use sfn_alias::model::{Route, Routing};
/// let routing = Routing::new(Route { version: 1, weight: 90 }, Some(Route { version: 2, weight: 10 }));
/// let routing = routing.expect("the weights add up to 100");
/// assert_eq!(sfn_alias::pick(&routing, 89), 1);
/// assert_eq!(sfn_alias::pick(&routing, 90), 2);
/// ```
#[inline]
pub fn pick(routing: &Routing, draw: u8) -> u32 {
    routing.pick(draw)
}

/// Draws that a seed makes repeatable. Threads may share one.
#[derive(Debug)]
pub struct Router(AtomicU64);

impl Router {
    /// A generator with a seed.
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A generator with a seed from the operating system.
    ///
    /// # Errors
    /// [`crate::Error::Entropy`] if the operating system's random number generator fails.
    pub fn from_entropy() -> Result<Self> {
        Ok(Self::new(entropy()?))
    }

    /// 64 random bits.
    #[inline]
    pub fn next_u64(&self) -> u64 {
        mix(self.0.fetch_add(GAMMA, Ordering::Relaxed).wrapping_add(GAMMA))
    }

    /// A draw of 0 to 99: the upper 32 bits, scaled down.
    #[inline]
    pub fn draw(&self) -> u8 {
        below_100(self.next_u64())
    }

    /// Draws, and picks.
    #[inline]
    pub fn route(&self, routing: &Routing) -> u32 {
        routing.pick(self.draw())
    }

    /// A random UUID (version 4).
    pub fn uuid(&self) -> String {
        let (high, low) = (self.next_u64(), self.next_u64());
        let high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000;
        let low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000;
        let digits = hex::encode(&(u128::from(high) << 64 | u128::from(low)).to_be_bytes());
        let part = |from, to| digits.get(from..to).unwrap_or_default();
        [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
    }
}

/// The draws of a [`Router`] of the same seed, without end, for one thread alone: several times as fast.
///
/// ```
/// use sfn_alias::{Draws, Router};
/// let router = Router::new(7);
/// assert!(Draws::new(7).take(100).all(|draw| draw == router.draw()));
/// ```
#[derive(Debug, Clone)]
pub struct Draws(u64);

impl Draws {
    /// Draws from a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl Iterator for Draws {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        self.0 = self.0.wrapping_add(GAMMA);
        Some(below_100(mix(self.0)))
    }
}

#[inline]
const fn mix(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[inline]
const fn below_100(random: u64) -> u8 {
    ((random >> 32).wrapping_mul(100) >> 32) as u8
}

/// 64 bits from the operating system.
pub(crate) fn entropy() -> Result<u64> {
    getrandom::u64().map_err(|error| crate::Error::Entropy { detail: error.to_string() })
}
