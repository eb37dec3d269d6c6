//! `$metadata`, which the AWS SDK adds to every output and every error.

use crate::js::Js;
use sfn_alias::Router;
use std::sync::LazyLock;

/// Apart from every service's own generators, whose seeds fix what they give.
static REQUESTS: LazyLock<Router> = LazyLock::new(|| Router::from_entropy().unwrap_or_else(|_| Router::new(0)));

/// The id of a request.
pub fn request_id() -> String {
    REQUESTS.uuid()
}

/// Creates the metadata of a request that succeeded or failed at the first attempt.
pub fn create_metadata(js: Js<'_>, status: u16) -> Js<'_> {
    js.create_object()
        .with_member("httpStatusCode", js.create_number(f64::from(status)))
        .with_member("requestId", js.create_string(&request_id()))
        .with_member("attempts", js.create_number(1.0))
        .with_member("totalRetryDelay", js.create_number(0.0))
}
