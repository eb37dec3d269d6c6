//! Request ids, as AWS sends them in the header `x-amzn-RequestId`.

use crate::rng::{Rng, entropy};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_distinct_before_and_after_reseeding() {
        let first = generate_request_id();
        reseed_request_ids();
        assert_ne!(generate_request_id(), first);
    }
}
