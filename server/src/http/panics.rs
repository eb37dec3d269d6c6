//! Contains panics, so that a request cannot affect other requests or connections.

use std::future::poll_fn;
use std::task::Poll;

/// Runs a future and catches its panic.
///
/// # Errors
/// The panic message.
pub(super) fn catch_panic<F: Future>(work: F) -> impl Future<Output = Result<F::Output, String>> {
    // Boxed, so that an idle connection does not reserve memory for a request.
    let mut work = Box::pin(work);
    poll_fn(move |context| match sfn_alias::catch_panic(|message| message, || Ok(work.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        // A future that has panicked is not polled again.
        Err(message) => Poll::Ready(Err(message)),
    })
}
