//! How far it is, for whoever watches.

use std::io::{IsTerminal, Write};

/// A line on standard error that is written over, where that is a terminal.
pub(super) struct Progress {
    total: usize,
    shown: bool,
}

impl Progress {
    pub fn new(total: usize) -> Self {
        Self { total, shown: std::io::stderr().is_terminal() }
    }

    pub fn at(&self, done: usize, name: &str) {
        if self.shown {
            write!(std::io::stderr(), "\r\x1b[K{}/{} {name}", done.saturating_add(1), self.total).ok();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            write!(std::io::stderr(), "\r\x1b[K").ok();
        }
    }
}
