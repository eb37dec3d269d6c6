//! Ctrl-C while a deployment is driven.

use super::command;
use crate::cli::exit::{FAILED, Failure};
use crate::cli::signals::{next_signal, spawn};
use std::io::Write;
use std::path::Path;

/// From now on SIGINT and SIGTERM end the program with a line that tells how to go on. Wherever that happens, the
/// checkpoint is what a killed driver leaves behind.
///
/// # Errors
/// As [`next_signal`].
pub(super) fn at_signals(path: &Path) -> Result<(), Failure> {
    let mut wait = next_signal()?;
    let kept = path.display().to_string();
    spawn(move || {
        wait();
        command::end_running();
        writeln!(
            std::io::stderr(),
            "\nsfn-alias: stopped; the alias stays where it leads, and the same command goes on, from `{kept}`"
        )
        .ok();
        std::process::exit(FAILED.into());
    })
}
