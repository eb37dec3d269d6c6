//! Ours beside the floor, in short slices that take turns, so that a noisy machine is equally noisy
//! to both. Prints the table of `README.md`.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benches")]

mod common;

use common::*;
use sfn_alias::Aliases;
use sfn_alias::wire::input::CreateStateMachineAliasInput;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// So many create requests are made ready, called, and undone again.
const BATCH: usize = 64;

/// Something to measure: does a few operations, and answers how many, and how long they took.
type Step<'s> = Box<dyn FnMut() -> (u32, Duration) + 's>;

struct Row<'s> {
    what: String,
    beside: &'static str,
    aim: Option<f64>,
    ours: Step<'s>,
    floor: Step<'s>,
}

/// How long a slice takes, and how many there are of each.
struct Plan {
    slice: Duration,
    rounds: usize,
}

fn main() {
    println!("{}\n", machine());
    println!("| what | ns | beside | ns | ratio, median (p10-p90) | aim |\n|---|---|---|---|---|---|");
    let plan = Plan { slice: Duration::from_millis(3), rounds: 200 };
    let only = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    for mut row in rules().into_iter().chain(calls()).chain(flat()) {
        if row.what.contains(&only) {
            println!("{}", measure(&mut row, &plan));
        }
    }
    // A commit takes a good part of a millisecond: fewer and longer slices.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let plan = Plan { slice: Duration::from_millis(20), rounds: 60 };
    for mut row in durable(folder.path()) {
        if row.what.contains(&only) {
            println!("{}", measure(&mut row, &plan));
        }
    }
}

fn measure(row: &mut Row<'_>, plan: &Plan) -> String {
    let mut rounds: Vec<(f64, f64)> =
        (0..plan.rounds).map(|_| (slice(&mut row.ours, plan.slice), slice(&mut row.floor, plan.slice))).collect();
    let (ours, floor) = (middle(&mut rounds, |r| r.0), middle(&mut rounds, |r| r.1));
    let ratio = middle(&mut rounds, |r| r.0 / r.1);
    let (low, high) = (at(&rounds, 0.1), at(&rounds, 0.9));
    let aim =
        row.aim.map_or_else(String::new, |aim| format!("{aim:.1}: {}", if ratio <= aim { "met" } else { "missed" }));
    format!("| {} | {ours:.1} | {} | {floor:.1} | {ratio:.2} ({low:.2}-{high:.2}) | {aim} |", row.what, row.beside)
}

/// Nanoseconds per operation over one slice.
fn slice(step: &mut Step<'_>, least: Duration) -> f64 {
    let (mut count, mut took) = (0, Duration::ZERO);
    while took < least {
        let (more, time) = step();
        count += more;
        took += time;
    }
    took.as_nanos() as f64 / f64::from(count)
}

/// Sorts by a key, and answers its median.
fn middle(rounds: &mut [(f64, f64)], key: impl Fn(&(f64, f64)) -> f64) -> f64 {
    rounds.sort_by(|a, b| key(a).total_cmp(&key(b)));
    key(&rounds[rounds.len() / 2])
}

fn at(rounds: &[(f64, f64)], part: f64) -> f64 {
    let (ours, floor) = rounds[(rounds.len() as f64 * part) as usize];
    ours / floor
}

/// An operation that can be repeated as it is.
fn repeat<'s, R>(mut work: impl FnMut() -> R + 's) -> Step<'s> {
    Box::new(move || {
        let start = Instant::now();
        for _ in 0..BATCH {
            black_box(work());
        }
        (BATCH as u32, start.elapsed())
    })
}

/// Requests that differ: those of a batch are made ready before the time runs.
fn batch<'s>(mut body: impl FnMut() -> Vec<u8> + 's, work: impl Fn(&[u8]) + 's, undo: impl Fn(&[u8]) + 's) -> Step<'s> {
    Box::new(move || {
        let bodies: Vec<_> = (0..BATCH).map(|_| body()).collect();
        let start = Instant::now();
        bodies.iter().for_each(|body| work(black_box(body)));
        let took = start.elapsed();
        bodies.iter().for_each(|body| undo(body));
        (BATCH as u32, took)
    })
}

