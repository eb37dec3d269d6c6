//! `$metadata`, which the AWS SDK gives with every answer and every error.

use crate::js::Js;
use sfn_alias::Router;
use std::sync::LazyLock;

/// Apart from every service's own generators, whose seeds fix what they give.
static REQUESTS: LazyLock<Router> = LazyLock::new(|| Router::from_entropy().unwrap_or_else(|_| Router::new(0)));

/// The id of a request.
pub fn request_id() -> String {
    REQUESTS.uuid()
}

/// What the SDK gives of a request that was answered at the first attempt.
pub fn of(any: Js<'_>, status: u16) -> Js<'_> {
    any.make_object()
        .with("httpStatusCode", any.make_number(f64::from(status)))
        .with("requestId", any.make_text(&request_id()))
        .with("attempts", any.make_number(1.0))
        .with("totalRetryDelay", any.make_number(0.0))
}
