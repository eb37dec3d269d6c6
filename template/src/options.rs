//! What a caller can say about a check.

use super::error::TemplateError;
use super::rule::{Rule, find_rule};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Options of a check; all of them can be left away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CheckOptions {
    /// Values of parameters, in place of their defaults.
    pub parameters: BTreeMap<String, String>,
    /// Rules, by id or name, that are not looked at.
    pub disable: Vec<String>,
    /// Findings that are known and accepted.
    pub acknowledge: Vec<Acknowledgement>,
    /// The file's name, for the caller's own use in texts and SARIF.
    pub file: Option<String>,
    /// The template as it was deployed last, for what changed.
    pub previous: Option<String>,
}

/// A finding that is known and accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acknowledgement {
    /// The rule's id or name.
    pub rule: String,
    /// The resource; every one where absent.
    #[serde(default)]
    pub logical_id: Option<String>,
    /// Why it is accepted.
    #[serde(default)]
    pub reason: String,
}

impl CheckOptions {
    /// Reads options; an empty text is `{}`.
    ///
    /// # Errors
    /// [`TemplateError::Options`] for what is not of this form.
    pub fn from_json(json: &[u8]) -> Result<Self, TemplateError> {
        if json.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(json).map_err(|error| TemplateError::Options { detail: error.to_string() })
    }

    /// Refuses unknown rules and acknowledgements without a reason, as every check does.
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
        rule.matches_name(&self.rule) && self.logical_id.as_ref().is_none_or(|wanted| wanted == logical_id)
    }
}

fn find_known_rule(name: &str, member: impl Fn() -> String) -> Result<&'static Rule, TemplateError> {
    let truncated = || name.chars().take(100).collect();
    find_rule(name).ok_or_else(|| TemplateError::UnknownRule { member: member(), rule: truncated() })
}
