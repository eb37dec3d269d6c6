//! Prints the progress of a deployment to standard error.

use sfn_alias_deployment::{Deployment, Note, Phase, WaitReason};
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How often a wait reads the clock. After the machine was suspended, the wait ends in time.
const TICK: Duration = Duration::from_secs(1);

/// Moves the cursor to the start of the line and clears the line.
const CLEAR_LINE: &str = "\r\x1b[K";

/// Returns the time, in milliseconds since 1970.
pub(super) fn now_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Prints a line for each update and each wait, that is at least once a minute.
pub(super) fn print_progress(deployment: &Deployment) {
    let phase = &deployment.checkpoint().phase;
    if matches!(phase, Phase::Updating | Phase::Waiting { .. } | Phase::Done { .. }) {
        let text = deployment.progress(now_millis()).text;
        match phase {
            Phase::Waiting { reason: WaitReason::Retry { message, .. }, .. } => {
                print_line(&format_args!("{text}: {message}"));
            }
            _ => print_line(&text),
        }
    }
}

/// Prints the notes of a plan.
pub(super) fn print_notes(notes: &[Note]) {
    notes.iter().for_each(|note| print_line(&format_args!("note: {}", note.message)));
}

/// Prints a line. On a terminal, it replaces the countdown.
pub(super) fn print_line(text: &dyn Display) {
    let start = if std::io::stderr().is_terminal() { CLEAR_LINE } else { "" };
    writeln!(std::io::stderr(), "{start}{text}").ok();
}

/// Waits until this time, in milliseconds since 1970. On a terminal, it shows a countdown.
pub(super) fn wait_until(deployment: &Deployment, until_millis: i64) {
    let is_terminal = std::io::stderr().is_terminal();
    loop {
        let now = now_millis();
        let remaining = until_millis.checked_sub(now).and_then(|millis| u64::try_from(millis).ok());
        let Some(remaining) = remaining.filter(|millis| *millis > 0) else { return };
        if is_terminal {
            write!(std::io::stderr(), "{CLEAR_LINE}{}", deployment.progress(now).text).ok();
        }
        sleep(TICK.min(Duration::from_millis(remaining)));
    }
}
