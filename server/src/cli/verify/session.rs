//! One vector against the endpoint.

use super::ledger::Ledger;
use super::names::{Names, NoRoom};
use super::record::{Entry, Record};
use super::sender::{Answer, Halt, Sender};
use serde_json::{Value, json};
use sfn_alias_vectors::{Place, Step, Subject};
use std::time::Duration;

/// Dates are of milliseconds: what one request makes is older than what the next one does.
const TICK: Duration = Duration::from_millis(2);
const LIST: &str = "ListStateMachines";

/// Answers the steps of a vector, in the vector's own names.
pub(super) struct Session<'r> {
    pub sender: &'r mut Sender,
    pub ledger: &'r mut Ledger,
    pub record: &'r mut Record,
    pub names: Names,
    pub file: &'r str,
    pub vector: &'r str,
}

impl Subject for Session<'_> {
    type Failure = Halt;

    fn answer(&mut self, place: Place, step: &Step) -> Result<Value, Halt> {
        let operation = step.operation.as_deref().unwrap_or_default();
        let request = self.request(operation, step)?;
        let mut answer = self.sender.call(operation, &request)?;
        self.ledger.note(operation, &request, &answer);
        if operation == LIST && answer.is_done() {
            self.own_machines(&mut answer, &request)?;
        }
        answer.body = self.names.answer(&answer.body);
        self.record.add(|| Entry {
            file: self.file.to_owned(),
            vector: self.vector.to_owned(),
            step: place.to_string(),
            operation: operation.to_owned(),
            answer: answer.clone(),
        });
        std::thread::sleep(TICK);
        Ok(json!({"status": answer.status, "body": answer.body}))
    }
}

impl Session<'_> {
    fn request(&self, operation: &str, step: &Step) -> Result<Vec<u8>, Halt> {
        if let Some(Value::String(body)) = &step.body {
            let sent = self.names.text(body).into_bytes();
            let hidden = |_| Halt::Skip("names a resource so that it cannot be renamed".to_owned());
            let members = serde_json::from_slice(&sent).unwrap_or_default();
            self.sender.guard().check_members(operation, members).map_err(hidden)?;
            return Ok(sent);
        }
        let Some(input) = &step.input else { return Ok(step.request()) };
        let no_room = |NoRoom| Halt::Skip("its ARNs are so long that no name of this run fits in".to_owned());
        Ok(self.names.request(operation, input).map_err(no_room)?.to_string().into_bytes())
    }

    /// Leaves out state machines that are not the vector's. A page of a list cannot be mended so.
    fn own_machines(&mut self, answer: &mut Answer, request: &[u8]) -> Result<(), Halt> {
        let paged = String::from_utf8_lossy(request);
        if ["maxResults", "nextToken"].iter().any(|member| paged.contains(member)) {
            let all = self.sender.call(LIST, b"{}")?;
            if machines(&all.body).any(|machine| !self.is_own(machine)) {
                return Err(Halt::Skip("lists pages, and the endpoint has other state machines".to_owned()));
            }
        } else if let Some(Value::Array(machines)) = answer.body.get_mut("stateMachines") {
            machines.retain(|machine| self.is_own(machine));
        }
        Ok(())
    }

    fn is_own(&self, machine: &Value) -> bool {
        machine.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with(self.names.tag()))
    }
}

fn machines(list: &Value) -> impl Iterator<Item = &Value> {
    list.get("stateMachines").and_then(Value::as_array).into_iter().flatten()
}
