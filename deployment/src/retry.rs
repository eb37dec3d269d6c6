//! Which failures of a call are worth another attempt.

/// The provider's client makes so many attempts after the first.
const RETRIES: u32 = 10;
/// Pauses double up to this.
const LONGEST_PAUSE_MILLIS: i64 = 20_000;

/// Codes that may be answered otherwise the next time. AccessDeniedException and ConflictException are among
/// them because the provider's client retries them too: permissions and updates take time to settle. Credentials
/// that have run out are there because ours live longer than a session: who keeps them renews them.
const WORTH_RETRYING: [&str; 19] = [
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

/// How long to wait before the next attempt; `None`: there is none.
pub fn pause_millis(code: &str, failures: u32, gives_up: bool) -> Option<i64> {
    let again = (failures <= RETRIES || !gives_up) && WORTH_RETRYING.contains(&code);

    again.then(|| 2_i64.saturating_pow(failures).saturating_mul(1000).min(LONGEST_PAUSE_MILLIS))
}

#[cfg(test)]
mod tests {
    use super::pause_millis;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pause = |failures| pause_millis("Throttling", failures, false);
        assert_eq!([1, 2, 4, 5].map(pause), [2000, 4000, 16_000, 20_000].map(Some));
        assert_eq!([54, 55, 60, 63, 64, u32::MAX].map(pause), [Some(20_000); 6]);
    }
}
