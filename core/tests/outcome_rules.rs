//! Errors of rules: every text, and input that was made to cost time or memory.
#![allow(clippy::unwrap_used, reason = "tests")]

use sfn_alias::{Limits, Outcomes};
use std::time::{Duration, Instant};

const EXAMPLE: &str =
    r#"use an object such as {"outcomes": [{"stateMachine": "orders", "output": {}, "after": "2s"}]}"#;
const RESULT_EXAMPLE: &str = r#"use a result such as {"weight": 20, "error": "Broken"}"#;
const RESULTS_EXAMPLE: &str =
    r#"use results with weights: [{"weight": 20, "error": "Broken"}, {"weight": 80, "output": {}}]"#;
const FAULT_EXAMPLE: &str =
    r#"use a fault such as {"operation": "StartExecution", "error": "ThrottlingException", "percent": 10}"#;
const TIME: &str = "use a number with ms, s, m or h such as `500ms`, or a number of seconds";
const STATUSES: &str = "`SUCCEEDED`, `FAILED` or `TIMED_OUT`";

#[track_caller]
fn assert_error(text: &str, expected: &str) {
    let error = Outcomes::parse(text, &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), expected, "{text}");
}

/// Asserts the error of the only rule of a text. The column counts from the opening brace of the rule.
#[track_caller]
fn assert_rule_error(rule: &str, column: usize, expected: &str) {
    assert_error(&format!("[\n{rule}]"), &format!("line 2 column {column}: `/0{expected}"));
}

#[track_caller]
fn assert_fault_error(fault: &str, column: usize, expected: &str) {
    assert_error(&format!("{{\"faults\": [\n{fault}]}}"), &format!("line 2 column {column}: `/faults/0{expected}"));
}

