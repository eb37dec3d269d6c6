//! Checks templates before a deploy.

use crate::error;
use crate::js::{DeserializeError, Input, Js, OwnedValue, deserialize_value};
use napi::ValueType;
use napi::bindgen_prelude::{Env, Unknown};
use napi_derive::napi;
use sfn_alias::wire::DeserializeRequest;
use sfn_alias_template::{CheckOptions, Report, TemplateError};
use std::cell::Cell;

/// Finds errors in the aliases, versions and their callers in a CloudFormation or SAM template (JSON or YAML) or a
/// Terraform plan (JSON). A template may also be an object.
#[napi(
    catch_unwind,
    ts_args_type = "template: string | Uint8Array | object, options?: TemplateOptions",
    ts_return_type = "TemplateReport"
)]
pub fn check_template<'e>(env: &'e Env, template: Unknown<'e>, options: Unknown<'e>) -> napi::Result<Unknown<'e>> {
    let report = check(Js::from_unknown(env, &template), Js::from_unknown(env, &options));
    report.map(|value| value.into_js(Js::undefined(env)).into_unknown()).map_err(Js::into_error)
}

fn check<'e>(template: Js<'e>, options: Js<'e>) -> Result<OwnedValue, Js<'e>> {
    let options = parse_options(options)?;
    let input = Input::with_any_shape(template);
    let read_error = |error: &DeserializeError| {
        error::create_argument_error(template, &format!("template: {error}"), input.exception())
    };
    match &input {
        Input::Json(text) => report_value(template, sfn_alias_template::check_template(text, &options)),
        Input::Object(object) => {
            let value: serde_json::Value = object.read().map_err(|error| read_error(&error))?;
            let report = sfn_alias_template::check_template(value.to_string().as_bytes(), &options);
            report_value(template, report).map(remove_positions)
        }
    }
}

fn parse_options(value: Js<'_>) -> Result<CheckOptions, Js<'_>> {
    if value.value_type() == ValueType::Undefined {
        return Ok(CheckOptions::default());
    }
    let exception = Cell::new(None);
    deserialize_value(value, &exception)
        .map_err(|error| error::create_argument_error(value, &format!("options: {error}"), exception.get()))
}

fn report_value<'e>(js: Js<'e>, report: Result<Report, TemplateError>) -> Result<OwnedValue, Js<'e>> {
    let report = report.map_err(|error| error::create_template_error(js, &error))?;
    OwnedValue::from_serialize(&report).map_err(|error| error::create_error(js, &error, None))
}

/// Removes line and column, which refer to a JSON text that the caller has not seen.
fn remove_positions(value: OwnedValue) -> OwnedValue {
    match value {
        OwnedValue::Object(mut members) => {
            members.retain(|(name, _)| name != "line" && name != "column");
            OwnedValue::Object(members.into_iter().map(|(name, value)| (name, remove_positions(value))).collect())
        }
        OwnedValue::List(items) => OwnedValue::List(items.into_iter().map(remove_positions).collect()),
        other => other,
    }
}

/// Returns the rules that `checkTemplate` applies.
#[napi(catch_unwind, ts_return_type = "TemplateRule[]")]
pub fn template_rules<'e>(env: &'e Env) -> napi::Result<Unknown<'e>> {
    let js = Js::undefined(env);
    let rules = OwnedValue::from_serialize(sfn_alias_template::rules());
    rules
        .map(|value| value.into_js(js).into_unknown())
        .map_err(|error| error::create_error(js, &error, None).into_error())
}
