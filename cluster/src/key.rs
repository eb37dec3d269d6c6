//! The keys of records. Times and numbers have a fixed width, so that the order of keys is their order.

use sfn_alias::model::{Timestamp, VersionNumber};
use sfn_alias::store::ExecutionPosition;
use std::fmt;

/// Identifies a state machine from its creation to its deletion. A new one with the same ARN has another id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub u64);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The prefix of the heads of state machines. ARNs follow.
const HEAD: &str = "m/";
/// The prefix of the ends of deletions.
const DELETION: &str = "g/";
/// The prefix of deleted state machines.
pub const DELETED: &str = "z/";
/// The prefix of state machines of a copy that are not complete. ARNs follow. The values are their ids.
pub const IMPORT: &str = "i/";
/// Exists while a copy to the store is not complete.
pub const INCOMPLETE: &[u8] = b"incomplete";
/// 32 random bytes that sign page tokens, in hexadecimal digits.
pub const TOKEN_KEY: &[u8] = b"token";
/// The number of services with a seed that were opened.
pub const SESSION: &[u8] = b"session";
/// The format of all records.
pub const FORMAT: &[u8] = b"format";

/// A kind of record that belongs to a state machine. Its keys begin with a letter and the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Alias,
    /// Counts of starts that were copied from another store, by version.
    CopiedCount,
    /// Counters of starts, by version.
    StartCount,
    /// Executions with an ending, by their stop time, latest first.
    Ended,
    /// Executions without an ending, by their last start or redrive, latest first.
    Open,
    /// Documents of aliases, by alias and key.
    Document,
    Revision,
    /// Names of executions in the order of their starts.
    Sequence,
    /// Tags of starts whose executions are not stored, so that a process finds out whether its start was applied.
    StartMark,
    Tags,
    /// The sum of the endings of executions that are not stored.
    UnstoredSum,
    Version,
    Execution,
    /// Endings of executions that are not stored, and not part of the sum yet.
    UnstoredEnding,
}

impl Kind {
    /// All kinds, in the order in which the records of a deleted state machine are deleted: the sum of endings after those
    /// that may become part of it.
    pub const ALL: [Self; 14] = [
        Self::Execution,
        Self::UnstoredEnding,
        Self::UnstoredSum,
        Self::Alias,
        Self::Document,
        Self::CopiedCount,
        Self::StartCount,
        Self::Ended,
        Self::Open,
        Self::Revision,
        Self::Sequence,
        Self::StartMark,
        Self::Tags,
        Self::Version,
    ];

    const fn letter(self) -> char {
        match self {
            Self::Alias => 'a',
            Self::CopiedCount => 'b',
            Self::StartCount => 'c',
            Self::Ended => 'd',
            Self::StartMark => 'e',
            Self::Open => 'o',
            Self::Document => 'p',
            Self::Revision => 'r',
            Self::Sequence => 's',
            Self::Tags => 't',
            Self::UnstoredSum => 'u',
            Self::Version => 'v',
            Self::Execution => 'x',
            Self::UnstoredEnding => 'y',
        }
    }

    /// Returns the range of the keys of all state machines.
    pub fn range_of_all(self) -> (Vec<u8>, Vec<u8>) {
        let prefix = format!("{}/", self.letter()).into_bytes();
        let end = end_of_prefix(&prefix);
        (prefix, end)
    }

    /// Returns the prefix of the keys of a state machine.
    pub fn prefix(self, id: Id) -> String {
        format!("{}/{id}/", self.letter())
    }

    /// Returns the key with this suffix.
    pub fn key(self, id: Id, suffix: impl fmt::Display) -> Vec<u8> {
        format!("{}/{id}/{suffix}", self.letter()).into_bytes()
    }

    /// Returns the first key, and the end of the keys.
    pub fn range(self, id: Id) -> (Vec<u8>, Vec<u8>) {
        let prefix = self.prefix(id).into_bytes();
        let end = end_of_prefix(&prefix);
        (prefix, end)
    }
}

