//! Invalid and hostile templates: every input gives a report or a clear error, within limits and without panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use sfn_alias_template::{
    CheckOptions, MAX_BYTES, MAX_DEPTH, YamlDocument, check_template, check_template_json, rules,
};

fn check_error(text: impl AsRef<[u8]>) -> String {
    check_template(text.as_ref(), &CheckOptions::default()).expect_err("an error").to_string()
}

#[track_caller]
fn assert_error(text: impl AsRef<[u8]>, message: &str) {
    assert_eq!(check_error(text), message);
}

#[track_caller]
fn assert_options_error(options: &str, message: &str) {
    let error = check_template_json(b"Resources: {}", options.as_bytes()).expect_err("an error");
    assert_eq!(error.to_string(), message);
}

const PROD: &str = "Resources:
  Prod:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties: {Name: 'PROD', RoutingConfiguration: [{StateMachineVersionArn: !Ref V, Weight: 90}]}
";

#[test]
fn truncated_files_are_errors() {
    assert_error(r#"{"Resources": {"A": "#, "line 1 column 20: not valid JSON: EOF while parsing a value");
    assert_error(r#"{"Resources": {"A": "x"#, "line 1 column 22: not valid JSON: EOF while parsing a string");
    assert_error("{\"Resources\": {}}\n}", "line 2 column 1: not valid JSON: trailing characters");
    assert_error(
        "Resources: {A: [",
        "line 2 column 1: not valid YAML: while parsing a node, did not find expected node content",
    );
    assert_error(
        "Resources:\n  A: 'x",
        "line 2 column 6: not valid YAML: while scanning a quoted scalar, found unexpected end of stream",
    );
    assert_error(
        "Resources:\n\tA: 1",
        "line 2 column 2: not valid YAML: tabs disallowed within this context (block indentation)",
    );
}

/// Every prefix of a template gives an error or a report.
#[test]
fn every_prefix_gives_a_report_or_an_error() {
    for file in ["conditions.yaml", "versions.json", "policies.yaml", "starts.yaml"] {
        let path = format!("{}/../vectors/templates/faulty/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read(path).expect("a template");
        for end in (0..text.len()).step_by(7) {
            let _ = check_template(&text[..end], &CheckOptions::default());
        }
    }
}

#[test]
fn other_files_are_errors() {
    const HINT: &str = "; use a template with `Resources`, or the output of `terraform show -json PLAN`";
    let message = |detail: &str| format!("expected a CloudFormation template or a Terraform plan: {detail}{HINT}");
    for text in ["", " \n", "text", "- a", "1", "null", "# comment"] {
        assert_error(text, &message("the file is not a map"));
    }
    for text in ["{}", r#"{"resources": {}}"#, "a: 1"] {
        assert_error(text, &message("`Resources` is missing"));
    }
    for text in [r#"{"Resources": []}"#, "Resources: 1", "Resources:"] {
        assert_error(text, &message("`Resources` is not a map"));
    }
    assert_error(
        "Resources: {}\n---\nResources: {}",
        "line 2 column 1: not valid YAML: expected one document, found a second one; use one file per template",
    );
}

#[test]
fn terraform_configurations_are_errors() {
    const MESSAGE: &str = "expected a CloudFormation template or a Terraform plan: the file is a Terraform configuration; use a template with `Resources`, or the output of `terraform show -json PLAN`";
    for text in [
        "# An alias.\nresource \"aws_sfn_alias\" \"live\" {\n  name = \"live\"\n}\n",
        "terraform {\n  required_version = \">= 1.5\"\n}\n",
        "/* text */\nlocals {\n  a = [\n}\n",
    ] {
        assert_error(text, MESSAGE);
    }
}

/// Circular references of a plan, and references to nothing, are unknown.
#[test]
fn references_of_plans_end() {
    let plan = |expression: &str, output: &str| {
        format!(
            r#"{{"format_version": "1.2", "planned_values": {{"root_module": {{"child_modules": [{{"address": "module.a", "resources": [
            {{"address": "module.a.aws_sfn_alias.live", "type": "aws_sfn_alias", "values": {{"name": "live", "routing_configuration": [{{"weight": 100}}]}}}}]}}]}}}},
            "configuration": {{"root_module": {{"module_calls": {{"a": {{"expressions": {{"v": {{"references": ["module.a.o", "module.a"]}}}}, "module": {{
            "outputs": {{"o": {{"expression": {{"references": {output}}}}}}},
            "resources": [{{"address": "aws_sfn_alias.live", "expressions": {{"routing_configuration": [{{"state_machine_version_arn": {{"references": {expression}}}}}]}}}}]}}}}}}}}}}}}"#
        )
    };
    let many = format!("[{}]", vec![r#""var.v""#; 100_000].join(","));
    for (expression, output) in [
        (r#"["var.v"]"#, r#"["var.v"]"#),
        (r#"["var.w"]"#, "[]"),
        (r#"["aws_sfn_state_machine.m.state_machine_version_arn"]"#, "[]"),
        (r#"["aws_sfn_state_machine.m[\"a.state_machine_version_arn"]"#, "[]"),
        (r#"["each.value.arn"]"#, "[]"),
        (r#"[7, null, ".", "..", "module..", "[0]"]"#, "[]"),
        (&many, &many),
    ] {
        let report = check_template(plan(expression, output).as_bytes(), &CheckOptions::default()).expect("a report");
        assert_eq!((report.findings, report.checked.aliases), (vec![], 1), "{expression:.80}");
    }
}

#[test]
fn binary_files_are_errors() {
    assert_error(b"Resources: {\xFF}", "the file is not valid UTF-8 at byte 12; save it as UTF-8");
    assert_error("Resources:\n  é\0: 1", "line 2 column 4: expected a text file, found a NUL character");
    assert_error(b"{\"Resources\": \0}", "line 1 column 15: expected a text file, found a NUL character");
    let with_mark = format!("\u{feff}{PROD}");
    assert_eq!(check_template(with_mark.as_bytes(), &CheckOptions::default()).expect("a report").errors, 1);
}

#[test]
fn duplicate_keys_are_errors() {
    let twice = "duplicate key `A`; remove one of the two";
    assert_error(r#"{"Resources": {"A": 1, "A": 2}}"#, &format!("line 1 column 24: {twice}"));
    assert_error("Resources:\n  A: 1\n  A: 2", &format!("line 3 column 3: {twice}"));
    let many: String = (0..20).map(|n| format!("  B{n}: 1\n")).collect();
    assert_error(format!("Resources:\n  A: 1\n{many}  A: 2"), &format!("line 23 column 3: {twice}"));
}

#[test]
fn files_over_the_size_limits_are_errors() {
    let long = vec![b' '; 100_000_000];
    assert_error(
        &long,
        "the file has more than 16777216 bytes; use a smaller file (CloudFormation accepts up to 1 MB)",
    );
    const MANY: &str = "the file has more than 1000000 values, including copies by YAML anchors; use a smaller file";
    assert_error(format!(r#"{{"Resources": [{}1]}}"#, "1,".repeat(MAX_BYTES / 2 - 100)), MANY);
    assert_error(format!("Resources: [{}1]", "1,".repeat(1_000_001)), MANY);
    // Nine anchors with nine aliases each.
    let mut laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert_error(laughs, MANY);
}

#[test]
fn deep_nesting_is_an_error() {
    let deep = 100_000;
    let brackets = format!("Resources: {}", "[".repeat(deep));
    assert!(check_error(&brackets).starts_with("line 1 column "), "{}", check_error(&brackets));
    let json = format!(r#"{{"Resources": {}"#, "[".repeat(deep));
    assert_error(&json, "line 1 column 141: nested more than 127 levels deep; use fewer levels");
    let blocks: String = (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert_error(&blocks, "line 128 column 128: nested more than 127 levels deep; use fewer levels");
    // Nested anchors are deeper than the text.
    let chain: String = (1..200).map(|n| format!("a{n}: &a{n} [*a{}]\n", n - 1)).collect();
    assert_error(
        format!("a0: &a0 [x]\n{chain}"),
        "line 126 column 14: nested more than 127 levels deep; use fewer levels",
    );
    assert_eq!(MAX_DEPTH, 127);
}

#[test]
fn circular_references_end() {
    assert_error(
        "Resources: {A: &a [*a]}",
        "line 1 column 20: not valid YAML: an alias refers to the anchor that contains it; write out the value",
    );
    let conditions = "Conditions: {A: !Not [!Condition B], B: !Or [!Condition C, !Condition C], C: !Condition A}\n";
    assert_error(
        format!("{conditions}{PROD}"),
        "Conditions: condition `A` depends on itself; remove the circular reference",
    );
    // CloudFormation rejects circular references. The checks treat them as unknown.
    let circular = "Parameters: {P: {Type: String, Default: '${P}'}}
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
    let report = check_template(circular.as_bytes(), &CheckOptions::default()).expect("a report");
    let found: Vec<&str> = report.findings.iter().map(|finding| finding.name).collect();
    assert_eq!(found, ["version-machine", "version-machine", "not-a-version-arn", "alias-member"]);
}

/// Too many conditions give one finding that says so, in a short time.
#[test]
fn too_many_conditions_are_not_decided() {
    let names: Vec<String> = (0..200).map(|n| format!("C{n}")).collect();
    let conditions: String = names.iter().map(|name| format!("  {name}: !Equals [!Ref P{name}, x]\n")).collect();
    let all: String = names.iter().map(|name| format!("!Condition {name}, ")).collect();
    let weight = names.iter().fold("100".to_owned(), |inner, name| format!("!If [{name}, 1, {inner}]"));
    let deep = format!(
        "Conditions:\n{conditions}  All: !And [{all}]\nResources:\n  A:\n    Type: AWS::StepFunctions::StateMachineAlias\n    Properties: {{RoutingConfiguration: [{{StateMachineVersionArn: v, Weight: {weight}}}]}}\n"
    );
    assert!(check_error(&deep).contains("nested more than 127 levels deep"), "{}", check_error(&deep));
    let flat = format!(
        "Conditions:\n{conditions}  All: !And [{all}]\nResources:\n  A:\n    Type: AWS::StepFunctions::StateMachineAlias\n    Condition: All\n    Properties: {{Name: '1', RoutingConfiguration: [{{StateMachineVersionArn: !Ref V, Weight: 100}}]}}\n"
    );
    let report = check_template(flat.as_bytes(), &CheckOptions::default()).expect("a report");
    const MESSAGE: &str = "Not fully checked: the resource depends on too many conditions or parameter values, or on texts that are too long";
    let found: Vec<_> = report.findings.iter().map(|finding| (finding.name, finding.message.as_str())).collect();
    assert_eq!(found, [("not-decided", MESSAGE)]);
}

/// With too many combinations of parameter values, each value is tried once, and a finding states that.
#[test]
fn too_many_parameter_values_are_not_combined() {
    let parameters = |values: &str| -> String {
        (0..6).map(|n| format!("  P{n}: {{Type: String, Default: a, AllowedValues: [{values}]}}\n")).collect()
    };
    let alias = "Resources:\n  A:\n    Type: AWS::StepFunctions::StateMachineAlias\n    Properties:\n      Name: !Ref P0\n      Description: !Sub '${P1}${P2}${P3}${P4}${P5}'\n      RoutingConfiguration: [{StateMachineVersionArn: !Ref V, Weight: 100}]\n";
    let found = |values: &str| {
        let template = format!("Parameters:\n{}{alias}", parameters(values));
        let report = check_template(template.as_bytes(), &CheckOptions::default()).expect("a report");
        report.findings.into_iter().map(|finding| (finding.name, finding.condition)).collect::<Vec<_>>()
    };
    let invalid = ("alias-name", Some("parameter P0 is `7`".to_owned()));
    assert_eq!(found("a, '7'"), std::slice::from_ref(&invalid));
    assert_eq!(found("a, '7', b"), [("not-decided", None), invalid.clone()]);
    let many = (0..100_000).map(|n| format!("a{n}, ")).collect::<String>();
    assert_eq!(found(&format!("a, '7', {many} b")), [("not-decided", None), invalid]);
}

/// Nested loops that create too many resources are not expanded, in a short time.
#[test]
fn loops_that_grow_are_not_expanded() {
    let numbers = (0..1000).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    for body in [
        "{}",
        "{'A${A}${B}${C}': {Type: 'AWS::StepFunctions::StateMachineAlias', Properties: {Name: a}}}",
        "{'A${A}${B}${C}': {Type: 'AWS::SNS::Topic', Properties: {A: states:x}}}",
    ] {
        let nested = ["C", "B", "A"].iter().fold(body.to_owned(), |body, name| {
            format!("{{'Fn::ForEach::{name}': [{name}, [{numbers}], {body}], '{name}Text': 'AWS::StepFunctions::'}}")
        });
        let report = check_template(format!("Resources: {nested}").as_bytes(), &CheckOptions::default());
        let report = report.expect("a report");
        assert!(report.findings.iter().any(|finding| finding.name == "loop-not-expanded"), "{body}");
        let message = "Fn::ForEach is not fully checked: the loops are too large";
        assert!(report.findings.iter().any(|finding| finding.message == message), "{body}");
    }
    // A loop cannot contain itself, and other forms are reported or ignored.
    for (text, count) in [
        ("Resources: {'Fn::ForEach::A': [A, [!Ref A], {'X${A}': {Type: 'AWS::StepFunctions::StateMachineAlias'}}]}", 1),
        ("Resources: {'Fn::ForEach::A': [[A, B], [1], {'X${A}': {Type: 'AWS::StepFunctions::StateMachineAlias'}}]}", 1),
        ("Resources: {'Fn::ForEach::A': 'AWS::StepFunctions::StateMachineAlias'}", 1),
        ("Resources: {'Fn::ForEach::A': [A, [], {'X${A}': {Type: 'AWS::StepFunctions::StateMachineAlias'}}]}", 0),
        ("Resources: {'Fn::ForEach::A': [A, [1], 'AWS::StepFunctions::StateMachineAlias']}", 0),
    ] {
        let report = check_template(text.as_bytes(), &CheckOptions::default()).expect("a report");
        assert_eq!((report.findings.len(), report.infos), (count, count), "{text}");
    }
}

/// A list with many items, in a loop of one resource with many findings.
#[test]
fn loops_with_many_items_end() {
    let numbers = (0..20_000).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let statement = r#"{"Effect": "Allow", "Action": "states:StartExecution", "Resource": "arn:aws:states:us-east-1:123456789012:stateMachine:m:PROD"}"#;
    let statements = vec![statement; 2000].join(", ");
    for parameter in [format!("Default: '{numbers}'"), format!("AllowedValues: [{numbers}]")] {
        let template = format!(
            "Parameters: {{P: {{Type: CommaDelimitedList, {parameter}}}}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      'Fn::ForEach::A': [A, !Ref P, {{'X${{A}}': text}}]
      Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{statements}]}}}}]
"
        );
        let report = check_template(template.as_bytes(), &CheckOptions::default()).expect("a report");
        assert_eq!(report.findings.len(), 2000);
        let condition = report.findings[0].condition.as_deref().unwrap_or_default();
        assert!(condition.starts_with("parameter P ") && condition.len() < 500, "{condition}");
    }
}

/// The option of a list parameter decides its loops.
#[test]
fn parameters_decide_loops() {
    let template = b"Parameters: {P: {Type: CommaDelimitedList}}
Resources: {'Fn::ForEach::A': [A, !Ref P, {'X${A}': {Type: 'AWS::StepFunctions::StateMachineAlias', Properties: {Name: !Ref A, RoutingConfiguration: [{StateMachineVersionArn: !Ref V, Weight: 100}]}}}]}
";
    let parameters = [("P".to_owned(), "a, 7".to_owned())].into();
    let report = check_template(template, &CheckOptions { parameters, ..CheckOptions::default() }).expect("a report");
    let found: Vec<_> = report.findings.iter().map(|finding| (finding.name, finding.logical_id.as_str())).collect();
    assert_eq!((found, report.checked.aliases), (vec![("alias-name", "X7")], 2));
    let disable = vec!["loop-not-expanded".to_owned()];
    let report = check_template(template, &CheckOptions { disable, ..CheckOptions::default() }).expect("a report");
    assert_eq!(report.findings, []);
}

/// Each condition is evaluated once per assignment, whatever the dependencies are.
#[test]
fn nested_conditions_end() {
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

/// A text that doubles with every level, or that repeats a long default, is not resolved.
#[test]
fn growing_texts_are_not_resolved() {
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

/// Policies and starts use an index. Comparing all pairs would take too long.
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

/// Templates and a plan with numbers in all numeric members. In one template the second weight is unknown.
fn templates_with_numbers(first: &str, second: &str) -> [String; 3] {
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

/// Weights whose sum exceeds 64 bits give the same findings as other invalid weights.
#[test]
fn extreme_numbers_give_findings() {
    for first in EXTREMES {
        for second in EXTREMES {
            for text in templates_with_numbers(first, second) {
                match check_template(text.as_bytes(), &CheckOptions::default()) {
                    Ok(report) => assert!(report.errors > 0, "{text}"),
                    Err(error) => assert!(error.to_string().contains("number out of range"), "{error}: {text}"),
                }
            }
        }
    }
    let [text, ..] = templates_with_numbers("9223372036854775807", "1");
    let report = check_template(text.as_bytes(), &CheckOptions::default()).expect("a report");
    let found: Vec<_> = report.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(found, ["SFA001", "SFA010", "SFA008", "SFA014"]);
}

/// Returns the report_size of the report and the number of findings.
#[track_caller]
fn report_size(text: &str) -> (usize, usize) {
    let report = check_template(text.as_bytes(), &CheckOptions::default()).expect("a report");
    (report.to_json().len(), report.findings.len())
}

/// More than two routes give one finding, whose text does not grow with the number of routes.
#[test]
fn many_routes_give_one_finding() {
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
    let many = "RoutingConfiguration: expected up to 2 routes, found 5";
    assert_eq!(found, [("SFA006", many)]);
    let (few, many) = (report_size(&routes(1000)), report_size(&routes(100_000)));
    assert_eq!((few.1, few.0 + 2), (many.1, many.0));
}

/// Findings do not repeat a long text of the file.
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
    let (few, many) = (report_size(&aliases(5_000)), report_size(&aliases(500_000)));
    // The columns of the findings have two more digits.
    assert!(many.1 == few.1 && many.0 < few.0 + 2 * 50, "{few:?} {many:?}");
    let named = format!(r#"{{"Resources": {{"{}": {{"Type": "x"}}}}}}"#, "a".repeat(2049));
    assert!(check_error(&named).contains("a resource name has more than 2048 bytes"), "{}", check_error(&named));
}

#[test]
fn invalid_options_are_errors() {
    const HINT: &str = "use a rule id or name, for example SFA001 or weights-sum";
    assert_options_error("[1", "options: invalid type: integer `1`, expected a map at line 1 column 2");
    assert_options_error(
        r#"{"disabled": []}"#,
        "options: unknown field `disabled`, expected one of `parameters`, `disable`, `acknowledge`, `file`, `previous` at line 1 column 11",
    );
    assert_options_error(r#"{"disable": ["SFA001", "SFA999"]}"#, &format!("disable/1: unknown rule `SFA999`; {HINT}"));
    assert_options_error(
        r#"{"acknowledge": [{"rule": "none", "reason": "x"}]}"#,
        &format!("acknowledge/0: unknown rule `none`; {HINT}"),
    );
    const NO_REASON: &str = "the acknowledgement of SFA001 has no reason; add `reason`";
    for acknowledgement in [r#"{"rule": "weights-sum"}"#, r#"{"rule": "SFA001", "reason": " "}"#] {
        assert_options_error(
            &format!(r#"{{"acknowledge": [{acknowledgement}]}}"#),
            &format!("acknowledge/0: {NO_REASON}"),
        );
    }
    assert_options_error(
        r#"{"previous": "{"}"#,
        "previous template: line 1 column 1: not valid JSON: EOF while parsing an object",
    );
    let inside = PROD.replace("Properties", "Metadata: {sfn-alias: {acknowledge: [{rule: SFA001}]}}\n    Properties");
    assert_error(&inside, &format!("Resources/Prod/Metadata/sfn-alias/acknowledge/0: {NO_REASON}"));
    let unknown = inside.replace("rule: SFA001", "rule: x, reason: y");
    assert_error(&unknown, &format!("Resources/Prod/Metadata/sfn-alias/acknowledge/0: unknown rule `x`; {HINT}"));
    for rule in rules() {
        for name in [rule.id.to_owned(), rule.id.to_lowercase(), rule.name.to_owned()] {
            let options = format!(r#"{{"disable": ["{name}"]}}"#);
            check_template_json(PROD.as_bytes(), options.as_bytes()).expect("a known rule");
        }
    }
}

/// A text with many aliases, in a list or as a merged map, would need hundreds of gigabytes.
#[test]
fn copied_texts_are_limited() {
    const TEMPLATE: &str = "the file expands to more than 16777216 bytes; use fewer YAML aliases, or shorter texts";
    const OTHER: &str = "the file expands to more than 4194304 bytes; use fewer YAML aliases, or shorter texts";
    let long = "a".repeat(1 << 20);
    let aliases = "*a,".repeat(400_000);
    let merges = "{<<: *a},".repeat(100_000);
    for first in [format!("x: &a {long}"), format!("x: &a \"{long}\\n\""), format!("x: &a {{{long}: 1}}")] {
        for rest in [format!("outcomes: [{aliases}]"), format!("outcomes: [{merges}]")] {
            let text = format!("{first}\n{rest}\n");
            assert_error(&text, TEMPLATE);
            let error = YamlDocument::parse(text.as_bytes(), 4 << 20).expect_err("an error");
            assert_eq!(error.to_string(), OTHER);
        }
    }
    // Nested anchors copy the text at each level.
    let nested: String = (0..100).map(|level| format!("&a{level} [")).collect();
    assert_error(format!("{nested}\"{long}\\n\"{}", "]".repeat(100)), TEMPLATE);
}

#[test]
fn json_of_a_yaml_document_is_limited() {
    let text = format!("[\"{}\"]", "\\a".repeat(1000));
    let document = YamlDocument::parse(text.as_bytes(), 6004).expect("a document");
    assert_eq!(document.to_json().expect("JSON").len(), 6004);
    let document = YamlDocument::parse(text.as_bytes(), 6003).expect("a document");
    let expected = "the file expands to more than 6003 bytes; use fewer YAML aliases, or shorter texts";
    assert_eq!(document.to_json().expect_err("an error").to_string(), expected);
}

#[test]
fn numbers_of_a_yaml_document_keep_their_digits() {
    let text = b"[12345678901234567890123, 1.50, -0.0, 1E400, 0x1F, +5, 007, '2', 1_000]";
    let document = YamlDocument::parse(text, 1000).expect("a document");
    let expected = r#"[12345678901234567890123,1.50,-0.0,1E400,"0x1F",5,7,"2","1_000"]"#;
    assert_eq!(document.to_json().expect("JSON"), expected);
}

#[test]
fn tags_of_a_yaml_document_are_errors() {
    let parse = |text: &'static str| YamlDocument::parse(text.as_bytes(), 1000);
    let plain = parse("[!!str 12, !!seq [1], !!map {a: 1}]").expect("a document").to_json().expect("JSON");
    assert_eq!(plain, r#"["12",[1],{"a":1}]"#);
    for (text, tag) in [("a: !Ref x", "!Ref"), ("a: !Sub [x]", "!Sub"), ("a: !If {b: 1}", "!If")] {
        let expected =
            format!("line 1 column 4: not valid YAML: expected a value without a tag, found `{tag}`; remove the tag");
        assert_eq!(parse(text).expect_err("an error").to_string(), expected);
    }
    let error = parse("a: 1\n---\nb: 1").expect_err("an error").to_string();
    assert!(error.ends_with("expected one document, found a second one; use one document"), "{error}");
}
