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

const NOTHING: &str = "good.yaml: nothing to check: 0 aliases, 0 versions, 0 policies";
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
    let counts = "1 error, 1 warning (checked: 1 alias, 1 version, 0 policies)";
    assert_eq!(last_lines(&output), [NOTHING, &format!("faulty.yaml: {counts}")]);
    assert_eq!(output.lines().last(), Some(&*format!("2 files: {counts}")));
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
    let checked = serde_json::json!({"aliases": 1, "versions": 1, "policies": 0});
    assert_eq!([&json["files"][1]["report"]["checked"], &json["total"]["checked"]], [&checked, &checked]);
    assert_eq!((&json["total"]["errors"], &json["total"]["warnings"]), (&1.into(), &1.into()));
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
    for format in ["text", "json", "sarif", "github", "junit"] {
        assert_eq!(project.run(&["--format", format, "missing.yaml"]), (2, String::new(), MISSING.to_owned()));
    }
}

#[test]
fn invalid_options_are_reported_once() {
    let text = "sfn-alias: --disable: unknown rule `x`; --rules lists the rules\n";
    let found = Project::new().run(&["--disable", "x", "good.yaml", "faulty.yaml"]);
    assert_eq!(found, (2, String::new(), text.to_owned()));
}

#[test]
fn rules_accept_lower_case_ids_and_names() {
    let project = Project::new();
    let options = ["--disable", "sfa015", "--acknowledge", "Single-Route-Weight:Prod=a draft", "faulty.yaml"];
    let (code, output, errors) = project.run(&options);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert_eq!(
        last_lines(&output).last(),
        Some(&"faulty.yaml: 0 errors, 0 warnings, 1 acknowledged (checked: 1 alias, 1 version, 0 policies)")
    );
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
            (0, Some("template.yaml: 0 errors, 1 warning (checked: 1 alias, 1 version, 0 policies)"), ""),
            (0, None, ""),
            (0, Some("<stdin>: 0 errors, 0 warnings (checked: 3 aliases, 1 version, 2 policies)"), ""),
            (
                0,
                Some("template.yaml: 0 errors, 0 warnings, 1 acknowledged (checked: 1 alias, 1 version, 0 policies)"),
                ""
            ),
        ]
    );
    let log: Value = serde_json::from_slice(&std::fs::read(project.0.path().join("out.sarif")).unwrap()).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let metadata = help.lines().find_map(|line| line.strip_prefix("  Metadata: ")).unwrap();
    let version = "Type: AWS::StepFunctions::StateMachineVersion";
    let acknowledged = unretained.replace(version, &format!("{version}\n    Metadata: {metadata}"));
    let (code, output, _) = project.run_with_input(&["-"], acknowledged.as_bytes());
    assert_eq!(
        (code, output.lines().last()),
        (0, Some("<stdin>: 0 errors, 0 warnings, 1 acknowledged (checked: 1 alias, 1 version, 0 policies)"))
    );
}

/// Returns a member of the only hook.
fn hook_member(member: &str) -> String {
    let hooks = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../.pre-commit-hooks.yaml")).unwrap();
    hooks.lines().find_map(|line| line.get(2..)?.strip_prefix(&format!("{member}: "))).unwrap().to_owned()
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
        "stack.yaml",
        "orders-stack.yml",
        "infra/sam.yaml",
        "cloudformation/orders.yml",
        "cloudformation/prod/orders.json",
        "infra/cfn/orders.yaml",
        "cloudformation.yaml",
    ];
    let other = [
        "package.json",
        "template.yaml.orig",
        "mytemplate.yaml",
        "template/values.yaml",
        "template.md",
        "samconfig.yaml",
        "stack/main.py",
        "cloudformation/deploy.sh",
        "mycloudformation/orders.yml",
    ];
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
    assert_eq!(output.lines().last(), Some("2 files: 1 error, 1 warning (checked: 1 alias, 1 version, 0 policies)"));
    assert_eq!(project.run_shell(&format!("{entry} good.yaml")), (0, format!("{NOTHING}\n"), String::new()));
}

/// A folder of templates also contains other files, for example parameters.
#[test]
fn hook_skips_other_files() {
    let project = Project::new();
    project.write("cloudformation/parameters.json", "[]");
    let line = format!("{} good.yaml cloudformation/parameters.json", hook_member("entry"));
    let skipped =
        "sfn-alias: cloudformation/parameters.json: skipped, because it is neither a template nor a plan\n".to_owned();
    assert_eq!(project.run_shell(&line), (0, format!("{NOTHING}\n"), skipped));
    // Without the option, and for files that cannot be read, the exit code is 2.
    let (code, _, errors) = project.run(&["cloudformation/parameters.json"]);
    assert_eq!(
        (code, errors.contains("expected a CloudFormation template or a Terraform plan")),
        (2, true),
        "{errors}"
    );
    project.write("broken.yaml", "Resources: {");
    assert_eq!(project.run(&["--skip-other-files", "broken.yaml"]).0, 2);
}

/// The documentation contains the hook for repositories that install the program themselves.
#[test]
fn documented_hook_is_the_hook() {
    let page = include_str!("../../docs/check-before-a-deploy.md");
    for member in ["id", "name", "entry", "language", "types_or", "files"] {
        let line = hook_member(member);
        assert!(page.contains(&format!("{member}: {line}\n")), "`{member}: {line}` is missing");
    }
}

#[test]
fn github_and_junit_report_all_files() {
    let project = Project::new();
    let (code, output, errors) = project.run(&["--format", "github", "good.yaml", "faulty.yaml"]);
    assert_eq!((code, errors.as_str()), (1, ""));
    let lines: Vec<_> = output.lines().collect();
    assert_eq!(lines[0], NOTHING);
    assert!(lines[1].starts_with("::warning file=faulty.yaml,line=2,col=3,title=SFA015 version-retain::Version: "));
    assert!(lines[2].starts_with("::error file=faulty.yaml,line=9,col=7,title=SFA002 single-route-weight::Prod: "));
    assert!(lines[4].starts_with("2 files: 1 error, 1 warning"), "{output}");
    for (fail_on, code, failures) in [("error", 1, 1), ("warning", 1, 2), ("never", 0, 0)] {
        let (found, xml, _) = project.run(&["--format", "junit", "--fail-on", fail_on, "good.yaml", "faulty.yaml"]);
        assert_eq!((found, xml.matches("<failure ").count()), (code, failures), "{fail_on}");
        assert!(xml.starts_with("<?xml version=\"1.0\"") && xml.ends_with("</testsuites>\n"), "{xml}");
    }
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
