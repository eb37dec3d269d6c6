//! The formats of a report: JSON, text and SARIF.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use sfn_alias_template::{
    CheckOptions, CheckedCounts, Report, ReportCounts, Severity, check_template, check_template_json, format_github,
    format_junit, format_sarif, rules,
};

const TEMPLATE: &str = "Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Prod:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties:
      Name: \"1\"
      RoutingConfiguration: [{StateMachineVersionArn: !Ref V, Weight: !If [IsProd, 90, 100]}]
";
const OPTIONS: &str =
    r#"{"acknowledge": [{"rule": "SFA007", "logicalId": "Prod", "reason": "an old name"}], "parameters": {"A": "b"}}"#;
const SUM: &str = "RoutingConfiguration: rejected by CreateStateMachineAlias: Sum of routing configuration weights must equal 100. Received: [90]";
const NAME: &str = r"Name: rejected by CreateStateMachineAlias: 1 validation error detected: Value '1' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$";

fn report() -> Report {
    let options = CheckOptions::from_json(OPTIONS.as_bytes()).expect("options");
    check_template(TEMPLATE.as_bytes(), &options).expect("a report")
}

#[test]
fn json_report() {
    let json = check_template_json(TEMPLATE.as_bytes(), OPTIONS.as_bytes()).expect("a report");
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    let common = |id: &str, member: &str, place: (u32, u32), message: &str| {
        let rule = rules().iter().find(|rule| rule.id == id).expect("a rule");
        json!({
            "rule": id, "name": rule.name, "severity": "error", "logicalId": "Prod",
            "resourceType": "AWS::StepFunctions::StateMachineAlias", "path": format!("/Resources/Prod/Properties/{member}"),
            "line": place.0, "column": place.1, "message": message, "description": rule.description, "fix": rule.fix, "url": rule.url,
        })
    };
    let mut name = common("SFA007", "Name", (6, 7), NAME);
    name["acknowledged"] = "an old name".into();
    let mut sum = common("SFA002", "RoutingConfiguration", (7, 7), SUM);
    sum["condition"] = "IsProd is true".into();
    assert_eq!(
        json,
        json!({"findings": [name, sum], "errors": 1, "warnings": 0, "infos": 0, "acknowledged": 1,
        "checked": {"aliases": 1, "versions": 0, "policies": 0}})
    );
}

#[test]
fn text_report() {
    let expected = format!(
        "t.yaml:6:7: error SFA007 alias-name: Prod: {NAME}
    acknowledged: an old name
t.yaml:7:7: error SFA002 single-route-weight: Prod: {SUM}
    when: IsProd is true
    note: AWS rejects the alias: a single route must receive all executions.
    help: Set the weight to 100, or add a second route with the remaining weight.
    see: https://docs.aws.amazon.com/step-functions/latest/apireference/API_RoutingConfigurationListItem.html
t.yaml: 1 error, 0 warnings, 1 acknowledged (checked: 1 alias, 0 versions, 0 policies)
"
    );
    assert_eq!(report().to_text("t.yaml"), expected);
}

