//! The options of a check.

use super::error::TemplateError;
use super::rule::{Rule, find_rule};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Options of a check. All are optional.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CheckOptions {
    /// Parameter values. They override the defaults.
    pub parameters: BTreeMap<String, String>,
    /// Rules to skip, by id or name.
    pub disable: Vec<String>,
    /// Findings to accept.
    pub acknowledge: Vec<Acknowledgement>,
    /// The file name. It is not used by the check itself.
    pub file: Option<String>,
    /// The template of the previous deployment, for rules that compare the two.
    pub previous: Option<String>,
}

/// Accepts a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acknowledgement {
    /// The id or name of the rule.
    pub rule: String,
    /// The resource. All resources if absent.
    #[serde(default)]
    pub logical_id: Option<String>,
    /// Why the finding is accepted.
    #[serde(default)]
    pub reason: String,
}

impl CheckOptions {
    /// Parses options. An empty text means `{}`.
    ///
    /// # Errors
    /// [`TemplateError::Options`] if the JSON is not valid.
    pub fn from_json(json: &[u8]) -> Result<Self, TemplateError> {
        if json.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(json).map_err(|error| TemplateError::Options { detail: error.to_string() })
    }

    /// Checks the options; every check does this first.
    ///
    /// # Errors
    /// [`TemplateError::UnknownRule`] and [`TemplateError::MissingReason`].
    pub fn check(&self) -> Result<(), TemplateError> {
        for (index, name) in self.disable.iter().enumerate() {
            find_known_rule(name, || format!("disable/{index}"))?;
        }
        for (index, acknowledgement) in self.acknowledge.iter().enumerate() {
            acknowledgement.check(|| format!("acknowledge/{index}"))?;
        }
        Ok(())
    }

    pub(crate) fn is_disabled(&self, rule: &Rule) -> bool {
        self.disable.iter().any(|name| rule.matches_name(name))
    }
}

impl Acknowledgement {
    pub(crate) fn check(&self, member: impl Fn() -> String) -> Result<(), TemplateError> {
        let rule = find_known_rule(&self.rule, &member)?;
        if self.reason.trim().is_empty() {
            return Err(TemplateError::MissingReason { member: member(), rule: rule.id.to_owned() });
        }
        Ok(())
    }

    pub(crate) fn covers(&self, rule: &Rule, logical_id: &str) -> bool {
        rule.matches_name(&self.rule) && self.logical_id.as_ref().is_none_or(|id| id == logical_id)
    }
}

fn find_known_rule(name: &str, member: impl Fn() -> String) -> Result<&'static Rule, TemplateError> {
    let truncated = || name.chars().take(100).collect();
    find_rule(name).ok_or_else(|| TemplateError::UnknownRule { member: member(), rule: truncated() })
}
