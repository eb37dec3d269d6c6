//! The counts of a report, and their sums over several files.

use super::Report;
use serde::Serialize;
use std::fmt;

/// What a file contains that the rules check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CheckedCounts {
    /// Number of aliases: alias resources, and SAM state machines with `AutoPublishAlias`.
    pub aliases: usize,
    /// Number of versions: version resources, and state machines that publish versions themselves (SAM, Terraform).
    pub versions: usize,
    /// Number of resources with IAM policies.
    pub policies: usize,
}

/// The counts of one or several reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ReportCounts {
    /// Number of errors that are not acknowledged.
    pub errors: usize,
    /// Number of warnings that are not acknowledged.
    pub warnings: usize,
    /// Number of notes that are not acknowledged.
    pub infos: usize,
    /// Number of acknowledged findings.
    pub acknowledged: usize,
    /// What the files contain that the rules check.
    pub checked: CheckedCounts,
}

impl ReportCounts {
    /// Adds the counts of several reports.
    ///
    /// ```
    /// use sfn_alias_template::{CheckOptions, ReportCounts, check_template};
    /// let report = check_template(b"Resources: {}", &CheckOptions::default())?;
    /// let total = ReportCounts::sum([&report, &report]);
    /// assert_eq!(total.to_string(), "nothing to check: 0 aliases, 0 versions, 0 policies");
    /// # Ok::<(), sfn_alias_template::TemplateError>(())
    /// ```
    pub fn sum<'r>(reports: impl IntoIterator<Item = &'r Report>) -> Self {
        reports.into_iter().map(Report::counts).fold(Self::default(), |sum, one| Self {
            errors: sum.errors.saturating_add(one.errors),
            warnings: sum.warnings.saturating_add(one.warnings),
            infos: sum.infos.saturating_add(one.infos),
            acknowledged: sum.acknowledged.saturating_add(one.acknowledged),
            checked: CheckedCounts {
                aliases: sum.checked.aliases.saturating_add(one.checked.aliases),
                versions: sum.checked.versions.saturating_add(one.checked.versions),
                policies: sum.checked.policies.saturating_add(one.checked.policies),
            },
        })
    }
}

/// Formats the counts in one line. Without aliases, versions, policies and findings, states that nothing was checked.
impl fmt::Display for ReportCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::default() {
            return write!(f, "nothing to check: {}", self.checked);
        }
        write!(f, "{}, {}", format_count(self.errors, "error"), format_count(self.warnings, "warning"))?;
        if self.infos > 0 {
            write!(f, ", {}", format_count(self.infos, "info finding"))?;
        }
        if self.acknowledged > 0 {
            write!(f, ", {} acknowledged", self.acknowledged)?;
        }
        write!(f, " (checked: {})", self.checked)
    }
}

impl fmt::Display for CheckedCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let aliases = if self.aliases == 1 { "alias" } else { "aliases" };
        let policies = if self.policies == 1 { "policy" } else { "policies" };
        let versions = format_count(self.versions, "version");
        write!(f, "{} {aliases}, {versions}, {} {policies}", self.aliases, self.policies)
    }
}

fn format_count(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
