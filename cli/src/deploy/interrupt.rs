//! Ends the program on SIGINT (Ctrl-C) or SIGTERM.

use super::alarm_command;
use crate::exit::{CliError, SYSTEM_ERROR};
use crate::signals::{signal_waiter, spawn_thread};
use std::io::Write;
use std::path::Path;

/// From now on, SIGINT and SIGTERM end the program with a message how to resume. The state file stays valid, as after a
/// crash.
///
/// # Errors
/// Returns the errors of [`signal_waiter`].
pub(super) fn exit_on_signal(path: &Path) -> Result<(), CliError> {
    let mut wait = signal_waiter()?;
    let path = path.display().to_string();
    spawn_thread(move || {
        wait();
        alarm_command::kill_running();
        writeln!(
            std::io::stderr(),
            "\nsfn-alias: interrupted; the alias keeps its current routing; run the same command to resume from `{path}`"
        )
        .ok();
        std::process::exit(SYSTEM_ERROR.into());
    })
}
