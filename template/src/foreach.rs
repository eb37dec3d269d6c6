//! Expands the loops of a template (`Fn::ForEach`), as the transform AWS::LanguageExtensions does. A loop whose
//! collection is unknown before deployment stays as it is, and is reported.

mod collection;
mod substitute;

use super::read::MAX_BYTES;
use super::tree::{Node, Position, Value, escape_pointer};
use collection::Collection;
use memchr::memmem;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;
use substitute::{substitute, substitute_text};

const PREFIX: &str = "Fn::ForEach::";
/// The sections that can have loops.
const SECTIONS: [&str; 3] = ["Conditions", "Resources", "Outputs"];
/// Members of resources, with names that no template has: the pointers in the file, by path in the resource, and the
/// parameter values that the loops depend on.
const ORIGINS: &str = "loop origins";
const CONDITION: &str = "loop condition";
/// Maximum memory of all expanded loops, in bytes.
const MAX_MEMORY: usize = 4 * MAX_BYTES;
/// Maximum number of conditions of a resource in a finding.
const MAX_CONDITIONS: usize = 8;
/// Estimated memory of a node.
const NODE_SIZE: usize = 64;

/// A loop that is not expanded, or only for one value of a parameter.
pub(crate) struct UncheckedLoop {
    /// The resource that contains the loop, or the loop itself.
    pub logical_id: String,
    pub resource_type: String,
    pub pointer: String,
    pub position: Position,
    pub reason: String,
}

/// Returns the pointer in the file of a path in a resource, if a loop contains it.
pub(crate) fn origin<'n>(resource: &'n Node<'_>, path: &str) -> Option<&'n str> {
    // A loop can create many members, so their paths are sorted.
    let origins = resource.get(ORIGINS)?.members();
    let at = origins.binary_search_by(|(one, _)| one.as_ref().cmp(path)).ok()?;
    origins.get(at)?.1.text()
}

/// Returns the parameter values that the loops of a resource depend on.
pub(crate) fn loop_condition<'n>(resource: &'n Node<'_>) -> Option<&'n str> {
    resource.get(CONDITION)?.text()
}

/// Expands all loops of a template. Returns those that are not checked, if they contain Step Functions resources.
pub(crate) fn expand_loops<'t>(
    root: &mut Node<'t>,
    text: &[u8],
    parameters: &BTreeMap<String, String>,
) -> Vec<UncheckedLoop> {
    if memmem::find(text, PREFIX.as_bytes()).is_none() {
        return Vec::new();
    }
    let mut taken = Vec::new();
    if let Value::Map(members) = &mut root.value {
        let sections = members.iter_mut().enumerate().filter(|(_, (name, _))| SECTIONS.contains(&name.as_ref()));
        taken.extend(sections.map(|(index, (_, node))| (index, std::mem::replace(&mut node.value, Value::Null))));
    }
    let mut expander = Expander {
        root,
        parameters,
        memory: MAX_MEMORY,
        unchecked: Vec::new(),
        reported: HashSet::new(),
        assumed: BTreeMap::new(),
    };
    for (index, section) in &mut taken {
        let name = expander.root.members().get(*index).map(|(name, _)| name.clone()).unwrap_or_default();
        expander.expand_section(&name, section);
    }
    let Expander { unchecked, assumed, .. } = expander;
    if let Value::Map(members) = &mut root.value {
        for (index, section) in taken {
            if let Some((_, node)) = members.get_mut(index) {
                node.value = section;
            }
        }
        restrict_parameters(members, assumed);
    }
    unchecked
}

/// Restricts parameters to one value. Other values would create other resources.
fn restrict_parameters<'t>(members: &mut [(Cow<'t, str>, Node<'t>)], mut assumed: BTreeMap<String, String>) {
    let parameters = members.iter_mut().filter(|(name, _)| name == "Parameters");
    for (name, parameter) in parameters.flat_map(|(_, node)| node.members_mut()) {
        let Some(value) = assumed.remove(name.as_ref()) else { continue };
        let allowed = parameter.members_mut().iter_mut().filter(|(name, _)| name == "AllowedValues");
        allowed.for_each(|(_, node)| node.value = Value::List(vec![text_node(node.position, value.clone())]));
    }
}

struct Expander<'r, 't> {
    /// The template without its sections.
    root: &'r Node<'t>,
    parameters: &'r BTreeMap<String, String>,
    /// The memory that copies may still use.
    memory: usize,
    unchecked: Vec<UncheckedLoop>,
    /// The pointers of unchecked loops.
    reported: HashSet<String>,
    /// The parameters that have only their default in the check.
    assumed: BTreeMap<String, String>,
}

/// Where a node is: its path in the expanded resource, and its pointer in the file.
#[derive(Clone)]
struct Place {
    path: String,
    pointer: String,
}

