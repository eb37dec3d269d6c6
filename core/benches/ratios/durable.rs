//! Creates in a file, compared with appending 300 bytes per create and one sync.

use crate::common::*;
use crate::row::{Row, Step};
use sfn_alias::{Json, StepFunctions};
use std::path::Path;
use std::time::Instant;

/// Number of state machines, in which up to 100 aliases each are created in turn.
const MACHINES: usize = 200;

pub fn rows(directory: &Path) -> Vec<Row<'static>> {
    let single = "durable create, one client";
    let row = |what: &str, size| {
        Row::new(what, create(directory, size), "append 300 bytes each + fdatasync", log(directory, size))
    };
    vec![
        row(single, 1).aim(0.85),
        Row::new(single, create(directory, 1), "write 4096 bytes over in place + fdatasync", pages(directory)),
        row("durable create, 8 requests share a commit", 8),
        row("durable create, 64 requests share a commit", 64),
    ]
}

fn create(directory: &Path, size: usize) -> Step<'static> {
    let directory = tempfile::tempdir_in(directory).unwrap();
    let sfn = StepFunctions::open(directory.path().join("aliases.db")).unwrap();
    add_state_machines(&sfn, MACHINES);
    let mut number = 0;
    Box::new(move || {
        let _keep_open = &directory;
        let bodies: Vec<_> = (0..size).map(|_| next_body(&sfn, &mut number)).collect();
        let requests: Vec<_> = bodies.iter().map(|body| (sfn.scope(), CREATE, body.as_slice())).collect();
        let start = Instant::now();
        let results = match size {
            1 => vec![sfn.call_from(CREATE, &bodies[0][..], &Json)],
            _ => sfn.call_batch(&requests),
        };
        let elapsed = start.elapsed();
        assert!(results.iter().all(|result| result.is_ok()));
        (size as u32, elapsed)
    })
}

fn log(directory: &Path, size: usize) -> Step<'static> {
    let mut log = floor::Log::create(&directory.join(format!("{size}.log")));
    Box::new(move || {
        let start = Instant::now();
        log.append(size);
        (size as u32, start.elapsed())
    })
}

fn pages(directory: &Path) -> Step<'static> {
    let mut pages = floor::Pages::create(&directory.join("pages"));
    Box::new(move || {
        let start = Instant::now();
        pages.overwrite();
        (1, start.elapsed())
    })
}

/// Returns the next create request. When all state machines are full, deletes the oldest alias first. The time does not
/// include this deletion.
fn next_body(sfn: &StepFunctions, number: &mut usize) -> Vec<u8> {
    let (machine, alias) = (*number / 100 % MACHINES, format!("A{:03}", *number % 100));
    if *number >= MACHINES * 100 {
        call(sfn, DELETE, &alias_body(machine, &alias));
    }
    *number += 1;
    create_body(machine, &alias)
}