/// Validates SARIF output against the OASIS schema of SARIF 2.1.0, including formats.
#[test]
fn sarif_is_valid_by_its_schema() {
    let mut schema: Value = serde_json::from_str(include_str!("sarif/sarif-schema-2.1.0.json")).expect("a schema");
    // The pattern for languages has an extra bracket and is not a valid regular expression. Our output has no language.
    for of in ["run", "toolComponent"] {
        let language = schema["definitions"][of]["properties"]["language"].as_object_mut().expect("a property");
        assert_eq!(language.remove("pattern"), Some("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$".into()));
    }
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    let schema_errors = |log: &Value| validator.iter_errors(log).map(|error| error.to_string()).collect::<Vec<_>>();
    let log = |report: &Report, file: &str| serde_json::from_slice(&report.to_sarif(file)).expect("JSON");
    assert_eq!(schema_errors(&log(&report(), "a dir\\t.yaml")), [""; 0]);
    let vectors = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/templates/faulty");
    let mut checked = 0;
    for entry in vectors.read_dir().expect("vectors") {
        let path = entry.expect("a readable folder").path();
        let Ok(report) = check_template(&std::fs::read(&path).expect("a file"), &CheckOptions::default()) else {
            // The expected findings.
            assert!(path.display().to_string().ends_with(".expected.json"), "{}", path.display());
            continue;
        };
        let file = path.file_name().and_then(|name| name.to_str()).expect("a name");
        assert_eq!(schema_errors(&log(&report, file)), [""; 0], "{file}");
        checked += 1;
    }
    assert!(checked > 10, "{checked} templates");
    let (report, none) = (report(), check_template(b"Resources: {}", &CheckOptions::default()).expect("a report"));
    let several = format_sarif(&[(Some("a.yaml"), &report), (None, &report), (Some("b.yaml"), &none)]);
    assert_eq!(schema_errors(&serde_json::from_slice(&several).expect("JSON")), [""; 0]);
    // Checks that the schema is applied: SARIF has no level `fatal`.
    let mut wrong: Value = log(&report, "t.yaml");
    wrong["runs"][0]["results"][0]["level"] = "fatal".into();
    assert_eq!(schema_errors(&wrong), [r#""fatal" is not one of "none", "note" or 2 other candidates"#]);
}

/// Compares all members.
#[test]
fn sarif_report() {
    let log: Value = serde_json::from_slice(&report().to_sarif("a dir\\t.yaml")).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["$schema"], "https://json.schemastore.org/sarif-2.1.0.json");
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "sfn-alias");
    let described = driver["rules"].as_array().expect("rules");
    assert_eq!(described.len(), rules().len());
    for (described, rule) in described.iter().zip(rules()) {
        assert_eq!((&described["id"], &described["name"]), (&json!(rule.id), &json!(rule.name)));
        assert_eq!(described["helpUri"], rule.url);
    }
    let place = |line: u32, path: &str| {
        json!([{
            "physicalLocation": {
                "artifactLocation": {"uri": "a%20dir/t.yaml"}, "region": {"startLine": line, "startColumn": 7},
            },
            "logicalLocations": [{"name": "Prod", "fullyQualifiedName": path, "kind": "resource"}],
        }])
    };
    let fix = |id: &str| rules().iter().find(|rule| rule.id == id).expect("a rule").fix;
    let expected = json!([
        {
            "ruleId": "SFA007", "ruleIndex": 6, "level": "error", "message": {"text": format!("{NAME}. {}", fix("SFA007"))},
            "locations": place(6, "/Resources/Prod/Properties/Name"),
            "suppressions": [{"kind": "external", "justification": "an old name"}],
        },
        {
            "ruleId": "SFA002", "ruleIndex": 1, "level": "error",
            "message": {"text": format!("{SUM} (when IsProd is true). {}", fix("SFA002"))},
            "locations": place(7, "/Resources/Prod/Properties/RoutingConfiguration"),
        },
    ]);
    assert_eq!(run["results"], expected);
    let checked = json!({"aliases": 1, "versions": 0, "policies": 0});
    let text = "a dir\\t.yaml: 1 error, 0 warnings, 1 acknowledged (checked: 1 alias, 0 versions, 0 policies)";
    assert_eq!(run["properties"]["checked"], checked);
    let note = json!({
        "level": "note", "message": {"text": text}, "properties": {"checked": checked},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a%20dir/t.yaml"}}}],
    });
    assert_eq!(run["invocations"], json!([{"executionSuccessful": true, "toolExecutionNotifications": [note]}]));
}

const NOTHING: &str = "Resources:\n  T:\n    Type: AWS::SNS::Topic\n";

/// A file without aliases, versions and policies has no clean bill.
#[test]
fn nothing_to_check_is_stated() {
    let nothing = check_template(NOTHING.as_bytes(), &CheckOptions::default()).expect("a report");
    let text = "nothing to check: 0 aliases, 0 versions, 0 policies";
    assert_eq!(nothing.to_text("t.yaml"), format!("t.yaml: {text}\n"));
    assert_eq!(nothing.checked, CheckedCounts::default());
    let log: Value = serde_json::from_slice(&nothing.to_sarif("t.yaml")).expect("JSON");
    let notes = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notes[0]["message"]["text"], format!("t.yaml: {text}"));
    let xml = format_junit(&[(Some("t.yaml"), &nothing)], Some(Severity::Error));
    let skipped = format!(r#"classname="t.yaml"><skipped message="{text}"/></testcase>"#);
    assert!(xml.contains(&skipped), "{xml}");
}

/// Counts all kinds of aliases, versions and policies.
#[test]
fn counts_cover_all_kinds() {
    let counts = |file: &str| {
        let path = format!("{}/../vectors/templates/{file}", env!("CARGO_MANIFEST_DIR"));
        check_template(&std::fs::read(path).expect("a file"), &CheckOptions::default()).expect("a report").checked
    };
    let expected = |aliases, versions, policies| CheckedCounts { aliases, versions, policies };
    assert_eq!(counts("correct/cdk-routing.json"), expected(1, 1, 3));
    assert_eq!(counts("correct/sam-canary.yaml"), expected(2, 2, 2));
    assert_eq!(counts("faulty/terraform-plan.json"), expected(3, 0, 1));
    let report = report();
    let total = ReportCounts::sum([&report, &report]);
    assert_eq!(total.to_string(), "2 errors, 0 warnings, 2 acknowledged (checked: 2 aliases, 0 versions, 0 policies)");
}