impl Place {
    fn child(&self, key: &str) -> Self {
        let step = escape_pointer(key);
        let path = if self.path.is_empty() { step.clone() } else { format!("{}/{step}", self.path) };
        Self { path, pointer: format!("{}/{step}", self.pointer) }
    }
}

/// What is known about the resource that contains the nodes.
#[derive(Default)]
struct Context<'t> {
    /// The logical id and the type. `None` outside resources.
    resource: Option<(String, String)>,
    origins: Vec<(Cow<'t, str>, Node<'t>)>,
    conditions: BTreeSet<Rc<str>>,
}

/// The members that a loop creates, and a parameter with its default.
type Iterations<'t> = (Vec<Expanded<'t>>, Option<(String, String)>);

/// A member of an expanded map.
struct Expanded<'t> {
    key: Cow<'t, str>,
    node: Node<'t>,
    /// The pointer in the file, if a loop created the member.
    pointer: Option<String>,
    conditions: Vec<Rc<str>>,
    /// The identifiers and items of the loops that contain a loop. Other members have no identifiers any more.
    bindings: Bindings,
}

/// Identifiers and items of nested loops.
type Bindings = Vec<(String, String)>;

impl<'t> Expander<'_, 't> {
    fn expand_section(&mut self, name: &str, section: &mut Value<'t>) {
        let Value::Map(members) = section else { return };
        let place = Place { path: String::new(), pointer: format!("/{name}") };
        let expanded = self.expand_members(std::mem::take(members), &place, &Context::default());
        for Expanded { key, mut node, pointer, conditions, .. } in expanded {
            if name == "Resources" && (pointer.is_some() || contains_loop(&node)) {
                self.expand_resource(&key, &mut node, pointer, conditions);
            }
            members.push((key, node));
        }
    }

    /// Expands the loops in a resource, and stores where its parts come from.
    fn expand_resource(&mut self, id: &str, node: &mut Node<'t>, pointer: Option<String>, conditions: Vec<Rc<str>>) {
        let kind = node.get("Type").and_then(Node::text).unwrap_or_default().to_owned();
        let mut context = Context {
            resource: Some((id.to_owned(), kind)),
            conditions: conditions.into_iter().collect(),
            ..Context::default()
        };
        let own = pointer.clone().unwrap_or_else(|| format!("/Resources/{}", escape_pointer(id)));
        if let Some(pointer) = pointer {
            context.origins.push((Cow::Borrowed(""), text_node(node.position, pointer)));
        }
        self.expand_node(node, &Place { path: String::new(), pointer: own }, &mut context);
        let position = node.position;
        if let Value::Map(members) = &mut node.value {
            context.origins.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
            let origins = Node { position, value: Value::Map(context.origins) };
            members.push((Cow::Borrowed(ORIGINS), origins));
            if !context.conditions.is_empty() {
                members.push((Cow::Borrowed(CONDITION), text_node(position, format_conditions(&context.conditions))));
            }
        }
    }

    fn expand_node(&mut self, node: &mut Node<'t>, place: &Place, context: &mut Context<'t>) {
        if !contains_loop(node) {
            return;
        }
        match &mut node.value {
            Value::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.expand_node(item, &place.child(&index.to_string()), context);
                }
            }
            Value::Map(members) => {
                let expanded = self.expand_members(std::mem::take(members), place, context);
                for Expanded { key, mut node, pointer, conditions, .. } in expanded {
                    let mut own = place.child(&key);
                    context.conditions.extend(conditions);
                    if let Some(pointer) = pointer {
                        own.pointer.clone_from(&pointer);
                        context.origins.push((own.path.clone().into(), text_node(node.position, pointer)));
                    }
                    if !key.starts_with(PREFIX) {
                        self.expand_node(&mut node, &own, context);
                    }
                    members.push((key, node));
                }
            }
            _ => {}
        }
    }

    /// Expands the loops of a map, including loops that directly contain loops.
    fn expand_members(
        &mut self,
        members: Vec<(Cow<'t, str>, Node<'t>)>,
        place: &Place,
        context: &Context<'t>,
    ) -> Vec<Expanded<'t>> {
        let mut found = Vec::with_capacity(members.len());
        let to_open = |(key, node)| Expanded { key, node, pointer: None, conditions: Vec::new(), bindings: Vec::new() };
        let mut open: Vec<Expanded<'t>> = members.into_iter().rev().map(to_open).collect();
        while let Some(member) = open.pop() {
            if !member.key.starts_with(PREFIX) {
                found.push(member);
                continue;
            }
            let pointer = member.pointer.clone().unwrap_or_else(|| place.child(&member.key).pointer);
            match self.expand_loop(&member, &pointer) {
                Ok((mut iterations, assumed)) => {
                    if let Some((name, default)) = assumed {
                        let reason = format!("only the default `{default}` of parameter {name} is checked");
                        if self.report(&member, pointer, reason, context) {
                            self.assumed.insert(name, default);
                        }
                    }
                    iterations.reverse();
                    open.append(&mut iterations);
                }
                Err(reason) => {
                    self.report(&member, pointer, reason, context);
                    found.push(member);
                }
            }
        }
        found
    }

    /// Returns the members that a loop creates, and the parameter and value for which it is expanded if there are other
    /// values. Returns the reason if the loop cannot be expanded.
    fn expand_loop(&mut self, member: &Expanded<'t>, pointer: &str) -> Result<Iterations<'t>, String> {
        let [identifier, collection, body] = member.node.items() else {
            return Err("expected a list of identifier, collection and map".to_owned());
        };
        let identifier = identifier.text().ok_or("expected an identifier")?;
        self.consume_memory(estimate_memory(collection, &member.bindings))?;
        let collection = member.bindings.iter().fold(collection.clone(), |node, binding| substitute(&node, binding));
        let Collection { items, assumed } = Collection::resolve(&collection, self.root, self.parameters)?;
        // Also loops with an empty body take time.
        self.consume_memory(items.len().saturating_mul(NODE_SIZE))?;
        let mut found = Vec::new();
        for (item, condition) in items {
            let conditions: Vec<Rc<str>> = member.conditions.iter().cloned().chain(condition).collect();
            let mut bindings = member.bindings.clone();
            bindings.push((identifier.to_owned(), item));
            for (key, node) in body.members() {
                let own = key.len().saturating_mul(3).saturating_add(pointer.len());
                self.consume_memory(estimate_memory(node, &bindings).saturating_add(own))?;
                let pointer = Some(format!("{pointer}/2/{}", escape_pointer(key)));
                let (conditions, bindings) = (conditions.clone(), bindings.clone());
                found.push(if key.starts_with(PREFIX) {
                    Expanded { key: key.clone(), node: node.clone(), pointer, conditions, bindings }
                } else {
                    let (key, node) = bind(key, node, &bindings);
                    Expanded { key, node, pointer, conditions, bindings: Vec::new() }
                });
            }
        }
        Ok((found, assumed))
    }

    fn consume_memory(&mut self, size: usize) -> Result<(), String> {
        self.memory = self.memory.checked_sub(size).ok_or("the loops are too large")?;
        Ok(())
    }

    /// Stores that a loop is not checked, if its content belongs to Step Functions. Returns whether it does.
    fn report(&mut self, member: &Expanded<'t>, pointer: String, reason: String, context: &Context<'t>) -> bool {
        let is_own = |kind: &str| kind.starts_with("AWS::StepFunctions::") || kind == "AWS::Serverless::StateMachine";
        let mut related = context.resource.as_ref().is_some_and(|(_, kind)| is_own(kind));
        member.node.walk(&mut |part| {
            related = related || part.text().is_some_and(|text| is_own(text) || text.contains("states:"));
        });
        if related && self.reported.insert(pointer.clone()) {
            let (logical_id, resource_type) =
                context.resource.clone().unwrap_or_else(|| (member.key.to_string(), "Fn::ForEach".to_owned()));
            let position = member.node.position;
            self.unchecked.push(UncheckedLoop { logical_id, resource_type, pointer, position, reason });
        }
        related
    }
}

