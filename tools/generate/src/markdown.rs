//! Formats Markdown.

/// Maximum number of characters of a message.
const MAX_MESSAGE: usize = 200;
/// Maximum number of bytes that are removed in order not to cut a word.
const MAX_WORD: usize = 40;

/// Joins lines, and escapes what is not in backticks, for a cell of a table.
pub(crate) fn escape(text: &str) -> String {
    let text = text.replace('\n', " ");
    if text.matches('`').count() % 2 == 1 {
        return escape_text(&text).replace('`', "\\`");
    }
    let parts = text.split('`').enumerate();
    let escaped: Vec<String> =
        parts.map(|(index, part)| if index % 2 == 0 { escape_text(part) } else { part.replace('|', "\\|") }).collect();
    escaped.join("`")
}

fn escape_text(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('*', "\\*").replace('<', "&lt;")
}

/// Formats a message as code, for a cell of a table. The end of a long message is replaced by an ellipsis, which does
/// not cut a word unless the word is very long.
pub(crate) fn format_message(message: &str) -> String {
    let mut text: String = message.chars().take(MAX_MESSAGE).collect();
    if text.len() < message.len() {
        let end = text.rfind(' ').filter(|end| *end >= text.len() - MAX_WORD).unwrap_or(text.len());
        text.truncate(end);
        text.push('…');
    }
    let visible: String =
        text.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect();
    let code = visible.replace('|', "\\|");
    if code.contains('`') { format!("`` {code} ``") } else { format!("`{code}`") }
}

/// Returns the anchor of a heading, as GitHub forms it.
pub(crate) fn anchor(heading: &str) -> String {
    let kept = heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .collect::<String>();
    kept.replace(' ', "-")
}

/// Breaks a text into lines of up to 120 characters. All lines but the first one are indented.
pub(crate) fn wrap(text: &str, indent: usize) -> String {
    let (mut wrapped, mut width) = (String::new(), 0);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > 120 {
            wrapped += &format!("\n{}", " ".repeat(indent));
            width = indent;
        } else if width > 0 {
            wrapped.push(' ');
            width += 1;
        }
        wrapped.push_str(word);
        width += length;
    }
    wrapped
}
