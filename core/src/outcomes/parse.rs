//! Parses rules and faults.

use super::decide::{ExecutionResult, Outcomes, Results, Rule};
use super::fault::{Fault, FaultError, FaultShare};
use super::result::parse_result;
use crate::constraint::Pattern;
use crate::limits::Limits;
use crate::nearest::find_nearest;
use crate::operation::Operation;
use crate::rule_error::RulesError;
use crate::rule_value::{Object, Value, format_names};

/// Maximum number of rules, and of faults.
const MAX_RULES: usize = 1000;
/// Maximum number of results of a rule. Each has a weight of at least 1.
const MAX_RESULTS: usize = 100;
/// Maximum number of characters of a name, as in the service model.
const MAX_NAME_CHARACTERS: usize = 80;
/// Maximum number of bytes of an ARN, as in the service model.
const MAX_ARN_BYTES: usize = 2000;

const EXAMPLE: &str =
    r#"use an object such as {"outcomes": [{"stateMachine": "orders", "output": {}, "after": "2s"}]}"#;

impl Outcomes {
    /// Maximum number of bytes of rules in JSON.
    pub const MAX_BYTES: usize = 4 * 1024 * 1024;

    /// Parses rules in JSON: `{"outcomes": [...], "faults": [...]}`, or only the list of `outcomes`.
    ///
    /// # Errors
    /// The first error in the text: invalid JSON, an unknown member, a value that is not valid, members that exclude each
    /// other, weights that do not sum to 100, more than 4 MiB, and more than 1000 rules or faults. Outputs are limited by
    /// [`Limits::input_bytes`].
    ///
    /// ```
    /// use sfn_alias::{Limits, Outcomes};
    /// let error = Outcomes::parse(r#"{"outcomes": [{"stateMachin": "orders"}]}"#, &Limits::default()).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "line 1 column 16: `/outcomes/0/stateMachin`: unknown member `stateMachin`; did you mean `stateMachine`?",
    /// );
    /// ```
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, RulesError> {
        if text.len() > Self::MAX_BYTES {
            let message = format!("expected up to {} bytes, found {}", Self::MAX_BYTES, text.len());
            return Err(RulesError::at_start(message, "use fewer rules"));
        }
        let root = Value::parse(text, EXAMPLE)?;
        if root.is_list() {
            return Ok(Self { rules: parse_rules(&root, limits)?, faults: Vec::new() });
        }
        let object = root.parse_object(&["outcomes", "faults"], EXAMPLE)?;
        Ok(Self {
            rules: object.get("outcomes").map_or(Ok(Vec::new()), |list| parse_rules(list, limits))?,
            faults: object.get("faults").map_or(Ok(Vec::new()), parse_faults)?,
        })
    }
}

fn parse_rules(list: &Value<'_>, limits: &Limits) -> Result<Vec<Rule>, RulesError> {
    let rules = list.parse_list("a list of rules", MAX_RULES, EXAMPLE)?;
    rules.iter().map(|rule| parse_rule(rule, limits)).collect()
}

fn parse_rule(value: &Value<'_>, limits: &Limits) -> Result<Rule, RulesError> {
    let object = value.parse_object(
        &[
            "stateMachine",
            "version",
            "alias",
            "name",
            "any",
            "status",
            "output",
            "outputFromInput",
            "error",
            "cause",
            "after",
        ],
        EXAMPLE,
    )?;
    Ok(Rule {
        state_machine: parse_name(&object, "stateMachine", "the name of a state machine", is_name)?,
        version: object.parse_version()?,
        alias: parse_name(&object, "alias", "the name of an alias", is_alias_name)?,
        name: parse_name(&object, "name", "the beginning of an execution's name", is_name)?,
        results: parse_results(&object, limits)?,
    })
}

fn parse_name(
    object: &Object<'_>,
    member: &str,
    expected: &str,
    is_valid: fn(&str) -> bool,
) -> Result<Option<Box<str>>, RulesError> {
    let Some(value) = object.get(member) else { return Ok(None) };
    let name = value.as_text().filter(|name| (1..=MAX_NAME_CHARACTERS).contains(&name.chars().count()));
    let help =
        || format!("use a name of 1 to {MAX_NAME_CHARACTERS} characters, not an ARN; omit `{member}` to match all");
    let name = name.filter(|name| is_valid(name)).ok_or_else(|| value.unexpected_text(expected, help(), is_valid))?;
    Ok(Some((&*name).into()))
}

/// Returns whether a state machine or an execution can have this name. The core accepts more than letters and digits.
fn is_name(name: &str) -> bool {
    !name.contains([':', '/']) && !name.contains(char::is_whitespace)
}

fn is_alias_name(name: &str) -> bool {
    Pattern::CharacterRestrictedName.matches(name)
}

