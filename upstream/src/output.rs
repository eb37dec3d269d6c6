//! Outputs of executions: decides between a string and JSON, and decodes escape sequences.

use crate::engine::{CallError, Deadline};
use crate::handler::Upstream;
use crate::machines::{Machine, region_of};
use crate::refresh::EngineExecution;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use sfn_alias::StartedExecution;
use std::sync::atomic::Ordering;

/// The latest events.
#[derive(Deserialize)]
struct LatestEvents {
    events: Vec<Event>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    execution_succeeded_event_details: Option<SucceededDetails>,
}

#[derive(Deserialize)]
struct SucceededDetails {
    output: Option<String>,
}

impl Upstream {
    /// Describes an execution of the engine, with an output that is JSON.
    ///
    /// Some engines return a string without its quotes, so that the string `"1"` is the same as the number 1. Their event
    /// ExecutionSucceeded has the quotes.
    pub(crate) fn describe_with_output(
        &self,
        execution: &StartedExecution,
        machine: &Machine,
        deadline: Deadline,
    ) -> Result<EngineExecution, CallError> {
        let found = self.describe_in_engine(execution, machine, deadline)?;
        let Some(output) = found.output.as_deref().filter(|output| self.is_ambiguous(&found, output)) else {
            return Ok(found);
        };
        let recorded = match self.read_recorded_output(execution, machine, deadline) {
            Err(error) if error.has_no_response() => return Err(error),
            // Without the event, the output is what it seems to be.
            recorded => recorded.ok().flatten(),
        };
        let recorded: Option<String> = recorded.and_then(|recorded| serde_json::from_str(&recorded).ok());
        if recorded.as_deref() == Some(output) {
            return Ok(EngineExecution { output: Some(json!(output).to_string()), ..found });
        }
        if recorded.is_some() {
            self.quotes_strings.store(true, Ordering::Relaxed);
        }
        Ok(found)
    }

    /// Returns whether an output that is JSON can also be a string without its quotes.
    fn is_ambiguous(&self, found: &EngineExecution, output: &str) -> bool {
        found.status == "SUCCEEDED" && !self.quotes_strings.load(Ordering::Relaxed) && is_json(output)
    }

    /// Returns the output in the event ExecutionSucceeded.
    fn read_recorded_output(
        &self,
        execution: &StartedExecution,
        machine: &Machine,
        deadline: Deadline,
    ) -> Result<Option<String>, CallError> {
        let arn = machine.execution_arn(&execution.name);
        let input = json!({"executionArn": arn, "reverseOrder": true, "maxResults": 1});
        let region = region_of(&execution.state_machine_arn);
        let _permit = self.acquire_history(deadline)?;
        let latest: LatestEvents = self.call(region, "GetExecutionHistory", &input, deadline)?;
        Ok(latest.events.into_iter().find_map(|event| event.execution_succeeded_event_details?.output))
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Returns an output of the engine as JSON: a text that is not JSON is a string. Characters are not escaped unless JSON needs
/// that, because AWS's limit is for bytes, and some engines escape all characters that are not ASCII.
pub(crate) fn to_json(output: &str) -> String {
    match is_json(output) {
        true => decode_escapes(output),
        false => json!(output).to_string(),
    }
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
    use super::{decode_escapes, to_json};
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
