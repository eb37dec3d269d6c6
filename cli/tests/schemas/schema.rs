//! A schema, and the documents that it accepts.

use jsonschema::Validator;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::process::Command;

pub struct Schema {
    pub value: Value,
    validator: Validator,
    /// Also rejects members that the schema does not describe.
    strict: Validator,
}

impl Schema {
    /// Loads a schema from the program.
    pub fn load(name: &str) -> Self {
        let (code, stdout, _) = run_program(&["schema", name]);
        assert_eq!(code, 0, "{name}");
        let value: Value = serde_json::from_str(&stdout).unwrap();
        let mut strict = value.clone();
        close_objects(&mut strict);
        let build = |schema: &Value| jsonschema::options().should_validate_formats(true).build(schema).unwrap();
        Self { validator: build(&value), strict: build(&strict), value }
    }

    pub fn accepts(&self, document: &Value) -> bool {
        self.validator.is_valid(document)
    }

    pub fn strict_errors(&self, document: &Value) -> Vec<String> {
        self.strict.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }
}

/// Runs the program. Returns its exit code, standard output and standard error.
pub fn run_program(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_sfn-alias")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Rejects members without a description, in all objects.
fn close_objects(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("type") == Some(&"object".into()) && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), false.into());
            }
            members.values_mut().for_each(close_objects);
        }
        Value::Array(items) => items.iter_mut().for_each(close_objects),
        _ => {}
    }
}

/// Calls a function with each property that an object of the schema describes.
pub fn each_property(schema: &Value, call: &mut impl FnMut(&str, &Value)) {
    match schema {
        Value::Object(members) => {
            // Conditions have no type.
            if members.get("type") == Some(&"object".into()) {
                let properties = members.get("properties").and_then(Value::as_object);
                properties.into_iter().flatten().for_each(|(name, property)| call(name, property));
            }
            members.values().for_each(|member| each_property(member, call));
        }
        Value::Array(items) => items.iter().for_each(|item| each_property(item, call)),
        _ => {}
    }
}

/// Whether a property or its definition has a description. The value of a constant describes itself.
pub fn is_described(schema: &Value, property: &Value) -> bool {
    let definition = property["$ref"].as_str().and_then(|pointer| schema.pointer(pointer.trim_start_matches('#')));
    property.get("const").is_some()
        || [Some(property), definition].into_iter().flatten().any(|value| value["description"].is_string())
}

/// Adds the names of all members.
pub fn collect_keys(document: &Value, keys: &mut BTreeSet<String>) {
    match document {
        Value::Object(members) => add_members(members, keys),
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, keys)),
        _ => {}
    }
}

fn add_members(members: &Map<String, Value>, keys: &mut BTreeSet<String>) {
    for (name, member) in members {
        keys.insert(name.clone());
        collect_keys(member, keys);
    }
}
