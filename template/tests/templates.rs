//! The corpus of templates: correct ones have no finding, faulty ones exactly those beside them in
//! `NAME.expected.json`. With `SFN_ALIAS_WRITE_EXPECTED=1` those files are written, to be reviewed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use sfn_alias_template::{CheckOptions, Report, check_template, rules};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn templates(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/templates").join(folder);
    let files = folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = files.filter(|path| !path.to_string_lossy().ends_with(".expected.json")).collect();
    files.sort();
    assert!(files.len() >= 5, "only {} templates in {}", files.len(), folder.display());
    files
}

fn expected_path(template: &Path) -> PathBuf {
    template.with_extension("expected.json")
}

fn expected(template: &Path) -> Value {
    let text = std::fs::read(expected_path(template)).unwrap_or_else(|_| b"{}".to_vec());
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", template.display()))
}

fn options(expected: &Value) -> CheckOptions {
    let options = expected.get("options").cloned().unwrap_or_else(|| json!({}));
    CheckOptions::from_json(options.to_string().as_bytes()).expect("options")
}

fn check(template: &Path, options: &CheckOptions) -> Report {
    let text = std::fs::read(template).expect("a readable template");
    check_template(&text, options).unwrap_or_else(|error| panic!("{}: {error}", template.display()))
}

/// What is asserted of every finding: all that differs between findings of one rule.
fn shown(report: &Report) -> Value {
    const MEMBERS: [&str; 9] =
        ["rule", "logicalId", "resourceType", "path", "line", "column", "message", "condition", "acknowledged"];
    let report: Value = serde_json::from_slice(&report.to_json()).expect("JSON");
    let finding = |finding: &Value| {
        let members = MEMBERS.iter().filter_map(|name| Some((name.to_string(), finding.get(*name)?.clone())));
        let mut shown = Value::Object(members.collect());
        let rule = rules().iter().find(|rule| finding["rule"] == rule.id).expect("a rule");
        if finding["fix"] != rule.fix {
            shown["fix"] = finding["fix"].clone();
        }
        shown
    };
    report["findings"].as_array().expect("findings").iter().map(finding).collect()
}

#[test]
fn correct_templates_have_no_finding() {
    for template in templates("correct") {
        let report = check(&template, &options(&expected(&template)));
        assert_eq!(report.to_text("-"), "-: 0 errors, 0 warnings\n", "{}", template.display());
    }
}

#[test]
fn faulty_templates_have_exactly_the_findings_beside_them() {
    for template in templates("faulty") {
        let expected = expected(&template);
        let found = shown(&check(&template, &options(&expected)));
        if std::env::var_os("SFN_ALIAS_WRITE_EXPECTED").is_some() {
            let mut whole = expected.clone();
            whole["findings"] = found.clone();
            let text = serde_json::to_string_pretty(&whole).expect("JSON") + "\n";
            std::fs::write(expected_path(&template), text).expect("a writable file");
            continue;
        }
        let all = expected["findings"].as_array().expect("findings beside the template");
        for (found, expected) in found.as_array().expect("findings").iter().zip(all) {
            assert_eq!(found, expected, "{}", template.display());
        }
        assert_eq!(found, expected["findings"], "{}", template.display());
    }
}

#[test]
fn every_rule_is_found_twice_at_least() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for template in templates("faulty") {
        for finding in expected(&template)["findings"].as_array().expect("findings") {
            *counts.entry(finding["rule"].as_str().expect("a rule").to_owned()).or_default() += 1;
        }
    }
    let rare: Vec<_> = rules().iter().filter(|rule| counts.get(rule.id).is_none_or(|count| *count < 2)).collect();
    assert!(rare.is_empty(), "{:?}", rare.iter().map(|rule| rule.name).collect::<Vec<_>>());
}

/// Ids and names are a promise: they are in order, and none stands twice.
#[test]
fn rules_are_numbered_and_named_once() {
    for (index, rule) in rules().iter().enumerate() {
        assert_eq!(rule.id, format!("SFA{:03}", index + 1));
        assert!(rule.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", rule.name);
        assert!(rule.url.starts_with("https://docs.aws.amazon.com/"), "{}", rule.url);
        assert!(rules().iter().skip(index + 1).all(|other| other.name != rule.name), "{}", rule.name);
    }
}
