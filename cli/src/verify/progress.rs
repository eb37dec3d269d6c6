//! Shows the progress.

use std::io::{IsTerminal, Write};

/// A progress line on standard error, if that is a terminal.
pub(super) struct Progress {
    total: usize,
    is_terminal: bool,
}

impl Progress {
    pub fn new(total: usize) -> Self {
        Self { total, is_terminal: std::io::stderr().is_terminal() }
    }

    pub fn show(&self, done: usize, name: &str) {
        if self.is_terminal {
            write!(std::io::stderr(), "\r\x1b[K{}/{} {name}", done.saturating_add(1), self.total).ok();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_terminal {
            write!(std::io::stderr(), "\r\x1b[K").ok();
        }
    }
}
