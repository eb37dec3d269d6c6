//! The web console of the endpoint.

use super::args::ServeArgs;
use crate::exit::CliError;
use sfn_alias_console::{ConsoleOptions, StorageKind, WebConsole};
use std::sync::Arc;

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
        demo: false,
        upstream: args.upstream.upstream.is_some(),
    };
    Ok(Some(Arc::new(WebConsole::new(options).map_err(CliError::system)?)))
}

fn select_storage(args: &ServeArgs) -> StorageKind {
    match (&args.data, &args.store.store) {
        (_, Some(_)) => StorageKind::Etcd,
        (Some(_), None) => StorageKind::File,
        (None, None) => StorageKind::Memory,
    }
}
