//! Random numbers: the selection of versions by weight, and request ids, as AWS sends them in the header
//! `x-amzn-RequestId`.
//!
//! The generator is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). The
//! algorithm must never change: a seed gives the same numbers on every platform and in every release.

use crate::error::{Error, Result};
use crate::hex;
use crate::model::{Routing, VersionNumber};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

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

    /// Starts again from a seed.
    pub(crate) fn reseed(&self, seed: u64) {
        self.0.reseed(seed);
    }

    /// Returns the next random number from 0 to 99.
    #[inline]
    pub fn next_percent(&self) -> u8 {
        // The upper 32 bits of the next number, scaled down.
        ((self.0.next_u64() >> 32).wrapping_mul(100) >> 32) as u8
    }

    /// Picks a version at random: [`Routing::pick`] with the next percent value.
    #[inline]
    pub fn pick(&self, routing: &Routing) -> VersionNumber {
        routing.pick(self.next_percent())
    }
}

const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// A generator that threads can share.
#[derive(Debug)]
pub(crate) struct Rng(AtomicU64);

impl Rng {
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Creates a generator with a seed from the operating system.
    pub fn from_entropy() -> Result<Self> {
        Ok(Self::new(entropy()?))
    }

    /// Restarts the generator from another seed.
    pub fn reseed(&self, seed: u64) {
        self.0.store(seed, Ordering::Relaxed);
    }

    #[inline]
    pub fn next_u64(&self) -> u64 {
        let state = self.0.fetch_add(GAMMA, Ordering::Relaxed).wrapping_add(GAMMA);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Returns a random UUID (version 4).
    pub fn uuid(&self) -> String {
        let (high, low) = (self.next_u64(), self.next_u64());
        let high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000;
        let low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000;
        format_uuid((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
    }
}

/// Formats a UUID with a single allocation.
fn format_uuid(bytes: [u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.extend(hex::digits(byte).map(char::from));
    }
    text
}

/// Fills the bytes with random numbers of the operating system.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| Error::Entropy(error.to_string()))
}

/// Returns 64 random bits of the operating system.
fn entropy() -> Result<u64> {
    let mut bytes = [0; 8];
    fill_random(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

static RNG: Rng = Rng::new(0);
static IS_SEEDED: AtomicBool = AtomicBool::new(false);

/// Generates a request id: a random UUID (version 4), which no seed fixes.
///
/// The process shares one generator, so an id costs neither a lock nor a system call. A child process must
/// call [`reseed_request_ids`] after a fork, because it would repeat the ids of its parent.
///
/// ```
/// let id = sfn_alias::generate_request_id();
/// assert_eq!(id.len(), 36);
/// assert_ne!(id, sfn_alias::generate_request_id());
/// ```
pub fn generate_request_id() -> String {
    if !IS_SEEDED.load(Ordering::Acquire) {
        // Two threads may both get here. Either seed is random, so it does not matter which one lasts.
        RNG.reseed(random_seed());
        IS_SEEDED.store(true, Ordering::Release);
    }
    RNG.uuid()
}

/// Takes a new seed for the next request id. Call it in a child process after a fork.
pub fn reseed_request_ids() {
    IS_SEEDED.store(false, Ordering::Release);
}

/// Returns a seed from the operating system. If that fails, the clock and the process id must do: ids have to
/// be distinct, not unpredictable.
fn random_seed() -> u64 {
    let fallback = || {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        (since_epoch.as_nanos() as u64) ^ u64::from(std::process::id()).rotate_right(16)
    };
    entropy().unwrap_or_else(|_| fallback())
}
