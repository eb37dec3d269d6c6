//! Replaces ARNs and names of the engine's state machines in JSON texts.
//!
//! A name of the engine ends with a hash that is unique, so it is found in any text, also in JSON inside of strings. Our names
//! have no characters that JSON escapes.

use crate::engine::{CallError, Deadline};
use crate::handler::Upstream;
use crate::machines::{HASH_DIGITS, Machine, Machines};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What the ARNs of a state machine and of its executions have between the account and the name. ARNs of map runs are not
/// replaced, because ours would not determine the engine's.
const RESOURCES: [&str; 3] = [":stateMachine:", ":execution:", ":express:"];
const MAP_RUN: &str = ":mapRun:";

impl Upstream {
    /// Calls an operation of the engine and parses its response, which has our ARNs and names.
    pub(crate) fn call<T: DeserializeOwned>(
        &self,
        region: &str,
        operation: &str,
        input: &Value,
        deadline: Deadline,
    ) -> Result<T, CallError> {
        let body = self.send(region, operation, input.to_string().as_bytes(), deadline)?;
        self.engine.parse(operation, &body)
    }

    /// Calls an operation of the engine and returns the body of its response, which has our ARNs and names.
    pub(crate) fn send(
        &self,
        region: &str,
        operation: &str,
        body: &[u8],
        deadline: Deadline,
    ) -> Result<Vec<u8>, CallError> {
        match self.engine.send(region, operation, body, deadline) {
            Ok(body) => Ok(replace_arns(body, &self.machines)),
            Err(error) => Err(self.replace_error(error)),
        }
    }

    /// Returns an error of the engine with our ARNs and names.
    pub(crate) fn replace_error(&self, error: CallError) -> CallError {
        error.replace_texts(|text| replace_arns(text, &self.machines))
    }
}

/// Replaces the ARNs and names of known state machines in a JSON text of the engine by ours.
fn replace_arns(json: Vec<u8>, machines: &Machines) -> Vec<u8> {
    match std::str::from_utf8(&json) {
        Ok(text) => replace_in_text(text, |hash| machines.find(hash)).into_bytes(),
        Err(_) => json,
    }
}

/// `find` returns the state machine whose name ends with a hash. Takes time that is linear in the length of the text.
fn replace_in_text(text: &str, find: impl Fn(&str) -> Option<Machine>) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    let mut searched = 0;
    while let Some(hyphen) = rest.get(searched..).and_then(|text| text.find('-')) {
        let hyphen = searched.saturating_add(hyphen);
        let (before, after) = rest.split_at(hyphen);
        searched = hyphen.saturating_add(1);
        let Some((hash, after)) = split_hash(after) else { continue };
        let Some((before, local)) = find(hash).and_then(|machine| strip_reference(before, &machine)) else { continue };
        replaced.push_str(before);
        replaced.push_str(&local);
        (rest, searched) = (after, 0);
    }
    replaced.push_str(rest);
    replaced
}

/// Splits the hash at the end of a name and what follows it from a text that begins with a hyphen.
fn split_hash(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('-')?;
    let hash = text.get(..HASH_DIGITS)?;
    let after = text.get(HASH_DIGITS..)?;
    let is_hash = hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let ends = first_char(after).is_none_or(is_boundary);
    (is_hash && ends).then_some((hash, after))
}

/// Strips the start of the name, and the start of an ARN before it, from the end of a text. Returns the rest, and our ARN up to
/// the name, or our name.
fn strip_reference<'t>(text: &'t str, machine: &Machine) -> Option<(&'t str, String)> {
    let start = machine.name.get(..machine.name.len().checked_sub(HASH_DIGITS.saturating_add(1))?)?;
    let before = start.chars().rev().try_fold(text, strip_char)?;
    if before.ends_with(MAP_RUN) || !last_char(before).is_none_or(is_boundary) {
        return None;
    }
    let (prefix, local_prefix) = (arn_prefix(&machine.arn)?, arn_prefix(&machine.local_arn)?);
    let arn = RESOURCES.iter().find_map(|resource| {
        let before = before.strip_suffix(resource)?.strip_suffix(prefix)?;
        Some((before, format!("{local_prefix}{resource}{}", machine.local_name)))
    });
    Some(arn.unwrap_or_else(|| (before, machine.local_name.clone())))
}

