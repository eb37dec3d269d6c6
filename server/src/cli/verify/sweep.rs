//! State machines of this run that no answer told of: their names begin as all of the run do.

use super::ledger::Ledger;
use super::sender::{Answer, Halt, Sender};
use super::stop::Stop;
use serde_json::{Value, json};

/// AWS keeps at most 10,000 state machines unless asked for more, and lists 1,000 a page.
const MOST_PAGES: usize = 100;

/// Finds them, and deletes them with all else that the ledger has.
pub(super) fn sweep(ledger: &mut Ledger, sender: &mut Sender, prefix: &str) {
    let stop = sender.stop_at(Stop::default());
    match machines(sender, prefix) {
        Ok(arns) => arns.into_iter().for_each(|arn| ledger.note_machine(arn)),
        Err(why) => ledger.leave(format!("state machines named {prefix}*, if there are any"), why),
    }
    ledger.clean(sender);
    sender.stop_at(stop);
}

fn machines(sender: &mut Sender, prefix: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut request = json!({"maxResults": 1000});
    for _ in 0..MOST_PAGES {
        let page = page(sender, &request)?;
        found.extend(named(&page.body, prefix));
        match page.text("nextToken") {
            Some(token) => request = json!({"maxResults": 1000, "nextToken": token}),
            None => return Ok(found),
        }
    }
    Err(format!("ListStateMachines has more than {MOST_PAGES} pages"))
}

fn page(sender: &mut Sender, request: &Value) -> Result<Answer, String> {
    match sender.call("ListStateMachines", request.to_string().as_bytes()) {
        Ok(answer) if answer.is_done() => Ok(answer),
        Ok(answer) => Err(format!("ListStateMachines answers {} {}", answer.status, answer.body)),
        Err(Halt::Failed(failure)) => Err(failure.to_string()),
        Err(Halt::Skip(why)) => Err(why),
        Err(Halt::Stopped) => Err("stopped".to_owned()),
    }
}

fn named(list: &Value, prefix: &str) -> Vec<String> {
    let machines = list.get("stateMachines").and_then(Value::as_array).into_iter().flatten();
    let text = |machine: &Value, member: &str| machine.get(member).and_then(Value::as_str).map(str::to_owned);
    let ours = machines.filter(|machine| text(machine, "name").is_some_and(|name| name.starts_with(prefix)));
    ours.filter_map(|machine| text(machine, "stateMachineArn")).collect()
}
