//! `sfn-alias check-template` in a shell and as a pre-commit hook.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use regex::Regex;
use serde_json::Value;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const GOOD: &str = "Resources: {}\n";
const FAULTY: &str = "Resources:
  Version:
    Type: AWS::StepFunctions::StateMachineVersion
    Properties: {StateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:orders'}
  Prod:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties:
      Name: PROD
      RoutingConfiguration: [{StateMachineVersionArn: !Ref Version, Weight: 90}]
";
const TOO_LONG: &str = "the file has more than 16777216 bytes; use a smaller file (CloudFormation accepts up to 1 MB)";

/// Exit code, standard output and standard error.
type Output = (i32, String, String);

/// A working directory with two templates.
struct Project(TempDir);

impl Project {
    fn new() -> Self {
        let project = Self(TempDir::new().unwrap());
        project.write("good.yaml", GOOD);
        project.write("faulty.yaml", FAULTY);
        project
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, b"")
    }

    fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sfn-alias"));
        run_command(command.arg("check-template").args(arguments).current_dir(&self.0), input)
    }

    /// Runs a line in a shell, with this program and those of the directory in the path.
    fn run_shell(&self, line: &str) -> Output {
        let program = Path::new(env!("CARGO_BIN_EXE_sfn-alias")).parent().unwrap().display();
        let path = format!("{program}:{}:{}", self.0.path().display(), std::env::var("PATH").unwrap());
        run_command(Command::new("sh").args(["-c", line]).env("PATH", path).current_dir(&self.0), b"")
    }
}

fn run_command(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The program may close its standard input early.
    child.stdin.take().unwrap().write_all(input).ok();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

const MISSING: &str = "sfn-alias: cannot read `missing.yaml`: No such file or directory (os error 2)\n";

/// Returns the last lines of the reports.
fn last_lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with(' ') && line.contains(".yaml: ")).collect()
}

#[test]
fn unreadable_files_are_reported_after_reports() {
    let project = Project::new();
    project.write("broken.yaml", "Resources: {");
    let (code, output, errors) = project.run(&["good.yaml", "missing.yaml", "broken.yaml", "faulty.yaml"]);
    assert_eq!(code, 2);
    assert_eq!(last_lines(&output), ["good.yaml: 0 errors, 0 warnings", "faulty.yaml: 1 error, 1 warning"]);
    let broken = "sfn-alias: broken.yaml: line 2 column 1: not valid YAML: while parsing a node, did not find expected node content\n";
    assert_eq!(errors, format!("{MISSING}{broken}"));
}

#[test]
fn json_and_sarif_contain_readable_files() {
    let project = Project::new();
    let files = ["good.yaml", "missing.yaml", "faulty.yaml"];
    let (code, output, errors) = project.run(&[&["--format", "json"], &files[..]].concat());
    assert_eq!((code, errors.as_str()), (2, MISSING));
    let json: Value = serde_json::from_str(&output).unwrap();
    assert_eq!([&json["files"][0]["file"], &json["files"][1]["file"]], ["good.yaml", "faulty.yaml"]);
    assert_eq!(json["files"][1]["report"]["errors"], 1);
    let (code, output, errors) = project.run(&[&["--format", "sarif"], &files[..]].concat());
    assert_eq!((code, errors.as_str()), (2, MISSING));
    let log: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let uri = |result: &Value| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert_eq!(results.iter().map(uri).collect::<Vec<_>>(), ["faulty.yaml", "faulty.yaml"]);
}

/// An empty SARIF log would close all findings on a code host.
#[test]
fn no_report_without_readable_files() {
    let project = Project::new();
    for format in ["text", "json", "sarif"] {
        assert_eq!(project.run(&["--format", format, "missing.yaml"]), (2, String::new(), MISSING.to_owned()));
    }
}

#[test]
fn invalid_options_are_reported_once() {
    let text = "sfn-alias: disable/0: unknown rule `x`; use a rule id or name, for example SFA001 or weights-sum\n";
    let found = Project::new().run(&["--disable", "x", "good.yaml", "faulty.yaml"]);
    assert_eq!(found, (2, String::new(), text.to_owned()));
}

#[test]
fn rules_accept_lower_case_ids_and_names() {
    let project = Project::new();
    let options = ["--disable", "sfa015", "--acknowledge", "Single-Route-Weight:Prod=a draft", "faulty.yaml"];
    let (code, output, errors) = project.run(&options);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert_eq!(last_lines(&output).last(), Some(&"faulty.yaml: 0 errors, 0 warnings, 1 acknowledged"));
}

#[test]
fn standard_input_has_no_name_in_sarif() {
    let (code, output, errors) = Project::new().run_with_input(&["--format", "sarif", "-"], FAULTY.as_bytes());
    assert_eq!((code, errors.as_str()), (1, ""));
    let log: Value = serde_json::from_str(&output).unwrap();
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"], serde_json::json!({"index": 0}));
    assert_eq!(log["runs"][0]["artifacts"], serde_json::json!([{"description": {"text": "standard input"}}]));
}