/// Returns the key of a document. Names of aliases contain no slash.
pub fn document(id: Id, alias: &str, key: &str) -> Vec<u8> {
    Kind::Document.key(id, format_args!("{alias}/{key}"))
}

/// Returns the first key and the end of the keys of an alias's documents that begin with a prefix.
pub fn documents(id: Id, alias: &str, prefix: &str) -> (Vec<u8>, Vec<u8>) {
    let start = document(id, alias, prefix);
    let end = end_of_prefix(&start);
    (start, end)
}

/// Returns the alias and the key of a document.
pub fn parse_document(key: &[u8], id: Id) -> Option<(&str, &str)> {
    std::str::from_utf8(key).ok()?.strip_prefix(&Kind::Document.prefix(id))?.split_once('/')
}

/// Returns the first key after all keys with a prefix, which is not empty and does not end with the byte 255.
pub fn end_of_prefix(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    if let Some(last) = end.last_mut() {
        *last = last.saturating_add(1);
    }
    end
}

/// Returns the first key after a key.
pub fn after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

pub fn head(arn: &str) -> Vec<u8> {
    format!("{HEAD}{arn}").into_bytes()
}

pub fn import(arn: &str) -> Vec<u8> {
    format!("{IMPORT}{arn}").into_bytes()
}

/// Returns the id in the record of an import.
pub fn parse_import_id(value: &[u8]) -> Option<Id> {
    u64::from_str_radix(std::str::from_utf8(value).ok()?, 16).ok().map(Id)
}

/// Returns the ARN in the key of a head.
pub fn parse_head(key: &[u8]) -> Option<&str> {
    std::str::from_utf8(key).ok()?.strip_prefix(HEAD)
}

/// Returns the key of the end of a deletion.
pub fn deletion(until: Timestamp, arn: &str) -> Vec<u8> {
    format!("{DELETION}{:016x}/{arn}", order_time(until)).into_bytes()
}

/// Returns the range of the deletions that ended until a time.
pub fn deletions_until(now: Timestamp) -> (Vec<u8>, Vec<u8>) {
    // `0` is the character after `/`.
    (DELETION.into(), format!("{DELETION}{:016x}0", order_time(now)).into_bytes())
}

/// Returns the ARN in the key of the end of a deletion.
pub fn parse_deletion(key: &[u8]) -> Option<&str> {
    std::str::from_utf8(key).ok()?.strip_prefix(DELETION)?.split_once('/').map(|(_, arn)| arn)
}

pub fn deleted(id: Id) -> Vec<u8> {
    format!("{DELETED}{id}").into_bytes()
}

/// Returns the id in the key of a deleted state machine.
pub fn parse_deleted(key: &[u8]) -> Option<Id> {
    let id = std::str::from_utf8(key).ok()?.strip_prefix(DELETED)?;
    u64::from_str_radix(id, 16).ok().map(Id)
}

/// The suffix of a version, or 0 for the unqualified state machine.
pub fn version_suffix(version: Option<VersionNumber>) -> String {
    format!("{:08x}", version.map_or(0, VersionNumber::get))
}

/// Returns the version in the key of a counter; `None` if the key is not valid.
pub fn parse_version(key: &[u8]) -> Option<Option<VersionNumber>> {
    let number = u32::from_str_radix(last_part(key)?, 16).ok()?;
    Some(VersionNumber::new(number))
}

/// The suffix of a number.
pub fn number_suffix(number: u64) -> String {
    format!("{number:016x}")
}

/// Returns the number at the end of a key.
pub fn parse_number(key: &[u8]) -> Option<u64> {
    u64::from_str_radix(last_part(key)?, 16).ok()
}

/// Returns the id in the key of a record of a state machine.
pub fn parse_id(key: &[u8]) -> Option<Id> {
    let id = std::str::from_utf8(key).ok()?.split('/').nth(1)?;
    u64::from_str_radix(id, 16).ok().map(Id)
}

