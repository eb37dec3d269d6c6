//! Invalid input returns one of AWS's errors and changes nothing. It never panics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "properties/snapshot.rs"]
mod snapshot;

use serde_json::{Value, json};
use sfn_alias::constraint::{Member, Rule};
use sfn_alias::{
    Error, ErrorKind, Json, Limits, Operation, Options, Reply, StepFunctions, UnknownMembers, check_from, validate_from,
};
use snapshot::snapshot;

const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
const MEBIBYTE: usize = 1 << 20;

/// A service with one resource of each type.
fn filled_service(limits: Limits) -> StepFunctions {
    let sfn = StepFunctions::in_memory_with(Options { limits, ..Options::default() }).expect("a service");
    let call_ok = |operation: &str, input: Value| {
        let reply = sfn.call(operation, input.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{operation}: {}", String::from_utf8_lossy(&reply.body));
    };
    call_ok(
        "CreateStateMachine",
        json!({
            "name": "orders", "publish": true, "tags": [{"key": "team", "value": "sales"}],
            "definition": r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#,
            "roleArn": "arn:aws:iam::000000000000:role/orders",
        }),
    );
    call_ok(
        "CreateStateMachineAlias",
        json!({
            "name": "PROD", "routingConfiguration": [{"stateMachineVersionArn": format!("{MACHINE}:1"), "weight": 100}],
        }),
    );
    call_ok("StartExecution", json!({"stateMachineArn": format!("{MACHINE}:PROD"), "name": "one"}));
    sfn
}

/// Asserts that the work does not change the service.
fn assert_unchanged(run: impl FnOnce(&StepFunctions)) {
    let sfn = filled_service(Limits::default());
    let before = snapshot(&sfn);
    run(&sfn);
    assert_eq!(snapshot(&sfn), before);
}

/// Parses the body of an error. Asserts its status, its code and its members.
#[track_caller]
fn parse_error_body(reply: &Reply, kind: ErrorKind) -> Value {
    let body: Value = serde_json::from_slice(&reply.body).expect("the response is JSON");
    let code = body["__type"].as_str().and_then(|name| name.rsplit('#').next());
    let start: String = body.to_string().chars().take(300).collect();
    assert_eq!((reply.status, code), (kind.status(), Some(kind.code())), "{start}");
    let members = body.as_object().expect("an object").keys();
    assert!(members.clone().all(|name| ["__type", "message", "reason"].contains(&&**name)), "{start}");
    body
}

/// Asserts that `call`, `call_from` and `validate` return the same error.
#[track_caller]
fn assert_error(sfn: &StepFunctions, operation: &str, body: &[u8], kind: ErrorKind) -> Error {
    let excerpt = || String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
    let error = sfn.call_from(operation, body, &Json).expect_err(&excerpt());
    assert_eq!(error.kind(), kind, "{operation} {}", excerpt());
    let body_of_error = parse_error_body(&sfn.call(operation, body), kind);
    assert_eq!(body_of_error.get("message").and_then(Value::as_str).map(str::to_owned), error.wire_message());
    assert_eq!(validate_from(operation, body, &sfn.options().limits).expect_err(&excerpt()), error);
    let problems = check_from(operation, body, &sfn.options().limits, UnknownMembers::Ignore).unwrap_or_default();
    assert_eq!(problems.is_empty(), kind == ErrorKind::UnknownOperationException, "{operation} {}", excerpt());
    error
}

/// The path of a value in an operation's input, and the value's rule.
struct InputPath {
    /// As AWS prints it: `routingConfiguration.1.member.weight`.
    path: String,
    rule: &'static Rule,
    /// Creates an input with a value at this path. All other values have the right types.
    wrap: Box<dyn Fn(Value) -> Value>,
}

/// Returns the paths of all values in an operation's input.
fn collect_paths(operation: Operation) -> Vec<InputPath> {
    collect_member_paths(operation.members(), "", &(|value| value))
}

fn collect_member_paths<W: Fn(Value) -> Value + Clone + 'static>(
    members: &'static [Member],
    path: &str,
    wrap: &W,
) -> Vec<InputPath> {
    let mut found = Vec::new();
    for member in members {
        let (path, outer) = (format!("{path}{}", member.name), wrap.clone());
        let wrap = Box::new(move |value| outer(json!({member.name: value})));
        found.extend(collect_value_paths(path, &member.rule, wrap));
    }
    found
}

