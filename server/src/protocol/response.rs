//! HTTP responses, and the errors of a request.

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::json;
use sfn_alias::{Error, error_body};

/// An error of a request, from the HTTP layer or from the service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// An unknown operation, method or path. AWS responds without a message.
    #[error("unknown operation of AWS Step Functions")]
    UnknownOperation,
    /// A body that cannot be decoded. The message is ours: AWS sends none.
    #[error("{0}")]
    ContentEncoding(String),
    /// An error of the service.
    #[error("{0}")]
    Service(#[from] Error),
    /// A missing or invalid signature.
    #[error("{message}")]
    Signature {
        /// The AWS error code.
        code: &'static str,
        /// AWS's message.
        message: String,
    },
    /// A resource limit of the endpoint.
    #[error("{0}")]
    Unavailable(&'static str),
    /// A backup of data on other machines.
    #[error(
        "expected a data file, found a store on other machines; back it up with its own tool, for example `etcdctl snapshot save FILE`"
    )]
    RemoteBackup,
    /// A body that was not received in time.
    #[error("{0}")]
    RequestTimeout(&'static str),
    /// A request for a host name that the endpoint does not have, as that of a page whose name resolves to this machine.
    #[error(
        "expected an IP address, localhost or an allowed name in the header Host, found `{host}`; use the address of the endpoint, or start it with `--allow-host {name}`"
    )]
    UnknownHost {
        /// The header.
        host: String,
        /// The name in it that could be allowed.
        name: String,
    },
    /// A request of a page of another origin, whose user may not know about it.
    #[error(
        "expected a request of the endpoint's own page or of another program, found one of a page of `{0}` (header Origin); pages of other origins cannot use the endpoint, and a proxy must forward the header Host unchanged"
    )]
    ForeignOrigin(String),
    /// A request that a page of another site causes without `Origin`.
    #[error(
        "expected a request of the endpoint's own page or of another program, found one of another site (header Sec-Fetch-Site: {0}); open the URL itself"
    )]
    CrossSite(&'static str),
    /// A request of another endpoint that runs executions elsewhere, to an endpoint that does so too.
    #[error(
        "expected a request of a client, found one of another endpoint with --upstream, or of this endpoint itself; use the URL of the engine as --upstream"
    )]
    Forwarded,
    /// A violation of HTTP/1.1. The code is one of AWS's common errors.
    #[error("{message}")]
    Malformed {
        /// The HTTP status: 400, or 501 for an unknown transfer coding.
        status: u16,
        /// The problem and its fix.
        message: &'static str,
    },
    /// The error response of another endpoint, which is passed on unchanged.
    #[error("error of the upstream endpoint: {}", String::from_utf8_lossy(body))]
    Upstream {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: Vec<u8>,
    },
    /// A request of the console that is not valid.
    #[error("{message}")]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// The error code.
        code: &'static str,
        /// The problem and its fix.
        message: String,
        /// More members of the response, for example `problems`.
        details: serde_json::Value,
    },
    /// A bug in the endpoint. Its log has the details.
    #[error("internal error in sfn-alias (please report): the log of the endpoint has the details")]
    Internal,
}

const CORAL: &str = "com.amazon.coral.service";

impl HttpError {
    /// The AWS error code.
    pub const fn code(&self) -> &'static str {
        self.status_and_code().1
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        self.status_and_code().0
    }

    const fn status_and_code(&self) -> (u16, &'static str) {
        match self {
            Self::UnknownOperation | Self::RemoteBackup => (400, "UnknownOperationException"),
            Self::ContentEncoding(_) => (400, "SerializationException"),
            Self::Service(error) => (error.kind().status(), error.code()),
            Self::Signature { code, .. } => (400, code),
            Self::Unavailable(_) => (503, "ServiceUnavailable"),
            Self::RequestTimeout(_) => (408, "RequestTimeout"),
            Self::UnknownHost { .. } | Self::ForeignOrigin(_) | Self::CrossSite(_) | Self::Forwarded => {
                (403, "AccessDeniedException")
            }
            Self::Malformed { status, .. } => (*status, "MalformedHttpRequestException"),
            Self::Rejected { status, code, .. } => (*status, code),
            // Metrics and logs have no codes that other software chooses.
            Self::Upstream { status, .. } => (*status, "UpstreamError"),
            Self::Internal => (500, "InternalFailure"),
        }
    }

    /// Whether the connection must be closed because the rest of the request may not be read.
    pub const fn closes_connection(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_)
                | Self::RequestTimeout(_)
                | Self::Malformed { .. }
                | Self::Service(Error::TooLarge { .. })
        )
    }

    /// The response body in AWS's error format.
    pub fn body(&self) -> Vec<u8> {
        let kind = format!("{CORAL}#{}", self.code());
        match self {
            Self::Service(error) => error_body(error),
            Self::Upstream { body, .. } => body.clone(),
            Self::Rejected { message, details, .. } => {
                let mut body = json!({ "__type": kind, "message": message });
                if let (Some(body), Some(details)) = (body.as_object_mut(), details.as_object()) {
                    body.extend(details.clone());
                }
                body.to_string().into_bytes()
            }
            Self::UnknownOperation => json!({ "__type": kind }).to_string().into_bytes(),
            _ => json!({ "__type": kind, "message": self.to_string() }).to_string().into_bytes(),
        }
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const AWS_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");

/// Encodes the result of an operation: status 200 with its JSON, or the error in AWS's format.
pub fn operation_response(result: Result<Vec<u8>, HttpError>, request_id: &str) -> Response<Bytes> {
    let (status, body, closes) = match result {
        Ok(body) => (200, body, false),
        Err(error) => (error.status(), error.body(), error.closes_connection()),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, AWS_JSON);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    if closes {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Returns a response with status 200, as used for `GET /health` and `GET /metrics`.
pub fn content_response(content_type: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
