//! What a request is refused with before, or by, the core.

use serde_json::json;
use sfn_alias::{Error, error_body};

/// A refusal: data first, the sentence in `Display`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// No operation of the service, or another method or path. AWS answers it without a message.
    #[error("no operation of AWS Step Functions")]
    Unknown,
    /// An operation of the service that this tool does not answer.
    #[error(
        "{0} is an operation of AWS Step Functions that is not part of sfn-alias, which answers those on state machines, versions, aliases, executions and tags"
    )]
    Unsupported(&'static str),
    /// A body that cannot be unpacked. That it is said is our own: AWS says nothing of a body it cannot read.
    #[error("{0}")]
    Encoding(String),
    /// What the core refuses.
    #[error("{0}")]
    Core(#[from] Error),
    /// A signature that is missing or wrong.
    #[error("{message}")]
    Signature {
        /// The AWS error code.
        code: &'static str,
        /// AWS's text for it.
        message: String,
    },
    /// More work at once than the endpoint takes on.
    #[error("{0}")]
    Busy(&'static str),
    /// A body that does not arrive.
    #[error("{0}")]
    Incomplete(&'static str),
    /// What HTTP/1.1 does not allow. The code is that of AWS's common errors.
    #[error("{message}")]
    Malformed {
        /// The HTTP status: 400, or 501 for what is not known.
        status: u16,
        /// What is wrong, and what to send.
        message: &'static str,
    },
    /// A fault of the endpoint itself, which its log describes.
    #[error("the request failed by a fault of the endpoint; its log describes it")]
    Failed,
}

const CORAL: &str = "com.amazon.coral.service";

impl HttpError {
    /// The AWS error code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown | Self::Unsupported(_) => "UnknownOperationException",
            Self::Encoding(_) => "SerializationException",
            Self::Core(error) => error.code(),
            Self::Signature { code, .. } => code,
            Self::Busy(_) => "ServiceUnavailable",
            Self::Incomplete(_) => "RequestTimeout",
            Self::Malformed { .. } => "MalformedHttpRequestException",
            Self::Failed => "InternalFailure",
        }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Unknown | Self::Unsupported(_) | Self::Encoding(_) | Self::Signature { .. } => 400,
            Self::Core(error) => error.kind().status(),
            Self::Busy(_) => 503,
            Self::Incomplete(_) => 408,
            Self::Malformed { status, .. } => *status,
            Self::Failed => 500,
        }
    }

    /// Whether the connection ends with it: what is left of the request cannot be read past.
    pub const fn closes(&self) -> bool {
        matches!(
            self,
            Self::Busy(_) | Self::Incomplete(_) | Self::Malformed { .. } | Self::Core(Error::TooLarge { .. })
        )
    }

    /// The body, as AWS writes errors.
    pub fn body(&self) -> Vec<u8> {
        let kind = format!("{CORAL}#{}", self.code());
        match self {
            Self::Core(error) => error_body(error),
            Self::Unknown => json!({ "__type": kind }).to_string().into_bytes(),
            _ => json!({ "__type": kind, "message": self.to_string() }).to_string().into_bytes(),
        }
    }
}
