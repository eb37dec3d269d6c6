//! Outputs of executions as JSON, without needless escape sequences and whitespace.

use serde::de::IgnoredAny;
use serde_json::json;

/// AWS's maximum size of an output, which has no whitespace there.
const MAX_BYTES: usize = 256 << 10;

/// Returns whether a text is JSON.
pub(crate) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Returns an output of the engine as JSON: a text that is not JSON is a string. Characters are not escaped unless JSON needs
/// that, because AWS's limit is for bytes, and some engines escape all characters that are not ASCII.
pub(crate) fn to_json(output: &str) -> String {
    let json = match is_json(output) {
        true => decode_escapes(output),
        false => json!(output).to_string(),
    };
    match json.len() > MAX_BYTES {
        true => remove_whitespace(&json),
        false => json,
    }
}

/// Removes whitespace outside of strings from a JSON text.
fn remove_whitespace(json: &str) -> String {
    let (mut is_string, mut is_escaped) = (false, false);
    let keep = |character: &char| {
        let is_kept = is_string || !character.is_ascii_whitespace();
        is_string ^= *character == '"' && !is_escaped;
        is_escaped = *character == '\\' && !is_escaped;
        is_kept
    };
    json.chars().filter(keep).collect()
}

/// Replaces escape sequences of characters in a JSON text by the characters. Numbers keep their digits.
fn decode_escapes(json: &str) -> String {
    let mut decoded = String::with_capacity(json.len());
    let mut rest = json;
    while let Some((before, sequence)) = rest.find('\\').and_then(|start| rest.split_at_checked(start)) {
        decoded.push_str(before);
        rest = match split_character(sequence) {
            Some((character, after)) => {
                decoded.push(character);
                after
            }
            None => {
                // The backslash and a character, which may be a backslash.
                let (kept, after) = sequence.split_at_checked(2).unwrap_or((sequence, ""));
                decoded.push_str(kept);
                after
            }
        };
    }
    decoded.push_str(rest);
    decoded
}

/// Splits a character that JSON does not need to escape from a text that begins with its escape sequence.
fn split_character(text: &str) -> Option<(char, &str)> {
    let (unit, after) = split_unit(text)?;
    let (character, after) = match char::decode_utf16([unit]).next()? {
        Ok(character) => (character, after),
        Err(_) => {
            let (second, after) = split_unit(after)?;
            (char::decode_utf16([unit, second]).next()?.ok()?, after)
        }
    };
    (character >= ' ' && !matches!(character, '"' | '\\')).then_some((character, after))
}

/// Splits a UTF-16 code unit from a text that begins with its escape sequence.
fn split_unit(text: &str) -> Option<(u16, &str)> {
    let (digits, after) = text.strip_prefix("\\u")?.split_at_checked(4)?;
    Some((u16::from_str_radix(digits, 16).ok()?, after))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{decode_escapes, remove_whitespace, to_json};
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn escapes_are_decoded() {
        for (json, expected) in [
            (r#""\u00e9 \uD83D\ude00 \u003c""#, r#""é 😀 <""#),
            (r#"{"\u00e9": [1.10, 1E400, 12345678901234567890]}"#, r#"{"é": [1.10, 1E400, 12345678901234567890]}"#),
            // JSON needs these, and the second is a backslash and text.
            (r#""\u0022 \u005c \u000a \n \" \/""#, r#""\u0022 \u005c \u000a \n \" \/""#),
            (r#""\\u00e9 \\\u00e9""#, r#""\\u00e9 \\é""#),
            // Half of a character.
            (r#""\ud83d \ud83d\u00e9 \ude00""#, r#""\ud83d \ud83dé \ude00""#),
        ] {
            assert_eq!(decode_escapes(json), expected);
        }
    }

    #[test]
    fn whitespace_is_removed_from_large_outputs() {
        let json = r#"{"a b" : [1.10, "\" \\", " "] ,
            "c": null}"#;
        assert_eq!(remove_whitespace(json), r#"{"a b":[1.10,"\" \\"," "],"c":null}"#);
        assert_eq!(to_json(json), json);
        let large = format!("[1{}]", ", 1".repeat(131_000));
        assert_eq!(to_json(&large), large.replace(' ', ""));
    }

    #[test]
    fn a_text_that_is_not_json_is_a_string() {
        for (output, json) in [("large", r#""large""#), (r#"\u00e9""#, r#""\\u00e9\"""#), ("", r#""""#), (" 1 ", " 1 ")]
        {
            assert_eq!(to_json(output), json);
        }
    }

    proptest! {
        #[test]
        fn the_value_is_the_same(text in "([a\"\\\\\n\u{7f}é😀<]|\\\\u00e9){0,20}") {
            let json = serde_json::to_string(&text).unwrap();
            let escape = |unit: u16| format!("\\u{unit:04x}");
            let escaped: String = text.encode_utf16().map(escape).collect();
            for json in [json, format!("\"{escaped}\"")] {
                let decoded = decode_escapes(&json);
                prop_assert_eq!(serde_json::from_str::<Value>(&decoded).unwrap(), Value::from(text.clone()));
            }
        }

        #[test]
        fn any_text_is_processed(text in "[\\\\\"ué0d83]{0,40}") {
            prop_assert!(decode_escapes(&text).len() <= text.len());
        }
    }
}
