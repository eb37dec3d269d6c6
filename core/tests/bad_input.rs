//! Whatever comes in: an error of AWS's and nothing changed, or an answer; never a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "properties/snapshot.rs"]
mod snapshot;

use serde_json::{Value, json};
use sfn_alias::constraint::{Member, Rule};
use sfn_alias::{Error, ErrorKind, Limits, Operation, Options, Reply, StepFunctions};
use snapshot::snapshot;

const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
const MEBIBYTE: usize = 1 << 20;

/// A service with something of everything in it.
fn service(limits: Limits) -> StepFunctions {
    let aliases = StepFunctions::in_memory_with(Options { limits, ..Options::default() }).expect("a service");
    let ask = |operation: &str, input: Value| {
        let reply = aliases.call(operation, input.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{operation}: {}", String::from_utf8_lossy(&reply.body));
    };
    ask(
        "CreateStateMachine",
        json!({
            "name": "orders", "publish": true, "tags": [{"key": "team", "value": "sales"}],
            "definition": r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#,
            "roleArn": "arn:aws:iam::000000000000:role/orders",
        }),
    );
    ask(
        "CreateStateMachineAlias",
        json!({
            "name": "PROD", "routingConfiguration": [{"stateMachineVersionArn": format!("{MACHINE}:1"), "weight": 100}],
        }),
    );
    ask("StartExecution", json!({"stateMachineArn": format!("{MACHINE}:PROD"), "name": "one"}));
    aliases
}

/// Runs what must leave the service as it was.
fn nothing_changes(run: impl FnOnce(&StepFunctions)) {
    let aliases = service(Limits::default());
    let before = snapshot(&aliases);
    run(&aliases);
    assert_eq!(snapshot(&aliases), before);
}

/// The body of an error, which has the status of its kind and nothing but AWS's members.
#[track_caller]
fn refusal(reply: &Reply, kind: ErrorKind) -> Value {
    let body: Value = serde_json::from_slice(&reply.body).expect("an answer is JSON");
    let code = body["__type"].as_str().and_then(|name| name.rsplit('#').next());
    let start: String = body.to_string().chars().take(300).collect();
    assert_eq!((reply.status, code), (kind.status(), Some(kind.code())), "{start}");
    let members = body.as_object().expect("an object").keys();
    assert!(members.clone().all(|name| ["__type", "message", "reason"].contains(&&**name)), "{start}");
    body
}

/// `call` and `invoke` refuse alike, and so does `validate`, which looks at the request alone.
#[track_caller]
fn refuse(aliases: &StepFunctions, operation: &str, body: &[u8], kind: ErrorKind) -> Error {
    let shown = || String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
    let error = aliases.try_call(operation, body).expect_err(&shown());
    assert_eq!(error.kind(), kind, "{operation} {}", shown());
    let answered = refusal(&aliases.call(operation, body), kind);
    assert_eq!(answered.get("message").and_then(Value::as_str).map(str::to_owned), error.wire_message());
    assert_eq!(aliases.validate(operation, body).expect_err(&shown()), error);
    let problems = aliases.check(operation, body).unwrap_or_default();
    assert_eq!(problems.is_empty(), kind == ErrorKind::UnknownOperationException, "{operation} {}", shown());
    error
}

/// Where a value stands, and what it has to be.
struct Place {
    /// As AWS prints it: `routingConfiguration.1.member.weight`.
    path: String,
    rule: &'static Rule,
    /// Puts a value there, into an input that is otherwise of the right types.
    wrap: Box<dyn Fn(Value) -> Value>,
}

/// Every place of an operation's input where a value can stand.
fn places(operation: Operation) -> Vec<Place> {
    members(operation.members(), "", &(|value| value))
}

fn members<W: Fn(Value) -> Value + Clone + 'static>(members: &'static [Member], path: &str, wrap: &W) -> Vec<Place> {
    let mut found = Vec::new();
    for member in members {
        let (path, outer) = (format!("{path}{}", member.name), wrap.clone());
        let wrap = Box::new(move |value| outer(json!({member.name: value})));
        found.extend(at(path, &member.rule, wrap));
    }
    found
}

