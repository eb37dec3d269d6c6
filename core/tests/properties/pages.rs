//! Pagination lists every item exactly once, even if other items are created and deleted between the pages.

use crate::storage::{Storage, StoreKind};
use crate::strategy::DEFINITIONS;
use proptest::prelude::*;
use serde_json::{Value, json};
use sfn_alias::{Clock, Options, StepFunctions, Timestamp};
use std::collections::BTreeSet;

const PREFIX: &str = "arn:aws:states:us-east-1:000000000000:";

#[derive(Debug, Clone, Copy)]
enum List {
    Machines,
    Versions,
    Aliases,
    Executions,
}

#[derive(Debug, Clone)]
enum Change {
    Add,
    /// The index of an existing item.
    Remove(prop::sample::Index),
}

struct Lister {
    sfn: StepFunctions,
    list: List,
    added: usize,
    _storage: Storage,
}

impl Lister {
    /// Creates a service whose time does not change, so that only names and numbers determine the order.
    fn new(list: List, store: StoreKind) -> Self {
        let clock = Clock::new(|| Timestamp::from_millis(1_744_230_237_000));
        let storage = Storage::new(store);
        let sfn = storage.open(Options { clock, ..Options::default() });
        let lister = Self { sfn, list, added: 0, _storage: storage };
        lister.call("CreateStateMachine", &machine("orders"));
        lister
    }

    fn call(&self, operation: &str, input: &Value) -> Value {
        let reply = self.sfn.call(operation, input.to_string().as_bytes());
        let body = serde_json::from_slice(&reply.body).expect("the response is JSON");
        assert_eq!(reply.status, 200, "{operation} {input}: {body}");
        body
    }

    /// Adds an item. The names are not in alphabetical order.
    fn add(&mut self) -> String {
        self.added += 1;
        let name = format!("n{}-{}", self.added * 7 % 10, self.added);
        let orders = format!("{PREFIX}stateMachine:orders");
        let (operation, input, arn) = match self.list {
            List::Machines => ("CreateStateMachine", machine(&name), "stateMachineArn"),
            List::Versions => {
                let input = json!({
                    "stateMachineArn": orders, "definition": DEFINITIONS[self.added % 2], "publish": true, "versionDescription": name,
                });
                ("UpdateStateMachine", input, "stateMachineVersionArn")
            }
            List::Aliases => {
                let route = json!({"stateMachineVersionArn": format!("{orders}:1"), "weight": 100});
                let input = json!({"name": name, "routingConfiguration": [route]});
                ("CreateStateMachineAlias", input, "stateMachineAliasArn")
            }
            List::Executions => ("StartExecution", json!({"stateMachineArn": orders, "name": name}), "executionArn"),
        };
        self.call(operation, &input)[arn].as_str().expect("an ARN").to_owned()
    }

    fn remove(&self, arn: &str) {
        match self.list {
            List::Machines => self.call("DeleteStateMachine", &json!({"stateMachineArn": arn})),
            List::Versions => self.call("DeleteStateMachineVersion", &json!({"stateMachineVersionArn": arn})),
            List::Aliases => self.call("DeleteStateMachineAlias", &json!({"stateMachineAliasArn": arn})),
            // The list contains only RUNNING executions.
            List::Executions => self.call("StopExecution", &json!({"executionArn": arn})),
        };
    }

    /// Returns a page and the token of the next one.
    fn page(&self, max: usize, token: Option<&Value>) -> (Vec<String>, Option<Value>) {
        let (operation, member, arn) = match self.list {
            List::Machines => ("ListStateMachines", "stateMachines", "stateMachineArn"),
            List::Versions => ("ListStateMachineVersions", "stateMachineVersions", "stateMachineVersionArn"),
            List::Aliases => ("ListStateMachineAliases", "stateMachineAliases", "stateMachineAliasArn"),
            List::Executions => ("ListExecutions", "executions", "executionArn"),
        };
        let mut input = json!({"maxResults": max, "nextToken": token});
        if !matches!(self.list, List::Machines) {
            input["stateMachineArn"] = json!(format!("{PREFIX}stateMachine:orders"));
        }
        if matches!(self.list, List::Executions) {
            input["statusFilter"] = json!("RUNNING");
        }
        let answer = self.call(operation, &input);
        let items = answer[member].as_array().expect("a list").iter();
        let arns = items.map(|item| item[arn].as_str().expect("an ARN").to_owned()).collect();
        (arns, answer.get("nextToken").cloned())
    }
}

fn machine(name: &str) -> Value {
    let role = "arn:aws:iam::000000000000:role/orders";
    json!({"name": name, "definition": DEFINITIONS[0], "roleArn": role, "publish": true})
}

fn changes() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let change = prop_oneof![Just(Change::Add), any::<prop::sample::Index>().prop_map(Change::Remove)];
    prop::collection::vec(prop::collection::vec(change, 0..4), 0..6)
}

proptest! {
    #![proptest_config(crate::config(200))]

    #[test]
    fn pages_list_every_remaining_item_once(
        list in prop::sample::select(&[List::Machines, List::Versions, List::Aliases, List::Executions][..]),
        store in prop::sample::select(StoreKind::ALL),
        number in 0_usize..12,
        max in 1_usize..5,
        changes in changes(),
    ) {
        let mut lister = Lister::new(list, store);
        (0..number).for_each(|_| drop(lister.add()));
        let mut existing: Vec<String> = lister.page(1000, None).0;
        let mut remaining: BTreeSet<String> = existing.iter().cloned().collect();

        let mut changes = changes.into_iter();
        let (mut listed, mut token) = lister.page(max, None);
        while let Some(next) = token {
            for change in changes.next().unwrap_or_default() {
                match change {
                    Change::Add => existing.push(lister.add()),
                    Change::Remove(_) if existing.is_empty() => {}
                    Change::Remove(index) => {
                        let arn = existing.remove(index.index(existing.len()));
                        lister.remove(&arn);
                        remaining.remove(&arn);
                    }
                }
            }
            let page;
            (page, token) = lister.page(max, Some(&next));
            prop_assert!(page.len() <= max);
            listed.extend(page);
            prop_assert!(listed.len() <= lister.added + 1, "too many pages: {:?}", listed);
        }

        let distinct: BTreeSet<String> = listed.iter().cloned().collect();
        prop_assert_eq!(distinct.len(), listed.len(), "listed twice: {:?}", listed);
        prop_assert!(remaining.is_subset(&distinct), "expected {:?}, listed {:?}", remaining, listed);
    }
}
