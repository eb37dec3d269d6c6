//! The log of a command: lines on standard error, or with `--json` one object per line on standard output.

use serde::Serialize;
use serde_json::{Map, Value, json};
use sfn_alias::Timestamp;
use sfn_alias_deployment::{Deployment, Note, Phase, ServiceEvent, WaitReason, short_name};
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::thread::sleep;
use std::time::Duration;
use time::OffsetDateTime;
use time::macros::format_description;

/// How often a wait reads the clock. After the machine was suspended, the wait ends in time.
const TICK: Duration = Duration::from_secs(1);

/// Moves the cursor to the start of the line and clears the line.
const CLEAR_LINE: &str = "\r\x1b[K";

/// Returns the time, in milliseconds since 1970.
pub(super) fn now_millis() -> i64 {
    Timestamp::now().as_millis()
}

/// Formats milliseconds since 1970, for example `2026-11-29T12:00:00Z`.
pub(super) fn format_time(millis: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(millis / 1000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    // Only an invalid description fails.
    time.format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z")).unwrap_or_default()
}

/// Whether progress is printed as JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct Log {
    pub json: bool,
}

impl Log {
    /// Reports each update and each wait, that is at least one line per minute.
    pub fn progress(self, deployment: &Deployment) {
        let phase = &deployment.checkpoint().phase;
        match (phase, self.json) {
            (Phase::Updating | Phase::Waiting { .. }, true) => self.progress_event(deployment),
            (Phase::Updating | Phase::Waiting { .. } | Phase::Done { .. }, false) => {
                let text = deployment.progress(now_millis()).text;
                match phase {
                    Phase::Waiting { reason: WaitReason::Retry { message, .. }, .. } => {
                        self.line(&format_args!("{text}: {message}"));
                    }
                    _ => self.line(&text),
                }
            }
            _ => {}
        }
    }

    fn progress_event(self, deployment: &Deployment) {
        let mut event = to_members(&deployment.event());
        if let Some(due) = deployment.progress(now_millis()).due_millis {
            event.insert("nextStepTime".to_owned(), json!(format_time(due)));
        }
        print_event("progress", event);
    }

    /// Reports the notes of a plan.
    pub fn notes(self, notes: &[Note]) {
        for Note { code, message } in notes {
            match self.json {
                true => print_event("note", to_members(&json!({ "code": code, "message": message }))),
                false => self.line(&format_args!("note: {message}")),
            }
        }
    }

    /// Reports a line of text. On a terminal, it replaces the countdown.
    pub fn line(self, text: &dyn Display) {
        if self.json {
            return print_event("message", to_members(&json!({ "message": text.to_string() })));
        }
        let start = if std::io::stderr().is_terminal() { CLEAR_LINE } else { "" };
        writeln!(std::io::stderr(), "{start}{} {text}", format_time(now_millis())).ok();
    }

    /// Reports the progress of an operation.
    pub fn service_event(self, event: &ServiceEvent) {
        if self.json {
            let mut members = to_members(event);
            let name = members.remove("event").and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
            return print_event(&name, members);
        }
        match event {
            ServiceEvent::Retry { operation, code, message } => {
                self.line(&format_args!("repeating {operation} after {code}: {message}"));
            }
            ServiceEvent::Deleted { state_machine_version_arn, done, total } => {
                self.line(&format_args!("deleted {} ({done} of {total})", short_name(state_machine_version_arn)));
            }
        }
    }

    /// Waits until this time, in milliseconds since 1970. On a terminal, it shows a countdown.
    pub fn wait_until(self, deployment: &Deployment, until_millis: i64) {
        let is_terminal = std::io::stderr().is_terminal() && !self.json;
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
}

/// Returns the members of an object.
pub(super) fn to_members(value: &impl Serialize) -> Map<String, Value> {
    serde_json::to_value(value).ok().and_then(|value| value.as_object().cloned()).unwrap_or_default()
}

/// Prints an event as one line. A closed pipe does not end a deployment.
pub(super) fn print_event(name: &str, mut members: Map<String, Value>) {
    members.insert("event".to_owned(), json!(name));
    members.insert("time".to_owned(), json!(format_time(now_millis())));
    writeln!(std::io::stdout(), "{}", Value::Object(members)).ok();
    std::io::stdout().flush().ok();
}
