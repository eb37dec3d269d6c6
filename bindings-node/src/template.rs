//! Checks templates before a deploy.

use crate::error::{create_argument_error, create_error, create_template_error};
use crate::input::{Body, copy_body};
use crate::options::{deserialize_argument, to_json};
use napi::bindgen_prelude::Env;
use napi_derive::napi;
use sfn_alias_template::CheckOptions;

/// Finds errors in a template. Options and report are JSON.
#[napi(catch_unwind)]
pub fn check_template(env: &Env, template: Body<'_>, options: Option<String>) -> napi::Result<String> {
    let options: Option<CheckOptions> = options
        .map(|options| deserialize_argument(&options, "options"))
        .transpose()
        .map_err(|message| create_argument_error(env, message))?;
    let report = sfn_alias_template::check_template(&copy_body(template), &options.unwrap_or_default());
    to_json(&report.map_err(|error| create_template_error(env, &error))?).map_err(|error| create_error(env, &error))
}

/// Returns the rules that `checkTemplate` applies, as JSON.
#[napi(catch_unwind)]
pub fn template_rules(env: &Env) -> napi::Result<String> {
    to_json(sfn_alias_template::rules()).map_err(|error| create_error(env, &error))
}
