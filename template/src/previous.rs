//! What the rules read of the template of the previous deployment.

use super::embedded::parsed_content;
use super::resolve::{Scenario, Selected, SymbolicText};
use super::resources::{ALIAS, Resource, STATE_MACHINE, Template, VERSION, View};
use super::target::StateMachineIdentity;
use super::tree::Node;
use std::collections::HashMap;

/// Resources by logical id.
#[derive(Debug, Default)]
pub(crate) struct PreviousTemplate {
    pub aliases: HashMap<String, PreviousAlias>,
    pub machines: HashMap<String, PreviousMachine>,
    /// The properties of each version without a revision.
    pub versions: HashMap<String, String>,
}

#[derive(Debug)]
pub(crate) struct PreviousAlias {
    /// `None` if unknown.
    pub name: Option<String>,
    /// The logical id of the state machine, if it is a resource of the template.
    pub machine: Option<String>,
}

#[derive(Debug)]
pub(crate) struct PreviousMachine {
    /// `None` if unknown.
    pub name: Option<MachineName>,
    /// `None` if unknown.
    pub kind: Option<String>,
    pub definition: Option<String>,
    /// The name and type as in the template. CloudFormation keeps the state machine if both are equal.
    pub identity: [Option<String>; 2],
}

/// The name of a state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MachineName {
    /// CloudFormation generates the name.
    Generated,
    Given(String),
}

impl PreviousTemplate {
    pub fn read(template: &Template<'_>) -> Self {
        let scenario = Scenario::default();
        let view = View { template, scenario: &scenario };
        let mut previous = Self::default();
        for resource in &template.resources {
            let id = resource.id.to_owned();
            if resource.is_alias() {
                previous.aliases.insert(id.clone(), PreviousAlias::read(view, resource));
            }
            if resource.is_state_machine() {
                previous.machines.insert(id.clone(), PreviousMachine::read(view, resource));
            }
            if resource.kind == VERSION && matches!(view.property(resource, REVISION), Selected::Absent) {
                previous.versions.insert(id, properties_key(resource));
            }
        }
        previous
    }
}

pub(crate) const REVISION: &str = "StateMachineRevisionId";

/// Returns the property of an alias with its name.
pub(crate) fn alias_name_property(alias: &Resource<'_>) -> &'static str {
    if alias.kind == ALIAS { "Name" } else { "AutoPublishAlias" }
}

/// Returns the property of a state machine with its name, and that with its type.
pub(crate) fn machine_properties(machine: &Resource<'_>) -> [&'static str; 2] {
    if machine.kind == STATE_MACHINE { ["StateMachineName", "StateMachineType"] } else { ["Name", "Type"] }
}

/// Formats the properties of a resource. Equal properties have equal texts.
pub(crate) fn properties_key(resource: &Resource<'_>) -> String {
    resource.node.get("Properties").map(Node::to_key).unwrap_or_default()
}

impl PreviousAlias {
    fn read<'t>(view: View<'_, 't>, alias: &Resource<'t>) -> Self {
        let name = view.text(view.property(alias, alias_name_property(alias)));
        let machine = match view.state_machine_of(alias) {
            Some(StateMachineIdentity::Resource(id)) => Some(id.to_owned()),
            _ => None,
        };
        Self { name: name.and_then(|name| name.text().map(str::to_owned)), machine }
    }
}

impl PreviousMachine {
    /// Reads the properties of a state machine that decide whether CloudFormation replaces it or creates a revision.
    pub fn read<'t>(view: View<'_, 't>, machine: &Resource<'t>) -> Self {
        let properties = machine_properties(machine).map(|name| view.property(machine, name));
        let identity = properties.map(|property| property.node().map(Node::to_key));
        // The deployed value of a parameter is not always its default.
        let certain = |symbol: SymbolicText<'t>| symbol.example_text().filter(|_| symbol.defaults.is_empty());
        let [name, kind] = properties.map(|property| view.text(property));
        let name = name.map_or(Some(MachineName::Generated), |name| certain(name).map(MachineName::Given));
        let kind = kind.map_or_else(|| Some("STANDARD".to_owned()), certain);
        Self { name, kind, definition: read_definition(view, machine), identity }
    }
}

/// Formats the definition of a state machine, or returns `None` if it is unknown.
fn read_definition<'t>(view: View<'_, 't>, machine: &Resource<'t>) -> Option<String> {
    const MEMBERS: [&str; 5] =
        ["Definition", "DefinitionString", "DefinitionS3Location", "DefinitionUri", "DefinitionSubstitutions"];
    let mut text = String::new();
    for member in MEMBERS {
        match view.property(machine, member) {
            Selected::Absent => {}
            Selected::Unknown => return None,
            Selected::Node(node) => {
                // The same document as a map or as text.
                text.push_str(if member == "DefinitionString" { "Definition" } else { member });
                text.push_str(&parsed_content(node).to_key());
            }
        }
    }
    Some(text)
}
