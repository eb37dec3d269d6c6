//! Two create requests have the same fingerprint if and only if they are equal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use sfn_alias::wire::input::{CreateStateMachineAliasInput, RoutingConfigurationListItem};
use sfn_alias::wire::output::DescribeStateMachineAliasOutput;
use sfn_alias::{Comparison, StepFunctions, compare, fingerprint, fingerprint_encoding};
use sha2::{Digest, Sha256};

/// The members that determine whether two requests are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CreateRequest {
    machine: String,
    name: String,
    description: Option<String>,
    /// Version numbers and weights.
    routes: Vec<(u32, u8)>,
}

impl CreateRequest {
    fn machine_arn(&self) -> String {
        format!("arn:aws:states:us-east-1:000000000000:stateMachine:{}", self.machine)
    }

    fn version_arn(&self, number: u32) -> String {
        format!("{}:{number}", self.machine_arn())
    }

    fn input(&self) -> CreateStateMachineAliasInput<'static> {
        let route = |&(number, weight): &(u32, u8)| RoutingConfigurationListItem {
            state_machine_version_arn: Some(self.version_arn(number).into()),
            weight: Some(i64::from(weight)),
        };
        CreateStateMachineAliasInput {
            description: self.description.clone().map(Into::into),
            name: Some(self.name.clone().into()),
            routing_configuration: Some(self.routes.iter().map(route).collect()),
        }
    }

    /// Encodes the request as the documentation in `fingerprint.rs` describes.
    fn encoding(&self) -> Vec<u8> {
        let string = |text: &str| [&(text.len() as u64).to_be_bytes()[..], text.as_bytes()].concat();
        let mut bytes = b"sfn-alias/fingerprint/v1\n".to_vec();
        bytes.extend(string(&self.machine_arn()));
        bytes.extend(string(&self.name));
        bytes.extend(self.description.as_ref().map_or(vec![0], |text| [vec![1], string(text)].concat()));
        bytes.extend((self.routes.len() as u64).to_be_bytes());
        for &(number, weight) in &self.routes {
            bytes.extend(string(&self.version_arn(number)));
            bytes.push(weight);
        }
        bytes
    }

    fn hex(&self) -> String {
        fingerprint(&self.input()).expect("a sound request").to_hex()
    }
}

/// Generates requests that often differ in one member only. Their texts contain each other, and their descriptions
/// resemble the bytes around them in the encoding.
fn any_request() -> impl Strategy<Value = CreateRequest> {
    let description = prop_oneof![
        3 => Just(None),
        3 => select(&["", "a", "\0", "\u{1}", "ab", "\0\0\0\0\0\0\0\u{1}a", "é", "arn:aws:states:us-east-1:000000000000:stateMachine:a:1"][..])
            .prop_map(|text| Some(text.to_owned())),
        1 => proptest::option::of(".{0,40}"),
    ];
    let single = select(&[1_u32, 2, 11, 12][..]).prop_map(|number| vec![(number, 100)]);
    let pair = select(&[(1_u32, 2_u32), (2, 1), (1, 12), (11, 2), (12, 1)][..]);
    let double = (pair, select(&[0_u8, 1, 50, 99, 100][..]))
        .prop_map(|((first, second), weight)| vec![(first, weight), (second, 100 - weight)]);
    let machine = select(&["a", "ab", "a1"][..]);
    let name = select(&["b", "bb", "b.", "1b"][..]);
    (machine, name, description, prop_oneof![single, double]).prop_map(|(machine, name, description, routes)| {
        CreateRequest { machine: machine.to_owned(), name: name.to_owned(), description, routes }
    })
}

