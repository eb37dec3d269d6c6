//! `make demo`: the life cycle of an alias in AWS JSON, with the requests of the recordings (`examples/demo.json`).
#![expect(clippy::print_stdout, reason = "examples print")]

use serde::Deserialize;
use serde_json::Value;
use sfn_alias::{Clock, Options, Scope, StepFunctions, Timestamp};
use std::error::Error;
use std::sync::atomic::{AtomicI64, Ordering};

/// One request of the demo.
#[derive(Deserialize)]
struct Step {
    title: String,
    operation: String,
    input: Value,
    #[serde(default = "default_times")]
    times: usize,
}

const fn default_times() -> usize {
    1
}

/// 2025-04-09T20:23:57Z, the time of the first recording.
const START_MILLIS: i64 = 1_744_230_237_000;
const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";

fn main() -> Result<(), Box<dyn Error>> {
    let steps: Vec<Step> = serde_json::from_str(include_str!("../demo.json"))?;
    let scope = Scope::new("aws", "123456789012", "us-east-1")?;
    // A fixed clock and a seed make the output the same every time.
    let now = AtomicI64::new(START_MILLIS);
    let clock = Clock::new(move || Timestamp::from_millis(now.fetch_add(1000, Ordering::Relaxed)));
    let options = Options { seed: Some(7), clock, ..Options::default() };
    let sfn = StepFunctions::in_memory_with(options)?.in_scope(scope);
    for (number, step) in (1..).zip(&steps) {
        run_step(number, step, &sfn)?;
    }
    println!("To see an alias in a browser, run this command and open the URL that it prints:\n");
    println!("    cargo run -q -p sfn-alias-cli -- serve --demo");
    Ok(())
}

fn run_step(number: usize, step: &Step, sfn: &StepFunctions) -> Result<(), Box<dyn Error>> {
    let body = serde_json::to_vec(&step.input)?;
    let mut reply = sfn.call(&step.operation, &body);
    for _ in 1..step.times {
        reply = sfn.call(&step.operation, &body);
    }
    let times = if step.times > 1 { format!(", {} times", step.times) } else { String::new() };
    println!("{number:2}. {}\n    {} {}{times}", step.title, step.operation, step.input);
    println!("    -> {} {}", reply.status, String::from_utf8_lossy(&reply.body));
    if step.times > 1 {
        print_histogram(sfn, step.times)?;
    }
    println!();
    Ok(())
}

/// Prints the starts per version, with a bar of 50 characters for all starts.
fn print_histogram(sfn: &StepFunctions, times: usize) -> Result<(), Box<dyn Error>> {
    for start_count in sfn.count_starts(MACHINE)? {
        let per_mille = usize::try_from(start_count.count)? * 1000 / times;
        let version =
            start_count.version.map_or_else(|| "unqualified".to_owned(), |number| format!("version {number}"));
        let (percent, tenth, bar) = (per_mille / 10, per_mille % 10, "#".repeat(per_mille / 20));
        println!("       {version:<11} {:>5}  {percent:>3}.{tenth}%  {bar}", start_count.count);
    }
    Ok(())
}