fn collect_value_paths(path: String, rule: &'static Rule, wrap: Box<dyn Fn(Value) -> Value>) -> Vec<InputPath> {
    let wrap: std::rc::Rc<dyn Fn(Value) -> Value> = wrap.into();
    let mut found = match rule {
        Rule::List { item, .. } => {
            let (first, second) = (wrap.clone(), wrap.clone());
            let valid = valid_value(item);
            let mut found =
                collect_value_paths(format!("{path}.1.member"), item, Box::new(move |value| first(json!([value]))));
            let later = Box::new(move |value| second(json!([valid.clone(), value])));
            found.extend(collect_value_paths(format!("{path}.2.member"), item, later));
            found
        }
        Rule::Structure(inner) => {
            let wrap = wrap.clone();
            collect_member_paths(inner, &format!("{path}."), &move |value| wrap(value))
        }
        _ => Vec::new(),
    };
    found.push(InputPath { path, rule, wrap: Box::new(move |value| wrap(value)) });
    found
}

/// Returns a value of the right type.
fn valid_value(rule: &Rule) -> Value {
    match rule {
        Rule::Text(_) => json!("text"),
        Rule::Integer { .. } => json!(1),
        Rule::Boolean => json!(true),
        Rule::List { .. } => json!([]),
        Rule::Structure(_) => json!({}),
    }
}

/// Values of all JSON types, with the type's name in error texts.
fn values_of_all_types() -> [(&'static str, Value); 8] {
    [
        ("a string", json!("text")),
        ("an integer", json!(1)),
        ("an integer beyond 64 bits", json!(u64::MAX)),
        ("a floating-point number", json!(50.0)),
        ("an integer beyond 64 bits", json!(1e30)),
        ("a boolean", json!(true)),
        ("a list", json!([1])),
        ("an object", json!({"a": 1})),
    ]
}

/// Converts AWS's path of a member to a JSON pointer.
fn to_pointer(path: &str) -> String {
    let steps = path.split('.').filter(|step| *step != "member");
    steps
        .map(|step| step.parse::<usize>().map_or_else(|_| format!("/{step}"), |number| format!("/{}", number - 1)))
        .collect()
}

fn expected_type(rule: &Rule) -> &'static str {
    match rule {
        Rule::Text(_) => "a string",
        Rule::Integer { .. } => "an integer",
        Rule::Boolean => "a boolean",
        Rule::List { .. } => "a list",
        Rule::Structure(_) => "an object",
    }
}

#[test]
fn wrong_types_are_reported_with_their_path() {
    let mut count = 0;
    assert_unchanged(|sfn| {
        for (operation, input_path) in all_paths() {
            let wrong = values_of_all_types().into_iter().filter(|(kind, _)| *kind != expected_type(input_path.rule));
            for (found, value) in wrong {
                let body = (input_path.wrap)(value).to_string();
                let error = assert_error(sfn, operation.as_str(), body.as_bytes(), ErrorKind::SerializationException);
                let message = format!(
                    "`{}`: expected {}, found {found}",
                    to_pointer(&input_path.path),
                    expected_type(input_path.rule)
                );
                assert_eq!(error.to_string(), message, "{operation} {body}");
                count += 1;
            }
        }
    });
    assert!(count > 700, "only {count} wrong values were tried");
}

fn all_paths() -> impl Iterator<Item = (Operation, InputPath)> {
    Operation::ALL
        .iter()
        .flat_map(|operation| collect_paths(*operation).into_iter().map(|input_path| (*operation, input_path)))
}

/// null is a value in a list; elsewhere it is a missing member.
#[test]
fn null_in_a_list_has_the_wrong_type() {
    assert_unchanged(|sfn| {
        for (operation, input_path) in all_paths().filter(|(_, input_path)| input_path.path.ends_with(".member")) {
            let body = (input_path.wrap)(Value::Null).to_string();
            let error = assert_error(sfn, operation.as_str(), body.as_bytes(), ErrorKind::SerializationException);
            let message =
                format!("`{}`: expected {}, found null", to_pointer(&input_path.path), expected_type(input_path.rule));
            assert_eq!(error.to_string(), message, "{operation} {body}");
        }
    });
}

