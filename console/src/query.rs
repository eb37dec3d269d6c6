//! The parameters of a query.

use serde_json::Value;
use sfn_alias::model::Resource;
use sfn_alias::{Scope, parse_arn};
use sfn_alias_server::protocol::HttpError;
use std::borrow::Cow;
use std::ops::RangeInclusive;

/// The parameters of a query. Those that the route does not read are rejected by [`Query::finish`].
#[derive(Debug, Default)]
pub struct Query<'q> {
    parameters: Vec<(Cow<'q, str>, Cow<'q, str>)>,
}

impl<'q> Query<'q> {
    /// Parses a query without `?`.
    pub fn parse(query: &'q str) -> Self {
        Self { parameters: form_urlencoded::parse(query.as_bytes()).collect() }
    }

    /// Removes a parameter and returns its value.
    pub fn take(&mut self, name: &str) -> Option<Cow<'q, str>> {
        let index = self.parameters.iter().position(|(parameter, _)| parameter == name)?;
        Some(self.parameters.swap_remove(index).1)
    }

    /// Removes a number.
    ///
    /// # Errors
    /// [`HttpError::Rejected`] if it is not in the range.
    pub fn take_number(&mut self, name: &str, valid: RangeInclusive<i64>) -> Result<Option<i64>, HttpError> {
        let Some(text) = self.take(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| valid.contains(number));
        let (first, last) = valid.into_inner();
        number
            .map(Some)
            .ok_or_else(|| reject(format!("{name}: expected a number from {first} to {last}, found `{text}`")))
    }

    /// Removes the ARN of a state machine of the scope.
    ///
    /// # Errors
    /// [`HttpError::Rejected`] if it is missing, not valid or of another scope.
    pub fn take_state_machine(&mut self, scope: &Scope) -> Result<String, HttpError> {
        const NAME: &str = "stateMachineArn";
        let arn = self.take(NAME).ok_or_else(|| reject(format!("{NAME}: expected the ARN of a state machine")))?;
        match parse_arn(&arn).map(|arn| arn.resource) {
            Ok(Resource::StateMachine { .. }) => check_scope(&arn, scope).map(|()| arn.into_owned()),
            _ => Err(reject(format!("{NAME}: expected the ARN of a state machine, found `{arn}`"))),
        }
    }

    /// Removes the ARN of a state machine of the scope, if it is specified.
    ///
    /// # Errors
    /// Like [`Query::take_state_machine`].
    pub fn take_optional_state_machine(&mut self, scope: &Scope) -> Result<Option<String>, HttpError> {
        let is_specified = self.parameters.iter().any(|(name, _)| name == "stateMachineArn");
        is_specified.then(|| self.take_state_machine(scope)).transpose()
    }

    /// Removes the ARN of an alias of the scope.
    ///
    /// # Errors
    /// Like [`Query::take_state_machine`].
    pub fn take_alias(&mut self, scope: &Scope) -> Result<String, HttpError> {
        const NAME: &str = "stateMachineAliasArn";
        let arn = self.take(NAME).ok_or_else(|| reject(format!("{NAME}: expected the ARN of an alias")))?;
        check_alias(NAME, &arn, scope)?;
        Ok(arn.into_owned())
    }

    /// Checks that no parameter is left.
    ///
    /// # Errors
    /// [`HttpError::Rejected`] for an unknown or repeated parameter.
    pub fn finish(self) -> Result<(), HttpError> {
        match self.parameters.first() {
            Some((name, _)) => Err(reject(format!("{name}: unknown or repeated parameter; remove it"))),
            None => Ok(()),
        }
    }
}

/// Checks that a member is the ARN of an alias of the scope.
///
/// # Errors
/// [`HttpError::Rejected`].
pub fn check_alias(name: &str, arn: &str, scope: &Scope) -> Result<(), HttpError> {
    match parse_arn(arn).map(|arn| arn.resource) {
        Ok(Resource::Alias { .. }) => check_scope(arn, scope),
        _ => Err(reject(format!("{name}: expected the ARN of an alias, found `{arn}`"))),
    }
}

fn check_scope(arn: &str, scope: &Scope) -> Result<(), HttpError> {
    match scope.contains(arn) {
        true => Ok(()),
        false => Err(not_found(format!("`{arn}` is in another account or region than the request"))),
    }
}

/// Creates the error of a request that is not valid.
pub fn reject(message: String) -> HttpError {
    HttpError::Rejected { status: 400, code: "ValidationException", message, details: Value::Null }
}

/// Creates the error of a resource that does not exist.
pub fn not_found(message: String) -> HttpError {
    HttpError::Rejected { status: 404, code: "ResourceNotFound", message, details: Value::Null }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const ALIAS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD";

    fn scope() -> Scope {
        Scope::new("aws", "000000000000", "us-east-1").unwrap()
    }

    #[test]
    fn parameters_are_decoded() {
        let query = format!("stateMachineAliasArn={}&n=7&x=a%2Bb+c", ALIAS.replace(':', "%3A"));
        let mut query = Query::parse(&query);
        assert_eq!(query.take_alias(&scope()).unwrap(), ALIAS);
        assert_eq!(query.take_number("n", 0..=7), Ok(Some(7)));
        assert_eq!(query.take("x").unwrap(), "a+b c");
        assert_eq!(query.take("x"), None);
        assert_eq!(query.finish(), Ok(()));
    }

    #[track_caller]
    fn assert_rejected<T: std::fmt::Debug>(result: Result<T, HttpError>, status: u16, message: &str) {
        let error = result.unwrap_err();
        assert_eq!((error.status(), &*error.to_string()), (status, message));
    }

    #[test]
    fn invalid_parameters_are_rejected() {
        let mut query = Query::parse("n=8&n=-&stateMachineArn=a&y=1");
        assert_rejected(query.take_number("n", 0..=7), 400, "n: expected a number from 0 to 7, found `8`");
        assert_rejected(query.take_number("n", 0..=7), 400, "n: expected a number from 0 to 7, found `-`");
        let text = "stateMachineArn: expected the ARN of a state machine, found `a`";
        assert_rejected(query.take_state_machine(&scope()), 400, text);
        let text = "stateMachineAliasArn: expected the ARN of an alias";
        assert_rejected(query.take_alias(&scope()), 400, text);
        assert_rejected(query.finish(), 400, "y: unknown or repeated parameter; remove it");
        let other = format!("stateMachineAliasArn={}", ALIAS.replace("us-east-1", "eu-west-1"));
        let text = "`arn:aws:states:eu-west-1:000000000000:stateMachine:orders:PROD` is in another account or region than the request";
        assert_rejected(Query::parse(&other).take_alias(&scope()), 404, text);
    }
}
