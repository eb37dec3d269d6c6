//! The corpus of templates. Correct templates have no findings. Faulty templates have exactly the findings in
//! `NAME.expected.json`. `SFN_ALIAS_WRITE_EXPECTED=1` writes these files; review the changes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use sfn_alias_template::{CheckOptions, Report, check_template, rules};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn templates(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/templates").join(folder);
    let files = folder.read_dir().expect("a folder").map(|entry| entry.expect("a readable entry").path());
    let mut files: Vec<PathBuf> = files.filter(|path| !path.to_string_lossy().ends_with(".expected.json")).collect();
    files.sort();
    assert!(files.len() >= 5, "expected at least 5 templates, found {} in {}", files.len(), folder.display());
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

/// Returns the members that differ between findings of one rule.
fn select_members(report: &Report) -> Value {
    const MEMBERS: [&str; 9] =
        ["rule", "logicalId", "resourceType", "path", "line", "column", "message", "condition", "acknowledged"];
    let report: Value = serde_json::from_slice(&report.to_json()).expect("JSON");
    let finding = |finding: &Value| {
        let pairs = MEMBERS.iter().filter_map(|name| Some((name.to_string(), finding.get(*name)?.clone())));
        let mut members = Value::Object(pairs.collect());
        let rule = rules().iter().find(|rule| finding["rule"] == rule.id).expect("a rule");
        for (name, default) in [("fix", rule.fix), ("description", rule.description)] {
            if finding[name] != default {
                members[name] = finding[name].clone();
            }
        }
        members
    };
    report["findings"].as_array().expect("findings").iter().map(finding).collect()
}

#[test]
fn correct_templates_have_no_finding() {
    for template in templates("correct") {
        let report = check(&template, &options(&expected(&template)));
        assert_eq!(report.to_text("-").lines().count(), 1, "{}: {}", template.display(), report.to_text("-"));
        assert_eq!((report.findings, report.errors, report.warnings), (vec![], 0, 0), "{}", template.display());
    }
}

#[test]
fn faulty_templates_have_the_expected_findings() {
    for template in templates("faulty") {
        let expected = expected(&template);
        let found = select_members(&check(&template, &options(&expected)));
        if std::env::var_os("SFN_ALIAS_WRITE_EXPECTED").is_some() {
            let mut whole = expected.clone();
            whole["findings"] = found.clone();
            let text = serde_json::to_string_pretty(&whole).expect("JSON") + "\n";
            std::fs::write(expected_path(&template), text).expect("a writable file");
            continue;
        }
        let all = expected["findings"].as_array().expect("findings in the expected file");
        for (found, expected) in found.as_array().expect("findings").iter().zip(all) {
            assert_eq!(found, expected, "{}", template.display());
        }
        assert_eq!(found, expected["findings"], "{}", template.display());
    }
}

/// Findings in plans use the names of Terraform.
#[test]
fn plans_have_no_names_of_templates() {
    const WORDS: [&str; 8] = [
        "CloudFormation",
        "DefinitionString",
        "DeploymentPreference",
        "PolicyDocument",
        "RoutingConfiguration",
        "StateMachineVersionArn",
        "Weight",
        "!Ref",
    ];
    let mut checked = 0;
    for template in templates("faulty").iter().filter(|path| path.to_string_lossy().contains("/terraform-")) {
        for finding in check(template, &options(&expected(template))).findings {
            // The texts of AWS are unchanged.
            let message = finding.message.split(": rejected by ").next().unwrap_or_default();
            for text in [message, finding.description, &finding.fix, &finding.path] {
                let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '!' && c != '_');
                let word = words.find(|word| WORDS.contains(word));
                assert_eq!(word, None, "{}: {}: {text}", template.display(), finding.rule);
            }
            checked += 1;
        }
    }
    assert!(checked > 20, "{checked} findings");
}

#[test]
fn every_rule_has_at_least_two_findings() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for template in templates("faulty") {
        for finding in expected(&template)["findings"].as_array().expect("findings") {
            *counts.entry(finding["rule"].as_str().expect("a rule").to_owned()).or_default() += 1;
        }
    }
    let rare: Vec<_> = rules().iter().filter(|rule| counts.get(rule.id).is_none_or(|count| *count < 2)).collect();
    assert!(rare.is_empty(), "{:?}", rare.iter().map(|rule| rule.name).collect::<Vec<_>>());
}

/// Ids and names are stable: ids are sorted and names are unique.
#[test]
fn rule_ids_are_sorted_and_names_unique() {
    for (index, rule) in rules().iter().enumerate() {
        assert!(rule.id.len() == 6 && rule.id[3..].parse::<u16>().is_ok(), "{}", rule.id);
        assert!(rules().iter().take(index).all(|before| before.id < rule.id), "{}", rule.id);
        assert!(rule.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", rule.name);
        let sources = ["https://docs.aws.amazon.com/", "https://registry.terraform.io/providers/hashicorp/aws/"];
        assert!(sources.iter().any(|source| rule.url.starts_with(source)), "{}", rule.url);
        assert!(rules().iter().skip(index + 1).all(|other| other.name != rule.name), "{}", rule.name);
    }
}
