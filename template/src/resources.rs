//! The resources of a template, and what their properties are in a scenario.

use super::error::TemplateError;
use super::options::CheckOptions;
use super::resolve::{Conditions, Part, Resolver, Scenario, Selected, SymbolicText};
use super::rules::policy::{Attachments, CombinedGrants, ConnectorSources};
use super::scenario_cache::ScenarioCache;
use super::target::StateMachineIdentity;
use super::tree::{Node, Value};
use std::collections::{HashMap, HashSet};

pub(crate) const ALIAS: &str = "AWS::StepFunctions::StateMachineAlias";
pub(crate) const VERSION: &str = "AWS::StepFunctions::StateMachineVersion";
pub(crate) const STATE_MACHINE: &str = "AWS::StepFunctions::StateMachine";
pub(crate) const SAM_STATE_MACHINE: &str = "AWS::Serverless::StateMachine";

/// Every finding repeats the name of its resource. CloudFormation takes 255 characters.
const MAX_NAME: usize = 2048;

/// A resource.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resource<'t> {
    pub id: &'t str,
    pub kind: &'t str,
    pub node: &'t Node<'t>,
}

impl<'t> Resource<'t> {
    /// The condition under which it exists.
    pub fn condition(&self) -> Option<&'t str> {
        self.node.get("Condition").and_then(Node::text)
    }

    /// Whether it is an alias: a resource of its own, or what SAM makes of a state machine.
    pub fn is_alias(&self) -> bool {
        self.kind == ALIAS || self.is_sam_with_alias()
    }

    pub fn is_sam_with_alias(&self) -> bool {
        let properties = self.node.get("Properties");
        self.kind == SAM_STATE_MACHINE && properties.and_then(|node| node.get("AutoPublishAlias")).is_some()
    }

    pub fn is_state_machine(&self) -> bool {
        self.kind == STATE_MACHINE || self.kind == SAM_STATE_MACHINE
    }
}

/// A template, ready for the rules.
pub(crate) struct Template<'t> {
    pub resources: Vec<Resource<'t>>,
    index: HashMap<&'t str, usize>,
    pub resolver: Resolver<'t>,
    pub conditions: Conditions<'t>,
    /// The first alias of each state machine, by its index.
    pub aliases: ScenarioCache<'t, HashMap<StateMachineIdentity<'t>, usize>>,
    /// The policies by what they belong to.
    pub policies: ScenarioCache<'t, Attachments>,
    /// What policies allow together.
    pub allowed: ScenarioCache<'t, CombinedGrants>,
    /// The roles that policies are attached to by `Ref`.
    pub extended_roles: ScenarioCache<'t, HashSet<String>>,
    /// What SAM's connectors may give a policy to.
    pub connected: ScenarioCache<'t, ConnectorSources>,
    /// The state machines by their names.
    pub state_machines_by_name: ScenarioCache<'t, HashMap<Vec<Part<'t>>, &'t str>>,
}

impl<'t> Template<'t> {
    pub fn new(root: &'t Node<'t>, options: &'t CheckOptions) -> Result<Self, TemplateError> {
        let resources = resources(root)?;
        let resolver = Resolver::new(root, &options.parameters);
        Ok(Self {
            index: resources.iter().enumerate().map(|(index, resource)| (resource.id, index)).collect(),
            resources,
            conditions: Conditions::new(root, &resolver)?,
            resolver,
            aliases: ScenarioCache::default(),
            policies: ScenarioCache::default(),
            allowed: ScenarioCache::default(),
            extended_roles: ScenarioCache::default(),
            connected: ScenarioCache::default(),
            state_machines_by_name: ScenarioCache::default(),
        })
    }

    /// Whether something was too much to be decided since this was asked last.
    pub fn take_limit_exceeded(&self) -> bool {
        // Both are asked.
        self.conditions.take_limit_exceeded() | self.resolver.take_limit_exceeded()
    }

