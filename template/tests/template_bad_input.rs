//! Whatever comes in as a template: a clear error or a report, within bounds, and never a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use sfn_alias_template::{CheckOptions, MAX_BYTES, MAX_DEPTH, check_template, check_template_json, rules};

fn error(text: impl AsRef<[u8]>) -> String {
    check_template(text.as_ref(), &CheckOptions::default()).expect_err("an error").to_string()
}

#[track_caller]
fn refuses(text: impl AsRef<[u8]>, message: &str) {
    assert_eq!(error(text), message);
}

#[track_caller]
fn refuses_options(options: &str, message: &str) {
    let refused = check_template_json(b"Resources: {}", options.as_bytes()).expect_err("an error");
    assert_eq!(refused.to_string(), message);
}

const PROD: &str = "Resources:
  Prod:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties: {Name: 'PROD', RoutingConfiguration: [{StateMachineVersionArn: !Ref V, Weight: 90}]}
";

#[test]
fn what_is_cut_off_is_refused() {
    refuses(r#"{"Resources": {"A": "#, "line 1 column 20: not JSON: EOF while parsing a value");
    refuses(r#"{"Resources": {"A": "x"#, "line 1 column 22: not JSON: EOF while parsing a string");
    refuses("{\"Resources\": {}}\n}", "line 2 column 1: not JSON: trailing characters");
    refuses("Resources: {A: [", "line 2 column 1: not YAML: while parsing a node, did not find expected node content");
    refuses(
        "Resources:\n  A: 'x",
        "line 2 column 6: not YAML: while scanning a quoted scalar, found unexpected end of stream",
    );
    refuses("Resources:\n\tA: 1", "line 2 column 2: not YAML: tabs disallowed within this context (block indentation)");
}

/// Every beginning of a template is an error or a report.
#[test]
fn no_cut_is_dangerous() {
    for file in ["conditions.yaml", "versions.json", "policies.yaml", "starts.yaml"] {
        let path = format!("{}/../vectors/templates/faulty/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read(path).expect("a template");
        for end in (0..text.len()).step_by(7) {
            let _ = check_template(&text[..end], &CheckOptions::default());
        }
    }
}

#[test]
fn what_is_no_template_is_refused() {
    const HINT: &str = "; give a template with `Resources`, or the output of `terraform show -json PLAN`";
    let no = |fault: &str| format!("neither a CloudFormation template nor a Terraform plan: {fault}{HINT}");
    for text in ["", " \n", "text", "- a", "1", "null", "# comment"] {
        refuses(text, &no("the file is not one map of members"));
    }
    for text in ["{}", r#"{"resources": {}}"#, "a: 1"] {
        refuses(text, &no("there is no `Resources`"));
    }
    for text in [r#"{"Resources": []}"#, "Resources: 1", "Resources:"] {
        refuses(text, &no("`Resources` is not a map"));
    }
    refuses(
        "Resources: {}\n---\nResources: {}",
        "line 2 column 1: not YAML: a second document: give one template a file",
    );
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    refuses(b"Resources: {\xFF}", "the file is not UTF-8 at byte 12: save it as UTF-8");
    refuses("Resources:\n  é\0: 1", "line 2 column 4: a NUL character: give a text file");
    refuses(b"{\"Resources\": \0}", "line 1 column 15: a NUL character: give a text file");
    let with_mark = format!("\u{feff}{PROD}");
    assert_eq!(check_template(with_mark.as_bytes(), &CheckOptions::default()).expect("a report").errors, 1);
}

#[test]
fn a_key_twice_is_refused() {
    let twice = "`A` stands twice in one map: remove one of the two";
    refuses(r#"{"Resources": {"A": 1, "A": 2}}"#, &format!("line 1 column 24: {twice}"));
    refuses("Resources:\n  A: 1\n  A: 2", &format!("line 3 column 3: {twice}"));
    let many: String = (0..20).map(|n| format!("  B{n}: 1\n")).collect();
    refuses(format!("Resources:\n  A: 1\n{many}  A: 2"), &format!("line 23 column 3: {twice}"));
}

#[test]
fn what_is_huge_is_refused() {
    let long = vec![b' '; 100_000_000];
    refuses(
        &long,
        "the file is longer than 16777216 bytes: give a shorter one, CloudFormation itself takes at most 1 MB",
    );
    const MANY: &str =
        "the file has more than 1000000 values, those that its anchors repeat included: give a smaller one";
    refuses(format!(r#"{{"Resources": [{}1]}}"#, "1,".repeat(MAX_BYTES / 2 - 100)), MANY);
    refuses(format!("Resources: [{}1]", "1,".repeat(1_000_001)), MANY);
    // Nine anchors of nine aliases each.
    let mut laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    refuses(laughs, MANY);
}

#[test]
fn what_is_nested_deep_is_refused() {
    let deep = 100_000;
    let brackets = format!("Resources: {}", "[".repeat(deep));
    assert!(error(&brackets).starts_with("line 1 column "), "{}", error(&brackets));
    let json = format!(r#"{{"Resources": {}"#, "[".repeat(deep));
    refuses(&json, "line 1 column 141: nested more than 127 deep: flatten it");
    let blocks: String = (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    refuses(&blocks, "line 128 column 128: nested more than 127 deep: flatten it");
    // Anchors put in each other get deeper than the file looks.
    let chain: String = (1..200).map(|n| format!("a{n}: &a{n} [*a{}]\n", n - 1)).collect();
    refuses(format!("a0: &a0 [x]\n{chain}"), "line 126 column 14: nested more than 127 deep: flatten it");
    assert_eq!(MAX_DEPTH, 127);
}

#[test]
fn circles_end() {
    refuses(
        "Resources: {A: &a [*a]}",
        "line 1 column 20: not YAML: an alias inside its own anchor: write the value out",
    );
    let conditions = "Conditions: {A: !Not [!Condition B], B: !Or [!Condition C, !Condition C], C: !Condition A}\n";
    refuses(format!("{conditions}{PROD}"), "Conditions: `A` depends on itself: break the circle");
    // References in a circle are CloudFormation's to refuse: no more is known of them than what they are.
    let circles = "Parameters: {P: {Type: String, Default: '${P}'}}
Resources:
  V: {Type: AWS::StepFunctions::StateMachineVersion, Properties: {StateMachineArn: !Ref V, Description: !Sub '${V}'}}
  W: {Type: AWS::StepFunctions::StateMachineVersion, Properties: {StateMachineArn: !Ref A, Description: !Ref P}}
  A:
    Type: AWS::StepFunctions::StateMachineAlias
    Metadata: {sfn-alias: {acknowledge: [{rule: version-retain, reason: tested}]}}
    Properties:
      Name: !Sub ['${A}${B}', {A: !Sub '${B}', B: !Sub '${A}'}]
      RoutingConfiguration: [{StateMachineVersionArn: !Ref A, Weight: !Ref P}]
";
    let report = check_template(circles.as_bytes(), &CheckOptions::default()).expect("a report");
    let found: Vec<&str> = report.findings.iter().map(|finding| finding.name).collect();
    assert_eq!(found, ["version-machine", "version-machine", "not-a-version-arn", "alias-member"]);
}

/// Conditions that are too many to try out give no findings but one that says so, in little time.
#[test]
fn many_conditions_are_not_tried_out() {
    let names: Vec<String> = (0..200).map(|n| format!("C{n}")).collect();
    let conditions: String = names.iter().map(|name| format!("  {name}: !Equals [!Ref P{name}, x]\n")).collect();
    let all: String = names.iter().map(|name| format!("!Condition {name}, ")).collect();
    let weight = names.iter().fold("100".to_owned(), |inner, name| format!("!If [{name}, 1, {inner}]"));
    let deep = format!(
        "Conditions:\n{conditions}  All: !And [{all}]\nResources:\n  A:\n    Type: AWS::StepFunctions::StateMachineAlias\n    Properties: {{RoutingConfiguration: [{{StateMachineVersionArn: v, Weight: {weight}}}]}}\n"
    );
    assert!(error(&deep).contains("nested more than 127 deep"), "{}", error(&deep));
    let flat = format!(
        "Conditions:\n{conditions}  All: !And [{all}]\nResources:\n  A:\n    Type: AWS::StepFunctions::StateMachineAlias\n    Condition: All\n    Properties: {{Name: '1', RoutingConfiguration: [{{StateMachineVersionArn: !Ref V, Weight: 100}}]}}\n"
    );
    let report = check_template(flat.as_bytes(), &CheckOptions::default()).expect("a report");
    const MESSAGE: &str = "What depends on its conditions or its long texts is not decided: there are too many";
    let found: Vec<_> = report.findings.iter().map(|finding| (finding.name, finding.message.as_str())).collect();
    assert_eq!(found, [("not-decided", MESSAGE)]);
}

/// However conditions depend on each other, each is looked at once a trial.
#[test]
fn conditions_of_conditions_end() {
    let alias =
        "Resources:\n  A: {Type: 'AWS::StepFunctions::StateMachineAlias', Condition: C0, Properties: {Name: 'a'}}\n";
    for (levels, call) in [(40, "!And [!Condition C, !Condition C]"), (20_000, "!Not [!Condition C]")] {
        let chain: String = (0..levels)
            .map(|n| {
                format!(
                    "  C{n}: {}\n",
                    call.replace(" C]", &format!(" C{}]", n + 1)).replace(" C,", &format!(" C{},", n + 1))
                )
            })
            .collect();
        let template = format!("Conditions:\n{chain}  C{levels}: !Equals [!Ref P, x]\n{alias}");
        let report = check_template(template.as_bytes(), &CheckOptions::default()).expect("a report");
        let found: Vec<_> =
            report.findings.iter().map(|finding| (finding.name, finding.condition.as_deref())).collect();
        assert_eq!(found, [("routing-missing", Some("C0 is true"))], "{levels} levels");
    }
}

/// A text that doubles with every level, and one that repeats a long default, are not put together.
#[test]
fn texts_do_not_explode() {
    let alias = |parameters: &str, name: &str| {
        let alias = r#""Type": "AWS::StepFunctions::StateMachineAlias""#;
        let routes = r#"[{"StateMachineVersionArn": {"Ref": "V"}, "Weight": 90}]"#;
        format!(
            r#"{{"Parameters": {{{parameters}}}, "Resources": {{"A": {{{alias}, "Properties": {{"Name": {name}, "RoutingConfiguration": {routes}}}}}}}}}"#
        )
    };
    let double = |inner: &str| {
        (0..36).fold(inner.to_owned(), |inner, _| format!(r#"{{"Fn::Sub": ["${{A}}${{A}}", {{"A": {inner}}}]}}"#))
    };
    let parameter = |default: &str| format!(r#""P": {{"Type": "String", "Default": "{default}"}}"#);
    let long = parameter(&"a".repeat(400_000));
    let repeated = format!(r#"{{"Fn::Sub": "{}"}}"#, "${P}".repeat(100_000));
    let joined = format!(r#"{{"Fn::Join": ["", [{}]]}}"#, vec![r#"{"Ref": "P"}"#; 10_000].join(","));
    let selected = format!(r#"{{"Fn::Select": [0, [{joined}]]}}"#);
    for (parameters, name, expected) in [
        ("", double(r#""a""#), &["not-decided", "single-route-weight"][..]),
        ("", double(r#"{"Ref": "R"}"#), &["not-decided", "single-route-weight"]),
        (&parameter(""), double(r#"{"Ref": "P"}"#).replace("${A}${A}", "${P}${A}${A}"), &["single-route-weight"]),
        (&long, repeated, &["not-decided", "single-route-weight"]),
        (&long, joined, &["not-decided", "single-route-weight"]),
        (&long, selected, &["not-decided", "single-route-weight"]),
    ] {
        let template = alias(parameters, &name);
        let report = check_template(template.as_bytes(), &CheckOptions::default()).expect("a report");
        let found = report.findings.iter().map(|finding| finding.name).filter(|name| *name != "alias-name");
        let found: Vec<_> = found.collect();
        assert_eq!(found, expected);
    }
}

/// Policies and starts are looked up, not compared with each other: so many would not end.
#[test]
fn many_policies_and_starts_end() {
    let many = |one: &dyn Fn(usize) -> String| (0..4000).map(one).collect::<Vec<_>>().join(",\n");
    let names = |template: &str| {
        let report = check_template(template.as_bytes(), &CheckOptions::default()).expect("a report");
        report.findings.iter().map(|finding| finding.name).collect::<Vec<_>>()
    };
    let document = r#"{"Statement": {"Effect": "Allow", "Action": "states:StartExecution",
        "Resource": "arn:aws:states:us-east-1:123456789012:stateMachine:m:PROD"}}"#;
    let policies = many(&|n| {
        format!(r#""P{n}": {{"Type": "AWS::IAM::ManagedPolicy", "Properties": {{"PolicyDocument": {document}}}}}"#)
    });
    assert_eq!(names(&format!(r#"{{"Resources": {{{policies}}}}}"#)), ["start-on-qualified-arn"; 4000]);
    let resources = many(&|n| {
        format!(
            r#""A{n}": {{"Type": "AWS::StepFunctions::StateMachineAlias", "Properties":
                {{"Name": "a", "RoutingConfiguration": [{{"StateMachineVersionArn": {{"Ref": "V"}}, "Weight": 100}}]}}}},
            "R{n}": {{"Type": "AWS::Events::Rule", "Properties": {{"Targets": [{{"Id": "x", "Arn": {{"Ref": "M"}}}}]}}}}"#
        )
    });
    let machine = r#""M": {"Type": "AWS::StepFunctions::StateMachine"}"#;
    assert_eq!(names(&format!(r#"{{"Resources": {{{machine}, {resources}}}}}"#)), [""; 0]);
}

const EXTREMES: [&str; 16] = [
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "1e308",
    "-1e308",
    "1e-400",
    "\"1e999999999\"",
    "\"-9223372036854775808\"",
    "\"NaN\"",
    "\"inf\"",
    "-0.0",
    "-1",
    "99999999999999999999999999999999999999999999999999",
];

/// Templates and a plan with numbers wherever numbers can stand; of the first routes only the weight is known.
fn with_numbers(first: &str, second: &str) -> [String; 3] {
    let alias = |routing: &str| {
        format!(
            r#"{{"Resources": {{"A": {{"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": {{"Name": "PROD",
            "RoutingConfiguration": [{routing}],
            "DeploymentPreference": {{"StateMachineVersionArn": {{"Ref": "V"}}, "Type": "LINEAR", "Percentage": {first}, "Interval": {second}}}}}}}}}}}"#
        )
    };
    let route =
        |version: &str, member: &str| format!(r#"{{"StateMachineVersionArn": {{"Ref": "{version}"}}{member}}}"#);
    let weight = |weight: &str| format!(r#", "Weight": {weight}"#);
    let known = format!("{}, {}", route("V", &weight(first)), route("W", &weight(second)));
    let unknown = format!("{}, {}", route("V", &weight(first)), route("W", &weight(r#"{"Ref": "P"}"#)));
    let plan = format!(
        r#"{{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {{"root_module": {{"resources": [{{
        "address": "aws_sfn_alias.a", "type": "aws_sfn_alias", "values": {{"name": "PROD", "routing_configuration": [
        {{"weight": {first}}}, {{"weight": {second}}}]}}}}]}}}}}}"#
    );
    [alias(&known), alias(&unknown), plan]
}

/// Weights whose sum leaves 64 bits are findings as other wrong weights are.
#[test]
fn extreme_numbers_are_findings() {
    for first in EXTREMES {
        for second in EXTREMES {
            for text in with_numbers(first, second) {
                match check_template(text.as_bytes(), &CheckOptions::default()) {
                    Ok(report) => assert!(report.errors > 0, "{text}"),
                    Err(error) => assert!(error.to_string().contains("number out of range"), "{error}: {text}"),
                }
            }
        }
    }
    let [text, ..] = with_numbers("9223372036854775807", "1");
    let report = check_template(text.as_bytes(), &CheckOptions::default()).expect("a report");
    let found: Vec<_> = report.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(found, ["SFA001", "SFA010", "SFA008", "SFA014"]);
}

/// The length of the report of a template, and how many findings it has.
#[track_caller]
fn length(text: &str) -> (usize, usize) {
    let report = check_template(text.as_bytes(), &CheckOptions::default()).expect("a report");
    (report.to_json().len(), report.findings.len())
}

/// More than two routes are one finding, whose text does not grow with them.
#[test]
fn many_routes_are_one_finding() {
    let routes = |count: usize| {
        let route = r#"{"StateMachineVersionArn": {"Fn::Sub": "${V}"}, "Weight": []}"#;
        let routes = vec![route; count].join(",");
        let properties = format!(r#"{{"Name": "PROD", "RoutingConfiguration": [{routes}]}}"#);
        format!(
            r#"{{"Resources": {{"A": {{"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": {properties}}}}}}}"#
        )
    };
    let report = check_template(routes(5).as_bytes(), &CheckOptions::default()).expect("a report");
    let found: Vec<_> = report.findings.iter().map(|it| (it.rule, it.message.as_str())).collect();
    let many = "RoutingConfiguration has 5 routes, and CreateStateMachineAlias takes up to 2";
    assert_eq!(found, [("SFA006", many)]);
    let (few, many) = (length(&routes(1000)), length(&routes(100_000)));
    assert_eq!((few.1, few.0 + 2), (many.1, many.0));
}

/// A long text of the file that many findings rest on is not repeated by each.
#[test]
fn long_texts_are_not_repeated() {
    let aliases = |long: usize| {
        let (long, route) = ("a".repeat(long), r#"{"StateMachineVersionArn": {"Ref": "V"}, "Weight": 100}"#);
        let alias = |n: usize| {
            let properties = format!(r#"{{"Name": {{"Ref": "P"}}, "RoutingConfiguration": [{route}]}}"#);
            format!(r#""A{n}": {{"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": {properties}}}"#)
        };
        let aliases: Vec<String> = (0..50).map(alias).collect();
        let parameter = format!(r#"{{"P": {{"Type": "String", "Default": "{long}"}}}}"#);
        format!(r#"{{"Parameters": {parameter}, "Resources": {{{}}}}}"#, aliases.join(","))
    };
    let (few, many) = (length(&aliases(5_000)), length(&aliases(500_000)));
    // The columns of the findings have two digits more.
    assert!(many.1 == few.1 && many.0 < few.0 + 2 * 50, "{few:?} {many:?}");
    let named = format!(r#"{{"Resources": {{"{}": {{"Type": "x"}}}}}}"#, "a".repeat(2049));
    assert!(error(&named).contains("the name of a resource has more than 2048 bytes"), "{}", error(&named));
}

#[test]
fn options_are_read_strictly() {
    const HINT: &str = "use an id or name of `rules()`, for example SFA001 or weights-sum";
    refuses_options("[1", "options: invalid type: integer `1`, expected a map at line 1 column 2");
    refuses_options(
        r#"{"disabled": []}"#,
        "options: unknown field `disabled`, expected one of `parameters`, `disable`, `acknowledge`, `file`, `previous` at line 1 column 11",
    );
    refuses_options(r#"{"disable": ["SFA001", "SFA999"]}"#, &format!("disable/1: there is no rule `SFA999`: {HINT}"));
    refuses_options(
        r#"{"acknowledge": [{"rule": "none", "reason": "x"}]}"#,
        &format!("acknowledge/0: there is no rule `none`: {HINT}"),
    );
    const NO_REASON: &str = "acknowledging SFA001 needs a reason: add `reason` with a sentence";
    for given in [r#"{"rule": "weights-sum"}"#, r#"{"rule": "SFA001", "reason": " "}"#] {
        refuses_options(&format!(r#"{{"acknowledge": [{given}]}}"#), &format!("acknowledge/0: {NO_REASON}"));
    }
    refuses_options(r#"{"previous": "{"}"#, "previous: line 1 column 1: not JSON: EOF while parsing an object");
    let inside = PROD.replace("Properties", "Metadata: {sfn-alias: {acknowledge: [{rule: SFA001}]}}\n    Properties");
    refuses(&inside, &format!("Resources/Prod/Metadata/sfn-alias/acknowledge/0: {NO_REASON}"));
    let unknown = inside.replace("rule: SFA001", "rule: x, reason: y");
    refuses(&unknown, &format!("Resources/Prod/Metadata/sfn-alias/acknowledge/0: there is no rule `x`: {HINT}"));
    for rule in rules() {
        for name in [rule.id.to_owned(), rule.id.to_lowercase(), rule.name.to_owned()] {
            let options = format!(r#"{{"disable": ["{name}"]}}"#);
            check_template_json(PROD.as_bytes(), options.as_bytes()).expect("a known rule");
        }
    }
}