/// Uses the library's message, and stops reading an endless stream.
#[test]
fn too_large_file_is_rejected() {
    let project = Project::new();
    let file = std::fs::File::create(project.0.path().join("long.yaml")).unwrap();
    file.set_len(100 << 20).unwrap();
    let rejected = |name: &str| (2, String::new(), format!("sfn-alias: {name}: {TOO_LONG}\n"));
    assert_eq!(project.run(&["long.yaml"]), rejected("long.yaml"));
    assert_eq!(project.run(&["good.yaml", "--previous", "long.yaml"]), rejected("long.yaml"));
    assert_eq!(project.run_shell("cat /dev/zero 2>/dev/null | sfn-alias check-template -"), rejected("<stdin>"));
}

/// Returns the lines after `Examples:`.
fn examples(help: &str) -> Vec<&str> {
    let (_, examples) = help.split_once("Examples:\n").unwrap();
    examples.lines().take_while(|line| !line.is_empty()).map(str::trim).collect()
}

#[test]
fn help_examples_run() {
    let project = Project::new();
    let unretained = FAULTY.replace("Weight: 90", "Weight: 100");
    project.write("template.yaml", &unretained);
    project.write("cdk.out/One.template.json", r#"{"Resources": {}}"#);
    project.write("cdk.out/Other.template.json", r#"{"Resources": {}}"#);
    let plan = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/templates/correct/terraform-plan.json");
    project.write("terraform", &format!("#!/bin/sh\n[ \"$*\" = 'show -json plan.out' ] && cat '{plan}'\n"));
    std::fs::set_permissions(project.0.path().join("terraform"), PermissionsExt::from_mode(0o755)).unwrap();
    let help = project.run(&["--help"]).1;
    let ran: Vec<_> = examples(&help).into_iter().map(|line| project.run_shell(line)).collect();
    let last: Vec<_> =
        ran.iter().map(|(code, output, errors)| (*code, output.lines().last(), errors.as_str())).collect();
    assert_eq!(
        last,
        [
            (0, Some("template.yaml: 0 errors, 1 warning"), ""),
            (0, None, ""),
            (0, Some("<stdin>: 0 errors, 0 warnings"), ""),
            (0, Some("template.yaml: 0 errors, 0 warnings, 1 acknowledged"), ""),
        ]
    );
    let log: Value = serde_json::from_slice(&std::fs::read(project.0.path().join("out.sarif")).unwrap()).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let metadata = help.lines().find_map(|line| line.strip_prefix("  Metadata: ")).unwrap();
    let version = "Type: AWS::StepFunctions::StateMachineVersion";
    let acknowledged = unretained.replace(version, &format!("{version}\n    Metadata: {metadata}"));
    let (code, output, _) = project.run_with_input(&["-"], acknowledged.as_bytes());
    assert_eq!((code, output.lines().last()), (0, Some("<stdin>: 0 errors, 0 warnings, 1 acknowledged")));
}

/// Returns a member of the only hook.
fn hook_member(member: &str) -> String {
    let hooks = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../.pre-commit-hooks.yaml")).unwrap();
    hooks.lines().find_map(|line| line.strip_prefix(&format!("  {member}: "))).unwrap().to_owned()
}

/// pre-commit searches for the pattern anywhere in a path, and appends the paths to the entry.
#[test]
fn hook_matches_templates() {
    let files = Regex::new(&hook_member("files")).unwrap();
    let matching = [
        "template.yaml",
        "infra/template.yml",
        "template.json",
        "stack.template.json",
        "cdk.out/Orders.template.json",
        "orders-template.yaml",
        "deploy/prod_template.yml",
    ];
    let other = ["package.json", "template.yaml.orig", "mytemplate.yaml", "template/values.yaml", "template.md"];
    let found: Vec<_> = matching.iter().chain(&other).filter(|name| files.is_match(name)).collect();
    assert_eq!(found, matching.iter().collect::<Vec<_>>());
    assert_eq!(hook_member("types_or"), "[yaml, json]");
}

#[test]
fn hook_runs() {
    let project = Project::new();
    let entry = hook_member("entry");
    assert_eq!(hook_member("language"), "system");
    let (code, output, errors) = project.run_shell(&format!("{entry} good.yaml faulty.yaml"));
    assert_eq!((code, errors.as_str()), (1, ""));
    assert_eq!(output.lines().last(), Some("faulty.yaml: 1 error, 1 warning"));
    assert_eq!(
        project.run_shell(&format!("{entry} good.yaml")),
        (0, "good.yaml: 0 errors, 0 warnings\n".to_owned(), String::new())
    );
}

#[test]
fn extreme_weights_do_not_hide_other_reports() {
    let project = Project::new();
    for (name, weight) in [("large.yaml", "9223372036854775807"), ("small.yaml", "-9223372036854775808")] {
        project.write(name, &FAULTY.replace("Weight: 90", &format!("Weight: {weight}")));
    }
    let (code, text, errors) = project.run(&["large.yaml", "small.yaml", "faulty.yaml", "good.yaml"]);
    assert_eq!((code, &*errors), (1, ""));
    let expected = ["large.yaml", "small.yaml", "faulty.yaml", "good.yaml"];
    for name in expected {
        assert!(last_lines(&text).iter().any(|line| line.starts_with(name)), "{name} has no report: {text}");
    }
}
