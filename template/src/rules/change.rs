//! Checks changes since the previous deployment.

use crate::findings::Findings;
use crate::resolve::Scenario;
use crate::resources::{ALIAS, Resource, Template, View};
use crate::rule::NAME_CHANGED;
use crate::terraform;
use std::collections::HashMap;

/// Alias names by logical id.
pub(crate) type AliasNames = HashMap<String, String>;

/// Reads the alias names of the previous template, if they are known.
pub(crate) fn read_alias_names<'t>(previous: &Template<'t>) -> AliasNames {
    let scenario = Scenario::default();
    let view = View { template: previous, scenario: &scenario };
    let name = |alias: &Resource<'t>| Some(view.text(view.property(alias, "Name"))?.text()?.to_owned());
    let aliases = previous.resources.iter().filter(|resource| resource.kind == ALIAS);
    aliases.filter_map(|alias| Some((alias.id.to_owned(), name(alias)?))).collect()
}

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>, names: &AliasNames) {
    let Some(symbol) = findings.view.text(findings.view.property(alias, "Name")) else { return };
    let before = terraform::previous_name(alias.node).or_else(|| names.get(alias.id).map(String::as_str));
    let (Some(now), Some(before)) = (symbol.text(), before) else { return };
    if now != before {
        let message = format!("Name changes from `{before}` to `{now}`: CloudFormation replaces the alias");
        findings.add(&NAME_CHANGED, alias, "Properties/Name", message, symbol.defaults.iter().copied());
    }
}
