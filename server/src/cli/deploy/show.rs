//! How far it is, on standard error.

use sfn_alias_deployment::{Deployment, Note, Phase, Reason};
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Looks at the clock so often while it waits: a machine that slept is not late.
const TICK: Duration = Duration::from_secs(1);

/// The time, in milliseconds since 1970.
pub(super) fn now_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A line for each shift and once a minute; on a terminal it counts down in place.
pub(super) fn progress(deployment: &Deployment) {
    if matches!(deployment.checkpoint().phase, Phase::Updating | Phase::Waiting { .. } | Phase::Done { .. }) {
        let text = deployment.progress(now_millis()).text;
        match &deployment.checkpoint().phase {
            Phase::Waiting { reason: Reason::Retry { message, .. }, .. } => line(&format_args!("{text}: {message}")),
            _ => line(&text),
        }
    }
}

/// What to know before it begins.
pub(super) fn notes(notes: &[Note]) {
    notes.iter().for_each(|note| line(&format_args!("note: {}", note.message)));
}

/// A line of its own.
pub(super) fn line(text: &dyn Display) {
    let start = if std::io::stderr().is_terminal() { "\r\x1b[K" } else { "" };
    writeln!(std::io::stderr(), "{start}{text}").ok();
}

/// Returns when that time has come.
pub(super) fn wait(deployment: &Deployment, until_millis: i64) {
    let terminal = std::io::stderr().is_terminal();
    loop {
        let now = now_millis();
        let Some(left) =
            until_millis.checked_sub(now).and_then(|left| u64::try_from(left).ok()).filter(|left| *left > 0)
        else {
            return;
        };
        if terminal {
            write!(std::io::stderr(), "\r\x1b[K{}", deployment.progress(now).text).ok();
        }
        sleep(TICK.min(Duration::from_millis(left)));
    }
}