/// Returns partition, service, region and account of the ARN of a state machine.
fn arn_prefix(arn: &str) -> Option<&str> {
    arn.split_once(":stateMachine:").map(|(prefix, _)| prefix)
}

/// Strips a character from the end of a JSON text, which may contain it as an escape sequence.
fn strip_char(text: &str, expected: char) -> Option<&str> {
    if let Some(before) = text.strip_suffix(expected) {
        return Some(before);
    }
    expected.encode_utf16(&mut [0; 2]).iter().rev().try_fold(text, |text, unit| {
        let (before, found) = split_escape(text)?;
        (found == *unit).then_some(before)
    })
}

/// Splits an escape sequence of a UTF-16 code unit from the end of a JSON text. In JSON inside of strings, the backslash is
/// escaped: it is one of 2, 4, 8... backslashes.
fn split_escape(text: &str) -> Option<(&str, u16)> {
    let (before, digits) = text.split_at_checked(text.len().checked_sub(4)?)?;
    let unit = u16::from_str_radix(digits, 16).ok()?;
    let before = before.strip_suffix('u')?;
    let backslashes = before.len().saturating_sub(before.trim_end_matches('\\').len());
    // The others are escaped backslashes.
    let own = backslashes & backslashes.wrapping_neg();
    (own > 0).then(|| before.get(..before.len().saturating_sub(own)).map(|before| (before, unit)))?
}

/// Returns the last character of a JSON text, if it can be part of a name.
fn last_char(text: &str) -> Option<char> {
    match split_escape(text) {
        Some((_, unit)) => Some(decode_unit(unit)),
        // An escape sequence such as that of a line feed.
        None => {
            let mut characters = text.chars();
            characters.next_back().filter(|_| !characters.as_str().ends_with('\\'))
        }
    }
}

fn first_char(text: &str) -> Option<char> {
    let escaped = text.trim_start_matches('\\');
    if escaped.len() == text.len() {
        return text.chars().next();
    }
    let unit = u16::from_str_radix(escaped.strip_prefix('u')?.get(..4)?, 16).ok()?;
    Some(decode_unit(unit))
}

/// A surrogate is a part of a character that can be part of a name.
fn decode_unit(unit: u16) -> char {
    char::from_u32(unit.into()).unwrap_or('a')
}

