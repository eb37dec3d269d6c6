//! The argument of the caller's functions.

use std::ffi::c_void;

/// A pointer that is only passed back to the caller.
#[derive(Clone, Copy)]
pub(crate) struct Context(pub *mut c_void);

impl Context {
    /// A method, so that a closure captures the whole struct and not only the pointer.
    pub(crate) fn pointer(&self) -> *mut c_void {
        self.0
    }
}

// The caller guarantees that several threads may call its functions at once.
unsafe impl Send for Context {}
unsafe impl Sync for Context {}