#[test]
fn null_members_are_missing_members() {
    assert_unchanged(|sfn| {
        for operation in Operation::ALL {
            let nulls: Value = operation.members().iter().map(|member| (member.name.to_owned(), Value::Null)).collect();
            let call = |body: &[u8]| sfn.call(operation.as_str(), body);
            assert_eq!(call(nulls.to_string().as_bytes()), call(b"{}"), "{operation}");
        }
    });
}

fn missing_members_text(violations: &[String]) -> String {
    let plural = if violations.len() == 1 { "" } else { "s" };
    format!("{} validation error{plural} detected: {}", violations.len(), violations.join("; "))
}

/// Returns the violation of a missing member. AWS prints no value of a sensitive member, not even null.
fn missing_member(member: &Member, path: &str) -> String {
    let is_sensitive = matches!(&member.rule, Rule::Text(rule) if rule.sensitive);
    let value = if is_sensitive { "Value" } else { "Value null" };
    format!("{value} at '{path}{}' failed to satisfy constraint: Member must not be null", member.name)
}

fn required_members(members: &[Member], path: &str) -> Vec<String> {
    members.iter().filter(|member| member.required).map(|member| missing_member(member, path)).collect()
}

#[test]
fn missing_members_are_reported_in_model_order() {
    assert_unchanged(|sfn| {
        let mut count = 0;
        for operation in Operation::ALL {
            let missing = required_members(operation.members(), "");
            if !missing.is_empty() {
                let error = assert_error(sfn, operation.as_str(), b"{}", ErrorKind::ValidationException);
                assert_eq!(error.to_string(), missing_members_text(&missing), "{operation}");
                count += 1;
            }
        }
        assert!(count > 15, "only {count} operations have required members");
    });
}

#[test]
fn missing_members_of_structures_are_reported_with_their_path() {
    assert_unchanged(|sfn| {
        let mut count = 0;
        for (operation, input_path) in all_paths() {
            let Rule::Structure(members) = input_path.rule else { continue };
            let missing = required_members(members, &format!("{}.", input_path.path));
            if missing.is_empty() || input_path.path.contains(".2.") {
                continue;
            }
            let input = (input_path.wrap)(json!({}));
            // Other missing members are reported too, in the order of the model.
            let outer_name = input.as_object().unwrap().keys().next().unwrap().clone();
            let expected = operation.members().iter().flat_map(|member| match () {
                () if member.name == outer_name => missing.clone(),
                () if member.required => vec![missing_member(member, "")],
                () => Vec::new(),
            });
            let expected: Vec<String> = expected.collect();
            let error =
                assert_error(sfn, operation.as_str(), input.to_string().as_bytes(), ErrorKind::ValidationException);
            assert_eq!(error.to_string(), missing_members_text(&expected), "{operation} {input}");
            count += 1;
        }
        assert!(count >= 4, "only {count} structures have required members");
    });
}

/// A create request with this text as the weight.
fn with_weight(weight: &str) -> Vec<u8> {
    let route = format!(r#"{{"stateMachineVersionArn": "{MACHINE}:1", "weight": {weight}}}"#);
    format!(r#"{{"name": "new", "routingConfiguration": [{route}]}}"#).into_bytes()
}

#[test]
fn numbers_must_be_64_bit_integers() {
    assert_unchanged(|sfn| {
        let fraction = "`/routingConfiguration/0/weight`: expected an integer, found a floating-point number";
        for weight in ["100.0", "1e2", "1E+2", "0.5", "100.00000000000000000001", "-1e2"] {
            let error =
                assert_error(sfn, "CreateStateMachineAlias", &with_weight(weight), ErrorKind::SerializationException);
            assert_eq!(error.to_string(), fraction, "{weight}");
        }
        let beyond = "`/routingConfiguration/0/weight`: expected an integer, found an integer beyond 64 bits";
        for weight in
            ["9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775809", "1e308"]
        {
            let error =
                assert_error(sfn, "CreateStateMachineAlias", &with_weight(weight), ErrorKind::SerializationException);
            assert_eq!(error.to_string(), beyond, "{weight}");
        }
        // Too large for a floating-point number, or not JSON.
        for weight in ["1e309", "01", "+1", "1.", ".5", "0x64", "NaN", "Infinity", "-", "100,"] {
            let error =
                assert_error(sfn, "CreateStateMachineAlias", &with_weight(weight), ErrorKind::SerializationException);
            assert_eq!(error.wire_message(), None, "{weight}");
        }
    });
}

#[test]
fn extreme_64_bit_integers_violate_constraints() {
    assert_unchanged(|sfn| {
        for (weight, constraint) in [
            (i64::MAX, "Member must have value less than or equal to 100"),
            (i64::MIN, "Member must have value greater than or equal to 0"),
        ] {
            let body = with_weight(&weight.to_string());
            let error = assert_error(sfn, "CreateStateMachineAlias", &body, ErrorKind::ValidationException);
            let message = format!(
                "1 validation error detected: Value '{weight}' at 'routingConfiguration.1.member.weight' \
                 failed to satisfy constraint: {constraint}"
            );
            assert_eq!(error.to_string(), message);
        }
    });
}

#[test]
fn bodies_that_are_not_json_objects_have_no_message() {
    assert_unchanged(|sfn| {
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
                let error = assert_error(sfn, operation.as_str(), body, ErrorKind::SerializationException);
                assert_eq!(error.wire_message(), None, "{operation} {body:?}");
            }
        }
    });
}