/// Returns whether a character ends a name in a text. A hyphen or underscore continues a longer name.
fn is_boundary(character: char) -> bool {
    !character.is_alphanumeric() && !matches!(character, '-' | '_')
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::replace_in_text;
    use crate::machines::Machine;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const ENGINE: &str = "arn:aws:states:us-east-1:123456789012";
    const LOCAL: &str = "arn:aws-cn:states:cn-north-1:000000000000";

    fn machine(name: &str, hash: &str) -> Machine {
        let (name, local_name) = (format!("{name}-{hash}"), name.to_owned());
        let arn = format!("{ENGINE}:stateMachine:{name}");
        Machine { arn, name, local_arn: format!("{LOCAL}:stateMachine:{local_name}"), local_name }
    }

    fn replace(text: &str, machines: &[Machine]) -> String {
        replace_in_text(text, |hash| machines.iter().find(|machine| machine.name.ends_with(hash)).cloned())
    }

    #[track_caller]
    fn assert_replaced(text: &str, expected: &str) {
        let machines = [machine("orders", "0123456789"), machine("é😀", "abcdefabcd")];
        assert_eq!(replace(text, &machines), expected);
    }

    #[test]
    fn arns_and_names_are_replaced() {
        for resource in ["stateMachine", "execution", "express"] {
            let text = |prefix, name| format!(r#"{{"arn":"{prefix}:{resource}:{name}:run-1","n":"{name}"}}"#);
            assert_replaced(&text(ENGINE, "orders-0123456789"), &text(LOCAL, "orders"));
        }
        assert_replaced("orders-0123456789/label, 'orders-0123456789'.", "orders/label, 'orders'.");
        assert_replaced(
            "arn:aws:states:us-east-1:9:execution:orders-0123456789:a",
            "arn:aws:states:us-east-1:9:execution:orders:a",
        );
    }

    #[test]
    fn other_texts_are_not_replaced() {
        for text in [
            "",
            "-",
            "orders-012345678",
            "orders-01234567890",
            "orders-0123456789a",
            "orders-0123456789-b",
            "orders-0123456789\\u0061",
            "my-orders-0123456789",
            "xorders-0123456789",
            "\\u0061orders-0123456789",
            "\\ud83dorders-0123456789",
            "order-0123456789",
            "orders-abcdefabcd",
            "orders-0123456788",
            "orders-0123456789é",
            "arn:aws:states:us-east-1:123456789012:mapRun:orders-0123456789/label:1",
        ] {
            assert_replaced(text, text);
        }
    }

    #[test]
    fn escape_sequences_are_replaced() {
        assert_replaced(r"\u00e9\ud83d\ude00-abcdefabcd", "é😀");
        assert_replaced(r"\\u00E9\\uD83D\\uDE00-abcdefabcd\n", r"é😀\n");
        assert_replaced(r"\\\u00e9😀-abcdefabcd", r"\\é😀");
        assert_replaced(r"\norders-0123456789\\", r"\norders\\");
        assert_replaced(r"\\u00e8\\uD83D\\uDE00-abcdefabcd", r"\\u00e8\\uD83D\\uDE00-abcdefabcd");
    }

    /// Returns JSON with escape sequences for all characters that are not ASCII.
    fn escape(json: &str) -> String {
        let mut units = [0; 2];
        let mut escape = |character: char| match character.is_ascii() {
            true => character.to_string(),
            false => character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        };
        json.chars().map(&mut escape).collect()
    }

    /// A document with the ARN, the name, and a JSON text with the ARN, `depth` levels deep.
    fn document(prefix: &str, name: &str, text: &str, depth: usize, escapes: bool) -> String {
        let arn = format!("{prefix}:execution:{name}:{text}");
        let inner = if depth == 0 { json!(arn) } else { json!(document(prefix, name, text, depth - 1, escapes)) };
        let json = json!({"arn": arn, "names": [name, format!("{text} {name}")], "inner": inner}).to_string();
        if escapes { escape(&json) } else { json }
    }

    /// Parses the JSON, and the JSON inside of its strings.
    fn parse(text: &str) -> Value {
        let mut value: Value = serde_json::from_str(text).unwrap();
        if let Some(inner) = value["inner"].as_str().filter(|inner| inner.starts_with('{')).map(parse) {
            value["inner"] = inner;
        }
        value
    }

    proptest! {
        #[test]
        fn documents_are_replaced(
            name in "[a-zé😀_.!-]{1,12}", hash in "[0-9a-f]{10}", text in "[a-z\"\\\\\u{e9}\n/ ]{0,12}",
            depth in 0_usize..4, escapes: bool,
        ) {
            let machine = machine(&name, &hash);
            let replaced = replace(&document(ENGINE, &machine.name, &text, depth, escapes), &[machine]);
            prop_assert_eq!(parse(&replaced), parse(&document(LOCAL, &name, &text, depth, escapes)));
        }

        #[test]
        fn texts_without_names_are_unchanged(text in "([a-f0-9:\\\\\"ué-]|orders-|u00e9){0,60}") {
            prop_assert_eq!(replace(&text, &[machine("orders", "0123456789")]), text.clone());
        }

        #[test]
        fn any_text_is_processed(text in "(orders|-0123456789|[\\\\\"uéa0 ]|\\\\u00e9|\\\\ud83d|:mapRun:|:execution:){0,60}") {
            let replaced = replace(&text, &[machine("orders", "0123456789"), machine("é", "0123456789")]);
            prop_assert!(replaced.len() <= text.len());
        }
    }

    #[test]
    fn time_is_linear() {
        for part in ["orders-0123456789 ", "-0123456789", "\\", "\\u00e9-0123456789", "-\\", "a"] {
            let text = part.repeat(200_000);
            let begin = std::time::Instant::now();
            assert!(replace(&text, &[machine("orders", "0123456789"), machine("é", "0123456789")]).len() <= text.len());
            assert!(begin.elapsed() < std::time::Duration::from_secs(20), "{part}");
        }
    }
}
