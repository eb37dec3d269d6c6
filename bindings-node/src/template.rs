//! Templates, checked before they are deployed.

use crate::error;
use crate::js::{Input, Js, Tree, read_own};
use napi::ValueType;
use napi::bindgen_prelude::{Env, Unknown};
use napi_derive::napi;
use sfn_alias::wire::DeserializeRequest;
use sfn_alias_template::{CheckOptions, Report, TemplateError};
use std::cell::Cell;

/// What is wrong with the aliases, the versions and what starts them in a CloudFormation or SAM template, as
/// JSON or YAML, or in a Terraform plan, as JSON. A template may also be an object.
#[napi(
    catch_unwind,
    ts_args_type = "template: string | Uint8Array | object, options?: TemplateOptions",
    ts_return_type = "TemplateReport"
)]
pub fn check_template<'e>(env: &'e Env, template: Unknown<'e>, options: Unknown<'e>) -> napi::Result<Unknown<'e>> {
    let report = check(Js::of(env, &template), Js::of(env, &options));
    report.map(|tree| tree.into_js(Js::any(env)).unknown()).map_err(Js::error)
}

fn check<'e>(template: Js<'e>, options: Js<'e>) -> Result<Tree, Js<'e>> {
    let options = read_options(options)?;
    let given = Input::answer(template);
    let unreadable = |fault: &str| error::argument(template, &format!("template: {fault}"), given.exception());
    match &given {
        Input::Json(text) => tree(template, sfn_alias_template::check_template(text, &options)),
        Input::Object(object) => {
            let value: serde_json::Value = object.read().map_err(|fault| unreadable(&fault.to_string()))?;
            let report = sfn_alias_template::check_template(value.to_string().as_bytes(), &options);
            tree(template, report).map(without_places)
        }
    }
}

fn read_options(value: Js<'_>) -> Result<CheckOptions, Js<'_>> {
    if value.kind() == ValueType::Undefined {
        return Ok(CheckOptions::default());
    }
    let exception = Cell::new(None);
    read_own(value, &exception).map_err(|fault| error::argument(value, &format!("options: {fault}"), exception.get()))
}

fn tree<'e>(any: Js<'e>, report: Result<Report, TemplateError>) -> Result<Tree, Js<'e>> {
    let report = report.map_err(|fault| error::template(any, &fault))?;
    Tree::of(&report).map_err(|fault| error::of(any, &fault, None))
}

/// Takes away the lines and columns of a text that nobody has seen.
fn without_places(tree: Tree) -> Tree {
    match tree {
        Tree::Object(mut members) => {
            members.retain(|(name, _)| name != "line" && name != "column");
            Tree::Object(members.into_iter().map(|(name, value)| (name, without_places(value))).collect())
        }
        Tree::List(items) => Tree::List(items.into_iter().map(without_places).collect()),
        other => other,
    }
}

/// The rules that templates are checked by.
#[napi(catch_unwind, ts_return_type = "TemplateRule[]")]
pub fn template_rules<'e>(env: &'e Env) -> napi::Result<Unknown<'e>> {
    let any = Js::any(env);
    let rules = Tree::of(sfn_alias_template::rules());
    rules.map(|tree| tree.into_js(any).unknown()).map_err(|fault| error::of(any, &fault, None).error())
}
