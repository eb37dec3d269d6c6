//! The most important assumptions, from `vectors/assumptions.json`.

use super::kinds::ASSUMED;
use super::vectors::{Group, Vector};
use crate::markdown::{anchor, wrap};
use serde::Deserialize;
use std::error::Error;
use std::path::Path;

/// An assumption that could change the behaviour of a program.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Assumption {
    /// How sfn-alias responds.
    title: String,
    /// What is known, and the alternative.
    evidence: String,
    /// The names of the vectors.
    vectors: Vec<String>,
    /// The pattern of `sfn-alias verify --only` that selects the vectors.
    verify: Option<String>,
    /// Whether `verify` needs `--all`.
    #[serde(default)]
    all: bool,
    /// Commands, if `verify` cannot run the vectors on AWS.
    #[serde(default)]
    commands: Vec<String>,
    /// What to compare.
    compare: String,
}

const NAME: &str = "vectors/assumptions.json";

/// Returns the list in Markdown, and the number of assumptions.
///
/// # Errors
/// The file cannot be read, or names a vector that is not assumed.
pub(super) fn list(directory: &Path, groups: &[Group]) -> Result<(usize, String), Box<dyn Error>> {
    let text = std::fs::read_to_string(directory.join("assumptions.json"))?;
    let assumptions: Vec<Assumption> = serde_json::from_str(&text).map_err(|error| format!("{NAME}: {error}"))?;
    let items: Result<Vec<_>, String> =
        assumptions.iter().enumerate().map(|(index, assumption)| assumption.format(index + 1, groups)).collect();
    Ok((assumptions.len(), items?.join("\n")))
}

impl Assumption {
    /// Formats an item of the list: the response and its evidence, then how to settle it.
    fn format(&self, number: usize, groups: &[Group]) -> Result<String, String> {
        let Self { title, evidence, compare, .. } = self;
        let number = format!("{number}. ");
        let indent = number.len();
        let links: Result<Vec<_>, String> = self.vectors.iter().map(|name| link(title, name, groups)).collect();
        let head = wrap(&format!("{number}**{title}.** {evidence}"), indent);
        let (command, block) = self.format_commands(indent + 2)?;
        let bullet = format!("{}- {}: {command}, and compare {compare}", " ".repeat(indent), links?.join(", "));
        Ok(format!("{head}\n{bullet}\n{block}"))
    }

    /// Returns what to run, and the block of commands if it is not a single one.
    fn format_commands(&self, indent: usize) -> Result<(String, String), String> {
        let pad = " ".repeat(indent);
        match (&self.verify, self.commands.is_empty()) {
            (Some(pattern), true) => {
                let all = if self.all { " --all" } else { "" };
                Ok((format!("`verify '{pattern}'{all}`"), String::new()))
            }
            (None, false) => {
                let commands: String = self.commands.iter().map(|command| format!("{pad}{command}\n")).collect();
                Ok(("run these commands".to_owned(), format!("{pad}```sh\n{commands}{pad}```\n")))
            }
            _ => Err(format!("{NAME}: `{}`: expected either `verify` or `commands`; remove or add one", self.title)),
        }
    }
}

/// Returns a link to the response of an assumed vector.
fn link(title: &str, name: &str, groups: &[Group]) -> Result<String, String> {
    let found = groups.iter().find_map(|group| Some((group, group.vectors.iter().find(|vector| vector.name == name)?)));
    match found {
        None => {
            Err(format!("{NAME}: `{title}`: unknown vector `{name}`; use a name that `sfn-alias verify --list` prints"))
        }
        Some((_, Vector { kind, .. })) if kind != ASSUMED => Err(format!(
            "{NAME}: `{title}`: expected an assumed vector, found `{name}` with the source `{kind}`; remove the vector, and the assumption if it has no other"
        )),
        Some((group, vector)) => Ok(format!("[`{name}`]({}#{})", group.page(), anchor(vector.response.title()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fidelity::response::Response;

    fn link_to(kind: &str, name: &str) -> Result<String, String> {
        let vector = Vector {
            name: "create-alias/quota".to_owned(),
            behaviour: String::new(),
            kind: kind.to_owned(),
            basis: String::new(),
            response: Response::Error("ServiceQuotaExceededException".to_owned()),
            message: None,
            link: String::new(),
        };
        let group = Group { name: "CreateStateMachineAlias".to_owned(), title: String::new(), vectors: vec![vector] };
        link("A title", name, &[group])
    }

    #[test]
    fn link_points_to_answer() {
        let link = link_to("assumed", "create-alias/quota");
        let page = "docs/fidelity/CreateStateMachineAlias.md#servicequotaexceededexception";
        assert_eq!(link, Ok(format!("[`create-alias/quota`]({page})")));
    }

    #[test]
    fn recorded_or_unknown_vector_is_an_error() {
        let recorded = "vectors/assumptions.json: `A title`: expected an assumed vector, found `create-alias/quota` with the source `recorded`; remove the vector, and the assumption if it has no other";
        assert_eq!(link_to("recorded", "create-alias/quota"), Err(recorded.to_owned()));
        let unknown = "vectors/assumptions.json: `A title`: unknown vector `create-alias/nothing`; use a name that `sfn-alias verify --list` prints";
        assert_eq!(link_to("assumed", "create-alias/nothing"), Err(unknown.to_owned()));
    }
}
