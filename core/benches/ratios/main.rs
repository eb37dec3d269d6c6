//! Ours beside the floor, in short slices that take turns, so that a noisy machine is equally noisy
//! to both. Prints the tables of `README.md`; an argument picks the rows whose name contains it.
#![expect(clippy::print_stdout, reason = "the tables are what this program is for")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benches")]

mod calls;
#[path = "../common/mod.rs"]
mod common;
mod durable;
mod growth;
mod row;
mod rules;

use row::{Plan, Row};
use std::time::Duration;

fn main() {
    println!("{}\n", machine());
    let only = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let wanted = |rows: Vec<Row<'static>>| rows.into_iter().filter(|row| row.what.contains(&only)).collect::<Vec<_>>();
    let short = Plan { slice: Duration::from_micros(300), rounds: 2000 };
    table("the floor", wanted(rules::rows()), |row| row.times(&short));
    table("the floor", wanted(calls::rows()), |row| row.times(&short));
    table("with little stored", wanted(growth::rows()), |row| row.times(&short));
    // A commit takes a good part of a millisecond: longer slices.
    let long = Plan { slice: Duration::from_millis(25), rounds: 100 };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    table("the floor, rows a second", wanted(durable::rows(folder.path())), |row| row.rates(&long));
}

fn table(beside: &str, rows: Vec<Row<'_>>, line: impl Fn(&mut Row<'_>) -> String) {
    if rows.is_empty() {
        return;
    }
    println!("| what | ours | beside | {beside} | ratio: median (p10-p90) | aim |\n|---|---:|---|---:|---|---|");
    rows.into_iter().for_each(|mut row| println!("{}", line(&mut row)));
    println!();
}

/// What ran this: processor, cores, kernel, compiler.
fn machine() -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("?", |m| m.1);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let rustc = std::process::Command::new("rustc").arg("--version").output().map(|o| o.stdout).unwrap_or_default();
    format!("{model}, {cores} cores, Linux {}, {}", kernel.trim(), String::from_utf8_lossy(&rustc).trim())
}