fn last_part(key: &[u8]) -> Option<&str> {
    std::str::from_utf8(key).ok()?.rsplit('/').next()
}

/// The suffix of a position: both numbers are inverted, so that the latest comes first.
pub fn position_suffix(position: ExecutionPosition) -> String {
    format!("{:016x}/{:016x}", !order_time(position.time), !position.sequence)
}

/// Returns the position at the end of a key.
pub fn parse_position(key: &[u8]) -> Option<ExecutionPosition> {
    let mut parts = std::str::from_utf8(key).ok()?.rsplitn(3, '/');
    let mut next = || u64::from_str_radix(parts.next()?, 16).ok();
    let (sequence, time) = (next()?, next()?);
    Some(ExecutionPosition { time: restore_time(!time), sequence: !sequence })
}

const SIGN: u64 = 1 << 63;

/// Maps a time to a number with the same order.
const fn order_time(time: Timestamp) -> u64 {
    time.as_millis().cast_unsigned() ^ SIGN
}

const fn restore_time(ordered: u64) -> Timestamp {
    Timestamp::from_millis((ordered ^ SIGN).cast_signed())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn position(time: i64, sequence: u64) -> ExecutionPosition {
        ExecutionPosition { time: Timestamp::from_millis(time), sequence }
    }

    #[test]
    fn keys_of_positions_are_ordered_latest_first() {
        let times = [i64::MIN, -1, 0, 1, 1_744_230_237_000, i64::MAX];
        let positions = times.iter().flat_map(|time| [0, 1, u64::MAX].map(|sequence| position(*time, sequence)));
        let keys: Vec<_> = positions.clone().map(|position| Kind::Open.key(Id(7), position_suffix(position))).collect();
        assert!(keys.is_sorted_by(|a, b| a > b), "{keys:?}");
        for (key, position) in keys.iter().zip(positions) {
            assert_eq!(parse_position(key).unwrap(), position);
        }
    }

    #[test]
    fn keys_are_parsed() {
        assert_eq!(parse_head(&head("arn:a:b")), Some("arn:a:b"));
        let key = deletion(Timestamp::from_millis(5), "arn:a/b");
        assert_eq!(parse_deletion(&key), Some("arn:a/b"));
        let (start, end) = deletions_until(Timestamp::from_millis(5));
        assert!(start < key && key < end);
        assert!(end <= deletion(Timestamp::from_millis(6), ""));
        assert_eq!(parse_deleted(&deleted(Id(u64::MAX))), Some(Id(u64::MAX)));
        assert_eq!(parse_number(&Kind::Revision.key(Id(1), number_suffix(9))), Some(9));
        assert_eq!(parse_version(&Kind::StartCount.key(Id(1), version_suffix(None))), Some(None));
        let document = document(Id(7), "PROD", "routings/1");
        assert_eq!(parse_document(&document, Id(7)), Some(("PROD", "routings/1")));
        let second = VersionNumber::new(2);
        assert_eq!(parse_version(&Kind::StartCount.key(Id(1), version_suffix(second))), Some(second));
    }

    #[test]
    fn ranges_contain_the_keys_of_one_state_machine() {
        let (start, end) = Kind::Alias.range(Id(7));
        for name in ["", "A", "\u{10ffff}", "/"] {
            let key = Kind::Alias.key(Id(7), name);
            assert!(start <= key && key < end, "{name:?}");
        }
        assert!(Kind::Alias.key(Id(8), "") >= end);
    }

    #[test]
    fn ranges_contain_the_documents_of_one_alias() {
        let (start, end) = documents(Id(7), "A", "");
        let contains = |alias| (&*start..&*end).contains(&&*document(Id(7), alias, "k"));
        assert_eq!(["A", "A-", "A.", "AA", "a", "B"].map(contains), [true, false, false, false, false, false]);
    }
}
