//! Which failed calls are retried, and when.

/// The provider's client retries a call this many times.
const MAX_RETRIES: u32 = 10;
/// The delay doubles with each retry up to this value.
const MAX_DELAY_MILLIS: i64 = 20_000;

/// Error codes that may disappear on a retry. `AccessDeniedException` and `ConflictException` are included because
/// the provider's client retries them: permissions and updates are eventually consistent. Codes of expired credentials
/// are included because a deployment can outlive a session, whose credentials are then renewed.
const RETRYABLE_CODES: [&str; 19] = [
    "AccessDeniedException",
    "ConflictException",
    "CredentialsError",
    "ExpiredToken",
    "ExpiredTokenException",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceFault",
    "NetworkError",
    "RequestLimitExceeded",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "StorageFailure",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Returns the delay before the next retry, or `None` if the call is not retried. `is_limited`: whether
/// [`MAX_RETRIES`] applies.
pub fn retry_delay_millis(code: &str, failures: u32, is_limited: bool) -> Option<i64> {
    let retries = (failures <= MAX_RETRIES || !is_limited) && RETRYABLE_CODES.contains(&code);
    retries.then(|| 2_i64.saturating_pow(failures).saturating_mul(1000).min(MAX_DELAY_MILLIS))
}

#[cfg(test)]
mod tests {
    use super::retry_delay_millis;

    #[test]
    fn delays_double_up_to_the_maximum() {
        let delay = |failures| retry_delay_millis("Throttling", failures, false);
        assert_eq!([1, 2, 4, 5].map(delay), [2000, 4000, 16_000, 20_000].map(Some));
        assert_eq!([54, 55, 60, 63, 64, u32::MAX].map(delay), [Some(20_000); 6]);
    }
}
