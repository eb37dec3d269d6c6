//! Why a file could not be checked.

/// A file or options that cannot be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// More bytes than [`super::MAX_BYTES`].
    #[error("the file is longer than {max} bytes: give a shorter one, CloudFormation itself takes at most 1 MB")]
    TooLong {
        /// The bound.
        max: usize,
    },
    /// More values than [`super::MAX_VALUES`], anchors' copies counted.
    #[error("the file has more than {max} values, those that its anchors repeat included: give a smaller one")]
    TooManyValues {
        /// The bound.
        max: usize,
    },
    /// Bytes that are no UTF-8.
    #[error("the file is not UTF-8 at byte {at}: save it as UTF-8")]
    NotUtf8 {
        /// The first byte that is not.
        at: usize,
    },
    /// A NUL character, which no text file has.
    #[error("line {line} column {column}: a NUL character: give a text file")]
    Nul {
        /// From 1.
        line: u32,
        /// From 1.
        column: u32,
    },
    /// Neither JSON nor YAML.
    #[error("line {line} column {column}: not {format}: {detail}")]
    Syntax {
        /// JSON or YAML.
        format: &'static str,
        /// From 1.
        line: u32,
        /// From 1.
        column: u32,
        /// The reader's own words.
        detail: String,
    },
    /// A key twice in one map: CloudFormation takes one of the two without a word.
    #[error("line {line} column {column}: `{key}` stands twice in one map: remove one of the two")]
    DuplicateKey {
        /// From 1.
        line: u32,
        /// From 1.
        column: u32,
        /// The key.
        key: String,
    },
    /// Nesting deeper than [`super::MAX_DEPTH`].
    #[error("line {line} column {column}: nested more than {max} deep: flatten it")]
    TooDeep {
        /// From 1.
        line: u32,
        /// From 1.
        column: u32,
        /// The bound.
        max: usize,
    },
    /// A file that is no template and no plan.
    #[error(
        "neither a CloudFormation template nor a Terraform plan: {detail}; give a template with `Resources`, or the output of `terraform show -json PLAN`"
    )]
    NotATemplate {
        /// What is missing.
        detail: String,
    },
    /// Conditions that depend on each other.
    #[error("Conditions: `{name}` depends on itself: break the circle")]
    ConditionCycle {
        /// One of the circle.
        name: String,
    },
    /// The earlier template or plan cannot be read.
    #[error("previous: {0}")]
    Previous(Box<Self>),
    /// Options that cannot be read.
    #[error("options: {detail}")]
    Options {
        /// What is wrong and what to do.
        detail: String,
    },
    /// A rule that does not exist.
    #[error("{member}: there is no rule `{rule}`: use an id or name of `rules()`, for example SFA001 or weights-sum")]
    UnknownRule {
        /// Where it is named.
        member: String,
        /// The name.
        rule: String,
    },
    /// An acknowledgement that does not say why.
    #[error("{member}: acknowledging {rule} needs a reason: add `reason` with a sentence")]
    MissingReason {
        /// Where.
        member: String,
        /// The rule.
        rule: String,
    },
    /// A panic while this file was checked: a bug of this library, not of the file.
    #[error("a bug of sfn-alias, please report it with the file: {detail}")]
    Internal {
        /// The message of the panic.
        detail: String,
    },
}

impl TemplateError {
    /// Runs the check of one file; a panic in it becomes [`Self::Internal`], so that other files are still checked.
    pub(crate) fn catch_panic<T>(check: impl FnOnce() -> Result<T, Self>) -> Result<T, Self> {
        sfn_alias_deployment::contain_panic(|detail| Self::Internal { detail }, check)
    }
}

#[cfg(test)]
mod tests {
    use super::TemplateError;

    #[test]
    #[expect(clippy::panic, reason = "panics are what is tested")]
    fn a_panic_is_the_error_of_its_file() {
        let checked = TemplateError::catch_panic::<()>(|| panic!("number {}", 7));
        let message = "a bug of sfn-alias, please report it with the file: number 7";
        assert_eq!(checked.map_err(|error| error.to_string()), Err(message.to_owned()));
    }
}
