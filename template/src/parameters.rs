//! The names of the parameters of a template.

use super::error::TemplateError;
use super::read::read;
use super::tree::Node;

/// Returns the names of the parameters of a template, in file order. A Terraform plan has none.
///
/// # Errors
/// [`TemplateError`] if the file cannot be read.
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
