//! The fingerprint of a create request: equal for equal requests, and for no others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use sfn_alias::wire::input::{CreateStateMachineAliasInput, RoutingConfigurationListItem};
use sfn_alias::wire::output::DescribeStateMachineAliasOutput;
use sfn_alias::{Comparison, StepFunctions, compare, fingerprint, fingerprint_encoding};
use sha2::{Digest, Sha256};

/// The members that make two requests the same.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    machine: String,
    name: String,
    description: Option<String>,
    /// Version numbers and weights.
    routes: Vec<(u32, u8)>,
}

impl Asked {
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

    /// The encoding as `fingerprint.rs` documents it, put together from that text alone.
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

/// Requests that are often equal in all but one member, whose texts are parts of each other, and
/// whose descriptions look like what stands around them in the encoding.
fn asked() -> impl Strategy<Value = Asked> {
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
    (machine, name, description, prop_oneof![single, double]).prop_map(|(machine, name, description, routes)| Asked {
        machine: machine.to_owned(),
        name: name.to_owned(),
        description,
        routes,
    })
}

/// One step away from a request, in one of the ways that a careless encoding would not notice.
fn neighbour(asked: &Asked, way: usize) -> Asked {
    let mut near = asked.clone();
    let description = near.description.clone().unwrap_or_default();
    match way {
        0 => near.description = if near.description.is_none() { Some(String::new()) } else { None },
        1 => near.routes.reverse(),
        // The border between the state machine and the alias moves by a character.
        2 => near.machine.push_str(&near.name.split_off(near.name.len() - 1)),
        // The border between name and description moves.
        3 => near.description = Some(near.name.split_off(near.name.len() - 1) + &description),
        4 => near.description = Some(description + "\0"),
        5 => near.routes.iter_mut().for_each(|(number, _)| *number += 1),
        // Weights change places, versions do not.
        6 if near.routes.len() == 2 => {
            let weights = (near.routes[0].1, near.routes[1].1);
            (near.routes[1].1, near.routes[0].1) = weights;
        }
        7 => near.machine.push('b'),
        8 => near.name.push('b'),
        9 if near.routes.len() == 1 => near.routes.push((99, 0)),
        _ => {}
    }
    near
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equal_requests_alone_have_equal_fingerprints(first in asked(), second in asked()) {
        prop_assert_eq!(first.hex() == second.hex(), first == second);
    }

    #[test]
    fn neighbours_are_told_apart(asked in asked(), way in 0_usize..11) {
        let near = neighbour(&asked, way);
        if sfn_alias::Validate::validate(&near.input()).is_ok() {
            prop_assert_eq!(asked.hex() == near.hex(), asked == near, "{:?} beside {:?}", asked, near);
        }
    }

    #[test]
    fn the_documented_encoding_gives_the_fingerprint(asked in asked()) {
        prop_assert_eq!(fingerprint_encoding(&asked.input()).unwrap(), asked.encoding());
        let fingerprint = fingerprint(&asked.input()).unwrap();
        let expected: [u8; 32] = Sha256::digest(asked.encoding()).into();
        prop_assert_eq!(fingerprint.as_bytes(), &expected);
        let hex: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
        prop_assert_eq!(fingerprint.to_hex(), hex);
    }

    /// White space, the order of members, escapes, nulls and unknown members are no part of a request.
    #[test]
    fn spelling_does_not_matter(asked in asked(), extra in any::<bool>()) {
        let routes: Vec<String> = asked.routes.iter().map(|(number, weight)| {
            format!(r#" {{ "weight" : {weight}, "stateMachineVersionArn": {} }}"#, escaped(&asked.version_arn(*number)))
        }).collect();
        let description = asked.description.as_deref().map_or("null".to_owned(), escaped);
        let unknown = if extra { r#""clientToken": [{}], "# } else { "" };
        let name = escaped(&asked.name);
        let text = format!(
            "\n{{{unknown}\"routingConfiguration\": [{}],\t\"na\\u006de\": {name}, \"description\": {description}}}",
            routes.join(",")
        );
        let input: CreateStateMachineAliasInput<'_> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(fingerprint(&input).unwrap().to_hex(), asked.hex(), "{}", text);
    }

    #[test]
    fn comparing_is_comparing_fingerprints(first in asked(), second in asked()) {
        let answer = compare(Some(&described(&first)), &second.input()).unwrap();
        let same_alias = (&first.machine, &first.name) == (&second.machine, &second.name);
        let expected = match (same_alias, first.hex() == second.hex()) {
            (false, _) => "new",
            (true, true) => "replay",
            (true, false) => "conflict",
        };
        prop_assert_eq!(answer.as_str(), expected);
        if let Comparison::Conflict { differs } = answer {
            let differs: Vec<&str> = differs.iter().map(|member| member.as_str()).collect();
            let of = [("description", first.description == second.description), ("routingConfiguration", first.routes == second.routes)];
            let expected: Vec<&str> = of.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect();
            prop_assert_eq!(differs, expected);
        }
    }
}

/// A JSON string with every character escaped.
fn escaped(text: &str) -> String {
    let escapes: String = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    format!("\"{escapes}\"")
}

/// The alias that a request makes.
fn described(asked: &Asked) -> DescribeStateMachineAliasOutput {
    let route =
        |(number, weight): &(u32, u8)| json!({"stateMachineVersionArn": asked.version_arn(*number), "weight": weight});
    let alias = json!({
        "creationDate": 1.5,
        "description": asked.description,
        "name": asked.name,
        "routingConfiguration": asked.routes.iter().map(route).collect::<Vec<Value>>(),
        "stateMachineAliasArn": format!("{}:{}", asked.machine_arn(), asked.name),
        "updateDate": 1.5,
    });
    serde_json::from_value(alias).expect("an alias")
}

/// A service with twelve versions of each state machine that [`asked`] knows.
fn service() -> StepFunctions {
    let aliases = StepFunctions::in_memory().expect("a service");
    let ask = |operation: &str, input: Value| {
        let reply = aliases.call(operation, input.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{operation}: {}", String::from_utf8_lossy(&reply.body));
    };
    let definition = |comment: u32| format!(r#"{{"Comment": "{comment}", "StartAt": "A", "States": {{}}}}"#);
    for machine in ["a", "ab", "a1"] {
        let arn = format!("arn:aws:states:us-east-1:000000000000:stateMachine:{machine}");
        let role = "arn:aws:iam::000000000000:role/r";
        let create = json!({"name": machine, "definition": definition(1), "roleArn": role, "publish": true});
        ask("CreateStateMachine", create);
        for number in 2..=12 {
            let update = json!({"stateMachineArn": arn, "definition": definition(number), "publish": true});
            ask("UpdateStateMachine", update);
        }
    }
    aliases
}

/// What the service takes for a replay is what has the same fingerprint.
#[test]
fn the_service_replays_what_has_the_same_fingerprint() {
    let aliases = service();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let outcome = runner.run(&(asked(), asked()), |(first, second)| {
        let alias = aliases.create_state_machine_alias(&first.input()).expect("a new alias").state_machine_alias_arn;
        let code = aliases.create_state_machine_alias(&second.input()).err().map(|error| error.code());
        let conflicts = (&first.machine, &first.name) == (&second.machine, &second.name) && first.hex() != second.hex();
        prop_assert_eq!(code, conflicts.then_some("ConflictException"));
        for arn in [alias, format!("{}:{}", second.machine_arn(), second.name)] {
            let reply =
                aliases.call("DeleteStateMachineAlias", json!({"stateMachineAliasArn": arn}).to_string().as_bytes());
            prop_assert_eq!(reply.status, 200);
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