/// Characters that are not valid in JSON, in every string.
#[test]
fn lone_surrogates_and_control_characters_are_rejected() {
    assert_unchanged(|sfn| {
        for (operation, input_path) in all_paths().filter(|(_, input_path)| matches!(input_path.rule, Rule::Text(_))) {
            let template = (input_path.wrap)(json!("MARK")).to_string();
            for text in
                [r"\uD800", r"\uDC00", r"\uD83D\u0041", r"\uD83D", r"\u12", r"\x41", r"\0", "\0", "\n", "\u{1f}"]
            {
                let body = template.replace("MARK", text);
                let error = assert_error(sfn, operation.as_str(), body.as_bytes(), ErrorKind::SerializationException);
                assert_eq!(error.wire_message(), None, "{operation} {body}");
            }
        }
    });
}

/// NUL and other unusual characters are ordinary characters if JSON escapes them.
#[test]
fn unusual_characters_are_rejected() {
    // These operations accept any text.
    let accepting = [Operation::ListStateMachines, Operation::ValidateStateMachineDefinition];
    assert_unchanged(|sfn| {
        let texts = all_paths().filter(|(_, input_path)| matches!(input_path.rule, Rule::Text(_)));
        for (operation, input_path) in texts.filter(|(operation, _)| !accepting.contains(operation)) {
            for text in ["\0", "\u{7f}", "\u{feff}", "\u{202e}", "\u{10ffff}", "\u{fffe}", "''; --", "😀"] {
                let body = (input_path.wrap)(json!(text)).to_string();
                let reply = sfn.call(operation.as_str(), body.as_bytes());
                assert_eq!(reply.status, 400, "{operation} {body}: {}", String::from_utf8_lossy(&reply.body));
            }
        }
        let nul = json!({"name": "a\0b", "stateMachineArn": MACHINE}).to_string();
        let error = assert_error(sfn, "StartExecution", nul.as_bytes(), ErrorKind::InvalidName);
        assert_eq!(error.to_string(), "Invalid Name: 'a\0b'");
        let arn = json!({"stateMachineArn": format!("{MACHINE}\0")}).to_string();
        let reply = sfn.call("DescribeStateMachine", arn.as_bytes());
        parse_error_body(&reply, ErrorKind::StateMachineDoesNotExist);
    });
}