#[test]
fn github_report() {
    let fix = rules().iter().find(|rule| rule.id == "SFA002").expect("a rule").fix;
    let counts = "1 error, 0 warnings, 1 acknowledged (checked: 1 alias, 0 versions, 0 policies)";
    let command = |file: &str| {
        format!(
            "::error {file}line=7,col=7,title=SFA002 single-route-weight::Prod: {SUM} (when IsProd is true). {fix}\n"
        )
    };
    let expected =
        format!("{}a,b%:.yaml: {counts}\n{}<stdin>: {counts}\n", command("file=a%2Cb%25%3A.yaml,"), command(""));
    assert_eq!(format_github(&[(Some("a,b%:.yaml"), &report()), (None, &report())]), expected);
    // A file name cannot start another command.
    let text = format_github(&[(Some("::stop"), &report())]);
    assert!(text.lines().last().is_some_and(|line| line.starts_with("stop: ")), "{text}");
}

#[test]
fn junit_report() {
    let xml = |fail_on| format_junit(&[(Some("a&\"b.yaml"), &report())], fail_on);
    let file = "a&amp;&quot;b.yaml";
    let (sum, rule) = (SUM, rules().iter().find(|rule| rule.id == "SFA002").expect("a rule"));
    let message = format!("{sum} (when IsProd is true). {}", rule.fix);
    let failure = format!(
        r#"<failure type="error" message="{message}">{file}:7:7: {}
see: {}</failure>"#,
        rule.description, rule.url
    );
    let suite = |failures: u32, last: &str| {
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="sfn-alias">
  <testsuite name="{file}" tests="2" failures="{failures}" errors="0" skipped="1">
    <properties>
      <property name="aliases" value="1"/>
      <property name="versions" value="0"/>
      <property name="policies" value="0"/>
    </properties>
    <testcase name="SFA007 alias-name: Prod" classname="{file}" file="{file}" line="6"><skipped message="acknowledged: an old name"/></testcase>
    <testcase name="SFA002 single-route-weight: Prod" classname="{file}" file="{file}" line="7">{last}</testcase>
  </testsuite>
</testsuites>
"#
        )
    };
    for fail_on in [Severity::Error, Severity::Warning, Severity::Info] {
        assert_eq!(xml(Some(fail_on)), suite(1, &failure));
    }
    assert_eq!(xml(None), suite(0, &format!("<system-out>error: {message}</system-out>")));
}

/// Code hosts reject several runs of one tool.
#[test]
fn sarif_of_several_files_is_one_run() {
    let report = report();
    let log: Value =
        serde_json::from_slice(&format_sarif(&[(Some("a.yaml"), &report), (None, &report), (Some("b.yaml"), &report)]))
            .expect("JSON");
    assert_eq!(log["runs"].as_array().expect("runs").len(), 1);
    let places: Vec<_> = log["runs"][0]["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|result| (&result["ruleId"], &result["locations"][0]["physicalLocation"]["artifactLocation"]))
        .collect();
    let files = [json!({"uri": "a.yaml"}), json!({"index": 0}), json!({"uri": "b.yaml"})];
    let (name, sum) = (json!("SFA007"), json!("SFA002"));
    let expected: Vec<_> = files.iter().flat_map(|file| [(&name, file), (&sum, file)]).collect();
    assert_eq!(places, expected);
    assert_eq!(log["runs"][0]["artifacts"], json!([{"description": {"text": "standard input"}}]));
}

/// Ids and names match in any case, in `acknowledge` and in `disable`.
#[test]
fn rules_match_in_any_case() {
    for rule in ["SFA007", "sfa007", "alias-name", "Alias-Name"] {
        let options = |member: &str| CheckOptions::from_json(member.as_bytes()).expect("options");
        let found = |member: &str| check_template(TEMPLATE.as_bytes(), &options(member)).expect("a report");
        let acknowledged = found(&format!(r#"{{"acknowledge": [{{"rule": "{rule}", "reason": "old"}}]}}"#));
        assert_eq!((acknowledged.errors, acknowledged.acknowledged), (1, 1), "{rule}");
        assert_eq!(found(&format!(r#"{{"disable": ["{rule}"]}}"#)).findings.len(), 1, "{rule}");
    }
}

#[test]
fn parameters_decide_conditions_and_values() {
    let check = |stage: &str| {
        let parameters = [("Stage".to_owned(), stage.to_owned())].into();
        let options = CheckOptions { parameters, disable: vec!["alias-name".to_owned()], ..CheckOptions::default() };
        check_template(TEMPLATE.as_bytes(), &options).expect("a report")
    };
    assert_eq!(check("dev").findings, []);
    assert_eq!(check("prod").findings.len(), 1);
}
