//! AWS reads JSON with Jackson, and answers its texts. The recorded ones are put together here; of
//! any other fault our own parser's text is told.

use std::fmt::Write as _;

/// A fault in a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What is wrong.
    pub message: String,
    /// Where: the line from 1, and the column behind the fault.
    pub line: usize,
    pub column: usize,
}

/// How much of a text a fault repeats; Jackson cuts there as well.
const SHOWN_CHARACTERS: usize = 500;

/// The fault of a text that our parser refused.
pub(crate) fn fault(text: &str, error: &serde_json::Error) -> Fault {
    let start = text.trim_start();
    let word: String = start.chars().take_while(|c| c.is_alphanumeric() || *c == '_').take(256).collect();
    let begins_word = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
    if begins_word && !matches!(&*word, "true" | "false" | "null") {
        let expected = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
        let message = format!("Unrecognized token '{word}': {expected}");
        return at(text, text.len().saturating_sub(start.len()).saturating_add(word.len()), message);
    }
    match field_start(start) {
        Some(found) => {
            let expected = "was expecting double-quote to start field name";
            let message = format!("Unexpected character ('{found}' (code {})): {expected}", u32::from(found));
            Fault { message, line: error.line(), column: error.column() }
        }
        None => Fault { message: error.to_string(), line: error.line(), column: error.column() },
    }
}

impl Fault {
    /// The place as Jackson prints it: `[Source: (String)"..."; line: 1, column: 4]`.
    pub fn source(&self, text: &str) -> String {
        let shown: String = text.chars().take(SHOWN_CHARACTERS).collect();
        let mut source = format!("[Source: (String)\"{shown}\"");
        if shown.len() < text.len() {
            // Writing to a String cannot fail.
            let _ = write!(source, "[truncated {} chars]", text.chars().count().saturating_sub(SHOWN_CHARACTERS));
        }
        let _ = write!(source, "; line: {}, column: {}]", self.line, self.column);
        source
    }
}

fn at(text: &str, behind: usize, message: String) -> Fault {
    let before = text.get(..behind).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |index| index.saturating_add(1));
    let column = before.get(line_start..).unwrap_or_default().chars().count().saturating_add(1);
    Fault { message, line: before.matches('\n').count().saturating_add(1), column }
}

/// The character after the opening brace, where a field name should begin.
fn field_start(text: &str) -> Option<char> {
    let found = text.strip_prefix('{')?.trim_start().chars().next()?;
    (found != '"' && found != '}').then_some(found)
}
