//! Compares the check of a template (1 MB, 500 resources) with parsing alone. `-- write FOLDER` writes the templates.
//! `-- time FILE` prints the milliseconds of a check. `tools/bench-template` uses both.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benches")]
#![allow(dead_code, reason = "row.rs is shared with other benches")]

mod generate;
#[path = "../../../core/benches/ratios/row.rs"]
mod row;

use row::{Plan, Row, Step};
use sfn_alias_template::{CheckOptions, check_template};
use std::hint::black_box;
use std::time::{Duration, Instant};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", folder] => write(folder),
        ["time", file] => println!("{:.3}", milliseconds(&std::fs::read(file).unwrap())),
        _ => table(),
    }
}

fn table() {
    let json = generate::json(generate::JSON_STATES).leak().as_bytes();
    let yaml = generate::yaml(generate::YAML_STATES).leak().as_bytes();
    let yaml_as_json = generate::json(generate::YAML_STATES).leak().as_bytes();
    let what = |form: &str, text: &[u8]| format!("check a template of {} bytes of {form}, 500 resources", text.len());
    let floor = |text: &'static [u8]| {
        once(move || drop(black_box(serde_json::from_slice::<serde_json::Value>(black_box(text)).unwrap())))
    };
    let events = once(|| {
        black_box(saphyr_parser::Parser::new_from_str(std::str::from_utf8(yaml).unwrap()).count());
    });
    let rows = [
        Row::new(what("JSON", json), once(|| check(json)), "serde_json into Value", floor(json)),
        Row::new(what("YAML", yaml), once(|| check(yaml)), "saphyr-parser's events", events),
        Row::new(
            what("YAML", yaml),
            once(|| check(yaml)),
            "serde_json into Value, of the same template in JSON",
            floor(yaml_as_json),
        ),
    ];
    println!(
        "| what | ours | compared with | the floor | ratio: median (p10-p90) | aim |\n|---|---:|---|---:|---|---|"
    );
    let plan = Plan { slice: Duration::from_millis(5), rounds: 100 };
    rows.into_iter().for_each(|mut row| println!("{}", row.times(&plan)));
}

fn check(text: &[u8]) {
    black_box(check_template(black_box(text), &CheckOptions::default()).unwrap());
}

/// Measures single calls: each takes milliseconds.
fn once<'s>(mut work: impl FnMut() + 's) -> Step<'s> {
    Box::new(move || {
        let start = Instant::now();
        work();
        (1, start.elapsed())
    })
}

fn milliseconds(text: &[u8]) -> f64 {
    let mut times: Vec<f64> = (0..51)
        .map(|_| {
            let start = Instant::now();
            check(text);
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn write(folder: &str) {
    let texts =
        [("big.json", generate::json(generate::JSON_STATES)), ("big.yaml", generate::yaml(generate::YAML_STATES))];
    for (name, text) in texts {
        std::fs::write(std::path::Path::new(folder).join(name), text).unwrap();
    }
}
