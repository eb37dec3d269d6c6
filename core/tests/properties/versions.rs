//! Version numbers are never reused, and a revision has at most one version.

use crate::storage::{Storage, StoreKind};
use crate::strategy::DEFINITIONS;
use proptest::prelude::*;
use serde_json::{Value, json};
use sfn_alias::{Options, StepFunctions};
use std::collections::BTreeSet;

const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";

#[derive(Debug, Clone)]
enum Step {
    Publish,
    /// The index of a definition.
    Update(usize),
    UpdateAndPublish(usize, &'static str),
    /// The index of an existing version.
    Delete(prop::sample::Index),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let definition = || 0..DEFINITIONS.len();
    let step = prop_oneof![
        3 => Just(Step::Publish),
        2 => definition().prop_map(Step::Update),
        3 => (definition(), prop::sample::select(&["one", "two"][..])).prop_map(|(d, text)| Step::UpdateAndPublish(d, text)),
        4 => any::<prop::sample::Index>().prop_map(Step::Delete),
    ];
    prop::collection::vec(step, 0..60)
}

fn call(sfn: &StepFunctions, operation: &str, input: &Value) -> Value {
    let reply = sfn.call(operation, input.to_string().as_bytes());
    let body = serde_json::from_slice(&reply.body).expect("the response is JSON");
    assert_eq!(reply.status, 200, "{operation} {input}: {body}");
    body
}

/// Opens a service with a state machine.
fn open(storage: &Storage) -> StepFunctions {
    let sfn = storage.open(Options::default());
    let role = "arn:aws:iam::000000000000:role/orders";
    call(&sfn, "CreateStateMachine", &json!({"name": "orders", "definition": DEFINITIONS[0], "roleArn": role}));
    sfn
}

fn versions(sfn: &StepFunctions) -> Vec<String> {
    let listed = call(sfn, "ListStateMachineVersions", &json!({"stateMachineArn": MACHINE}));
    let items = listed["stateMachineVersions"].as_array().expect("a list").iter();
    items.map(|item| item["stateMachineVersionArn"].as_str().expect("an ARN").to_owned()).collect()
}

fn published(answer: &Value) -> String {
    answer["stateMachineVersionArn"].as_str().unwrap_or_else(|| panic!("a version in {answer}")).to_owned()
}

/// Returns the revision id of a state machine or a version. The first revision has no id.
fn revision(sfn: &StepFunctions, arn: &str) -> Option<String> {
    let described = call(sfn, "DescribeStateMachine", &json!({"stateMachineArn": arn}));
    described.get("revisionId").map(|id| id.as_str().expect("an id").to_owned())
}

proptest! {
    #![proptest_config(crate::config(200))]

    #[test]
    fn numbers_are_never_reused(steps in steps(), store in prop::sample::select(StoreKind::ALL)) {
        let storage = Storage::new(store);
        let sfn = open(&storage);
        let (mut ever, mut greatest) = (BTreeSet::new(), 0);
        for step in steps {
            let before = versions(&sfn);
            let answer = match step {
                Step::Publish => call(&sfn, "PublishStateMachineVersion", &json!({"stateMachineArn": MACHINE})),
                Step::Update(d) => call(&sfn, "UpdateStateMachine", &json!({"stateMachineArn": MACHINE, "definition": DEFINITIONS[d]})),
                Step::UpdateAndPublish(d, text) => call(&sfn, "UpdateStateMachine", &json!({"stateMachineArn": MACHINE, "definition": DEFINITIONS[d], "publish": true, "versionDescription": text})),
                Step::Delete(_) if before.is_empty() => continue,
                Step::Delete(index) => call(&sfn, "DeleteStateMachineVersion", &json!({"stateMachineVersionArn": index.get(&before)})),
            };
            for new in versions(&sfn).into_iter().filter(|arn| !before.contains(arn)) {
                let number: u32 = new.rsplit(':').next().unwrap().parse().unwrap();
                prop_assert_eq!(number, greatest + 1, "version numbers have no gaps: {}", answer);
                greatest = number;
                prop_assert!(ever.insert(new), "a version was created twice");
            }
        }
    }

    /// Publishing returns a version of the current revision, and a new one only if none exists.
    #[test]
    fn a_revision_is_published_once(steps in steps(), store in prop::sample::select(StoreKind::ALL)) {
        let storage = Storage::new(store);
        let sfn = open(&storage);
        for step in steps {
            let before = versions(&sfn);
            match step {
                Step::Publish => {
                    let answer = call(&sfn, "PublishStateMachineVersion", &json!({"stateMachineArn": MACHINE}));
                    let current = revision(&sfn, MACHINE);
                    prop_assert_eq!(&revision(&sfn, &published(&answer)), &current);
                    let there = before.iter().any(|arn| revision(&sfn, arn) == current);
                    prop_assert_eq!(before.contains(&published(&answer)), there, "{} of {:?}", answer, before);
                }
                Step::Update(d) => drop(call(&sfn, "UpdateStateMachine", &json!({"stateMachineArn": MACHINE, "definition": DEFINITIONS[d]}))),
                Step::UpdateAndPublish(d, text) => drop(call(&sfn, "UpdateStateMachine", &json!({"stateMachineArn": MACHINE, "definition": DEFINITIONS[d], "publish": true, "versionDescription": text}))),
                Step::Delete(_) if before.is_empty() => {}
                Step::Delete(index) => drop(call(&sfn, "DeleteStateMachineVersion", &json!({"stateMachineVersionArn": index.get(&before)}))),
            }
        }
    }
}

/// UpdateStateMachine with another description creates a second version of a revision. After this version is
/// deleted, publishing returns the first one.
#[test]
fn an_earlier_version_of_the_revision_remains_published() {
    let storage = Storage::new(StoreKind::ALL[0]);
    let sfn = open(&storage);
    let publish = json!({"stateMachineArn": MACHINE});
    let first = published(&call(&sfn, "PublishStateMachineVersion", &publish));
    let described =
        json!({"stateMachineArn": MACHINE, "definition": DEFINITIONS[0], "publish": true, "versionDescription": "two"});
    let second = published(&call(&sfn, "UpdateStateMachine", &described));
    assert_ne!(first, second);
    call(&sfn, "DeleteStateMachineVersion", &json!({"stateMachineVersionArn": second}));
    assert_eq!(published(&call(&sfn, "PublishStateMachineVersion", &publish)), first);
}