    pub fn resource(&self, id: &str) -> Option<&Resource<'t>> {
        self.resources.get(*self.index.get(id)?)
    }
}

fn resources<'t>(root: &'t Node<'t>) -> Result<Vec<Resource<'t>>, TemplateError> {
    let detail = |detail: &str| Err(TemplateError::NotATemplate { detail: detail.to_owned() });
    if !matches!(root.value, Value::Map(_)) {
        return detail("the file is not one map of members");
    }
    let Some(node) = root.get("Resources") else { return detail("there is no `Resources`") };
    if !matches!(node.value, Value::Map(_)) {
        return detail("`Resources` is not a map");
    }
    if node.members().iter().any(|(id, _)| id.len() > MAX_NAME) {
        return detail("the name of a resource has more than 2048 bytes");
    }
    let resource = |(id, node): &'t (std::borrow::Cow<'t, str>, Node<'t>)| {
        // What is no map with a type is made by a macro such as Fn::ForEach, and not known.
        Some(Resource { id, kind: node.get("Type")?.text()?, node })
    };
    Ok(node.members().iter().filter_map(resource).collect())
}

/// A template in one scenario.
#[derive(Clone, Copy)]
pub(crate) struct View<'v, 't> {
    pub template: &'v Template<'t>,
    pub scenario: &'v Scenario<'t>,
}

impl<'t> View<'_, 't> {
    /// A member of a map.
    pub fn member(&self, node: Option<&'t Node<'t>>, name: &str) -> Selected<'t> {
        match self.template.resolver.select(node, self.scenario) {
            Selected::Node(node) if node.intrinsic().is_some() => Selected::Unknown,
            Selected::Node(node) if node.has_macro() && node.get(name).is_none() => Selected::Unknown,
            Selected::Node(node) => self.template.resolver.select(node.get(name), self.scenario),
            other => other,
        }
    }

    /// A property of a resource.
    pub fn property(&self, resource: &Resource<'t>, name: &str) -> Selected<'t> {
        match resource.node.get("Properties") {
            None if resource.node.has_macro() => Selected::Unknown,
            properties => self.member(properties, name),
        }
    }

    /// The text of what was selected; `None` where it is absent.
    pub fn text(&self, selected: Selected<'t>) -> Option<SymbolicText<'t>> {
        match selected {
            Selected::Absent => None,
            Selected::Unknown => Some(SymbolicText::unknown()),
            Selected::Node(node) => self.template.resolver.symbol(Some(node), self.scenario),
        }
    }

    /// The text of a node.
    pub fn symbol(&self, node: Option<&'t Node<'t>>) -> Option<SymbolicText<'t>> {
        self.template.resolver.symbol(node, self.scenario)
    }

    /// The items of a list with their indices in it, without those that have no value; `None` where
    /// the list or one of its items is not known.
    pub fn list(&self, selected: Selected<'t>) -> Option<Vec<(usize, &'t Node<'t>)>> {
        let node = selected.node()?;
        let Value::List(items) = &node.value else { return None };
        let mut found = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match self.template.resolver.select(Some(item), self.scenario) {
                Selected::Absent => {}
                Selected::Node(node) => found.push((index, node)),
                Selected::Unknown => return None,
            }
        }
        Some(found)
    }

    /// As [`Self::list`], where a value that is no list stands for a list of it, and what is not
    /// known is left out.
    pub fn known_items(&self, selected: Selected<'t>) -> Vec<(Option<usize>, &'t Node<'t>)> {
        let Some(node) = selected.node() else { return Vec::new() };
        let Value::List(items) = &node.value else { return vec![(None, node)] };
        let select = |item| self.template.resolver.select(Some(item), self.scenario).node();
        items.iter().enumerate().filter_map(|(index, item)| Some((Some(index), select(item)?))).collect()
    }

    /// Whether a resource exists in this scenario for certain.
    pub fn exists(&self, resource: &Resource<'_>) -> bool {
        resource.condition().is_none_or(|condition| self.scenario.get(condition) == Some(true))
    }
}