#[test]
fn texts_that_are_not_rules() {
    assert_error("", &format!("line 1 column 1: not valid JSON: EOF while parsing a value; {EXAMPLE}"));
    assert_error("\u{feff}[]", &format!("line 1 column 1: not valid JSON: expected value; {EXAMPLE}"));
    assert_error("{\n  \"é\": [1,]}", &format!("line 2 column 11: not valid JSON: expected value; {EXAMPLE}"));
    assert_error("[]\n\n x", &format!("line 3 column 2: not valid JSON: trailing characters; {EXAMPLE}"));
    assert_error("1", &format!("line 1 column 1: expected an object, found `1`; {EXAMPLE}"));
    assert_error("null", &format!("line 1 column 1: expected an object, found `null`; {EXAMPLE}"));
    assert_error(" \"x\"", &format!("line 1 column 2: expected an object, found `\"x\"`; {EXAMPLE}"));
    assert_error(
        r#"{"outcome": []}"#,
        "line 1 column 2: `/outcome`: unknown member `outcome`; did you mean `outcomes`?",
    );
    assert_error(r#"{"a~/b": []}"#, "line 1 column 2: `/a~0~1b`: unknown member `a~/b`; use `outcomes` or `faults`");
    assert_error(
        r#"{"outcomes": [], "outcomes": []}"#,
        "line 1 column 18: `/outcomes`: `outcomes` occurs twice; remove one of the two",
    );
    assert_error(
        r#"{"outcomes": {}}"#,
        &format!("line 1 column 14: `/outcomes`: expected a list of rules, found an object; {EXAMPLE}"),
    );
    assert_error(
        r#"{"faults": "all"}"#,
        &format!("line 1 column 12: `/faults`: expected a list of faults, found `\"all\"`; {FAULT_EXAMPLE}"),
    );
    assert_error("[[]]", &format!("line 1 column 2: `/0`: expected an object, found a list; {EXAMPLE}"));
}

#[test]
fn rules_that_match_nothing() {
    let name = |member: &str| format!("use a name of 1 to 80 characters, not an ARN; omit `{member}` to match all");
    let machine = "the name of a state machine";
    let long = "x".repeat(81);
    assert_rule_error(
        r#"{"stateMachine": ""}"#,
        18,
        &format!("/stateMachine`: expected {machine}, found `\"\"`; {}", name("stateMachine")),
    );
    assert_rule_error(
        &format!(r#"{{"stateMachine": "{long}"}}"#),
        18,
        &format!("/stateMachine`: expected {machine}, found a longer text; {}", name("stateMachine")),
    );
    assert_rule_error(
        r#"{"stateMachine": "arn:aws:states"}"#,
        18,
        &format!("/stateMachine`: expected {machine}, found `\"arn:aws:states\"`; {}", name("stateMachine")),
    );
    assert_rule_error(
        r#"{"name": "a b"}"#,
        10,
        &format!("/name`: expected the beginning of an execution's name, found `\"a b\"`; {}", name("name")),
    );
    for alias in [r#""1""#, r#""ÄB""#, "5", "[1]"] {
        let found = if alias == "[1]" { "a list".to_owned() } else { format!("`{alias}`") };
        assert_rule_error(
            &format!(r#"{{"alias": {alias}}}"#),
            11,
            &format!("/alias`: expected the name of an alias, found {found}; {}", name("alias")),
        );
    }
    for version in ["0", "-1", "1.5", "4294967296", "\"2\"", "true", "1e0"] {
        let help = "use the number of a version, for example 2";
        assert_rule_error(
            &format!(r#"{{"version": {version}}}"#),
            13,
            &format!("/version`: expected an integer greater than 0, found `{version}`; {help}"),
        );
    }
}

#[test]
fn results_that_are_not_valid() {
    assert_rule_error(r#"{"Status": "x"}"#, 2, "/Status`: unknown member `Status`; did you mean `status`?");
    for (status, help) in [
        (r#""RUNNING""#, "use `after` for an execution that ends later"),
        (r#""ABORTED""#, "stop the execution with StopExecution"),
        (r#""failed""#, "use one of these statuses"),
        ("1", "use one of these statuses"),
    ] {
        let rule = format!(r#"{{"status": {status}}}"#);
        assert_rule_error(&rule, 12, &format!("/status`: expected {STATUSES}, found `{status}`; {help}"));
    }
    let both = |one: &str, other: &str| {
        format!("/{other}`: expected either `{one}` or `{other}`, found both; remove one of the two")
    };
    assert_rule_error(r#"{"output": 1, "error": "E"}"#, 24, &both("output", "error"));
    assert_rule_error(r#"{"output": null, "cause": "C"}"#, 27, &both("output", "cause"));
    assert_rule_error(r#"{"outputFromInput": true, "cause": "C"}"#, 36, &both("outputFromInput", "cause"));
    assert_rule_error(r#"{"outputFromInput": true, "output": 1}"#, 21, &both("output", "outputFromInput"));
    assert_rule_error(
        r#"{"outputFromInput": "yes"}"#,
        21,
        "/outputFromInput`: expected true or false, found `\"yes\"`; use true if the execution's input is its output",
    );
    assert_rule_error(
        r#"{"status": "SUCCEEDED", "cause": "C"}"#,
        34,
        "/cause`: an execution with the status `SUCCEEDED` has no `cause`; remove `cause`, or use the status `FAILED`",
    );
    for (status, output, column) in [("FAILED", "\"output\": 1", 32), ("TIMED_OUT", "\"outputFromInput\": true", 44)] {
        let name = output.split('"').nth(1).unwrap();
        assert_rule_error(
            &format!(r#"{{"status": "{status}", {output}}}"#),
            column,
            &format!(
                "/{name}`: only an execution with the status `SUCCEEDED` has an output; \
                 remove `{name}`, or use the status `SUCCEEDED`"
            ),
        );
    }
    assert_rule_error(r#"{"error": 500}"#, 11, "/error`: expected a text, found `500`; write it in quotes");
    assert_rule_error(
        r#"{"cause": "\ud800"}"#,
        11,
        "/cause`: expected a text, found `\"\\ud800\"`; use a text in quotes, of valid Unicode",
    );
}

#[test]
fn texts_and_outputs_have_the_limits_of_aws() {
    let parse = |rule: String| Outcomes::parse(&format!("[{rule}]"), &Limits::default()).map(drop);
    for (member, limit) in [("error", 256), ("cause", 32_768)] {
        assert_eq!(parse(format!(r#"{{"{member}": "{}"}}"#, "é".repeat(limit))), Ok(()));
        let found = limit + 1;
        assert_rule_error(
            &format!(r#"{{"{member}": "{}"}}"#, "é".repeat(found)),
            11,
            &format!("/{member}`: expected up to {limit} characters, found {found}; use a shorter text"),
        );
    }
    let output = |bytes: usize| format!(r#"{{"output": [ "{}" ]}}"#, "x".repeat(bytes - 4));
    assert_eq!(parse(output(262_144)), Ok(()), "without its whitespace");
    let text = "/output`: expected up to 262144 bytes, found 262145; use a smaller output";
    assert_rule_error(&output(262_145), 12, text);
    let small = Limits { input_bytes: 3, ..Limits::default() };
    assert!(Outcomes::parse(r#"[{"output": 123}]"#, &small).is_ok());
    assert_eq!(
        Outcomes::parse(r#"[{"output": 1234}]"#, &small).unwrap_err().to_string(),
        "line 1 column 13: `/0/output`: expected up to 3 bytes, found 4; use a smaller output",
    );
}

#[test]
fn times_that_are_not_valid() {
    for after in
        ["-1", "\"-1s\"", "\"\"", "\"s\"", "\"1 s\"", "\"1d\"", "\"1.2.3s\"", "\"inf\"", "\"1e3s\"", "true", "\"２s\""]
    {
        let rule = format!(r#"{{"after": {after}}}"#);
        assert_rule_error(&rule, 11, &format!("/after`: expected a time of 0 or more, found `{after}`; {TIME}"));
    }
    for after in ["31536001", "1e300", "\"8761h\"", "\"99999999999999999999h\""] {
        let expected = format!(
            "/after`: expected a time of up to 365 days, found `{after}`; AWS ends an execution after one year"
        );
        assert_rule_error(&format!(r#"{{"after": {after}}}"#), 11, &expected);
    }
    for after in ["0", "0.001", "\"0ms\"", "\"1500ms\"", "\"1.5h\"", "\"5\"", "\"8760h\"", "31536000", "null"] {
        assert!(Outcomes::parse(&format!(r#"[{{"after": {after}}}]"#), &Limits::default()).is_ok(), "{after}");
    }
}

#[test]
fn weights_that_are_not_valid() {
    let empty = format!("/any`: expected one or more results, found an empty list; {RESULTS_EXAMPLE}");
    assert_rule_error(r#"{"any": []}"#, 9, &empty);
    assert_rule_error(
        r#"{"any": {}}"#,
        9,
        &format!("/any`: expected a list of results, found an object; {RESULTS_EXAMPLE}"),
    );
    assert_rule_error(r#"{"any": [1]}"#, 10, &format!("/any/0`: expected an object, found `1`; {RESULT_EXAMPLE}"));
    assert_rule_error(r#"{"any": [{"output": 1}]}"#, 10, &format!("/any/0`: `weight` is missing; {RESULT_EXAMPLE}"));
    for weight in ["0", "101", "-5", "50.5", "\"50\""] {
        assert_rule_error(
            &format!(r#"{{"any": [{{"weight": {weight}}}]}}"#),
            21,
            &format!("/any/0/weight`: expected an integer from 1 to 100, found `{weight}`; use a percentage"),
        );
    }
    for (weights, sum) in [([20, 79], 99), ([100, 1], 101), ([1, 1], 2)] {
        let [first, second] = weights;
        let rule = format!(r#"{{"any": [{{"weight": {first}}}, {{"weight": {second}}}]}}"#);
        let expected = format!("/any`: expected weights that sum to 100, found a sum of {sum}; change the weights");
        assert_rule_error(&rule, 9, &expected);
    }
    let many = format!(r#"{{"any": [{}]}}"#, ["{\"weight\": 1}"; 101].join(","));
    assert_rule_error(&many, 9, "/any`: expected up to 100 items, found 101; use fewer items");
    assert_rule_error(
        r#"{"any": [{"weight": 100}], "after": "1s"}"#,
        37,
        "/after`: expected either `any` or `after`, found both; specify results only in `any`",
    );
    assert_rule_error(
        r#"{"weight": 100, "output": 1}"#,
        2,
        "/weight`: unknown member `weight`; use `stateMachine`, `version`, `alias`, `name`, `any`, `status`, `output`, \
         `outputFromInput`, `error`, `cause` or `after`",
    );
    assert_rule_error(
        r#"{"any": [{"weight": 100, "version": 1}]}"#,
        26,
        "/any/0/version`: unknown member `version`; use `weight`, `status`, `output`, `outputFromInput`, `error`, \
         `cause` or `after`",
    );
}

#[test]
fn faults_that_are_not_valid() {
    assert_fault_error("{}", 1, &format!("`: `error` is missing; {FAULT_EXAMPLE}"));
    assert_fault_error("3", 1, &format!("`: expected an object, found `3`; {FAULT_EXAMPLE}"));
    let fault = |members: &str| format!(r#"{{"error": "ThrottlingException", {members}}}"#);
    assert_fault_error(
        r#"{"error": "ThrottlingException"}"#,
        1,
        &format!("`: `percent` or `first` is missing; {FAULT_EXAMPLE}"),
    );
    assert_fault_error(
        &fault(r#""percent": 5, "first": 1"#),
        57,
        "/first`: expected either `percent` or `first`, found both; remove one of the two",
    );
    for percent in ["0", "101", "0.5", "\"5\""] {
        let expected = format!("/percent`: expected an integer from 1 to 100, found `{percent}`; use a percentage");
        assert_fault_error(&fault(&format!(r#""percent": {percent}"#)), 45, &expected);
    }
    for first in ["0", "-1", "4294967296", "[]"] {
        let found = if first == "[]" { "a list".to_owned() } else { format!("`{first}`") };
        let expected =
            format!("/first`: expected an integer greater than 0, found {found}; use the number of calls that fail");
        assert_fault_error(&fault(&format!(r#""first": {first}"#)), 43, &expected);
    }
    let errors = "`ThrottlingException`, `AccessDeniedException`, `InternalServerError` or `ServiceUnavailable`";
    for (error, help) in [
        ("Throttling", "use one of these errors"),
        ("ThrotlingException", "did you mean `ThrottlingException`?"),
        ("InternalFailure", "use one of these errors"),
    ] {
        let expected = format!("/error`: expected {errors}, found `\"{error}\"`; {help}");
        assert_fault_error(&format!(r#"{{"error": "{error}", "first": 1}}"#), 11, &expected);
    }
    for (operation, help) in [
        ("start-execution", "did you mean `StartExecution`?"),
        ("CreateActivity", "use an operation such as `StartExecution`; omit `operation` to match all"),
        ("", "use an operation such as `StartExecution`; omit `operation` to match all"),
    ] {
        let expected =
            format!("/operation`: expected an operation that sfn-alias supports, found `\"{operation}\"`; {help}");
        assert_fault_error(&fault(&format!(r#""first": 1, "operation": "{operation}""#)), 59, &expected);
    }
    let help = "use the ARN in the request, or its beginning, for example `arn:aws:states:`; omit `arn` to match all";
    for arn in ["\"orders\"", "\"\"", "1"] {
        let expected = format!("/arn`: expected the beginning of an ARN, found `{arn}`; {help}");
        assert_fault_error(&fault(&format!(r#""first": 1, "arn": {arn}"#)), 53, &expected);
    }
    assert_fault_error(
        &fault(r#""percents": 1"#),
        34,
        "/percents`: unknown member `percents`; did you mean `percent`?",
    );
}

#[test]
fn the_first_error_is_located_in_lines_and_characters() {
    let text = "{\n\t\"outcomes\": [\n    {\"output\": \"é\", \"after\": \"ß\"}\n]}";
    let error = Outcomes::parse(text, &Limits::default()).unwrap_err();
    assert_eq!((error.line, error.column, &*error.pointer), (3, 30, "/outcomes/0/after"));
    assert_eq!(error.message, "expected a time of 0 or more, found `\"ß\"`");
    assert_eq!(error.help, TIME);
}

#[test]
fn null_means_absent_except_for_outputs() {
    let absent =
        r#"{"outcomes": [{"stateMachine": null, "version": null, "any": null, "error": null}], "faults": null}"#;
    let parse = |text: &str| Outcomes::parse(text, &Limits::default()).unwrap();
    assert_eq!(parse(absent), parse(r#"[{"output": {}}]"#));
    assert_ne!(parse(r#"[{"output": null}]"#), parse(r#"[{"output": {}}]"#));
    assert_eq!(parse(r#"{"outcomes": null}"#), Outcomes::default());
}

/// Rules that were made to cost time or memory are refused in seconds, also by builds for debugging.
#[test]
fn hostile_rules_are_refused_in_time() {
    let megabytes = 4 * 1024 * 1024;
    let many = |item: &str, separator: &str| {
        let count = (megabytes - 10) / (item.len() + separator.len());
        vec![item; count].join(separator)
    };
    let texts = [
        format!("[{}]", many("{}", ",")),
        format!("[{{{}}}]", many(r#""output":1"#, ",")),
        format!("[{{{}}}]", many(r#""x":1"#, ",")),
        format!("[{{\"output\":{}1{}}}]", "[".repeat(2_000_000), "]".repeat(2_000_000)),
        "[".repeat(megabytes),
        format!("[{{\"any\":[{}]}}]", many("1", ",")),
        format!("{{\"faults\":[{}]}}", many("{}", ",")),
        format!("[{{\"{}\":1}}]", "A".repeat(megabytes - 10)),
        format!("[{{\"status\":\"{}\"}}]", "\\u0041".repeat(600_000)),
        format!("[{{\"version\":{}}}]", "9".repeat(megabytes - 20)),
        format!("[{{\"after\":{}}}]", "9".repeat(megabytes - 20)),
        format!("[{{\"after\":\"{}s\"}}]", "9".repeat(megabytes - 20)),
        "\n".repeat(megabytes),
        " ".repeat(megabytes + 1),
    ];
    for text in texts {
        let start = Instant::now();
        let error = Outcomes::parse(&text, &Limits::default()).unwrap_err();
        assert!(error.to_string().len() < 500, "{error}");
        let elapsed = start.elapsed();
        assert!(elapsed < Duration::from_secs(5), "{elapsed:?}: {error}");
    }
    assert_error(
        &" ".repeat(megabytes + 1),
        "line 1 column 1: expected up to 4194304 bytes, found 4194305; use fewer rules",
    );
    let rules = |count: usize| format!("[{}]", vec!["{}"; count].join(","));
    assert!(Outcomes::parse(&rules(1000), &Limits::default()).is_ok());
    assert_error(&rules(1001), "line 1 column 1: expected up to 1000 items, found 1001; use fewer items");
}
