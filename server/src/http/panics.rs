//! Contains panics, so that a request cannot affect other requests or connections.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

/// Runs a future and catches its panic.
///
/// # Errors
/// The panic message.
pub(super) fn catch_panic<F: Future>(work: F) -> impl Future<Output = Result<F::Output, String>> {
    // Boxed, so that an idle connection does not reserve memory for a request.
    let mut work = Box::pin(work);
    // Unwind safe: a future that has panicked is not polled again.
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic_message(&*panic))),
    })
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}
