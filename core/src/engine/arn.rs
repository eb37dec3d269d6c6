//! Formats the ARNs of outputs.

use crate::model::VersionNumber;

/// Returns `ARN:QUALIFIER`.
pub(super) fn qualify_arn(arn: &str, qualifier: &str) -> String {
    let mut qualified = String::with_capacity(arn.len().saturating_add(1).saturating_add(qualifier.len()));
    qualified.push_str(arn);
    qualified.push(':');
    qualified.push_str(qualifier);
    qualified
}

pub(super) fn format_version_arn(state_machine_arn: &str, number: VersionNumber) -> String {
    qualify_arn(state_machine_arn, itoa::Buffer::new().format(number.get()))
}

pub(super) fn format_execution_arn(state_machine_arn: &str, name: &str) -> String {
    qualify_arn(&state_machine_arn.replacen(":stateMachine:", ":execution:", 1), name)
}

/// Formats the ARN of an execution of an EXPRESS state machine.
pub(super) fn format_express_arn(state_machine_arn: &str, name: &str, id: &str) -> String {
    qualify_arn(&qualify_arn(&state_machine_arn.replacen(":stateMachine:", ":express:", 1), name), id)
}
