//! Failed calls: how they are classified, which are retried, and when.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The provider's client retries a call this many times.
const MAX_RETRIES: u32 = 10;
/// The delay doubles with each retry up to this value.
const MAX_DELAY_MILLIS: i64 = 20_000;

/// HTTP statuses that the provider's client retries.
const RETRYABLE_STATUSES: [u16; 5] = [429, 500, 502, 503, 504];

/// The code of a call without a response.
const NETWORK_ERROR: &str = "NetworkError";
/// The code of a call that could not be signed.
const CREDENTIALS_ERROR: &str = "CredentialsError";

/// Error codes that may disappear on a retry. `AccessDeniedException` and `ConflictException` are included because
/// the provider's client retries them: permissions and updates are eventually consistent. Codes of expired credentials
/// are included because a deployment can outlive a session, whose credentials are then renewed.
const RETRYABLE_CODES: [&str; 19] = [
    "AccessDeniedException",
    "ConflictException",
    CREDENTIALS_ERROR,
    "ExpiredToken",
    "ExpiredTokenException",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceFault",
    NETWORK_ERROR,
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

/// Error codes of throttled calls.
const THROTTLING_CODES: [&str; 4] =
    ["RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"];

/// A failed call, or a call whose response was lost.
///
/// In JSON, `kind` can be `network` or `credentials` instead of `code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FailureJson")]
pub struct CallFailure {
    /// The AWS error code, `NetworkError` if there was no response, or `CredentialsError` if there are no credentials.
    pub code: String,
    /// The error message.
    pub message: String,
    /// The HTTP status. `None` if it is unknown or if there was no response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum FailureKind {
    Network,
    Credentials,
    Service,
}

#[derive(Deserialize)]
struct FailureJson {
    kind: Option<FailureKind>,
    code: Option<String>,
    message: String,
    status: Option<u16>,
}

impl TryFrom<FailureJson> for CallFailure {
    type Error = &'static str;

    fn try_from(failure: FailureJson) -> Result<Self, Self::Error> {
        let FailureJson { kind, code, message, status } = failure;
        match (kind, code) {
            (Some(FailureKind::Network), _) => Ok(Self::network(message)),
            (Some(FailureKind::Credentials), _) => Ok(Self::credentials(message)),
            (Some(FailureKind::Service) | None, Some(code)) => Ok(Self { code, message, status }),
            (Some(FailureKind::Service) | None, None) => Err("missing field `code`"),
        }
    }
}

impl CallFailure {
    /// Returns the failure of a call without a response. It is retried.
    pub fn network(message: String) -> Self {
        Self { code: NETWORK_ERROR.to_owned(), message, status: None }
    }

    /// Returns the failure of a call that could not be signed. It is retried, because a session may be renewed.
    pub fn credentials(message: String) -> Self {
        Self { code: CREDENTIALS_ERROR.to_owned(), message, status: None }
    }

    /// Parses an HTTP response that is not a success. A response without an error code comes from a proxy or load
    /// balancer.
    pub fn from_response(status: u16, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |names: [&str; 2]| names.iter().find_map(|name| body.get(name)?.as_str()).map(str::to_owned);
        let default_code = if status >= 500 { "ServiceUnavailable" } else { "UnexpectedResponse" };
        let code = text(["__type", "code"]).unwrap_or_else(|| default_code.to_owned());
        let code = code.rsplit('#').next().unwrap_or_default().to_owned();
        let message = text(["message", "Message"]).unwrap_or_else(|| format!("unexpected response: status {status}"));
        Self { code, message, status: Some(status) }
    }

    fn is_retryable(&self) -> bool {
        RETRYABLE_CODES.contains(&self.code.as_str())
            || self.status.is_some_and(|status| RETRYABLE_STATUSES.contains(&status))
    }

    /// Returns how many times in a row a call fails before it is no longer retried.
    pub(super) fn max_failures(&self) -> u32 {
        if self.is_retryable() { MAX_RETRIES.saturating_add(1) } else { 1 }
    }

    /// Whether the service could not answer now: the call was throttled, or the service failed.
    pub(super) fn is_temporary(&self) -> bool {
        THROTTLING_CODES.contains(&self.code.as_str())
            || self.status.is_some_and(|status| RETRYABLE_STATUSES.contains(&status))
    }

    pub(super) fn has_no_response(&self) -> bool {
        self.is_credentials() || self.code == NETWORK_ERROR
    }

    /// Whether the call could not be signed.
    pub fn is_credentials(&self) -> bool {
        self.code == CREDENTIALS_ERROR
    }

    /// Whether the identity has no permission for the call.
    pub(super) fn is_access_denied(&self) -> bool {
        self.code.starts_with("AccessDenied")
    }

    /// Whether the service answered that it did not execute the call.
    pub(super) fn is_client_error(&self) -> bool {
        self.status.is_some_and(|status| (400..500).contains(&status) && status != 408)
    }

    /// Returns the delay before the next retry after this many consecutive failures of the call, or `None` if the call
    /// is not retried. `is_limited`: whether [`MAX_RETRIES`] applies.
    pub(super) fn retry_delay_millis(&self, failures: u32, is_limited: bool) -> Option<i64> {
        let retries = (failures <= MAX_RETRIES || !is_limited) && self.is_retryable();
        retries.then(|| 2_i64.saturating_pow(failures).saturating_mul(1000).min(MAX_DELAY_MILLIS))
    }
}
