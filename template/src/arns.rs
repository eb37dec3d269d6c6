//! Resolves the ARNs in a template.

use super::resolve::{Part, SymbolicText};
use super::resources::{ALIAS, Resource, VERSION, View};
use super::target::{
    ArnTarget, Qualifier, StateMachineIdentity, is_prefix_of_own_account, parse_arn_target, parse_qualifier,
};

use super::terraform::VERSION_ATTRIBUTE;

/// Maximum number of references to follow: from an alias to a version to a state machine.
const MAX_STEPS: u8 = 3;
/// Longer lists of routes are not read. AWS accepts two routes, but other resources may refer to the alias.
const MAX_ROUTES_READ: usize = 64;

impl<'t> View<'_, 't> {
    /// Resolves the ARN in a text. Returns `None` if that is not certain.
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
            [Part::Attribute(id, attribute)] if attribute == VERSION_ATTRIBUTE => self.resolve_published_version(id),
            [Part::Attribute(id, attribute)] => self.resolve_sam_name(&format!("{id}.{attribute}")),
            [part, Part::Text(text)] => {
                let resource = self.referenced_resource(part).filter(|resource| resource.is_state_machine())?;
                let qualifier = parse_qualifier(text.strip_prefix(':')?)?;
                Some(ArnTarget { state_machine: Some(StateMachineIdentity::Resource(resource.id)), qualifier })
            }
            _ => self.resolve_arn_with_name(symbol).or_else(|| parse_arn_target(&symbol.example_text()?)),
        }
    }

    /// Resolves the last version of a state machine of a plan.
    fn resolve_published_version(&self, id: &str) -> Option<ArnTarget<'t>> {
        let machine = self.template.resource(id).filter(|resource| resource.is_state_machine())?;
        let state_machine = Some(StateMachineIdentity::Resource(machine.id));
        Some(ArnTarget { state_machine, qualifier: Qualifier::Version })
    }

    /// Resolves an ARN that contains the name of a state machine, in the account and region of the deployment.
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

    /// Returns the resource whose ARN `Ref` or the attribute `Arn` returns.
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

    /// Resolves the names that SAM supports, `STATE_MACHINE.Alias` and `STATE_MACHINE.Version`, and the logical ids
    /// that SAM generates.
    fn resolve_sam_name(&self, name: &str) -> Option<ArnTarget<'t>> {
        let version = name.strip_suffix("Version").map(|id| (id, "Version"));
        // The name of the state machine itself may contain `Alias`.
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

    /// Returns whether this is certainly not the ARN of a state machine, version or alias, but another resource or
    /// attribute.
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
        // Stacks and custom resources can return any value, and so can other attributes.
        let known = resource.kind.starts_with("AWS::") && !resource.kind.starts_with("AWS::CloudFormation::");
        known && ![VERSION, ALIAS].contains(&resource.kind) && attribute.is_none_or(|name| name == "Arn")
    }

    /// Replaces the attribute `Arn` of state machines, versions and aliases by `Ref`, which has the same value.
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

    /// Returns the state machine of a version or alias.
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

    /// Returns the version ARNs of an alias, from its routing and its deployment preference.
    pub fn version_arns(&self, alias: &Resource<'t>) -> Vec<SymbolicText<'t>> {
        let routing = self.property(alias, "RoutingConfiguration");
        let is_short = routing.node().is_none_or(|routing| routing.items().len() <= MAX_ROUTES_READ);
        let routes = if is_short { self.known_items(routing) } else { Vec::new() };
        let preference = self.property(alias, "DeploymentPreference").node();
        let nodes = routes.into_iter().map(|(_, node)| node).chain(preference);
        nodes.filter_map(|node| self.text(self.member(Some(node), "StateMachineVersionArn"))).collect()
    }
}