/// Changes a request in one of the ways that an ambiguous encoding would not detect.
fn change_slightly(request: &CreateRequest, change: usize) -> CreateRequest {
    let mut changed = request.clone();
    let description = changed.description.clone().unwrap_or_default();
    match change {
        0 => changed.description = if changed.description.is_none() { Some(String::new()) } else { None },
        1 => changed.routes.reverse(),
        // A character moves from the alias's name to the state machine's name.
        2 => changed.machine.push_str(&changed.name.split_off(changed.name.len() - 1)),
        // A character moves from the name to the description.
        3 => changed.description = Some(changed.name.split_off(changed.name.len() - 1) + &description),
        4 => changed.description = Some(description + "\0"),
        5 => changed.routes.iter_mut().for_each(|(number, _)| *number += 1),
        // The weights are swapped, the versions are not.
        6 if changed.routes.len() == 2 => {
            let weights = (changed.routes[0].1, changed.routes[1].1);
            (changed.routes[1].1, changed.routes[0].1) = weights;
        }
        7 => changed.machine.push('b'),
        8 => changed.name.push('b'),
        9 if changed.routes.len() == 1 => changed.routes.push((99, 0)),
        _ => {}
    }
    changed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fingerprints_are_equal_if_and_only_if_requests_are(first in any_request(), second in any_request()) {
        prop_assert_eq!(first.hex() == second.hex(), first == second);
    }

    #[test]
    fn similar_requests_have_different_fingerprints(request in any_request(), change in 0_usize..11) {
        let changed = change_slightly(&request, change);
        if sfn_alias::Validate::validate(&changed.input()).is_ok() {
            prop_assert_eq!(request.hex() == changed.hex(), request == changed, "{:?} and {:?}", request, changed);
        }
    }

    #[test]
    fn the_documented_encoding_produces_the_fingerprint(request in any_request()) {
        prop_assert_eq!(fingerprint_encoding(&request.input()).unwrap(), request.encoding());
        let fingerprint = fingerprint(&request.input()).unwrap();
        let expected: [u8; 32] = Sha256::digest(request.encoding()).into();
        prop_assert_eq!(fingerprint.as_bytes(), &expected);
        let hex: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
        prop_assert_eq!(fingerprint.to_hex(), hex);
    }

    /// Whitespace, the order of members, escapes, nulls and unknown members do not change the fingerprint.
    #[test]
    fn formatting_does_not_change_the_fingerprint(request in any_request(), extra in any::<bool>()) {
        let routes: Vec<String> = request.routes.iter().map(|(number, weight)| {
            format!(r#" {{ "weight" : {weight}, "stateMachineVersionArn": {} }}"#, escaped(&request.version_arn(*number)))
        }).collect();
        let description = request.description.as_deref().map_or("null".to_owned(), escaped);
        let unknown = if extra { r#""clientToken": [{}], "# } else { "" };
        let name = escaped(&request.name);
        let text = format!(
            "\n{{{unknown}\"routingConfiguration\": [{}],\t\"na\\u006de\": {name}, \"description\": {description}}}",
            routes.join(",")
        );
        let input: CreateStateMachineAliasInput<'_> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(fingerprint(&input).unwrap().to_hex(), request.hex(), "{}", text);
    }

    #[test]
    fn compare_agrees_with_fingerprints(first in any_request(), second in any_request()) {
        let comparison = compare(Some(&created_alias(&first)), &second.input()).unwrap();
        let same_alias = (&first.machine, &first.name) == (&second.machine, &second.name);
        let expected = match (same_alias, first.hex() == second.hex()) {
            (false, _) => "new",
            (true, true) => "replay",
            (true, false) => "conflict",
        };
        prop_assert_eq!(comparison.as_str(), expected);
        if let Comparison::Conflict { differs } = comparison {
            let differs: Vec<&str> = differs.iter().map(|member| member.as_str()).collect();
            let members = [("description", first.description == second.description), ("routingConfiguration", first.routes == second.routes)];
            let expected: Vec<&str> = members.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect();
            prop_assert_eq!(differs, expected);
        }
    }
}

/// A JSON string with every character escaped.
fn escaped(text: &str) -> String {
    let escapes: String = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    format!("\"{escapes}\"")
}

/// Returns the alias that a request creates.
fn created_alias(request: &CreateRequest) -> DescribeStateMachineAliasOutput {
    let route = |(number, weight): &(u32, u8)| json!({"stateMachineVersionArn": request.version_arn(*number), "weight": weight});
    let alias = json!({
        "creationDate": 1.5,
        "description": request.description,
        "name": request.name,
        "routingConfiguration": request.routes.iter().map(route).collect::<Vec<Value>>(),
        "stateMachineAliasArn": format!("{}:{}", request.machine_arn(), request.name),
        "updateDate": 1.5,
    });
    serde_json::from_value(alias).expect("an alias")
}

/// A service with twelve versions of each state machine of [`any_request`].
fn service() -> StepFunctions {
    let sfn = StepFunctions::in_memory().expect("a service");
    let call_ok = |operation: &str, input: Value| {
        let reply = sfn.call(operation, input.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{operation}: {}", String::from_utf8_lossy(&reply.body));
    };
    let definition = |comment: u32| {
        format!(r#"{{"Comment": "{comment}", "StartAt": "A", "States": {{"A": {{"Type": "Succeed"}}}}}}"#)
    };
    for machine in ["a", "ab", "a1"] {
        let arn = format!("arn:aws:states:us-east-1:000000000000:stateMachine:{machine}");
        let role = "arn:aws:iam::000000000000:role/r";
        let create = json!({"name": machine, "definition": definition(1), "roleArn": role, "publish": true});
        call_ok("CreateStateMachine", create);
        for number in 2..=12 {
            let update = json!({"stateMachineArn": arn, "definition": definition(number), "publish": true});
            call_ok("UpdateStateMachine", update);
        }
    }
    sfn
}

#[test]
fn the_service_treats_requests_with_the_same_fingerprint_as_equal() {
    let sfn = service();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let outcome = runner.run(&(any_request(), any_request()), |(first, second)| {
        let alias = sfn.create_state_machine_alias(&first.input()).expect("a new alias").state_machine_alias_arn;
        let code = sfn.create_state_machine_alias(&second.input()).err().map(|error| error.code());
        let conflicts = (&first.machine, &first.name) == (&second.machine, &second.name) && first.hex() != second.hex();
        prop_assert_eq!(code, conflicts.then_some("ConflictException"));
        for arn in [alias, format!("{}:{}", second.machine_arn(), second.name)] {
            let reply =
                sfn.call("DeleteStateMachineAlias", json!({"stateMachineAliasArn": arn}).to_string().as_bytes());
            prop_assert_eq!(reply.status, 200);
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
