//! Panics, each caught where it happens: the other requests and connections go on.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

/// Runs a future to its end.
///
/// # Errors
/// The message of its panic.
pub(super) fn catch_panic<F: Future>(work: F) -> impl Future<Output = Result<F::Output, String>> {
    // In a box, so that a connection that waits for a request does not have the memory for one.
    let mut work = Box::pin(work);
    // A future that has panicked is not polled again, so that nothing of it is seen half changed.
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(read_message(&*panic))),
    })
}

fn read_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}
