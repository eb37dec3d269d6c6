//! The JSON Schemas that `sfn-alias schema` prints: each is valid, accepts what the program writes and reads, and rejects
//! the rest.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod mutations;
mod samples;
mod schema;

use schema::{Schema, run_program};
use serde_json::{Value, json};
use sfn_alias::{AlarmMetric, AlarmRules, Limits, Operation, Outcomes, ProblemCode};
use sfn_alias_deployment::{Checkpoint, DeploymentReport};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const NAMES: [&str; 10] =
    ["alarms", "deployment", "findings", "outcomes", "plan", "problems", "report", "rules", "simulation", "state"];

#[test]
fn the_command_lists_the_schemas() {
    let expected: String = NAMES
        .map(|name| format!("{name:<11} {}\n", Schema::load(name).value["description"].as_str().unwrap()))
        .concat();
    assert_eq!(run_program(&["schema"]), (0, expected, String::new()));
    let (code, stdout, stderr) = run_program(&["schema", "finding"]);
    assert_eq!((code, &*stdout), (2, ""));
    let names = "alarms, outcomes, problems, deployment, plan, report, simulation, state, findings, rules";
    assert!(stderr.contains(&format!("[possible values: {names}]")), "{stderr}");
    assert!(stderr.contains("a similar value exists: 'findings'"), "{stderr}");
}

#[test]
fn each_schema_is_valid_and_described() {
    let mut definitions: BTreeMap<String, Value> = BTreeMap::new();
    for name in NAMES {
        let Schema { value, .. } = Schema::load(name);
        assert!(jsonschema::meta::is_valid(&value), "{name}");
        assert_eq!(value["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let path =
            value["$id"].as_str().unwrap().strip_prefix("https://github.com/sfn-alias/sfn-alias/blob/main/").unwrap();
        let committed = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap();
        assert_eq!(run_program(&["schema", name]), (0, committed, String::new()));
        assert!(path.ends_with(&format!("/schemas/{name}.json")), "{path}");
        assert!(value["title"].is_string() && value["description"].is_string(), "{name}");
        schema::each_property(&value, &mut |member, property| {
            assert!(schema::is_described(&value, property), "{name}: {member}")
        });
        // A name means the same in all schemas.
        for (definition, content) in
            value["$defs"].as_object().into_iter().flatten().filter(|(key, _)| *key != "report")
        {
            assert_eq!(
                definitions.entry(definition.clone()).or_insert_with(|| content.clone()),
                content,
                "{name}: {definition}"
            );
        }
    }
}

/// Members that the schema does not describe, and members of the schema that no sample has, are errors.
#[test]
fn each_schema_accepts_what_the_program_writes_and_reads() {
    for name in NAMES {
        let schema = Schema::load(name);
        let samples = samples::load(name);
        samples.iter().for_each(|sample| assert_eq!(schema.strict_errors(sample), [""; 0], "{name}: {sample:#}"));
        let mut members = BTreeSet::new();
        schema::each_property(&schema.value, &mut |member, _| {
            members.insert(member.to_owned());
        });
        let mut found = BTreeSet::new();
        samples.iter().for_each(|sample| schema::collect_keys(sample, &mut found));
        let missing: Vec<_> = members.difference(&found).collect();
        assert!(missing.is_empty(), "{name}: no sample has {missing:?}");
    }
}

#[test]
fn values_that_the_program_lists_are_in_the_schemas() {
    let names = |names: Vec<&str>| json!(names);
    let problems = Schema::load("problems").value;
    let codes = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(problems["items"]["properties"]["code"]["enum"], names(codes));
    let operations = Operation::ALL.iter().map(|operation| operation.as_str()).collect();
    assert_eq!(Schema::load("outcomes").value["$defs"]["fault"]["properties"]["operation"]["enum"], names(operations));
    let metrics = AlarmMetric::ALL.iter().map(|metric| metric.as_str()).collect();
    let alarm = &Schema::load("alarms").value["$defs"]["alarmRule"]["properties"];
    assert_eq!(alarm["metric"]["enum"], names(metrics));
    let comparisons = sfn_alias::AlarmComparison::ALL.iter().map(|comparison| comparison.as_str()).collect();
    assert_eq!(alarm["comparison"]["enum"], names(comparisons));
}

/// For files and requests, a schema and the program accept and reject the same documents.
#[test]
fn the_schemas_of_inputs_agree_with_the_program() {
    let text = |value: &Value| value.to_string();
    mutations::compare("state", 300, |value| Checkpoint::from_json(text(value).as_bytes()).is_ok());
    mutations::compare("report", 300, |value| DeploymentReport::from_json(text(value).as_bytes()).is_ok());
    mutations::compare("outcomes", 200, |value| Outcomes::parse(&text(value), &Limits::default()).is_ok());
    mutations::compare("alarms", 50, |value| AlarmRules::parse(&text(value)).is_ok());
}

#[test]
fn the_schemas_of_outputs_reject_other_types_and_missing_members() {
    let optional = [
        ("deployment", &["alarm", "alarms", "code", "events", "state", "weight"][..]),
        ("findings", &["acknowledged", "condition"]),
        ("plan", &["expectedStarts"]),
        ("problems", &[]),
        ("rules", &[]),
        (
            "simulation",
            &[
                "call",
                "description",
                "observation",
                "stackRollback",
                "starts",
                "status",
                "unusedEvents",
                "FAILED",
                "SUCCEEDED",
            ],
        ),
    ];
    for (name, optional) in optional {
        let found = mutations::check_output(name);
        assert_eq!(found, optional.iter().map(|member| (*member).to_owned()).collect(), "{name}");
    }
}
