//! Compares our code with floors, in short alternating slices, so that other load affects both alike. Prints the tables
//! of `README.md`. An argument selects the rows whose name contains it.
#![expect(clippy::print_stdout, reason = "prints tables")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benchmarks")]

mod callbacks;
mod calls;
#[path = "../common/mod.rs"]
mod common;
mod durable;
mod executions;
mod growth;
mod row;
mod rules;

use row::{Plan, Row};
use std::time::Duration;

fn main() {
    println!("{}\n", describe_host());
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let select =
        |rows: Vec<Row<'static>>| rows.into_iter().filter(|row| row.what.contains(&filter)).collect::<Vec<_>>();
    let short = Plan { slice: Duration::from_micros(300), rounds: 2000 };
    print_table("the floor", select(rules::rows()), |row| row.times(&short));
    print_table("the floor", select(calls::rows()), |row| row.times(&short));
    print_table("the floor", select(executions::rows()), |row| row.times(&short));
    print_table("the floor", select(callbacks::rows()), |row| row.times(&short));
    print_table("with little stored", select(growth::rows()), |row| row.times(&short));
    // A commit takes almost a millisecond, so these slices are longer.
    let long = Plan { slice: Duration::from_millis(25), rounds: 100 };
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    print_table("the floor, rows per second", select(durable::rows(directory.path())), |row| row.rates(&long));
    print_table("starts with a rule per second", select(callbacks::durable_rows(directory.path())), |row| {
        row.rates(&long)
    });
}

fn print_table(floor: &str, rows: Vec<Row<'_>>, line: impl Fn(&mut Row<'_>) -> String) {
    if rows.is_empty() {
        return;
    }
    println!("| what | ours | compared with | {floor} | ratio: median (p10-p90) | aim |\n|---|---:|---|---:|---|---|");
    rows.into_iter().for_each(|mut row| println!("{}", line(&mut row)));
    println!();
}

/// Returns the processor, cores, kernel and compiler.
fn describe_host() -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("?", |m| m.1);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let rustc = std::process::Command::new("rustc").arg("--version").output().map(|o| o.stdout).unwrap_or_default();
    format!("{model}, {cores} cores, Linux {}, {}", kernel.trim(), String::from_utf8_lossy(&rustc).trim())
}
