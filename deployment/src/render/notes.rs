//! The notes of a plan as text.

use crate::plan::Note;

/// Formats notes, one per line.
pub fn format_notes(notes: &[Note]) -> String {
    notes.iter().map(|note| format!("note: {}\n", note.message)).collect()
}
