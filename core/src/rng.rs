//! The random number generator: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
//! generators", 2014).
//!
//! The algorithm must never change: a seed gives the same numbers on every platform and in every release.

use crate::error::Result;
use crate::hex;
use std::sync::atomic::{AtomicU64, Ordering};

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
        mix(self.0.fetch_add(GAMMA, Ordering::Relaxed).wrapping_add(GAMMA))
    }

    /// Returns a number from 0 to 99: the upper 32 bits of the next number, scaled down.
    #[inline]
    pub fn percent(&self) -> u8 {
        ((self.next_u64() >> 32).wrapping_mul(100) >> 32) as u8
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

#[inline]
const fn mix(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Returns 64 random bits from the operating system.
pub(crate) fn entropy() -> Result<u64> {
    getrandom::u64().map_err(|error| crate::Error::Entropy { detail: error.to_string() })
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The numbers that other implementations of SplitMix64 give for this seed.
    #[test]
    fn matches_other_splitmix64_implementations() {
        let rng = Rng::new(1_234_567);
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(expected.map(|_| rng.next_u64()), expected);
    }

    #[test]
    fn threads_share_the_sequence_of_one_seed() {
        const EACH: usize = 1000;
        let (single, shared) = (Rng::new(5), Rng::new(5));
        let expected: BTreeSet<u64> = (0..4 * EACH).map(|_| single.next_u64()).collect();
        let take = || (0..EACH).map(|_| shared.next_u64()).collect::<Vec<_>>();
        let found: BTreeSet<u64> = std::thread::scope(|scope| {
            let threads = [(); 4].map(|()| scope.spawn(take));
            threads.into_iter().flat_map(|thread| thread.join().expect("a thread ends")).collect()
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn reseeding_restarts_the_sequence() {
        let rng = Rng::new(7);
        let first = rng.uuid();
        rng.reseed(7);
        assert_eq!(rng.uuid(), first);
    }
}
