//! The notes of a plan as text.

use crate::plan::Note;

/// A line for each note.
pub fn noted(notes: &[Note]) -> String {
    notes.iter().map(|note| format!("note: {}\n", note.message)).collect()
}
