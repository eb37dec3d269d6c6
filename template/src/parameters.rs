//! The names of a template's parameters, for whoever gives values to them.

use super::error::TemplateError;
use super::read::read;
use super::tree::Node;

/// The parameters of a template, in its order; none of a Terraform plan.
///
/// # Errors
/// [`TemplateError`] for a file that cannot be read.
///
/// ```
/// let template = br#"{"Parameters": {"Stage": {"Type": "String"}}, "Resources": {}}"#;
/// assert_eq!(sfn_alias_template::parameter_names(template)?, ["Stage"]);
/// # Ok::<(), sfn_alias_template::TemplateError>(())
/// ```
pub fn parameter_names(text: &[u8]) -> Result<Vec<String>, TemplateError> {
    TemplateError::catch_panic(|| {
        let root = read(text)?;
        let parameters = root.get("Parameters").map(Node::members).unwrap_or_default();
        Ok(parameters.iter().map(|(name, _)| name.clone().into_owned()).collect())
    })
}
