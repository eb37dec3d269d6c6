//! The log on standard error.

use super::args::{LogFormat, ServeArgs};
use crate::exit::CliError;
use std::io::IsTerminal;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub(super) fn start(args: &ServeArgs) -> Result<(), CliError> {
    let filter: Targets =
        args.log.parse().map_err(|error| CliError::Usage(format!("--log: {error}; use for example info or debug")))?;
    let log = tracing_subscriber::fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    // An error means that the process already has a log, for example from another server. It stays in use.
    match args.log_format {
        LogFormat::Text => registry.with(log.compact().with_target(false)).try_init().ok(),
        LogFormat::Json => registry.with(log.json().flatten_event(true)).try_init().ok(),
    };
    Ok(())
}
