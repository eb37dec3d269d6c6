//! The replies of a batch.

use crate::free::free;
use crate::text::{OwnedText, TextView};
use sfn_alias_core::Reply;

/// The replies of `sfn_alias_call_batch`, in the order of the requests.
pub struct Replies(Box<[(u16, OwnedText)]>);

impl Replies {
    pub(crate) fn new(replies: impl Iterator<Item = Reply>) -> Self {
        Self(replies.map(|reply| (reply.status, OwnedText::new(reply.body))).collect())
    }
}

/// Returns the number of replies.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_replies_count(replies: *const Replies) -> usize {
    unsafe { replies.as_ref() }.map_or(0, |replies| replies.0.len())
}

/// Returns the HTTP status of a reply: 200, or that of the error. 0 if the index is out of range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_replies_status(replies: *const Replies, index: usize) -> u16 {
    unsafe { replies.as_ref() }.and_then(|replies| replies.0.get(index)).map_or(0, |(status, _)| *status)
}

/// Returns the JSON body of a reply: the output, or the error with `__type`. Absent if the index is out of range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_replies_body(replies: *const Replies, index: usize) -> TextView {
    TextView::from_text(unsafe { replies.as_ref() }.and_then(|replies| replies.0.get(index)).map(|(_, body)| body))
}

/// Frees replies. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_replies_free(replies: *mut Replies) {
    unsafe { free(replies) }
}
