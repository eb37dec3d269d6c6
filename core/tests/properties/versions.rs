//! Version numbers: never used again, and one version a revision.

use crate::strategy::DEFINITIONS;
use proptest::prelude::*;
use serde_json::{Value, json};
use sfn_alias::StepFunctions;
use std::collections::BTreeSet;

const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";

#[derive(Debug, Clone)]
enum Act {
    Publish,
    /// With one of the definitions.
    Update(usize),
    UpdateAndPublish(usize, &'static str),
    /// The n-th of the versions there are.
    Delete(prop::sample::Index),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let definition = || 0..DEFINITIONS.len();
    let act = prop_oneof![
        3 => Just(Act::Publish),
        2 => definition().prop_map(Act::Update),
        3 => (definition(), prop::sample::select(&["one", "two"][..])).prop_map(|(d, text)| Act::UpdateAndPublish(d, text)),
        4 => any::<prop::sample::Index>().prop_map(Act::Delete),
    ];
    prop::collection::vec(act, 0..60)
}

fn ask(aliases: &StepFunctions, operation: &str, input: &Value) -> Value {
    let reply = aliases.call(operation, input.to_string().as_bytes());
    let body = serde_json::from_slice(&reply.body).expect("an answer is JSON");
    assert_eq!(reply.status, 200, "{operation} {input}: {body}");
    body
}

fn machine() -> StepFunctions {
    let aliases = StepFunctions::in_memory().expect("a service");
    let role = "arn:aws:iam::000000000000:role/orders";
    ask(&aliases, "CreateStateMachine", &json!({"name": "orders", "definition": DEFINITIONS[0], "roleArn": role}));
    aliases
}

fn versions(aliases: &StepFunctions) -> Vec<String> {
    let listed = ask(aliases, "ListStateMachineVersions", &json!({"stateMachineArn": MACHINE}));
    let items = listed["stateMachineVersions"].as_array().expect("a list").iter();
    items.map(|item| item["stateMachineVersionArn"].as_str().expect("an ARN").to_owned()).collect()
}

fn published(answer: &Value) -> String {
    answer["stateMachineVersionArn"].as_str().unwrap_or_else(|| panic!("a version in {answer}")).to_owned()
}

/// The revision of a state machine or a version; the first one has no id.
fn revision(aliases: &StepFunctions, arn: &str) -> Option<String> {
    let described = ask(aliases, "DescribeStateMachine", &json!({"stateMachineArn": arn}));
    described.get("revisionId").map(|id| id.as_str().expect("an id").to_owned())
}

proptest! {
    #![proptest_config(crate::config(150))]

    #[test]
    fn numbers_are_never_used_again(acts in acts()) {
        let aliases = machine();
        let (mut ever, mut greatest) = (BTreeSet::new(), 0);
        for act in acts {
            let before = versions(&aliases);
            let answer = match act {
                Act::Publish => ask(&aliases, "PublishStateMachineVersion", &json!({"stateMachineArn": MACHINE})),
                Act::Update(d) => ask(&aliases, "UpdateStateMachine", &json!({"stateMachineArn": MACHINE, "definition": DEFINITIONS[d]})),
                Act::UpdateAndPublish(d, text) => ask(&aliases, "UpdateStateMachine", &json!({"stateMachineArn": MACHINE, "definition": DEFINITIONS[d], "publish": true, "versionDescription": text})),
                Act::Delete(_) if before.is_empty() => continue,
                Act::Delete(index) => ask(&aliases, "DeleteStateMachineVersion", &json!({"stateMachineVersionArn": index.get(&before)})),
            };
            for new in versions(&aliases).into_iter().filter(|arn| !before.contains(arn)) {
                let number: u32 = new.rsplit(':').next().unwrap().parse().unwrap();
                prop_assert_eq!(number, greatest + 1, "numbers follow each other: {}", answer);
                greatest = number;
                prop_assert!(ever.insert(new), "a version came again");
            }
        }
    }

    /// Whatever was published and deleted before: publishing answers a version of the current
    /// revision, a new one only where there is none.
    #[test]
    fn a_revision_is_published_once(acts in acts()) {
        let aliases = machine();
        for act in acts {
            let before = versions(&aliases);
            match act {
                Act::Publish => {
                    let answer = ask(&aliases, "PublishStateMachineVersion", &json!({"stateMachineArn": MACHINE}));
                    let current = revision(&aliases, MACHINE);
                    prop_assert_eq!(&revision(&aliases, &published(&answer)), &current);
                    let there = before.iter().any(|arn| revision(&aliases, arn) == current);
                    prop_assert_eq!(before.contains(&published(&answer)), there, "{} of {:?}", answer, before);
                }
                Act::Update(d) => drop(ask(&aliases, "UpdateStateMachine", &json!({"stateMachineArn": MACHINE, "definition": DEFINITIONS[d]}))),
                Act::UpdateAndPublish(d, text) => drop(ask(&aliases, "UpdateStateMachine", &json!({"stateMachineArn": MACHINE, "definition": DEFINITIONS[d], "publish": true, "versionDescription": text}))),
                Act::Delete(_) if before.is_empty() => {}
                Act::Delete(index) => drop(ask(&aliases, "DeleteStateMachineVersion", &json!({"stateMachineVersionArn": index.get(&before)}))),
            }
        }
    }
}

/// Two versions of one revision come from UpdateStateMachine with another description. Deleting the
/// second one leaves the first, which publishing then answers.
#[test]
fn an_earlier_version_of_the_revision_remains_published() {
    let aliases = machine();
    let publish = json!({"stateMachineArn": MACHINE});
    let first = published(&ask(&aliases, "PublishStateMachineVersion", &publish));
    let described =
        json!({"stateMachineArn": MACHINE, "definition": DEFINITIONS[0], "publish": true, "versionDescription": "two"});
    let second = published(&ask(&aliases, "UpdateStateMachine", &described));
    assert_ne!(first, second);
    ask(&aliases, "DeleteStateMachineVersion", &json!({"stateMachineVersionArn": second}));
    assert_eq!(published(&ask(&aliases, "PublishStateMachineVersion", &publish)), first);
}
