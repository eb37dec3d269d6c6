//! Pages of events: those of the engine, edited.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Result, Value, json};
use sfn_alias::wire::output::DescribeExecutionOutput;
use std::collections::BTreeMap;

/// Maximum size of the events on a page of ours, unless one event is larger.
const PAGE_BYTES: usize = 10 << 20;

/// The members of a request except the ARN.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageRequest {
    pub max_results: Option<usize>,
    #[serde(default, deserialize_with = "deserialize_or_default")]
    pub reverse_order: bool,
    pub include_execution_data: Option<bool>,
    pub next_token: Option<String>,
}

/// A missing value can also be null.
fn deserialize_or_default<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<bool, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl PageRequest {
    /// Returns the request to the engine, with its ARN and its token, which may be empty.
    pub fn format(&self, arn: &str, token: &str) -> Value {
        let mut request = json!({"executionArn": arn, "reverseOrder": self.reverse_order});
        let members = [
            ("maxResults", self.max_results.map(Value::from)),
            ("includeExecutionData", self.include_execution_data.map(Value::from)),
            ("nextToken", (!token.is_empty()).then(|| token.into())),
        ];
        for (name, value) in members {
            if let Some((value, request)) = value.zip(request.as_object_mut()) {
                request.insert(name.to_owned(), value);
            }
        }
        request
    }
}

/// A page of the engine.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<'p> {
    #[serde(borrow)]
    events: Vec<&'p RawValue>,
    pub next_token: Option<String>,
}

impl<'p> Page<'p> {
    /// Returns the number of events.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Returns the events after an offset in the requested order, with what only we know, and without data if none is
    /// requested: as many as are requested and fit on a page of ours.
    pub fn edit(
        &self,
        execution: &DescribeExecutionOutput,
        request: &PageRequest,
        offset: usize,
    ) -> Result<Vec<String>> {
        let with_data = request.include_execution_data.unwrap_or(true);
        let limit = request.max_results.filter(|limit| *limit > 0).unwrap_or(usize::MAX);
        let (mut edited, mut bytes) = (Vec::new(), 0_usize);
        for event in self.in_order(request)?.into_iter().skip(offset).take(limit) {
            let event = edit_event(event.get(), execution, with_data)?;
            bytes = bytes.saturating_add(event.len());
            if bytes > PAGE_BYTES && !edited.is_empty() {
                break;
            }
            edited.push(event);
        }
        Ok(edited)
    }

    fn in_order(&self, request: &PageRequest) -> Result<Vec<&'p RawValue>> {
        let mut events = self.events.clone();
        // The engine ignores the order.
        if request.reverse_order && self.next_token.is_none() && self.is_ascending()? {
            events.reverse();
        }
        Ok(events)
    }

    fn is_ascending(&self) -> Result<bool> {
        #[derive(Deserialize)]
        struct Event {
            id: f64,
        }
        let id = |event: &&RawValue| serde_json::from_str(event.get()).map(|Event { id }| id);
        let ids = self.events.first().zip(self.events.last());
        ids.map_or(Ok(false), |(first, last)| Ok(id(first)? < id(last)?))
    }
}

/// Returns a page of our response.
pub(crate) fn format_page(events: &[String], next_token: Option<String>) -> Vec<u8> {
    let token = next_token.map(|token| format!(r#","nextToken":{}"#, json!(token))).unwrap_or_default();
    format!(r#"{{"events":[{}]{token}}}"#, events.join(",")).into_bytes()
}

/// Edits the details of an event. The rest is unchanged, so that numbers keep all digits.
fn edit_event(text: &str, execution: &DescribeExecutionOutput, with_data: bool) -> Result<String> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
    let Some((name, value)) = members.iter().find(|(name, _)| name.ends_with("EventDetails")) else {
        return Ok(text.to_owned());
    };
    let added = added_members(name, execution).into_iter().filter_map(|(name, value)| Some((name, value?)));
    let added: Vec<_> = added.collect();
    let details: Option<Map<String, Value>> = serde_json::from_str(value.get())?;
    let Some(mut details) = details.filter(|_| !(with_data && added.is_empty())) else { return Ok(text.to_owned()) };
    if !with_data {
        details.retain(|name, _| !matches!(&**name, "input" | "output"));
    }
    details.extend(added.into_iter().map(|(name, value)| (name.to_owned(), value.into())));
    Ok(replace_value(text, value, &Value::Object(details).to_string()))
}

/// Returns what only we know: which alias and version was started, and why it was stopped.
fn added_members<'e>(details: &str, execution: &'e DescribeExecutionOutput) -> [(&'static str, Option<&'e str>); 2] {
    let DescribeExecutionOutput { state_machine_alias_arn, state_machine_version_arn, error, cause, .. } = execution;
    match details {
        "executionStartedEventDetails" => [
            ("stateMachineAliasArn", state_machine_alias_arn.as_deref()),
            ("stateMachineVersionArn", state_machine_version_arn.as_deref()),
        ],
        "executionAbortedEventDetails" => [("error", error.as_deref()), ("cause", cause.as_deref())],
        _ => [("", None), ("", None)],
    }
}

/// Replaces a value of a JSON text.
fn replace_value(text: &str, value: &RawValue, replacement: &str) -> String {
    let start = value.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
    let (before, after) = (text.get(..start), text.get(start.saturating_add(value.get().len())..));
    [before.unwrap_or_default(), replacement, after.unwrap_or_default()].concat()
}
