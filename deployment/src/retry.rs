//! Which failures of a call are worth another attempt.

/// The provider's client makes so many attempts after the first.
const RETRIES: u32 = 10;
/// Pauses double up to this.
const LONGEST_PAUSE_MILLIS: i64 = 20_000;

/// Codes that may be answered otherwise the next time. AccessDeniedException and ConflictException are among
/// them because the provider's client retries them too: permissions and updates take time to settle.
const WORTH_RETRYING: [&str; 15] = [
    "AccessDeniedException",
    "ConflictException",
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
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// How long to wait before the next attempt; `None`: there is none.
pub fn pause_millis(code: &str, failures: u32) -> Option<i64> {
    let again = failures <= RETRIES && WORTH_RETRYING.contains(&code);
    again.then(|| 1000_i64.checked_shl(failures).unwrap_or(i64::MAX).min(LONGEST_PAUSE_MILLIS))
}
