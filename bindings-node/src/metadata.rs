//! `$metadata`, which the AWS SDK adds to every output and every error.

use crate::js::Js;
use sfn_alias::generate_request_id;

/// Creates the metadata of a request that succeeded or failed at the first attempt.
pub fn create_metadata(js: Js<'_>, status: u16) -> Js<'_> {
    js.create_object()
        .with_member("httpStatusCode", js.create_number(f64::from(status)))
        .with_member("requestId", js.create_string(&generate_request_id()))
        .with_member("attempts", js.create_number(1.0))
        .with_member("totalRetryDelay", js.create_number(0.0))
}
