//! What an ARN of a template names: a state machine, and perhaps one of its versions or aliases.

use super::resolve::{Part, Symbol};
use super::resources::{ALIAS, Resource, VERSION, View};
use sfn_alias::model::{Resource as Named, parse_arn};

/// As many references are followed: from an alias to a version to a state machine.
const MAX_STEPS: u8 = 3;
/// A longer list of routes is not read: AWS takes two, and others than its alias refer to it.
const MAX_ROUTES: usize = 64;

/// A state machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Machine<'t> {
    /// A resource of the template.
    Resource(&'t str),
    /// By its ARN, an example where the ARN has pseudo parameters.
    Arn(String),
    /// A text that is the same wherever it stands, but whose value is not known.
    Symbol(String),
}

impl Machine<'_> {
    /// Whether these are two state machines for certain.
    pub fn differs(&self, other: &Self) -> bool {
        let name = |arn: &str| arn.rsplit(':').next().unwrap_or_default().to_owned();
        match (self, other) {
            (Self::Resource(one), Self::Resource(other)) => one != other,
            // Account or region may be those of the deploy.
            (Self::Arn(one), Self::Arn(other)) => name(one) != name(other),
            _ => false,
        }
    }
}

/// What is behind the state machine in an ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Qualifier<'t> {
    None,
    Version,
    /// An alias, with its name where that is written.
    Alias(Option<String>),
    /// An alias of the template.
    AliasResource(&'t str),
}

/// What an ARN names.
#[derive(Debug, Clone)]
pub(crate) struct Target<'t> {
    /// `None` where it is not known of which state machine.
    pub machine: Option<Machine<'t>>,
    pub qualifier: Qualifier<'t>,
}