/// Nesting that would overflow the stack: in known members, in unknown members, and inside texts.
#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    const DEPTH: usize = 100_000;
    assert_unchanged(|sfn| {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let deep = format!("{}1{}", open.repeat(DEPTH), close.repeat(DEPTH));
            // Unknown members of structures are skipped at any depth.
            let is_skipped = |input_path: &InputPath| matches!(input_path.rule, Rule::Structure(_)) && open != "[";
            for (operation, input_path) in all_paths().filter(|(_, input_path)| !is_skipped(input_path)) {
                let body = (input_path.wrap)(json!("MARK")).to_string().replace("\"MARK\"", &deep);
                let reply = sfn.call(operation.as_str(), body.as_bytes());
                parse_error_body(&reply, ErrorKind::SerializationException);
            }
            let unknown = format!(r#"{{"unknown": {deep}}}"#);
            assert_eq!(sfn.call("ListStateMachines", unknown.as_bytes()).status, 200);
            let unclosed = format!(r#"{{"unknown": {}"#, open.repeat(DEPTH));
            assert_error(sfn, "ListStateMachines", unclosed.as_bytes(), ErrorKind::SerializationException);
            let bare = open.repeat(DEPTH);
            assert_error(sfn, "ListStateMachines", bare.as_bytes(), ErrorKind::SerializationException);

            let definition =
                json!({"definition": deep, "name": "deep", "roleArn": "arn:aws:iam::0:role/r"}).to_string();
            assert_error(sfn, "CreateStateMachine", definition.as_bytes(), ErrorKind::InvalidDefinition);
            let cut = json!({"stateMachineArn": MACHINE, "input": open.repeat(DEPTH / 2)}).to_string();
            assert_error(sfn, "StartExecution", cut.as_bytes(), ErrorKind::InvalidExecutionInput);
        }
    });
    // It is a valid execution input.
    let sfn = filled_service(Limits::default());
    let input = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let body = json!({"stateMachineArn": MACHINE, "input": input}).to_string();
    assert_eq!(sfn.call("StartExecution", body.as_bytes()).status, 200);
}

