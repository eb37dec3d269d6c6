//! Prints this crate's copy of AWS's service model, for `tools/model/compare.py`.
//!
//! - `constraints` prints the operations, their members with all constraints, and their errors as JSON.
//! - `constraints match` reads lines of `{"pattern": "...", "text": "..."}` and prints for each whether the text
//!   matches: `true` or `false`.

use serde::Deserialize;
use serde_json::{Value, json};
use sfn_alias::constraint::{Member, Pattern, Rule, TextRule};
use sfn_alias::{Limits, Operation};
use std::io::{self, BufRead, BufWriter, Write};

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    if std::env::args().nth(1).as_deref() == Some("match") {
        return match_patterns(io::stdin().lock(), &mut out);
    }
    serde_json::to_writer_pretty(&mut out, &json!({"operations": describe_operations()}))?;
    writeln!(out)
}

fn describe_operations() -> Vec<Value> {
    let operation = |operation: &Operation| {
        let errors: Vec<&str> = operation.declared_errors().iter().map(|kind| kind.code()).collect();
        json!({"name": operation.as_str(), "members": describe_members(operation.members()), "errors": errors})
    };
    Operation::ALL.iter().map(operation).collect()
}

fn describe_members(members: &[Member]) -> Vec<Value> {
    let member = |member: &Member| json!({"name": member.name, "required": member.required, "rule": describe_rule(&member.rule)});
    members.iter().map(member).collect()
}

fn describe_rule(rule: &Rule) -> Value {
    match rule {
        Rule::Text(text) => describe_text_rule(text),
        Rule::Integer { min, max } => json!({"type": "integer", "min": min, "max": max}),
        Rule::Boolean => json!({"type": "boolean"}),
        Rule::List { min, max, item } => json!({"type": "list", "min": min, "max": max, "item": describe_rule(item)}),
        Rule::Structure(inner) => json!({"type": "structure", "members": describe_members(inner)}),
    }
}

fn describe_text_rule(rule: &TextRule) -> Value {
    json!({
        "type": "string",
        "min": rule.min,
        "max": rule.max.map(|max| max.resolve(&Limits::default())),
        "pattern": rule.pattern.map(Pattern::as_str),
        "enum": rule.values,
        "sensitive": rule.sensitive,
    })
}

#[derive(Deserialize)]
struct Question {
    pattern: String,
    text: String,
}

fn match_patterns(questions: impl BufRead, out: &mut impl Write) -> io::Result<()> {
    let known = collect_patterns();
    for line in questions.lines() {
        let question: Question = serde_json::from_str(&line?)?;
        let pattern = known.iter().find(|pattern| pattern.as_str() == question.pattern);
        let unknown = || io::Error::other(format!("no operation uses the pattern `{}`", question.pattern));
        writeln!(out, "{}", pattern.ok_or_else(unknown)?.matches(&question.text))?;
    }
    Ok(())
}

/// Returns the patterns of all members.
fn collect_patterns() -> Vec<Pattern> {
    let mut found = Vec::new();
    let rules = Operation::ALL.iter().flat_map(|operation| operation.members()).map(|member| &member.rule);
    rules.for_each(|rule| add_patterns(rule, &mut found));
    found
}

fn add_patterns(rule: &Rule, found: &mut Vec<Pattern>) {
    match rule {
        Rule::Text(text) => found.extend(text.pattern),
        Rule::List { item, .. } => add_patterns(item, found),
        Rule::Structure(members) => members.iter().for_each(|member| add_patterns(&member.rule, found)),
        Rule::Integer { .. } | Rule::Boolean => {}
    }
}
