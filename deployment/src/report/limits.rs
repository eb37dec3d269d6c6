//! Limits the size of a record.

use super::record::DeploymentRecord;

const MAX_EVENTS: usize = 200;
/// Less than 64 KiB, the maximum of a document.
const MAX_BYTES: usize = 60 << 10;
/// The names of alarms, so that there is space for events. A hundred names of 200 characters are shorter.
const MAX_NAME_BYTES: usize = 24 << 10;

impl DeploymentRecord {
    /// Limits the events to [`MAX_EVENTS`] and the record to [`MAX_BYTES`]. Deletes the oldest events first.
    pub(super) fn limit_events(&mut self) {
        let excess = self.events.len().saturating_sub(MAX_EVENTS);
        self.events.drain(..excess);
        while self.to_json().len() > MAX_BYTES && !self.events.is_empty() {
            let oldest = self.events.len().div_ceil(8);
            self.events.drain(..oldest);
        }
    }
}

/// Returns the first names that have up to [`MAX_NAME_BYTES`] together. The result does not depend on the states, so no
/// alarm disappears during a deployment.
pub(super) fn limit_names<'n>(names: impl Iterator<Item = &'n str>) -> impl Iterator<Item = &'n str> {
    names.scan(0_usize, |bytes, name| {
        *bytes = bytes.saturating_add(json_len(name));
        (*bytes <= MAX_NAME_BYTES).then_some(name)
    })
}

/// Returns the length of the JSON form of a text.
fn json_len(text: &str) -> usize {
    serde_json::to_string(text).map_or(usize::MAX, |json| json.len())
}
