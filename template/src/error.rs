//! Errors of a check.

/// The file or the options cannot be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The file has more than [`super::MAX_BYTES`] bytes.
    #[error("the file has more than {max} bytes; use a smaller file (CloudFormation accepts up to 1 MB)")]
    TooLong {
        /// The limit.
        max: usize,
    },
    /// The file has more than [`super::MAX_VALUES`] values, including copies by YAML anchors.
    #[error("the file has more than {max} values, including copies by YAML anchors; use a smaller file")]
    TooManyValues {
        /// The limit.
        max: usize,
    },
    /// YAML aliases, or escapes, make the content longer than the file.
    #[error("the file expands to more than {max} bytes; use fewer YAML aliases, or shorter texts")]
    ExpandsTooLong {
        /// The limit.
        max: usize,
    },
    /// The file is not valid UTF-8.
    #[error("the file is not valid UTF-8 at byte {offset}; save it as UTF-8")]
    NotUtf8 {
        /// Offset of the first invalid byte.
        offset: usize,
    },
    /// The file contains a NUL character.
    #[error("line {line} column {column}: expected a text file, found a NUL character")]
    Nul {
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
    },
    /// The file is not valid JSON or YAML.
    #[error("line {line} column {column}: not valid {format}: {detail}")]
    Syntax {
        /// `JSON` or `YAML`.
        format: &'static str,
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
        /// The message of the parser.
        detail: String,
    },
    /// A map contains a key twice. CloudFormation would silently use one of the two.
    #[error("line {line} column {column}: duplicate key `{key}`; remove one of the two")]
    DuplicateKey {
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
        /// The key.
        key: String,
    },
    /// The nesting is deeper than [`super::MAX_DEPTH`].
    #[error("line {line} column {column}: nested more than {max} levels deep; use fewer levels")]
    TooDeep {
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
        /// The limit.
        max: usize,
    },
    /// The file is neither a template nor a Terraform plan.
    #[error(
        "expected a CloudFormation template or a Terraform plan: {detail}; use a template with `Resources`, or the output of `terraform show -json PLAN`"
    )]
    NotATemplate {
        /// What is missing.
        detail: String,
    },
    /// Conditions that depend on each other.
    #[error("Conditions: condition `{name}` depends on itself; remove the circular reference")]
    ConditionCycle {
        /// A condition of the cycle.
        name: String,
    },
    /// The previous template or plan cannot be read.
    #[error("previous template: {0}")]
    Previous(Box<Self>),
    /// The options are not valid.
    #[error("options: {detail}")]
    Options {
        /// The problem and the fix.
        detail: String,
    },
    /// The rule does not exist.
    #[error("{member}: unknown rule `{rule}`; use a rule id or name, for example SFA001 or weights-sum")]
    UnknownRule {
        /// Path of the option that names the rule.
        member: String,
        /// The unknown name.
        rule: String,
    },
    /// An acknowledgement without a reason.
    #[error("{member}: the acknowledgement of {rule} has no reason; add `reason`")]
    MissingReason {
        /// Path of the acknowledgement.
        member: String,
        /// The id of the rule.
        rule: String,
    },
    /// A panic: a bug in this library, not in the file.
    #[error("internal error in sfn-alias (please report it with the file): {detail}")]
    Internal {
        /// The message of the panic.
        detail: String,
    },
}

impl TemplateError {
    /// Runs the check of one file. A panic becomes [`Self::Internal`], so that other files are still checked.
    pub(crate) fn catch_panic<T>(check: impl FnOnce() -> Result<T, Self>) -> Result<T, Self> {
        sfn_alias::catch_panic(|detail| Self::Internal { detail }, check)
    }
}

#[cfg(test)]
mod tests {
    use super::TemplateError;

    #[test]
    #[expect(clippy::panic, reason = "panics are what is tested")]
    fn a_panic_is_the_error_of_its_file() {
        let checked = TemplateError::catch_panic::<()>(|| panic!("number {}", 7));
        let message = "internal error in sfn-alias (please report it with the file): number 7";
        assert_eq!(checked.map_err(|error| error.to_string()), Err(message.to_owned()));
    }
}
