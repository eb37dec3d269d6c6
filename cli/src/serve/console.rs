//! The web console of the endpoint.

use super::args::ServeArgs;
use crate::exit::CliError;
use sfn_alias_console::{ConsoleOptions, StorageKind, WebConsole};
use std::sync::{Arc, mpsc};
use std::thread::Builder;
use std::time::Duration;

/// Maximum time to store the rest of the history of routings. A store on other machines may not respond.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Creates the console, unless the command line turns it off.
///
/// # Errors
/// [`CliError::System`] if no thread can be started.
pub(super) fn create_console(args: &ServeArgs) -> Result<Option<Arc<WebConsole>>, CliError> {
    if args.no_console {
        return Ok(None);
    }
    let options = ConsoleOptions {
        storage: select_storage(args),
        signed: args.credentials.is_some(),
        demo: args.demo,
        upstream: args.upstream.upstream.is_some(),
    };
    Ok(Some(Arc::new(WebConsole::new(options).map_err(CliError::system)?)))
}

/// Stores the rest of the history of routings, for up to [`STOP_TIMEOUT`].
pub(super) fn stop_console(console: Arc<WebConsole>) {
    // `None` while requests that were aborted still use it.
    let Some(console) = Arc::into_inner(console) else { return };
    let (stopped, wait) = mpsc::channel::<()>();
    let stop = move || {
        console.stop();
        drop(stopped);
    };
    match Builder::new().name("stop".to_owned()).spawn(stop) {
        // An error of the receiver means that the thread has ended, or not within the time.
        Ok(_) => drop(wait.recv_timeout(STOP_TIMEOUT)),
        Err(error) => tracing::warn!(%error, "the history of routings may be incomplete"),
    }
}

fn select_storage(args: &ServeArgs) -> StorageKind {
    match (&args.data, &args.store.store) {
        (_, Some(_)) => StorageKind::Etcd,
        (Some(_), None) => StorageKind::File,
        (None, None) => StorageKind::Memory,
    }
}
