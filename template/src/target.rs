//! What an ARN of a template names: a state machine, and perhaps one of its versions or aliases.

use super::resolve::{Part, SymbolicText};
use super::resources::{ALIAS, Resource, VERSION, View};
use sfn_alias::model::{Resource as Named, parse_arn};

/// As many references are followed: from an alias to a version to a state machine.
const MAX_STEPS: u8 = 3;
/// A longer list of routes is not read: AWS takes two, and others than its alias refer to it.
const MAX_ROUTES_READ: usize = 64;

/// A state machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum StateMachineIdentity<'t> {
    /// A resource of the template.
    Resource(&'t str),
    /// By its ARN, an example where the ARN has pseudo parameters.
    Arn(String),
    /// A text that is the same wherever it stands, but whose value is not known.
    Symbolic(String),
}

impl StateMachineIdentity<'_> {
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
pub(crate) struct ArnTarget<'t> {
    /// `None` where it is not known of which state machine.
    pub state_machine: Option<StateMachineIdentity<'t>>,
    pub qualifier: Qualifier<'t>,
}

impl<'t> View<'_, 't> {
    /// What a text names, where that is certain.
    pub fn resolve_arn(&self, symbol: &SymbolicText<'t>) -> Option<ArnTarget<'t>> {
        self.resolve_arn_within(symbol, MAX_STEPS)
    }

    fn resolve_arn_within(&self, symbol: &SymbolicText<'t>, steps: u8) -> Option<ArnTarget<'t>> {
        let steps = steps.checked_sub(1)?;
        match symbol.parts() {
            [part] if self.referenced_resource(part).is_some() => {
                self.resolve_resource(self.referenced_resource(part)?, steps)
            }
            [Part::Ref(name)] => self.resolve_sam_name(name),
            [Part::Attribute(id, attribute)] => self.resolve_sam_name(&format!("{id}.{attribute}")),
            [part, Part::Text(text)] => {
                let resource = self.referenced_resource(part).filter(|resource| resource.is_state_machine())?;
                let qualifier = parse_qualifier(text.strip_prefix(':')?)?;
                Some(ArnTarget { state_machine: Some(StateMachineIdentity::Resource(resource.id)), qualifier })
            }
            _ => self.resolve_arn_with_name(symbol).or_else(|| parse_arn_target(&symbol.example_text()?)),
        }
    }

    /// An ARN put together from a state machine's name, in the account and region of the deploy.
    fn resolve_arn_with_name(&self, symbol: &SymbolicText<'t>) -> Option<ArnTarget<'t>> {
        let parts = symbol.parts();
        let at = parts.iter().position(|part| matches!(part, Part::Attribute(_, name) if name == "Name"))?;
        let Part::Attribute(id, _) = parts.get(at)? else { return None };
        let resource = self.template.resource(id).filter(|resource| resource.is_state_machine())?;
        let qualifier = match parts.get(at..)?.get(1..)? {
            [] => Qualifier::None,
            [Part::Text(text)] => parse_qualifier(text.strip_prefix(':')?)?,
            _ => return None,
        };
        let own = is_prefix_of_own_account(parts.get(..at)?);
        own.then_some(ArnTarget { state_machine: Some(StateMachineIdentity::Resource(resource.id)), qualifier })
    }

    /// The resource whose ARN `Ref` or the attribute `Arn` gives.
    pub fn referenced_resource(&self, part: &Part<'t>) -> Option<&Resource<'t>> {
        match part {
            Part::Ref(name) => self.template.resource(name),
            Part::Attribute(id, attribute) if attribute == "Arn" => self.template.resource(id),
            _ => None,
        }
    }

    fn resolve_resource(&self, resource: &Resource<'t>, steps: u8) -> Option<ArnTarget<'t>> {
        if resource.is_state_machine() {
            return Some(ArnTarget {
                state_machine: Some(StateMachineIdentity::Resource(resource.id)),
                qualifier: Qualifier::None,
            });
        }
        let qualifier = match resource.kind {
            VERSION => Qualifier::Version,
            ALIAS => Qualifier::AliasResource(resource.id),
            _ => return None,
        };
        Some(ArnTarget { state_machine: self.state_machine_of_within(resource, steps), qualifier })
    }

    /// What SAM calls `STATE_MACHINE.Alias` and `STATE_MACHINE.Version`, and the logical ids that it gives them.
    fn resolve_sam_name(&self, name: &str) -> Option<ArnTarget<'t>> {
        let version = name.strip_suffix("Version").map(|id| (id, "Version"));
        // A state machine's own name may have the word in it.
        let aliases = name
            .match_indices("Alias")
            .filter_map(|(at, word)| Some((name.get(..at)?, name.get(at..)?.strip_prefix(word)?)));
        let splits = name.split_once('.').into_iter().chain(version).chain(aliases);
        splits.into_iter().find_map(|(id, rest)| self.resolve_sam_suffix(id, rest))
    }

    fn resolve_sam_suffix(&self, id: &str, rest: &str) -> Option<ArnTarget<'t>> {
        let resource = self.template.resource(id).filter(|resource| resource.is_sam_with_alias())?;
        let alias = self.text(self.property(resource, "AutoPublishAlias"))?;
        let qualifier = match rest {
            "Version" => Qualifier::Version,
            _ if rest == "Alias" || alias.text() == Some(rest) => Qualifier::AliasResource(resource.id),
            _ => return None,
        };
        Some(ArnTarget { state_machine: Some(StateMachineIdentity::Resource(resource.id)), qualifier })
    }

    /// Whether this is a resource or an attribute that is certain to be no ARN of a state machine, version or alias.
    pub fn is_other_resource(&self, symbol: &SymbolicText<'t>) -> bool {
        const OTHER_ATTRIBUTES: [&str; 2] = ["Name", "StateMachineRevisionId"];
        let (id, attribute) = match symbol.parts() {
            [Part::Ref(id)] => (id, None),
            [Part::Attribute(id, attribute)] => (id, Some(attribute.as_ref())),
            _ => return false,
        };
        let Some(resource) = self.template.resource(id) else { return false };
        if resource.is_state_machine() {
            return attribute.is_some_and(|name| OTHER_ATTRIBUTES.contains(&name));
        }
        // What stacks and custom resources give is their own affair, and so are attributes that hold any text.
        let known = resource.kind.starts_with("AWS::") && !resource.kind.starts_with("AWS::CloudFormation::");
        known && ![VERSION, ALIAS].contains(&resource.kind) && attribute.is_none_or(|name| name == "Arn")
    }

    /// A text in which every state machine's, version's or alias's attribute `Arn` is its `Ref`, which is the same.
    pub fn normalize_references(&self, symbol: &SymbolicText<'t>) -> SymbolicText<'t> {
        let mut normalised = SymbolicText::default();
        for part in symbol.parts() {
            let same = self
                .referenced_resource(part)
                .filter(|resource| resource.is_state_machine() || [VERSION, ALIAS].contains(&resource.kind));
            normalised.push(same.map_or_else(|| part.clone(), |resource| Part::Ref(resource.id.into())));
        }
        normalised
    }

    /// The state machine that a version or an alias is of.
    pub fn state_machine_of(&self, resource: &Resource<'t>) -> Option<StateMachineIdentity<'t>> {
        self.state_machine_of_within(resource, MAX_STEPS)
    }

    fn state_machine_of_within(&self, resource: &Resource<'t>, steps: u8) -> Option<StateMachineIdentity<'t>> {
        if resource.is_state_machine() {
            return Some(StateMachineIdentity::Resource(resource.id));
        }
        if resource.kind == VERSION {
            let symbol = self.text(self.property(resource, "StateMachineArn"))?;
            return match self.resolve_arn_within(&symbol, steps) {
                Some(target) => target.state_machine.filter(|_| target.qualifier == Qualifier::None),
                None => symbol.is_known().then(|| StateMachineIdentity::Symbolic(symbol.to_sub_pattern())),
            };
        }
        let routed = self.version_arns(resource);
        routed.iter().find_map(|symbol| self.resolve_arn_within(symbol, steps)?.state_machine)
    }

    /// The version ARNs of an alias, of its routing and its deployment preference.
    pub fn version_arns(&self, alias: &Resource<'t>) -> Vec<SymbolicText<'t>> {
        let routing = self.property(alias, "RoutingConfiguration");
        let is_short = routing.node().is_none_or(|routing| routing.items().len() <= MAX_ROUTES_READ);
        let routes = if is_short { self.known_items(routing) } else { Vec::new() };
        let preference = self.property(alias, "DeploymentPreference").node();
        let nodes = routes.into_iter().map(|(_, node)| node).chain(preference);
        nodes.filter_map(|node| self.text(self.member(Some(node), "StateMachineVersionArn"))).collect()
    }
}

/// Whether this is the beginning of a state machine's ARN in the account and region of the deploy.
fn is_prefix_of_own_account(parts: &[Part<'_>]) -> bool {
    const OWN: [&str; 2] = [
        "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:",
        "arn:aws:states:${AWS::Region}:${AWS::AccountId}:stateMachine:",
    ];
    let mut prefix = SymbolicText::default();
    parts.iter().for_each(|part| prefix.push(part.clone()));
    OWN.contains(&prefix.to_sub_pattern().as_str())
}

/// What stands behind the colon: a number, or a name without wildcards.
fn parse_qualifier<'t>(text: &str) -> Option<Qualifier<'t>> {
    if text.is_empty() || text.contains(['*', '?', ':', '/']) {
        return None;
    }
    let number = text.bytes().all(|b| b.is_ascii_digit());
    Some(if number { Qualifier::Version } else { Qualifier::Alias(Some(text.to_owned())) })
}

fn parse_arn_target<'t>(text: &str) -> Option<ArnTarget<'t>> {
    let arn = parse_arn(text).ok()?;
    let qualifier = match arn.resource {
        Named::StateMachine { .. } => Qualifier::None,
        Named::Version { .. } => Qualifier::Version,
        Named::Alias { alias, .. } => Qualifier::Alias(Some(alias.to_owned())),
        _ => return None,
    };
    Some(ArnTarget { state_machine: Some(StateMachineIdentity::Arn(arn.machine_arn().to_owned())), qualifier })
}
