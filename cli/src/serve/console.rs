//! The web console of the endpoint.

use super::args::ServeArgs;
use sfn_alias_console::{ConsoleOptions, StorageKind, WebConsole};
use sfn_alias_server::http::Console;
use std::sync::Arc;

/// Creates the console, unless the command line turns it off.
pub(super) fn create_console(args: &ServeArgs) -> Option<Arc<dyn Console>> {
    let options = ConsoleOptions {
        storage: select_storage(args),
        signed: args.credentials.is_some(),
        demo: false,
        upstream: args.upstream.upstream.is_some(),
    };
    (!args.no_console).then(|| Arc::new(WebConsole::new(options)) as Arc<dyn Console>)
}

fn select_storage(args: &ServeArgs) -> StorageKind {
    match (&args.data, &args.store.store) {
        (_, Some(_)) => StorageKind::Etcd,
        (Some(_), None) => StorageKind::File,
        (None, None) => StorageKind::Memory,
    }
}
