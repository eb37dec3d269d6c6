//! The names of plans: attributes of resources instead of the properties of templates.

use crate::tree::{escape_pointer, unescape_pointer};

/// Words of templates in messages, and what they are in plans.
const WORDS: [(&str, &str); 10] = [
    ("CloudFormation", "Terraform"),
    ("DefinitionString", "definition"),
    ("Description", "description"),
    ("Dimensions", "dimensions"),
    ("MetricName", "metric_name"),
    ("Name", "name"),
    ("PolicyDocument", "policy"),
    ("RoutingConfiguration", "routing_configuration"),
    ("StateMachineVersionArn", "state_machine_version_arn"),
    ("Weight", "weight"),
];
/// The start of a text that AWS returns, which stays unchanged.
const REJECTED: &str = ": rejected by ";

/// Adds a step to a pointer. Plans use other names than templates.
pub(crate) fn push_step(pointer: &mut String, step: &str, in_plan: bool) {
    let name = if in_plan { plan_member(pointer, step) } else { escape_pointer(step) };
    if !name.is_empty() {
        pointer.push('/');
        pointer.push_str(&name);
    }
}

/// Returns the name of a member in a plan, or an empty text if plans do not have this member.
fn plan_member(pointer: &str, step: &str) -> String {
    match step {
        "Properties" | "Targets" | "Integration" | "MetricStat" => String::new(),
        "Metrics" => "metric_query".to_owned(),
        "Metric" => "metric/0".to_owned(),
        "PolicyDocument" => "policy".to_owned(),
        "Policies" => "inline_policy".to_owned(),
        "DefinitionString" => "definition".to_owned(),
        // A key of `request_parameters`.
        "StateMachineArn" => step.to_owned(),
        // The pointer of a schedule already contains the target.
        "Target" if pointer.ends_with("/target/0") => String::new(),
        _ => to_snake_case(step),
    }
}

/// Returns the name of a template member in plans.
pub(crate) fn plan_name(member: &str) -> String {
    plan_member("", member)
}

fn to_snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (index, character) in name.char_indices() {
        if character.is_ascii_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

/// Formats the attribute that a pointer of a plan refers to, for example `routing_configuration[0].weight`.
pub(crate) fn format_attribute(pointer: &str) -> String {
    let mut attribute = String::new();
    let (_, path) = pointer.split_once("/values/").unwrap_or_default();
    for step in path.split('/').filter(|step| !step.is_empty()).map(unescape_pointer) {
        if step.bytes().all(|b| b.is_ascii_digit()) {
            attribute.push_str(&format!("[{step}]"));
        } else {
            attribute.push_str(if attribute.is_empty() { "" } else { "." });
            attribute.push_str(&step);
        }
    }
    attribute
}

/// Replaces the names of templates in a message by those of plans. A message that starts with a property starts with
/// the complete attribute.
pub(crate) fn translate_message(message: &str, pointer: &str) -> String {
    let (own, quoted) = message.find(REJECTED).map_or((message, ""), |at| message.split_at(at));
    let attribute = format_attribute(pointer);
    let is_property = WORDS.iter().any(|(word, name)| *word == own && attribute.ends_with(name));
    let own = if is_property { attribute } else { translate_words(own) };
    own + quoted
}

/// Replaces whole words, except in quotes and in addresses.
pub(crate) fn translate_words(text: &str) -> String {
    let is_letter = |character: char| character.is_alphanumeric() || character == '_';
    let (mut translated, mut quote) = (String::with_capacity(text.len()), None);
    let mut rest = text;
    while !rest.is_empty() {
        let start = rest.find(is_letter).unwrap_or(rest.len());
        let (between, word) = rest.split_at(start);
        let end = word.find(|character| !is_letter(character)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        quote = between.chars().filter(|character| matches!(character, '`' | '"')).fold(quote, toggle_quote);
        let is_plain = quote.is_none() && !between.ends_with(['.', '/', ':']);
        let name = WORDS.iter().find(|(one, _)| is_plain && *one == word).map_or(word, |(_, name)| name);
        translated.push_str(between);
        translated.push_str(name);
        rest = after;
    }
    translated
}

/// Returns the quote that a text is in after another quote.
fn toggle_quote(open: Option<char>, quote: char) -> Option<char> {
    match open {
        None => Some(quote),
        Some(one) if one == quote => None,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{format_attribute, translate_message, translate_words};

    #[test]
    fn words_are_translated_except_in_quotes() {
        for (text, expected) in [
            ("Name is the same as in aws_sfn_alias.Name", "name is the same as in aws_sfn_alias.Name"),
            ("Name changes from `Name` to \"Weight`\": Weight", "name changes from `Name` to \"Weight`\": weight"),
            ("Weights, NameX and CloudFormation.", "Weights, NameX and Terraform."),
            ("", ""),
        ] {
            assert_eq!(translate_words(text), expected);
        }
    }

    #[test]
    fn messages_start_with_the_attribute() {
        let pointer = "/planned_values/root_module/resources/0/values/routing_configuration/1/weight";
        assert_eq!(format_attribute(pointer), "routing_configuration[1].weight");
        assert_eq!(
            translate_message("Weight: rejected by X: Weight", pointer),
            "routing_configuration[1].weight: rejected by X: Weight"
        );
        assert_eq!(translate_message("Name: rejected by X: a", pointer), "name: rejected by X: a");
        assert_eq!(format_attribute("/planned_values"), "");
    }
}