fn at(path: String, rule: &'static Rule, wrap: Box<dyn Fn(Value) -> Value>) -> Vec<Place> {
    let wrap: std::rc::Rc<dyn Fn(Value) -> Value> = wrap.into();
    let mut found = match rule {
        Rule::List { item, .. } => {
            let (first, second) = (wrap.clone(), wrap.clone());
            let sound = sound(item);
            let mut found = at(format!("{path}.1.member"), item, Box::new(move |value| first(json!([value]))));
            let later = Box::new(move |value| second(json!([sound.clone(), value])));
            found.extend(at(format!("{path}.2.member"), item, later));
            found
        }
        Rule::Structure(inner) => {
            let wrap = wrap.clone();
            members(inner, &format!("{path}."), &move |value| wrap(value))
        }
        _ => Vec::new(),
    };
    found.push(Place { path, rule, wrap: Box::new(move |value| wrap(value)) });
    found
}

/// Some value of the right type.
fn sound(rule: &Rule) -> Value {
    match rule {
        Rule::Text(_) => json!("text"),
        Rule::Integer { .. } => json!(1),
        Rule::Boolean => json!(true),
        Rule::List { .. } => json!([]),
        Rule::Structure(_) => json!({}),
    }
}

/// Values of every JSON type, and what errors call them.
fn values() -> [(&'static str, Value); 8] {
    [
        ("a string", json!("text")),
        ("an integer", json!(1)),
        ("an integer beyond 64 bits", json!(u64::MAX)),
        ("a number with a fraction", json!(50.0)),
        ("an integer beyond 64 bits", json!(1e30)),
        ("a boolean", json!(true)),
        ("a list", json!([1])),
        ("a structure", json!({"a": 1})),
    ]
}

/// Converts AWS's path of a member to a JSON pointer.
fn pointer(path: &str) -> String {
    let steps = path.split('.').filter(|step| *step != "member");
    steps
        .map(|step| step.parse::<usize>().map_or_else(|_| format!("/{step}"), |number| format!("/{}", number - 1)))
        .collect()
}

fn expected(rule: &Rule) -> &'static str {
    match rule {
        Rule::Text(_) => "a string",
        Rule::Integer { .. } => "an integer",
        Rule::Boolean => "a boolean",
        Rule::List { .. } => "a list",
        Rule::Structure(_) => "a structure",
    }
}

#[test]
fn a_value_of_the_wrong_type_is_named_with_its_place() {
    let mut count = 0;
    nothing_changes(|aliases| {
        for (operation, place) in all_places() {
            let wrong = values().into_iter().filter(|(kind, _)| *kind != expected(place.rule));
            for (found, value) in wrong {
                let body = (place.wrap)(value).to_string();
                let error = refuse(aliases, operation.as_str(), body.as_bytes(), ErrorKind::SerializationException);
                let message = format!("`{}`: expected {}, found {found}", pointer(&place.path), expected(place.rule));
                assert_eq!(error.to_string(), message, "{operation} {body}");
                count += 1;
            }
        }
    });
    assert!(count > 700, "only {count} wrong values were tried");
}

fn all_places() -> impl Iterator<Item = (Operation, Place)> {
    Operation::ALL.iter().flat_map(|operation| places(*operation).into_iter().map(|place| (*operation, place)))
}

/// In a list null is a value, and a wrong one; elsewhere it is a missing member.
#[test]
fn null_in_a_list_is_a_value() {
    nothing_changes(|aliases| {
        for (operation, place) in all_places().filter(|(_, place)| place.path.ends_with(".member")) {
            let body = (place.wrap)(Value::Null).to_string();
            let error = refuse(aliases, operation.as_str(), body.as_bytes(), ErrorKind::SerializationException);
            let message = format!("`{}`: expected {}, found null", pointer(&place.path), expected(place.rule));
            assert_eq!(error.to_string(), message, "{operation} {body}");
        }
    });
}

