//! Documents that differ from a sample in one place.

use crate::samples;
use crate::schema::Schema;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};

/// Compares a schema with the parser of the program, for many documents.
#[track_caller]
pub fn compare(name: &str, minimum: usize, accepts: impl Fn(&Value) -> bool) {
    let schema = Schema::load(name);
    let (mut count, mut places) = (0, HashSet::new());
    for sample in samples::load(name) {
        assert!(accepts(&sample), "{name}: {sample:#}");
        for pointer in pointers(&sample).into_iter().filter(|pointer| places.insert(describe_place(&sample, pointer))) {
            for mutation in mutate(&sample, &pointer) {
                let found = (schema.accepts(&mutation), accepts(&mutation));
                assert!(found.0 == found.1, "{name} {pointer}: schema {}, program {}: {mutation:#}", found.0, found.1);
                count += 1;
            }
        }
    }
    assert!(count >= minimum, "{name}: {count} documents");
}

/// Checks that values of other types are rejected. Returns the names of the members that may be missing.
pub fn check_output(name: &str) -> BTreeSet<String> {
    let schema = Schema::load(name);
    let (mut optional, mut places) = (BTreeSet::new(), HashSet::new());
    for sample in samples::load(name) {
        let mut is_new = |pointer: &String| !pointer.is_empty() && places.insert(describe_place(&sample, pointer));
        for pointer in pointers(&sample).into_iter().filter(|pointer| is_new(pointer)) {
            let mut other = sample.clone();
            *other.pointer_mut(&pointer).unwrap() = json!({"unknownMember": [true]});
            assert!(!schema.accepts(&other), "{name}: {pointer} is an object");
            if let Some((without, member)) = remove(&sample, &pointer) {
                optional.extend(schema.accepts(&without).then_some(member));
            }
        }
    }
    optional
}

/// Returns the pointer without positions in arrays, and the members next to the value: what is equal in many places is
/// tried once.
fn describe_place(sample: &Value, pointer: &str) -> String {
    let steps = pointer.split('/').map(|step| if step.parse::<usize>().is_ok() { "*" } else { step });
    let place = steps.collect::<Vec<_>>().join("/");
    let parent = pointer.rsplit_once('/').and_then(|(parent, _)| sample.pointer(parent)?.as_object());
    let names: Vec<&String> = parent.into_iter().flat_map(|members| members.keys()).collect();
    format!("{place} {names:?}")
}

/// Returns the pointers of all values.
fn pointers(value: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    let below = children
        .into_iter()
        .flat_map(|(name, child)| pointers(child).into_iter().map(move |rest| format!("/{name}{rest}")));
    std::iter::once(String::new()).chain(below).collect()
}

/// Returns documents without the value, with a value of another type, with numbers that may be out of range, and with an
/// unknown member.
fn mutate(sample: &Value, pointer: &str) -> Vec<Value> {
    let found = sample.pointer(pointer).unwrap();
    let replace = |value: Value| {
        let mut other = sample.clone();
        *other.pointer_mut(pointer).unwrap() = value;
        other
    };
    let is_other = |value: &Value| std::mem::discriminant(value) != std::mem::discriminant(found);
    // The format of a state file is checked after it is parsed.
    let numbers = if pointer.ends_with("/format") { vec![] } else { vec![json!(7)] };
    let others = numbers.into_iter().chain([json!(true), json!("other text"), json!({})]).filter(is_other);
    // The program reads an array as an object with its members in order.
    let array = (!found.is_object()).then(|| json!([])).filter(is_other);
    let number = found.is_number().then(|| [json!(-1), json!(1.5)]).into_iter().flatten();
    let unknown = found.as_object().map(|members| {
        let mut members = members.clone();
        members.insert("unknownMember".to_owned(), true.into());
        Value::Object(members)
    });
    let replaced = others.chain(array).chain(number).chain(unknown).map(replace);
    replaced.chain(remove(sample, pointer).map(|(without, _)| without)).collect()
}

/// Returns the document without a member of an object, and the name of the member.
fn remove(sample: &Value, pointer: &str) -> Option<(Value, String)> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let mut other = sample.clone();
    other.pointer_mut(parent)?.as_object_mut()?.remove(name)?;
    Some((other, name.to_owned()))
}
