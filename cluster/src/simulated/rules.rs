//! What every engine refuses. A store that causes one of these errors has a bug.

use super::database::Database;
use crate::engine::{Commit, EngineLimits, Guard, Read, Write};
use std::ops::Range;

/// Maximum length of a key.
const KEY_BYTES: usize = 1024;

/// Checks reads that are made at one moment.
pub(super) fn check_reads(reads: &[Read], limits: EngineLimits) -> Result<(), String> {
    if reads.len() > limits.commit_operations {
        return Err(format!("{} reads: expected up to {}", reads.len(), limits.commit_operations));
    }
    reads.iter().try_for_each(|read| match read {
        Read::Key(key) | Read::Generation(key) | Read::Counters(key) => check_key(key),
        Read::Range { start, end, .. } | Read::Count { start, end } => check_range(start, end),
    })
}

/// Checks a commit.
pub(super) fn check_commit(commit: &Commit, limits: EngineLimits, database: &Database) -> Result<(), String> {
    let Commit { guards, writes, otherwise } = commit;
    if guards.len().max(writes.len()) > limits.commit_operations {
        let counts = format!("{} guards and {} writes", guards.len(), writes.len());
        return Err(format!("too many operations: {counts}: expected up to {} each", limits.commit_operations));
    }
    let bytes = guards.iter().map(guard_bytes).chain(writes.iter().map(write_bytes));
    let bytes = bytes.fold(0_usize, usize::saturating_add);
    if bytes > limits.commit_bytes {
        return Err(format!("a commit of {bytes} bytes: expected up to {}", limits.commit_bytes));
    }
    guards.iter().try_for_each(|guard| check_key(guard_key(guard)))?;
    writes.iter().try_for_each(|write| check_write(write, database))?;
    check_overlap(writes)?;
    check_reads(otherwise, limits)
}

fn check_key(key: &[u8]) -> Result<(), String> {
    match key.len() {
        1..=KEY_BYTES => Ok(()),
        length => Err(format!("a key of {length} bytes: expected 1 to {KEY_BYTES}")),
    }
}

fn check_range(start: &[u8], end: &[u8]) -> Result<(), String> {
    check_key(start)?;
    check_key(end)?;
    if start >= end {
        return Err(format!("the range `{}` to `{}` is empty", start.escape_ascii(), end.escape_ascii()));
    }
    Ok(())
}

/// A key belongs to a record or to a counter, not to both.
fn check_write(write: &Write, database: &Database) -> Result<(), String> {
    match write {
        Write::Put(key, _) | Write::Delete(key) if database.is_counter(key) => {
            Err(format!("`{}` is a counter", key.escape_ascii()))
        }
        Write::Increment(key) if database.is_record(key) => Err(format!("`{}` is a record", key.escape_ascii())),
        Write::Put(key, _) | Write::Delete(key) | Write::Increment(key) => check_key(key),
        Write::DeleteRange(start, end) => check_range(start, end),
    }
}

/// A commit writes each key once.
fn check_overlap(writes: &[Write]) -> Result<(), String> {
    let mut ranges: Vec<Range<Vec<u8>>> = writes.iter().map(written_range).collect();
    ranges.sort_by(|a, b| a.start.cmp(&b.start));
    let overlapping = ranges.windows(2).find(|pair| matches!(pair, [first, second] if second.start < first.end));
    match overlapping {
        Some([_, second]) => Err(format!("duplicate key `{}` in one commit", second.start.escape_ascii())),
        _ => Ok(()),
    }
}

fn written_range(write: &Write) -> Range<Vec<u8>> {
    match write {
        Write::Put(key, _) | Write::Delete(key) | Write::Increment(key) => {
            let mut end = key.clone();
            end.push(0);
            key.clone()..end
        }
        Write::DeleteRange(start, end) => start.clone()..end.clone(),
    }
}

fn guard_key(guard: &Guard) -> &[u8] {
    let (Guard::Absent(key) | Guard::At(key, _)) = guard;
    key
}

fn guard_bytes(guard: &Guard) -> usize {
    guard_key(guard).len()
}

fn write_bytes(write: &Write) -> usize {
    match write {
        Write::Put(key, value) | Write::DeleteRange(key, value) => key.len().saturating_add(value.len()),
        Write::Delete(key) | Write::Increment(key) => key.len(),
    }
}
