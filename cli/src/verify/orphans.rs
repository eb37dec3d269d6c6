//! Finds state machines of this run that no response reported, by their names.

use super::cleanup::Cleanup;
use super::interrupt::Interrupt;
use super::sender::{Response, Sender};
use serde_json::{Value, json};

/// AWS allows 10,000 state machines by default, and lists up to 1,000 per page.
const MAX_PAGES: usize = 100;

/// Finds the state machines whose names start with `prefix`, and deletes them with all other resources.
pub(super) fn delete_orphans(cleanup: &mut Cleanup, sender: &mut Sender, prefix: &str) {
    let interrupt = sender.replace_interrupt(Interrupt::default());
    match find_orphans(sender, prefix) {
        Ok(arns) => arns.into_iter().for_each(|arn| cleanup.add_state_machine(arn)),
        Err(reason) => cleanup.add_not_deleted(format!("state machines named {prefix}*, if any"), reason),
    }
    cleanup.delete_all(sender);
    sender.replace_interrupt(interrupt);
}

fn find_orphans(sender: &mut Sender, prefix: &str) -> Result<Vec<String>, String> {
    let mut orphans = Vec::new();
    let mut request = json!({"maxResults": 1000});
    for _ in 0..MAX_PAGES {
        let page = list_page(sender, &request)?;
        orphans.extend(filter_by_prefix(&page.body, prefix));
        match page.string_member("nextToken") {
            Some(token) => request = json!({"maxResults": 1000, "nextToken": token}),
            None => return Ok(orphans),
        }
    }
    Err(format!("ListStateMachines returned more than {MAX_PAGES} pages"))
}

fn list_page(sender: &mut Sender, request: &Value) -> Result<Response, String> {
    match sender.call("ListStateMachines", request.to_string().as_bytes()) {
        Ok(response) if response.is_ok() => Ok(response),
        Ok(response) => Err(format!("ListStateMachines returned {} {}", response.status, response.body)),
        Err(error) => Err(error.to_string()),
    }
}

/// Returns the ARNs of the state machines whose names start with `prefix`.
fn filter_by_prefix(list: &Value, prefix: &str) -> Vec<String> {
    let machines = list.get("stateMachines").and_then(Value::as_array).into_iter().flatten();
    let member = |machine: &Value, name: &str| machine.get(name).and_then(Value::as_str).map(str::to_owned);
    let matching = machines.filter(|machine| member(machine, "name").is_some_and(|name| name.starts_with(prefix)));
    matching.filter_map(|machine| member(machine, "stateMachineArn")).collect()
}
