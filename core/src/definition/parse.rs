//! Parses the structure of definitions. Borrows from the JSON text.

use super::error::DefinitionErrors;
use super::location::Location;
use super::value::{Parsed, Parser, Value, ValueSeed, skip_map};
use super::workflow::{NestedWorkflow, State, Transition, TransitionField, Workflow};
use crate::wire::Text;
use serde::de::{DeserializeSeed as _, IgnoredAny, MapAccess, SeqAccess};
use std::borrow::Cow;

/// Maximum depth of nested workflows. Deeper ones are not validated, which bounds the recursion.
const MAX_DEPTH: usize = 25;

const STATE_TYPES: &[&str] = &["Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map"];
const QUERY_LANGUAGES: &[&str] = &["JSONPath", "JSONata"];
const VERSIONS: &[&str] = &["1.0"];

/// Parses a definition and records the errors of its schema.
///
/// # Errors
/// The definition is not JSON.
pub(super) fn parse_definition<'a>(
    definition: &'a str,
    errors: &mut DefinitionErrors,
) -> Result<Workflow<'a>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(definition);
    let parser = Parser { location: &Location::ROOT, depth: 0, errors };
    let workflow = ValueSeed::<Workflow<'a>>::new(parser).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(workflow.valid().unwrap_or_default())
}

impl<'de> Value<'de> for Workflow<'de> {
    const TYPE: &'static str = "OBJECT";

    fn parse_map<A: MapAccess<'de>>(mut map: A, parser: &mut Parser<'_>) -> Result<Option<Self>, A::Error> {
        let is_root = parser.depth == 0;
        let mut parser =
            Parser { location: parser.location, depth: parser.depth.saturating_add(1), errors: parser.errors };
        let (mut start, mut states) = (Parsed::<Cow<'de, str>>::Null, Parsed::<States<'de>>::Null);
        if parser.depth > MAX_DEPTH {
            return skip_map(map).map(|()| Some(Self::default()));
        }
        while let Some(name) = map.next_key::<Text<'_>>()? {
            match &*name {
                "StartAt" => start = parser.parse_field("StartAt", &mut map)?,
                "States" => states = parser.parse_field("States", &mut map)?,
                "QueryLanguage" if is_root => {
                    drop(parse_choice(&mut parser, "QueryLanguage", QUERY_LANGUAGES, &mut map)?)
                }
                "Version" if is_root => drop(parse_choice(&mut parser, "Version", VERSIONS, &mut map)?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        // In the order recorded from AWS.
        parser.require_fields(&[("States", !states.is_null()), ("StartAt", !start.is_null())]);
        let states = states.valid().map(|states| states.0).unwrap_or_default();
        Ok(Some(Self { start: start.valid(), states }))
    }
}

/// The states of a workflow. A name may occur more than once.
struct States<'a>(Vec<State<'a>>);

impl<'de> Value<'de> for States<'de> {
    const TYPE: &'static str = "OBJECT";

    fn parse_map<A: MapAccess<'de>>(mut map: A, parser: &mut Parser<'_>) -> Result<Option<Self>, A::Error> {
        let mut states = Vec::new();
        while let Some(name) = map.next_key::<Text<'de>>()? {
            let name = Cow::from(name);
            if let Parsed::Valid(state) = parser.parse_field::<State<'de>, _>(&name, &mut map)? {
                states.push(State { name, ..state });
            }
        }
        parser.require_items(states.is_empty());
        Ok(Some(Self(states)))
    }
}

