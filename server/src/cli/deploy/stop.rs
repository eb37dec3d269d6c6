//! Ctrl-C while a deployment is driven.

use super::command;
use crate::cli::exit::{CliError, SYSTEM_ERROR};
use crate::cli::signals::{signal_waiter, spawn_thread};
use std::io::Write;
use std::path::Path;

/// From now on SIGINT and SIGTERM end the program with a line that tells how to go on. Wherever that happens, the
/// checkpoint is what a killed driver leaves behind.
///
/// # Errors
/// As [`next_signal`].
pub(super) fn at_signals(path: &Path) -> Result<(), CliError> {
    let mut wait = signal_waiter()?;
    let kept = path.display().to_string();
    spawn_thread(move || {
        wait();
        command::end_running();
        writeln!(
            std::io::stderr(),
            "\nsfn-alias: stopped; the alias stays where it leads, and the same command goes on, from `{kept}`"
        )
        .ok();
        std::process::exit(SYSTEM_ERROR.into());
    })
}
