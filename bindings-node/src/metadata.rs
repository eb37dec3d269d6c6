//! `$metadata`, which the AWS SDK gives with every answer and every error.

use crate::js::Js;
use sfn_alias::generate_request_id;

/// What the SDK gives of a request that was answered at the first attempt.
pub fn of(any: Js<'_>, status: u16) -> Js<'_> {
    any.make_object()
        .with("httpStatusCode", any.make_number(f64::from(status)))
        .with("requestId", any.make_text(&generate_request_id()))
        .with("attempts", any.make_number(1.0))
        .with("totalRetryDelay", any.make_number(0.0))
}
