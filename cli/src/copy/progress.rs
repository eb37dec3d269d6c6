//! Prints how far a copy is, to standard error.

use sfn_alias::store::{CopyProgress, CopyStep};
use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::Builder;
use std::time::{Duration, Instant};

/// Moves the cursor to the start of the line and clears the line.
const CLEAR_LINE: &str = "\r\x1b[K";
/// Time between two updates of the line on a terminal.
const TERMINAL_INTERVAL: Duration = Duration::from_millis(100);
/// Time between two lines of a log.
const LOG_INTERVAL: Duration = Duration::from_secs(5);

/// How long a store may need to open before a line says so.
const WAIT: Duration = Duration::from_secs(2);

/// How progress is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Quiet,
    /// One line that is updated.
    Terminal,
    /// A line every few seconds.
    Log,
}

/// Prints progress, not too often.
pub(super) struct Progress {
    mode: Mode,
    last: Instant,
}

impl Progress {
    pub fn new(quiet: bool) -> Self {
        let mode = match std::io::stderr().is_terminal() {
            _ if quiet => Mode::Quiet,
            true => Mode::Terminal,
            false => Mode::Log,
        };
        Self { mode, last: Instant::now() }
    }

    pub fn update(&mut self, progress: CopyProgress) {
        let interval = match self.mode {
            Mode::Quiet => return,
            Mode::Terminal => TERMINAL_INTERVAL,
            Mode::Log => LOG_INTERVAL,
        };
        if self.last.elapsed() < interval {
            return;
        }
        self.last = Instant::now();
        let line = format_progress(progress);
        let text = if self.mode == Mode::Terminal { format!("{CLEAR_LINE}{line}") } else { format!("{line}\n") };
        write(&text);
    }

    /// Opens a store. If that takes long, prints what is waited for.
    pub fn wait<T>(&self, url: &str, open: impl FnOnce() -> T) -> T {
        let (opened, is_opened) = mpsc::channel::<()>();
        let report = move || {
            if is_opened.recv_timeout(WAIT) == Err(RecvTimeoutError::Timeout) {
                write(&format!("waiting for {url}\n"));
            }
        };
        std::thread::scope(|scope| {
            // Without a thread, only the line is missing.
            let _thread = (self.mode != Mode::Quiet).then(|| Builder::new().spawn_scoped(scope, report));
            let result = open();
            drop(opened);
            result
        })
    }

    /// Clears the line on a terminal.
    pub fn finish(self) {
        if self.mode == Mode::Terminal {
            write(CLEAR_LINE);
        }
    }
}

/// A copy continues if no one reads its progress.
fn write(text: &str) {
    let mut output = std::io::stderr().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).ok();
}

fn format_progress(progress: CopyProgress) -> String {
    let CopyProgress { step, state_machines, total, executions } = progress;
    let step = match step {
        CopyStep::Copying => "copying",
        CopyStep::Comparing => "comparing",
    };
    format!("{step}: {state_machines} of {total} state machines, {executions} executions")
}
