//! Creates in a file, beside appending 300 bytes for each and syncing once.

use crate::common::*;
use crate::row::{Row, Step};
use sfn_alias::StepFunctions;
use std::path::Path;
use std::time::Instant;

/// Aliases are created in so many state machines in turn, 100 each.
const MACHINES: usize = 200;

pub fn rows(folder: &Path) -> Vec<Row<'static>> {
    let single = "durable create, one client";
    let row =
        |what: &str, size| Row::new(what, create(folder, size), "append 300 bytes each + fdatasync", log(folder, size));
    vec![
        row(single, 1).aim(0.85),
        Row::new(single, create(folder, 1), "write 4096 bytes over in place + fdatasync", pages(folder)),
        row("durable create, 8 requests share a commit", 8),
        row("durable create, 64 requests share a commit", 64),
    ]
}

fn create(folder: &Path, size: usize) -> Step<'static> {
    let folder = tempfile::tempdir_in(folder).unwrap();
    let aliases = StepFunctions::open(folder.path().join("aliases.db")).unwrap();
    add_machines(&aliases, MACHINES);
    let mut number = 0;
    Box::new(move || {
        let _kept = &folder;
        let bodies: Vec<_> = (0..size).map(|_| next(&aliases, &mut number)).collect();
        let requests: Vec<_> = bodies.iter().map(|body| (CREATE, body.as_slice())).collect();
        let start = Instant::now();
        let replies = match size {
            1 => vec![aliases.call(CREATE, &bodies[0])],
            _ => aliases.call_batch(&requests),
        };
        let took = start.elapsed();
        assert!(replies.iter().all(|reply| reply.status == 200));
        (size as u32, took)
    })
}

fn log(folder: &Path, size: usize) -> Step<'static> {
    let mut log = floor::Log::create(&folder.join(format!("{size}.log")));
    Box::new(move || {
        let start = Instant::now();
        log.append(size);
        (size as u32, start.elapsed())
    })
}

fn pages(folder: &Path) -> Step<'static> {
    let mut pages = floor::Pages::create(&folder.join("pages"));
    Box::new(move || {
        let start = Instant::now();
        pages.overwrite();
        (1, start.elapsed())
    })
}

/// The next alias; once all state machines are full, an old one is deleted first, beside the clock.
fn next(aliases: &StepFunctions, number: &mut usize) -> Vec<u8> {
    let (machine, alias) = (*number / 100 % MACHINES, format!("A{:03}", *number % 100));
    if *number >= MACHINES * 100 {
        call(aliases, DELETE, &alias_body(machine, &alias));
    }
    *number += 1;
    create_body(machine, &alias)
}