fn rules<'s>() -> Vec<Row<'s>> {
    let body: &'static [u8] = create_body(1, "PROD").leak();
    let parse = || repeat(|| drop(black_box(floor::parse::<floor::Create<'_>>(black_box(body)))));
    let input: CreateStateMachineAliasInput<'_> = serde_json::from_slice(body).unwrap();
    let encoding = sfn_alias::fingerprint_encoding(&input).unwrap();
    let router = sfn_alias::Router::new(1);
    let route = |version, weight| sfn_alias::model::Route { version, weight };
    let routing = sfn_alias::model::Routing::new(route(1, 90), Some(route(2, 10))).unwrap();
    let (mut random, mut other_random) = (fastrand::Rng::with_seed(1), fastrand::Rng::with_seed(1));
    let mut draws = sfn_alias::Draws::new(1);
    vec![
        Row {
            what: format!("validate {CREATE}"),
            beside: "bare parse",
            aim: None,
            ours: repeat(|| sfn_alias::validate(CREATE, black_box(body)).unwrap()),
            floor: parse(),
        },
        Row {
            what: format!("check {CREATE}"),
            beside: "bare parse",
            aim: None,
            ours: repeat(|| sfn_alias::check(CREATE, black_box(body)).unwrap()),
            floor: parse(),
        },
        Row {
            what: "fingerprint of a parsed input".to_owned(),
            beside: "bare SHA-256 of the encoding",
            aim: Some(1.5),
            ours: repeat(move || sfn_alias::fingerprint(black_box(&input)).unwrap()),
            floor: repeat(move || floor::hash(black_box(&encoding))),
        },
        Row {
            what: "draw and pick a route".to_owned(),
            beside: "fastrand's draw and compare",
            aim: Some(1.3),
            ours: repeat(move || draws.next().map(|draw| sfn_alias::pick(black_box(&routing), draw))),
            floor: repeat(move || floor::draw(&mut other_random, black_box(&routing))),
        },
        Row {
            what: "draw and pick a route, shared by threads".to_owned(),
            beside: "fastrand's draw and compare",
            aim: None,
            ours: repeat(move || router.route(black_box(&routing))),
            floor: repeat(move || floor::draw(&mut random, black_box(&routing))),
        },
    ]
}

fn calls<'s>() -> Vec<Row<'s>> {
    let mut rows = Vec::new();
    for machines in [1, 100_000] {
        let aliases = stored(machines);
        rows.extend([
            create(&aliases, machines),
            describe(&aliases, machines, false),
            describe(&aliases, machines, true),
        ]);
    }
    rows
}

fn create<'s>(aliases: &Aliases, machines: usize) -> Row<'s> {
    let (ours, undo) = (aliases.clone(), aliases.clone());
    let body = move || {
        let mut numbers = 0_u64;
        let mut machines = Scattered::below(machines);
        move || {
            numbers += 1;
            create_body(machines.next(), &format!("A{:03}", numbers % 64))
        }
    };
    Row {
        what: format!("{CREATE}, {machines} machines"),
        beside: "bare parse",
        aim: Some(4.0),
        ours: batch(
            body(),
            move |body| drop(call(&ours, CREATE, body)),
            move |body| {
                let create: floor::Create<'_> = floor::parse(body);
                let machine = create.routing_configuration[0].state_machine_version_arn.trim_end_matches(":1");
                let body = format!(r#"{{"stateMachineAliasArn": "{machine}:{}"}}"#, create.name);
                call(&undo, DELETE, body.as_bytes());
            },
        ),
        floor: batch(body(), |body| drop(black_box(floor::parse::<floor::Create<'_>>(body))), |_| {}),
    }
}

fn describe<'s>(aliases: &Aliases, machines: usize, beside_create: bool) -> Row<'s> {
    let ours = aliases.clone();
    let mut scattered = Scattered::below(machines);
    let mut other = Scattered::below(machines);
    let body = create_body(1, "PROD");
    Row {
        what: format!("{DESCRIBE}, {machines} machines"),
        beside: if beside_create { "bare parse of a create request" } else { "bare parse" },
        aim: beside_create.then_some(2.0),
        ours: batch(
            move || alias_body(scattered.next(), STABLE),
            move |body| drop(call(&ours, DESCRIBE, body)),
            |_| {},
        ),
        floor: if beside_create {
            repeat(move || drop(black_box(floor::parse::<floor::Create<'_>>(black_box(&body)))))
        } else {
            batch(
                move || alias_body(other.next(), STABLE),
                |body| {
                    black_box(floor::parse::<floor::Describe<'_>>(body));
                },
                |_| {},
            )
        },
    }
}

/// Costs that must not grow with what is stored.
fn flat<'s>() -> Vec<Row<'s>> {
    let mut rows = Vec::new();
    for count in [1, 100] {
        let aliases = stored(1);
        (1..count).for_each(|number| drop(call(&aliases, CREATE, &create_body(0, &format!("B{number:03}")))));
        let (describe, start) = (aliases.clone(), aliases.clone());
        let (describe_body, start_body) = (alias_body(0, STABLE), start_body(0, STABLE));
        let (d, s) = (describe_body.clone(), start_body.clone());
        rows.push(Row {
            what: format!("{DESCRIBE}, {count} aliases"),
            beside: "bare parse",
            aim: None,
            ours: repeat(move || call(&describe, DESCRIBE, black_box(&describe_body))),
            floor: repeat(move || floor::parse::<floor::Describe<'_>>(black_box(&d)).state_machine_alias_arn.len()),
        });
        rows.push(Row {
            what: format!("{START} by alias, {count} aliases"),
            beside: "bare parse",
            aim: None,
            ours: repeat(move || call(&start, START, black_box(&start_body))),
            floor: repeat(move || drop(black_box(floor::parse::<floor::Start<'_>>(black_box(&s))))),
        });
        let (body, f) = (list_body(0), list_body(0));
        rows.push(Row {
            what: format!("{LIST}, {count} aliases"),
            beside: "bare parse",
            aim: None,
            ours: repeat(move || call(&aliases, LIST, black_box(&body))),
            floor: repeat(move || floor::parse::<floor::List<'_>>(black_box(&f)).state_machine_arn.len()),
        });
    }
    rows
}

/// Creates in a file, beside appending 300 bytes for each and syncing once.
fn durable<'s>(folder: &std::path::Path) -> Vec<Row<'s>> {
    let row = |size: usize| {
        let aliases = Aliases::open(folder.join(format!("{size}.db"))).unwrap();
        add_machines(&aliases, 200);
        let mut log = floor::Log::create(folder);
        let mut number = 0_usize;
        Row {
            what: format!("durable {CREATE}, {size} a commit"),
            beside: "append 300 bytes each + fdatasync",
            aim: (size == 1).then_some(1.0 / 0.85),
            ours: Box::new(move || {
                let bodies: Vec<_> = (0..size).map(|_| next_create(&aliases, &mut number)).collect();
                let requests: Vec<_> = bodies.iter().map(|body| (CREATE, body.as_slice())).collect();
                let start = Instant::now();
                let replies =
                    if size == 1 { vec![aliases.call(CREATE, &bodies[0])] } else { aliases.call_many(&requests) };
                let took = start.elapsed();
                assert!(replies.iter().all(|reply| reply.status == 200));
                (size as u32, took)
            }),
            floor: Box::new(move || {
                let start = Instant::now();
                log.append(size);
                (size as u32, start.elapsed())
            }),
        }
    };
    [1, 8, 64].map(row).into()
}

/// The next alias of 100 a state machine; when all are full, they are emptied again, beside the clock.
fn next_create(aliases: &Aliases, number: &mut usize) -> Vec<u8> {
    let (machine, alias) = (*number / 100 % 200, format!("A{:03}", *number % 100));
    if *number >= 20_000 {
        call(aliases, DELETE, &alias_body(machine, &alias));
    }
    *number += 1;
    create_body(machine, &alias)
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