/// The name is added by the map of the states.
impl<'de> Value<'de> for State<'de> {
    const TYPE: &'static str = "OBJECT";

    fn parse_map<A: MapAccess<'de>>(mut map: A, parser: &mut Parser<'_>) -> Result<Option<Self>, A::Error> {
        let mut state = Self::default();
        let mut has_type = false;
        while let Some(name) = map.next_key::<Text<'_>>()? {
            match &*name {
                "Type" => {
                    let kind = parse_choice(parser, "Type", STATE_TYPES, &mut map)?;
                    has_type = !kind.is_null();
                    state.is_terminal |= matches!(kind.valid().as_deref(), Some("Succeed" | "Fail"));
                }
                "End" => state.is_terminal |= parser.parse_field("End", &mut map)?.valid() == Some(true),
                "Next" => state.add_transition(TransitionField::Next, parser.parse_field("Next", &mut map)?),
                "Default" => state.add_transition(TransitionField::Default, parser.parse_field("Default", &mut map)?),
                "Choices" => state.add_items(TransitionField::Choices, parser.parse_field("Choices", &mut map)?),
                "Catch" => state.add_items(TransitionField::Catch, parser.parse_field("Catch", &mut map)?),
                "Branches" => state.add_branches(parser.parse_field("Branches", &mut map)?),
                "ItemProcessor" => state.add_nested("ItemProcessor", parser.parse_field("ItemProcessor", &mut map)?),
                "Iterator" => state.add_nested("Iterator", parser.parse_field("Iterator", &mut map)?),
                "QueryLanguage" => drop(parse_choice(parser, "QueryLanguage", QUERY_LANGUAGES, &mut map)?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        parser.require_fields(&[("Type", has_type)]);
        Ok(Some(state))
    }
}

impl<'a> State<'a> {
    fn add_transition(&mut self, field: TransitionField, target: Parsed<Cow<'a, str>>) {
        self.transitions.extend(target.valid().map(|target| Transition { target, field }));
    }

    fn add_items(&mut self, field: fn(usize) -> TransitionField, items: Parsed<Items<'a>>) {
        let items = items.valid().map(|items| items.0).unwrap_or_default();
        let transition = |(index, target)| Transition { target, field: field(index) };
        self.transitions.extend(items.into_iter().map(transition));
    }

    fn add_branches(&mut self, branches: Parsed<Branches<'a>>) {
        let branches = branches.valid().map(|branches| branches.0).unwrap_or_default();
        let nested = |(index, workflow)| NestedWorkflow { field: "Branches", index: Some(index), workflow };
        self.nested.extend(branches.into_iter().map(nested));
    }

    fn add_nested(&mut self, field: &'static str, workflow: Parsed<Workflow<'a>>) {
        self.nested.extend(workflow.valid().map(|workflow| NestedWorkflow { field, index: None, workflow }));
    }
}

/// The targets of `Choices` or `Catch`, each with the index of its item.
struct Items<'a>(Vec<(usize, Cow<'a, str>)>);

impl<'de> Value<'de> for Items<'de> {
    const TYPE: &'static str = "ARRAY";

    fn parse_list<A: SeqAccess<'de>>(mut list: A, parser: &mut Parser<'_>) -> Result<Option<Self>, A::Error> {
        let mut targets = Vec::new();
        let mut index: usize = 0;
        while let Some(item) = parser.parse_item::<Item<'de>, _>(index, &mut list)? {
            targets.extend(item.valid().and_then(|item| item.0).map(|target| (index, target)));
            index = index.saturating_add(1);
        }
        Ok(Some(Self(targets)))
    }
}

/// The target of an item of `Choices` or `Catch`.
struct Item<'a>(Option<Cow<'a, str>>);

impl<'de> Value<'de> for Item<'de> {
    const TYPE: &'static str = "OBJECT";

    fn parse_map<A: MapAccess<'de>>(mut map: A, parser: &mut Parser<'_>) -> Result<Option<Self>, A::Error> {
        let mut next = None;
        while let Some(name) = map.next_key::<Text<'_>>()? {
            match &*name {
                "Next" => next = parser.parse_field("Next", &mut map)?.valid(),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Some(Self(next)))
    }
}

/// The branches of a Parallel state, each with its index.
struct Branches<'a>(Vec<(usize, Workflow<'a>)>);

impl<'de> Value<'de> for Branches<'de> {
    const TYPE: &'static str = "ARRAY";

    fn parse_list<A: SeqAccess<'de>>(mut list: A, parser: &mut Parser<'_>) -> Result<Option<Self>, A::Error> {
        let mut branches = Vec::new();
        let mut index: usize = 0;
        while let Some(branch) = parser.parse_item(index, &mut list)? {
            branches.extend(branch.valid().map(|workflow| (index, workflow)));
            index = index.saturating_add(1);
        }
        parser.require_items(index == 0);
        Ok(Some(Self(branches)))
    }
}

/// Parses a text that must be one of `values`.
fn parse_choice<'de, A: MapAccess<'de>>(
    parser: &mut Parser<'_>,
    name: &str,
    values: &[&str],
    map: &mut A,
) -> Result<Parsed<Cow<'de, str>>, A::Error> {
    let text: Parsed<Cow<'de, str>> = parser.parse_field(name, map)?;
    if matches!(&text, Parsed::Valid(text) if !values.contains(&&**text)) {
        let values = values.join(", ");
        let message = || match name {
            "Type" => format!("The field 'Type' should have one of these values: [{values}]"),
            _ => format!("Value should be one of the following: [{values}]"),
        };
        parser.errors.push_schema_error(&parser.location.field(name), message);
    }
    Ok(text)
}
