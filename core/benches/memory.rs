//! Bytes of memory per alias with a description of 40 characters.
#![expect(clippy::print_stdout, reason = "prints a table")]
#![expect(unsafe_code, reason = "a counting allocator")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benchmarks")]

mod common;

use common::*;
use sfn_alias::StepFunctions;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, with a counter of the bytes in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is forwarded unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller upholds the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller upholds the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    println!("| state machines | aliases each | bytes per alias |\n|---:|---:|---:|");
    for (machines, each) in [(100, 100), (1000, 10), (10_000, 1)] {
        let sfn = StepFunctions::in_memory().unwrap();
        add_state_machines(&sfn, machines);
        let before = IN_USE.load(Ordering::Relaxed);
        for machine in 0..machines {
            (0..each).for_each(|number| drop(call(&sfn, CREATE, &create_body(machine, &format!("A{number:03}")))));
        }
        let bytes = IN_USE.load(Ordering::Relaxed) - before;
        println!("| {machines} | {each} | {} |", bytes / (machines * each));
    }
}