/// The last of several members with one name wins, as in most JSON parsers. All of them are validated.
#[test]
fn the_last_duplicate_member_wins() {
    assert_unchanged(|sfn| {
        let twice = format!(r#"{{"stateMachineArn": "no-arn", "stateMachineArn": "{MACHINE}"}}"#);
        assert_eq!(sfn.call("DescribeStateMachine", twice.as_bytes()).status, 200);
        let null = format!(r#"{{"stateMachineArn": "{MACHINE}", "stateMachineArn": null}}"#);
        let error = assert_error(sfn, "DescribeStateMachine", null.as_bytes(), ErrorKind::ValidationException);
        assert_eq!(
            error.to_string(),
            missing_members_text(&required_members(Operation::DescribeStateMachine.members(), ""))
        );
        for body in
            [r#"{"stateMachineArn": 1, "stateMachineArn": "x"}"#, r#"{"stateMachineArn": "x", "stateMachineArn": 1}"#]
        {
            assert_error(sfn, "DescribeStateMachine", body.as_bytes(), ErrorKind::SerializationException);
        }
        let escaped = format!(r#"{{"stateMachineArn": "no-arn", "\u0073tateMachineArn": "{MACHINE}"}}"#);
        assert_eq!(sfn.call("DescribeStateMachine", escaped.as_bytes()).status, 200);
    });
}

#[test]
fn unknown_operations_are_rejected() {
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
    assert_unchanged(|sfn| {
        for name in nearly {
            for body in [&b"{}"[..], b"", b"not json"] {
                let error = assert_error(sfn, name, body, ErrorKind::UnknownOperationException);
                assert!(error.to_string().len() < 500, "{} bytes", error.to_string().len());
            }
            let reply = sfn.call(name, b"{}");
            assert_eq!(reply.body, br#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#);
        }
    });
}

/// SDKs show the message of the response, which AWS omits for a name that is not an operation of AWS.
#[test]
fn unsupported_operations_are_named_in_the_response() {
    assert_unchanged(|sfn| {
        for name in Operation::UNSUPPORTED {
            let error = assert_error(sfn, name, b"{}", ErrorKind::UnknownOperationException);
            let message = format!(
                "sfn-alias does not implement {name}; it implements the operations on state machines, versions, aliases, \
                 executions and tags"
            );
            assert_eq!(error.to_string(), message);
            let body: Value = serde_json::from_slice(&sfn.call(name, b"{}").body).unwrap();
            let kind = "com.amazon.coral.service#UnknownOperationException";
            assert_eq!(body, json!({"__type": kind, "message": message}));
        }
    });
}

#[test]
fn unknown_operations_have_suggestions() {
    let suggestions = [
        ("list-state-machines", "ListStateMachines"),
        ("create_state_machine_alias", "CreateStateMachineAlias"),
        ("liststatemachines", "ListStateMachines"),
        ("get-execution-history", "GetExecutionHistory"),
        ("CreateAlias", "CreateStateMachineAlias"),
        ("ListAliases", "ListStateMachineAliases"),
        ("PublishVersion", "PublishStateMachineVersion"),
        ("DescribeStateMachnie", "DescribeStateMachine"),
        ("AWSStepFunctions.StartExecution", "StartExecution"),
        ("StartExecutions", "StartExecution"),
    ];
    for (name, nearest) in suggestions {
        let error = sfn_alias::validate(name, b"{}").unwrap_err().to_string();
        assert_eq!(error, format!("unknown operation `{name}`; did you mean `{nearest}`?"));
    }
    for name in ["", "S", "Nope", "PutItem", "DeleteEverything"] {
        let error = sfn_alias::validate(name, b"{}").unwrap_err().to_string();
        let text = "use an operation on state machines, versions, aliases, executions or tags, for example \
                    `CreateStateMachineAlias`";
        assert_eq!(error, format!("unknown operation `{name}`; {text}"));
    }
}

#[test]
fn requests_are_limited_to_one_mebibyte() {
    assert_unchanged(|sfn| {
        let filled = |length: usize| {
            let empty = r#"{"unknown": ""}"#.len();
            format!(r#"{{"unknown": "{}"}}"#, "x".repeat(length - empty))
        };
        assert_eq!(sfn.call("ListStateMachines", filled(MEBIBYTE).as_bytes()).status, 200);
        for body in [filled(MEBIBYTE + 1).into_bytes(), vec![0; MEBIBYTE + 1], vec![b'['; 10 * MEBIBYTE]] {
            for operation in Operation::ALL {
                let error = assert_error(sfn, operation.as_str(), &body, ErrorKind::RequestEntityTooLargeException);
                let message = format!("the request has {} bytes; the limit is 1048576 bytes", body.len());
                assert_eq!(error.to_string(), message);
            }
            // An unknown operation is reported first.
            assert_error(sfn, "Nothing", &body, ErrorKind::UnknownOperationException);
        }
    });
}

/// With a higher limit for requests, a huge text violates its member's own constraint. The error repeats a text
/// that is not sensitive once per violation.
fn assert_huge_texts_rejected(text: &str, paths: impl Iterator<Item = (Operation, InputPath)>) {
    let sfn = filled_service(Limits { request_bytes: 2 * text.len(), ..Limits::default() });
    let before = snapshot(&sfn);
    for (operation, input_path) in paths {
        let Rule::Text(rule) = input_path.rule else { continue };
        let mark = (input_path.wrap)(json!("MARK")).to_string();
        let reply = sfn.call(operation.as_str(), mark.replace("MARK", text).as_bytes());
        parse_error_body(&reply, ErrorKind::ValidationException);
        let max_bytes = if rule.sensitive { 1000 } else { 2 * text.len() + 1000 };
        assert!(reply.body.len() < max_bytes, "{operation} {}: {} bytes", input_path.path, reply.body.len());
    }
    assert_eq!(snapshot(&sfn), before);
}

#[test]
fn members_of_ten_megabytes_are_rejected() {
    let names = ["description", "name", "definition", "input", "stateMachineArn", "tagKeys.1.member", "nextToken"];
    let chosen = names.map(|path| all_paths().find(|(_, input_path)| input_path.path == path).expect("such a member"));
    assert_huge_texts_rejected(&"x".repeat(10_000_000), chosen.into_iter());
}

#[test]
fn every_member_rejects_more_than_the_definition_limit() {
    assert_huge_texts_rejected(&"é".repeat(1_048_577), all_paths());
}

/// A response is never many times as long as its request.
#[test]
fn responses_with_many_violations_are_short() {
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
    assert_unchanged(|sfn| {
        for (operation, around, item) in lists {
            let items = vec![item; (MEBIBYTE - around.len()) / (item.len() + 1)].join(",");
            let body = around.replace("ITEM", &items);
            let reply = sfn.call(operation, body.as_bytes());
            parse_error_body(&reply, ErrorKind::ValidationException);
            assert!(reply.body.len() < 64 * 1024, "{operation}: {} bytes for {}", reply.body.len(), body.len());
            let problems = check_from(operation, body.as_bytes(), &sfn.options().limits, UnknownMembers::Ignore)
                .expect("a known operation");
            assert!(problems.len() < 200, "{operation}: {} problems", problems.len());
        }
    });
}