fn parse_results(object: &Object<'_>, limits: &Limits) -> Result<Results, RulesError> {
    let Some(list) = object.get("any") else { return Ok(Results::One(parse_result(object, limits)?)) };
    if let Some((name, value)) = object.find(&["status", "output", "outputFromInput", "error", "cause", "after"]) {
        let message = format!("expected either `any` or `{name}`, found both");
        return Err(value.error(message, "specify results only in `any`"));
    }
    let help = r#"use results with weights: [{"weight": 20, "error": "Broken"}, {"weight": 80, "output": {}}]"#;
    let items = list.parse_list("a list of results", MAX_RESULTS, help)?;
    let results: Vec<_> = items.iter().map(|item| parse_weighted_result(item, limits)).collect::<Result<_, _>>()?;
    let sum: u32 = results.iter().map(|(weight, _)| u32::from(*weight)).sum();
    match (sum, results.is_empty()) {
        (_, true) => Err(list.error("expected one or more results, found an empty list", help)),
        (100, _) => Ok(Results::Any(results)),
        _ => {
            let message = format!("expected weights that sum to 100, found a sum of {sum}");
            Err(list.error(message, "change the weights"))
        }
    }
}

fn parse_weighted_result(value: &Value<'_>, limits: &Limits) -> Result<(u8, ExecutionResult), RulesError> {
    const HELP: &str = r#"use a result such as {"weight": 20, "error": "Broken"}"#;
    let names = &["weight", "status", "output", "outputFromInput", "error", "cause", "after"];
    let object = value.parse_object(names, HELP)?;
    let weight = object.get("weight").ok_or_else(|| value.error("`weight` is missing", HELP))?;
    let percent = parse_percent(weight)?;
    Ok((percent, parse_result(&object, limits)?))
}

fn parse_percent(value: &Value<'_>) -> Result<u8, RulesError> {
    let percent = value.as_integer(1, 100).and_then(|percent| u8::try_from(percent).ok());
    percent.ok_or_else(|| value.unexpected("an integer from 1 to 100", "use a percentage"))
}

fn parse_faults(list: &Value<'_>) -> Result<Vec<Fault>, RulesError> {
    let faults = list.parse_list("a list of faults", MAX_RULES, FAULT_EXAMPLE)?;
    faults.iter().map(parse_fault).collect()
}

const FAULT_EXAMPLE: &str =
    r#"use a fault such as {"operation": "StartExecution", "error": "ThrottlingException", "percent": 10}"#;

fn parse_fault(value: &Value<'_>) -> Result<Fault, RulesError> {
    let object = value.parse_object(&["operation", "arn", "error", "percent", "first"], FAULT_EXAMPLE)?;
    let error = object.get("error").ok_or_else(|| value.error("`error` is missing", FAULT_EXAMPLE))?;
    Ok(Fault {
        operation: object.get("operation").map(parse_operation).transpose()?,
        arn: object.get("arn").map(parse_arn_prefix).transpose()?,
        error: parse_fault_error(error)?,
        share: parse_share(&object)?,
    })
}

fn parse_operation(value: &Value<'_>) -> Result<Operation, RulesError> {
    let name = value.as_text().unwrap_or_default();
    name.parse().map_err(|_| {
        let nearest = find_nearest(&name, Operation::ALL.iter().map(|operation| operation.as_str()));
        let help = nearest.map(|nearest| format!("did you mean `{nearest}`?"));
        let help = help
            .unwrap_or_else(|| "use an operation such as `StartExecution`; omit `operation` to match all".to_owned());
        value.unexpected("an operation that sfn-alias supports", help)
    })
}

fn parse_arn_prefix(value: &Value<'_>) -> Result<Box<str>, RulesError> {
    let prefix = value.as_text().filter(|text| text.starts_with("arn:") && text.len() <= MAX_ARN_BYTES);
    let help = "use the ARN in the request, or its beginning, for example `arn:aws:states:`; omit `arn` to match all";
    Ok((&*prefix.ok_or_else(|| value.unexpected("the beginning of an ARN", help))?).into())
}

fn parse_fault_error(value: &Value<'_>) -> Result<FaultError, RulesError> {
    const ERRORS: [(&str, FaultError); 4] = [
        ("ThrottlingException", FaultError::Throttling),
        ("AccessDeniedException", FaultError::AccessDenied),
        ("InternalServerError", FaultError::InternalServerError),
        ("ServiceUnavailable", FaultError::ServiceUnavailable),
    ];
    let name = value.as_text().unwrap_or_default();
    let found = ERRORS.iter().find(|(known, _)| *known == &*name).map(|(_, error)| *error);
    found.ok_or_else(|| {
        let names = ERRORS.map(|(known, _)| known);
        let help = match find_nearest(&name, names) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "use one of these errors".to_owned(),
        };
        value.unexpected(&format_names(&names), help)
    })
}

fn parse_share(object: &Object<'_>) -> Result<FaultShare, RulesError> {
    match (object.get("percent"), object.get("first")) {
        (Some(percent), None) => parse_percent(percent).map(FaultShare::Percent),
        (None, Some(first)) => {
            let count = first.as_integer(1, u32::MAX);
            let help = "use the number of calls that fail";
            count.map(FaultShare::First).ok_or_else(|| first.unexpected("an integer greater than 0", help))
        }
        (Some(_), Some(first)) => {
            Err(first.error("expected either `percent` or `first`, found both", "remove one of the two"))
        }
        (None, None) => Err(object.value.error("`percent` or `first` is missing", FAULT_EXAMPLE)),
    }
}