/// Replaces all identifiers in a member.
fn bind<'t>(key: &Cow<'t, str>, node: &Node<'t>, bindings: &Bindings) -> (Cow<'t, str>, Node<'t>) {
    bindings.iter().fold((key.clone(), node.clone()), |(key, node), binding| {
        (substitute_text(&key, binding).unwrap_or(key), substitute(&node, binding))
    })
}

/// Joins some conditions. A resource can have thousands.
fn format_conditions(conditions: &BTreeSet<Rc<str>>) -> String {
    let mut some: Vec<&str> = conditions.iter().map(AsRef::as_ref).take(MAX_CONDITIONS).collect();
    if conditions.len() > MAX_CONDITIONS {
        some.push("others");
    }
    some.join(" and ")
}

fn text_node<'t>(position: Position, text: String) -> Node<'t> {
    Node { position, value: Value::Text(text.into()) }
}

fn contains_loop(node: &Node<'_>) -> bool {
    let mut found = false;
    node.walk(&mut |part| found = found || part.members().iter().any(|(name, _)| name.starts_with(PREFIX)));
    found
}

/// Estimates the memory of a copy, in which every text may contain an item of each loop.
fn estimate_memory(node: &Node<'_>, bindings: &Bindings) -> usize {
    let factor = bindings.iter().map(|(_, item)| item.len() / 4).fold(1, usize::saturating_add);
    let mut size = 0_usize;
    node.walk(&mut |part| {
        let texts = part.members().iter().map(|(name, _)| name.len()).chain(part.text().map(str::len));
        let texts = texts.map(|length| length.saturating_mul(factor));
        size = texts.fold(size.saturating_add(NODE_SIZE), usize::saturating_add);
    });
    size
}