impl<'t> View<'_, 't> {
    /// What a text names, where that is certain.
    pub fn target(&self, symbol: &Symbol<'t>) -> Option<Target<'t>> {
        self.target_within(symbol, MAX_STEPS)
    }

    fn target_within(&self, symbol: &Symbol<'t>, steps: u8) -> Option<Target<'t>> {
        let steps = steps.checked_sub(1)?;
        match symbol.parts() {
            [part] if self.referenced(part).is_some() => self.resource_target(self.referenced(part)?, steps),
            [Part::Ref(name)] => self.sam_target(name),
            [Part::Attribute(id, attribute)] => self.sam_target(&format!("{id}.{attribute}")),
            [part, Part::Text(text)] => {
                let resource = self.referenced(part).filter(|resource| resource.is_machine())?;
                let qualifier = qualifier(text.strip_prefix(':')?)?;
                Some(Target { machine: Some(Machine::Resource(resource.id)), qualifier })
            }
            _ => self.named_target(symbol).or_else(|| arn_target(&symbol.example()?)),
        }
    }

    /// An ARN put together from a state machine's name, in the account and region of the deploy.
    fn named_target(&self, symbol: &Symbol<'t>) -> Option<Target<'t>> {
        let parts = symbol.parts();
        let at = parts.iter().position(|part| matches!(part, Part::Attribute(_, name) if name == "Name"))?;
        let Part::Attribute(id, _) = parts.get(at)? else { return None };
        let resource = self.template.resource(id).filter(|resource| resource.is_machine())?;
        let qualifier = match parts.get(at..)?.get(1..)? {
            [] => Qualifier::None,
            [Part::Text(text)] => qualifier(text.strip_prefix(':')?)?,
            _ => return None,
        };
        let own = is_own_prefix(parts.get(..at)?);
        own.then_some(Target { machine: Some(Machine::Resource(resource.id)), qualifier })
    }

    /// The resource whose ARN `Ref` or the attribute `Arn` gives.
    pub fn referenced(&self, part: &Part<'t>) -> Option<&Resource<'t>> {
        match part {
            Part::Ref(name) => self.template.resource(name),
            Part::Attribute(id, attribute) if attribute == "Arn" => self.template.resource(id),
            _ => None,
        }
    }

    fn resource_target(&self, resource: &Resource<'t>, steps: u8) -> Option<Target<'t>> {
        if resource.is_machine() {
            return Some(Target { machine: Some(Machine::Resource(resource.id)), qualifier: Qualifier::None });
        }
        let qualifier = match resource.kind {
            VERSION => Qualifier::Version,
            ALIAS => Qualifier::AliasResource(resource.id),
            _ => return None,
        };
        Some(Target { machine: self.machine_within(resource, steps), qualifier })
    }

    /// What SAM calls `MACHINE.Alias` and `MACHINE.Version`, and the logical ids that it gives them.
    fn sam_target(&self, name: &str) -> Option<Target<'t>> {
        let version = name.strip_suffix("Version").map(|id| (id, "Version"));
        // A state machine's own name may have the word in it.
        let aliases = name
            .match_indices("Alias")
            .filter_map(|(at, word)| Some((name.get(..at)?, name.get(at..)?.strip_prefix(word)?)));
        let splits = name.split_once('.').into_iter().chain(version).chain(aliases);
        splits.into_iter().find_map(|(id, rest)| self.sam_target_of(id, rest))
    }

    fn sam_target_of(&self, id: &str, rest: &str) -> Option<Target<'t>> {
        let resource = self.template.resource(id).filter(|resource| resource.is_sam_with_alias())?;
        let alias = self.text(self.property(resource, "AutoPublishAlias"))?;
        let qualifier = match rest {
            "Version" => Qualifier::Version,
            _ if rest == "Alias" || alias.text() == Some(rest) => Qualifier::AliasResource(resource.id),
            _ => return None,
        };
        Some(Target { machine: Some(Machine::Resource(resource.id)), qualifier })
    }

    /// Whether this is a resource or an attribute that is certain to be no ARN of a state machine, version or alias.
    pub fn is_nothing_of_machine(&self, symbol: &Symbol<'t>) -> bool {
        const OTHER_ATTRIBUTES: [&str; 2] = ["Name", "StateMachineRevisionId"];
        let (id, attribute) = match symbol.parts() {
            [Part::Ref(id)] => (id, None),
            [Part::Attribute(id, attribute)] => (id, Some(attribute.as_ref())),
            _ => return false,
        };
        let Some(resource) = self.template.resource(id) else { return false };
        if resource.is_machine() {
            return attribute.is_some_and(|name| OTHER_ATTRIBUTES.contains(&name));
        }
        // What stacks and custom resources give is their own affair, and so are attributes that hold any text.
        let known = resource.kind.starts_with("AWS::") && !resource.kind.starts_with("AWS::CloudFormation::");
        known && ![VERSION, ALIAS].contains(&resource.kind) && attribute.is_none_or(|name| name == "Arn")
    }

    /// A text in which every state machine's, version's or alias's attribute `Arn` is its `Ref`, which is the same.
    pub fn normalised(&self, symbol: &Symbol<'t>) -> Symbol<'t> {
        let mut normalised = Symbol::default();
        for part in symbol.parts() {
            let same = self
                .referenced(part)
                .filter(|resource| resource.is_machine() || [VERSION, ALIAS].contains(&resource.kind));
            normalised.push(same.map_or_else(|| part.clone(), |resource| Part::Ref(resource.id.into())));
        }
        normalised
    }

    /// The state machine that a version or an alias is of.
    pub fn machine_of(&self, resource: &Resource<'t>) -> Option<Machine<'t>> {
        self.machine_within(resource, MAX_STEPS)
    }

    fn machine_within(&self, resource: &Resource<'t>, steps: u8) -> Option<Machine<'t>> {
        if resource.is_machine() {
            return Some(Machine::Resource(resource.id));
        }
        if resource.kind == VERSION {
            let symbol = self.text(self.property(resource, "StateMachineArn"))?;
            return match self.target_within(&symbol, steps) {
                Some(target) => target.machine.filter(|_| target.qualifier == Qualifier::None),
                None => symbol.is_known().then(|| Machine::Symbol(symbol.shown())),
            };
        }
        let routed = self.routed_versions(resource);
        routed.iter().find_map(|symbol| self.target_within(symbol, steps)?.machine)
    }

    /// The version ARNs of an alias, of its routing and its deployment preference.
    pub fn routed_versions(&self, alias: &Resource<'t>) -> Vec<Symbol<'t>> {
        let routing = self.property(alias, "RoutingConfiguration");
        let is_short = routing.node().is_none_or(|routing| routing.items().len() <= MAX_ROUTES);
        let routes = if is_short { self.known_items(routing) } else { Vec::new() };
        let preference = self.property(alias, "DeploymentPreference").node();
        let nodes = routes.into_iter().map(|(_, node)| node).chain(preference);
        nodes.filter_map(|node| self.text(self.member(Some(node), "StateMachineVersionArn"))).collect()
    }
}

/// Whether this is the beginning of a state machine's ARN in the account and region of the deploy.
fn is_own_prefix(parts: &[Part<'_>]) -> bool {
    const OWN: [&str; 2] = [
        "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:",
        "arn:aws:states:${AWS::Region}:${AWS::AccountId}:stateMachine:",
    ];
    let mut prefix = Symbol::default();
    parts.iter().for_each(|part| prefix.push(part.clone()));
    OWN.contains(&prefix.shown().as_str())
}

/// What stands behind the colon: a number, or a name without wildcards.
fn qualifier<'t>(text: &str) -> Option<Qualifier<'t>> {
    if text.is_empty() || text.contains(['*', '?', ':', '/']) {
        return None;
    }
    let number = text.bytes().all(|b| b.is_ascii_digit());
    Some(if number { Qualifier::Version } else { Qualifier::Alias(Some(text.to_owned())) })
}

fn arn_target<'t>(text: &str) -> Option<Target<'t>> {
    let arn = parse_arn(text).ok()?;
    let qualifier = match arn.resource {
        Named::StateMachine { .. } => Qualifier::None,
        Named::Version { .. } => Qualifier::Version,
        Named::Alias { alias, .. } => Qualifier::Alias(Some(alias.to_owned())),
        _ => return None,
    };
    Some(Target { machine: Some(Machine::Arn(arn.machine_arn().to_owned())), qualifier })
}