#[test]
fn a_null_member_is_a_missing_member() {
    nothing_changes(|aliases| {
        for operation in Operation::ALL {
            let nulls: Value = operation.members().iter().map(|member| (member.name.to_owned(), Value::Null)).collect();
            let answer = |body: &[u8]| aliases.call(operation.as_str(), body);
            assert_eq!(answer(nulls.to_string().as_bytes()), answer(b"{}"), "{operation}");
        }
    });
}

fn not_null(names: &[String]) -> String {
    let each = |name: &String| format!("Value null at '{name}' failed to satisfy constraint: Member must not be null");
    let plural = if names.len() == 1 { "" } else { "s" };
    let all: Vec<String> = names.iter().map(each).collect();
    format!("{} validation error{plural} detected: {}", names.len(), all.join("; "))
}

fn required(members: &[Member], path: &str) -> Vec<String> {
    members.iter().filter(|member| member.required).map(|member| format!("{path}{}", member.name)).collect()
}

#[test]
fn missing_members_are_named_in_the_order_of_the_model() {
    nothing_changes(|aliases| {
        let mut count = 0;
        for operation in Operation::ALL {
            let missing = required(operation.members(), "");
            if !missing.is_empty() {
                let error = refuse(aliases, operation.as_str(), b"{}", ErrorKind::ValidationException);
                assert_eq!(error.to_string(), not_null(&missing), "{operation}");
                count += 1;
            }
        }
        assert!(count > 15, "only {count} operations have required members");
    });
}

#[test]
fn missing_members_of_structures_are_named_with_their_place() {
    nothing_changes(|aliases| {
        let mut count = 0;
        for (operation, place) in all_places() {
            let Rule::Structure(members) = place.rule else { continue };
            let missing = required(members, &format!("{}.", place.path));
            if missing.is_empty() || place.path.contains(".2.") {
                continue;
            }
            let input = (place.wrap)(json!({}));
            // What is missing beside stands in the order of the model as well.
            let given = input.as_object().unwrap().keys().next().unwrap().clone();
            let outer = operation.members().iter().flat_map(|member| match () {
                () if member.name == given => missing.clone(),
                () if member.required => vec![member.name.to_owned()],
                () => Vec::new(),
            });
            let outer: Vec<String> = outer.collect();
            let error =
                refuse(aliases, operation.as_str(), input.to_string().as_bytes(), ErrorKind::ValidationException);
            assert_eq!(error.to_string(), not_null(&outer), "{operation} {input}");
            count += 1;
        }
        assert!(count >= 4, "only {count} structures have required members");
    });
}

