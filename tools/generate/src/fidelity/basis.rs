//! Formats the bases of a page, and moves what several of them repeat to notes.

use crate::markdown::escape;
use std::collections::{BTreeMap, BTreeSet};

/// A remark that this many bases have becomes a note.
const MANY: usize = 3;

/// A shorter remark stays where it is.
const LONG: usize = 40;

/// The remarks that several bases of a page have. A remark is the part after the first semicolon.
pub(super) struct Notes<'a>(Vec<&'a str>);

impl<'a> Notes<'a> {
    /// Finds the notes, in the order of their first use.
    pub(super) fn find(bases: impl Iterator<Item = &'a str>) -> Self {
        let mut uses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut remarks = Vec::new();
        let split = bases.filter_map(|basis| basis.split_once("; "));
        for (start, remark) in split.filter(|(_, remark)| remark.len() >= LONG) {
            if uses.entry(remark).or_default().insert(start) && !remarks.contains(&remark) {
                remarks.push(remark);
            }
        }
        remarks.retain(|remark| uses.get(remark).is_some_and(|starts| starts.len() >= MANY));
        Self(remarks)
    }

    /// Formats a basis for a cell of a table.
    pub(super) fn format_basis(&self, basis: &str) -> String {
        let note = basis.split_once("; ").and_then(|(start, remark)| {
            let number = self.0.iter().position(|note| *note == remark)? + 1;
            Some(format!("{} ([note {number}](#notes))", escape(start)))
        });
        note.unwrap_or_else(|| escape(basis))
    }

    /// Formats the section of the notes.
    pub(super) fn format(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let notes = self.0.iter().enumerate().map(|(index, note)| format!("{}. {}\n", index + 1, escape(note)));
        format!("\n## Notes\n\n{}", notes.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_remark_becomes_note() {
        let bases = [
            "a; the recording has no status, so the status is ours",
            "b; the recording has no status, so the status is ours",
            "b; the recording has no status, so the status is ours",
            "c; the recording has no status, so the status is ours",
            "d; the recording has no text, it is ours",
        ];
        let notes = Notes::find(bases.into_iter());
        assert_eq!(notes.format_basis("b; the recording has no status, so the status is ours"), "b ([note 1](#notes))");
        assert_eq!(
            notes.format_basis("d; the recording has no text, it is ours"),
            "d; the recording has no text, it is ours"
        );
        assert_eq!(notes.format(), "\n## Notes\n\n1. the recording has no status, so the status is ours\n");
    }

    #[test]
    fn equal_bases_are_one_use() {
        let bases = [
            "a; the recording has no status, so the status is ours",
            "a; the recording has no status, so the status is ours",
            "a; the recording has no status, so the status is ours",
        ];
        assert_eq!(Notes::find(bases.into_iter()).format(), "");
    }
}