/// A create request with this text as its weight.
fn with_weight(weight: &str) -> Vec<u8> {
    let route = format!(r#"{{"stateMachineVersionArn": "{MACHINE}:1", "weight": {weight}}}"#);
    format!(r#"{{"name": "new", "routingConfiguration": [{route}]}}"#).into_bytes()
}

#[test]
fn numbers_are_whole_and_of_64_bits() {
    nothing_changes(|aliases| {
        let fraction = "`/routingConfiguration/0/weight`: expected an integer, found a number with a fraction";
        for weight in ["100.0", "1e2", "1E+2", "0.5", "100.00000000000000000001", "-1e2"] {
            let error =
                refuse(aliases, "CreateStateMachineAlias", &with_weight(weight), ErrorKind::SerializationException);
            assert_eq!(error.to_string(), fraction, "{weight}");
        }
        let beyond = "`/routingConfiguration/0/weight`: expected an integer, found an integer beyond 64 bits";
        for weight in
            ["9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775809", "1e308"]
        {
            let error =
                refuse(aliases, "CreateStateMachineAlias", &with_weight(weight), ErrorKind::SerializationException);
            assert_eq!(error.to_string(), beyond, "{weight}");
        }
        // Beyond what a floating-point number holds, and no JSON at all.
        for weight in ["1e309", "01", "+1", "1.", ".5", "0x64", "NaN", "Infinity", "-", "100,"] {
            let error =
                refuse(aliases, "CreateStateMachineAlias", &with_weight(weight), ErrorKind::SerializationException);
            assert_eq!(error.wire_message(), None, "{weight}");
        }
    });
}

#[test]
fn numbers_at_the_ends_of_64_bits_break_constraints() {
    nothing_changes(|aliases| {
        for (weight, constraint) in [
            (i64::MAX, "Member must have value less than or equal to 100"),
            (i64::MIN, "Member must have value greater than or equal to 0"),
        ] {
            let body = with_weight(&weight.to_string());
            let error = refuse(aliases, "CreateStateMachineAlias", &body, ErrorKind::ValidationException);
            let message = format!(
                "1 validation error detected: Value '{weight}' at 'routingConfiguration.1.member.weight' \
                 failed to satisfy constraint: {constraint}"
            );
            assert_eq!(error.to_string(), message);
        }
    });
}

#[test]
fn a_body_that_is_no_json_object_is_refused_without_a_text() {
    nothing_changes(|aliases| {
        let bodies: [&[u8]; 24] = [
            b"",
            b" ",
            b"\0",
            b"null",
            b"true",
            b"1",
            b"\"{}\"",
            b"[]",
            b"[{}]",
            b"{",
            b"}",
            b"{}}",
            b"{} {}",
            b"{\"name\"}",
            b"{\"name\": }",
            b"{\"name\": \"a\",}",
            b"{'name': 'a'}",
            b"{name: 1}",
            b"{}\0",
            b"\xEF\xBB\xBF{}",
            b"\xFF",
            b"{\"name\": \"\xFF\"}",
            b"{\"\xC3\x28\": 1}",
            b"{\"name\": \"\xED\xA0\x80\"}",
        ];
        for operation in Operation::ALL {
            for body in bodies {
                let error = refuse(aliases, operation.as_str(), body, ErrorKind::SerializationException);
                assert_eq!(error.wire_message(), None, "{operation} {body:?}");
            }
        }
    });
}

/// Characters that JSON cannot hold, in every member that is a string.
#[test]
fn lone_surrogates_and_control_characters_are_no_text() {
    nothing_changes(|aliases| {
        for (operation, place) in all_places().filter(|(_, place)| matches!(place.rule, Rule::Text(_))) {
            let sound = (place.wrap)(json!("MARK")).to_string();
            for text in
                [r"\uD800", r"\uDC00", r"\uD83D\u0041", r"\uD83D", r"\u12", r"\x41", r"\0", "\0", "\n", "\u{1f}"]
            {
                let body = sound.replace("MARK", text);
                let error = refuse(aliases, operation.as_str(), body.as_bytes(), ErrorKind::SerializationException);
                assert_eq!(error.wire_message(), None, "{operation} {body}");
            }
        }
    });
}

/// NUL and other odd characters are characters like any other, where they are escaped as JSON wants.
#[test]
fn odd_characters_never_get_far() {
    // These have nothing to refuse: the one is about no resource, the other answers what is wrong.
    let harmless = [Operation::ListStateMachines, Operation::ValidateStateMachineDefinition];
    nothing_changes(|aliases| {
        let texts = all_places().filter(|(_, place)| matches!(place.rule, Rule::Text(_)));
        for (operation, place) in texts.filter(|(operation, _)| !harmless.contains(operation)) {
            for text in ["\0", "\u{7f}", "\u{feff}", "\u{202e}", "\u{10ffff}", "\u{fffe}", "''; --", "😀"] {
                let body = (place.wrap)(json!(text)).to_string();
                let reply = aliases.call(operation.as_str(), body.as_bytes());
                assert_eq!(reply.status, 400, "{operation} {body}: {}", String::from_utf8_lossy(&reply.body));
            }
        }
        let nul = json!({"name": "a\0b", "stateMachineArn": MACHINE}).to_string();
        let error = refuse(aliases, "StartExecution", nul.as_bytes(), ErrorKind::InvalidName);
        assert_eq!(error.to_string(), "Invalid Name: 'a\0b'");
        let arn = json!({"stateMachineArn": format!("{MACHINE}\0")}).to_string();
        let reply = aliases.call("DescribeStateMachine", arn.as_bytes());
        refusal(&reply, ErrorKind::StateMachineDoesNotExist);
    });
}

/// Nesting that would overflow a stack, in known members, in unknown ones, and inside texts.
#[test]
fn deep_nesting_is_no_danger() {
    const DEPTH: usize = 100_000;
    nothing_changes(|aliases| {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let deep = format!("{}1{}", open.repeat(DEPTH), close.repeat(DEPTH));
            // Of structures, what is not known is skipped, however deep.
            let skipped = |place: &Place| matches!(place.rule, Rule::Structure(_)) && open != "[";
            for (operation, place) in all_places().filter(|(_, place)| !skipped(place)) {
                let body = (place.wrap)(json!("MARK")).to_string().replace("\"MARK\"", &deep);
                let reply = aliases.call(operation.as_str(), body.as_bytes());
                refusal(&reply, ErrorKind::SerializationException);
            }
            let unknown = format!(r#"{{"unknown": {deep}}}"#);
            assert_eq!(aliases.call("ListStateMachines", unknown.as_bytes()).status, 200);
            let unclosed = format!(r#"{{"unknown": {}"#, open.repeat(DEPTH));
            refuse(aliases, "ListStateMachines", unclosed.as_bytes(), ErrorKind::SerializationException);
            let bare = open.repeat(DEPTH);
            refuse(aliases, "ListStateMachines", bare.as_bytes(), ErrorKind::SerializationException);

            let definition =
                json!({"definition": deep, "name": "deep", "roleArn": "arn:aws:iam::0:role/r"}).to_string();
            refuse(aliases, "CreateStateMachine", definition.as_bytes(), ErrorKind::InvalidDefinition);
            let cut = json!({"stateMachineArn": MACHINE, "input": open.repeat(DEPTH / 2)}).to_string();
            refuse(aliases, "StartExecution", cut.as_bytes(), ErrorKind::InvalidExecutionInput);
        }
    });
    // As an input it is JSON like any other.
    let aliases = service(Limits::default());
    let input = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let body = json!({"stateMachineArn": MACHINE, "input": input}).to_string();
    assert_eq!(aliases.call("StartExecution", body.as_bytes()).status, 200);
}

/// The last of several members of one name counts, as in most JSON parsers; all of them are read.
#[test]
fn the_last_of_duplicate_members_counts() {
    nothing_changes(|aliases| {
        let twice = format!(r#"{{"stateMachineArn": "no-arn", "stateMachineArn": "{MACHINE}"}}"#);
        assert_eq!(aliases.call("DescribeStateMachine", twice.as_bytes()).status, 200);
        let null = format!(r#"{{"stateMachineArn": "{MACHINE}", "stateMachineArn": null}}"#);
        let error = refuse(aliases, "DescribeStateMachine", null.as_bytes(), ErrorKind::ValidationException);
        assert_eq!(error.to_string(), not_null(&["stateMachineArn".to_owned()]));
        for body in
            [r#"{"stateMachineArn": 1, "stateMachineArn": "x"}"#, r#"{"stateMachineArn": "x", "stateMachineArn": 1}"#]
        {
            refuse(aliases, "DescribeStateMachine", body.as_bytes(), ErrorKind::SerializationException);
        }
        let escaped = format!(r#"{{"stateMachineArn": "no-arn", "\u0073tateMachineArn": "{MACHINE}"}}"#);
        assert_eq!(aliases.call("DescribeStateMachine", escaped.as_bytes()).status, 200);
    });
}

#[test]
fn unknown_operations_are_refused_whatever_they_are_called() {
    let long = "x".repeat(MEBIBYTE);
    let nearly = [
        "",
        " ",
        "\0",
        "createStateMachineAlias",
        "CreateStateMachineAlias ",
        "AWSStepFunctions.CreateStateMachineAlias",
        "🙂",
        &long,
    ];
    nothing_changes(|aliases| {
        for name in nearly {
            for body in [&b"{}"[..], b"", b"not json"] {
                let error = refuse(aliases, name, body, ErrorKind::UnknownOperationException);
                assert!(error.to_string().len() < 500, "{} bytes", error.to_string().len());
            }
            let reply = aliases.call(name, b"{}");
            assert_eq!(reply.body, br#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#);
        }
    });
}

#[test]
fn a_request_may_have_a_mebibyte() {
    nothing_changes(|aliases| {
        let filled = |length: usize| {
            let empty = r#"{"unknown": ""}"#.len();
            format!(r#"{{"unknown": "{}"}}"#, "x".repeat(length - empty))
        };
        assert_eq!(aliases.call("ListStateMachines", filled(MEBIBYTE).as_bytes()).status, 200);
        for body in [filled(MEBIBYTE + 1).into_bytes(), vec![0; MEBIBYTE + 1], vec![b'['; 10 * MEBIBYTE]] {
            for operation in Operation::ALL {
                let error = refuse(aliases, operation.as_str(), &body, ErrorKind::RequestEntityTooLargeException);
                let message = format!("Request is {} bytes long; at most 1048576 are accepted", body.len());
                assert_eq!(error.to_string(), message);
            }
            // What is no operation is told first.
            refuse(aliases, "Nothing", &body, ErrorKind::UnknownOperationException);
        }
    });
}

/// With a higher limit for requests, a huge text is refused by its member's own constraint, which
/// repeats it once for every constraint that it breaks, unless it is sensitive.
fn huge_texts_are_refused(text: &str, places: impl Iterator<Item = (Operation, Place)>) {
    let aliases = service(Limits { request_bytes: 2 * text.len(), ..Limits::default() });
    let before = snapshot(&aliases);
    for (operation, place) in places {
        let Rule::Text(rule) = place.rule else { continue };
        let mark = (place.wrap)(json!("MARK")).to_string();
        let reply = aliases.call(operation.as_str(), mark.replace("MARK", text).as_bytes());
        refusal(&reply, ErrorKind::ValidationException);
        let most = if rule.sensitive { 1000 } else { 2 * text.len() + 1000 };
        assert!(reply.body.len() < most, "{operation} {}: {} bytes", place.path, reply.body.len());
    }
    assert_eq!(snapshot(&aliases), before);
}

#[test]
fn ten_megabytes_in_a_member_are_refused() {
    let some = ["description", "name", "definition", "input", "stateMachineArn", "tagKeys.1.member", "nextToken"];
    let chosen = some.map(|path| all_places().find(|(_, place)| place.path == path).expect("such a member"));
    huge_texts_are_refused(&"x".repeat(10_000_000), chosen.into_iter());
}

#[test]
fn more_than_a_definition_is_too_much_for_any_member() {
    huge_texts_are_refused(&"é".repeat(1_048_577), all_places());
}

/// A request cannot be answered with many times its length.
#[test]
fn answers_to_a_thousand_faults_stay_short() {
    let lists = [
        ("CreateStateMachineAlias", r#"{"routingConfiguration": [ITEM]}"#, "{}"),
        ("UpdateStateMachineAlias", r#"{"routingConfiguration": [ITEM]}"#, r#"{"weight":101}"#),
        ("TagResource", r#"{"tags": [ITEM]}"#, r#"{"key":""}"#),
        ("UntagResource", r#"{"tagKeys": [ITEM]}"#, r#""""#),
        (
            "CreateStateMachine",
            r#"{"loggingConfiguration": {"destinations": [ITEM]}}"#,
            r#"{"cloudWatchLogsLogGroup":{"logGroupArn":""}}"#,
        ),
    ];
    nothing_changes(|aliases| {
        for (operation, around, item) in lists {
            let items = vec![item; (MEBIBYTE - around.len()) / (item.len() + 1)].join(",");
            let body = around.replace("ITEM", &items);
            let reply = aliases.call(operation, body.as_bytes());
            refusal(&reply, ErrorKind::ValidationException);
            assert!(reply.body.len() < 64 * 1024, "{operation}: {} bytes for {}", reply.body.len(), body.len());
            let problems = aliases.check(operation, body.as_bytes()).expect("a known operation");
            assert!(problems.len() < 200, "{operation}: {} problems", problems.len());
        }
    });
}
