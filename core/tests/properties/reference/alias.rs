//! Aliases.

use super::target::{Qualifier, arn_required_error, deleting, does_not_exist, not_found};
use super::{ALIAS_LIMIT, Alias, Model, ModelError, Outcome, Routes, StateMachine, Violations, date, page_size, put};
use crate::action::{Route, Target};
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl Model {
    pub fn create_alias(&mut self, name: &'static str, description: Option<&'static str>, routes: &[Route]) -> Outcome {
        let mut violations = Violations::default();
        check_name(name, &mut violations);
        check_routes(routes, &mut violations);
        violations.into_result()?;
        let (target, routes) = read_routes(routes, None)?;
        let arn = format!("{}:{name}", target.unqualified());
        let created = |created| json!({"creationDate": date(created), "stateMachineAliasArn": arn});
        let now = self.now;
        let machine = self.find_mut(&target).ok_or_else(not_found)?;
        machine.has_versions(&routes)?;
        if machine.deleted_at.is_some() {
            return Err(deleting(&target.unqualified()));
        }
        if let Some(stored) = machine.aliases.get(name) {
            if (stored.description, &stored.routes) == (description, &routes) {
                return Ok(created(stored.created));
            }
            let message = "Failed to create alias because an alias with the same name and a different routing configuration already exists.";
            return Err(ModelError::new("ConflictException", message));
        }
        if machine.aliases.len() >= ALIAS_LIMIT {
            let message =
                format!("The maximum number of aliases for this state machine has been reached: {ALIAS_LIMIT}");
            return Err(ModelError::new("ServiceQuotaExceededException", message));
        }
        machine.aliases.insert(
            name,
            Alias { description, routes, created: now, updated: now, previous: None, documents: BTreeMap::new() },
        );
        Ok(created(now))
    }

    pub fn describe_alias(&self, target: &Target) -> Outcome {
        let alias = target.alias()?;
        let stored = self.find(target).and_then(|machine| machine.aliases.get(alias)).ok_or_else(not_found)?;
        let route = |(number, weight): &(u32, i64)| json!({"stateMachineVersionArn": format!("{}:{number}", target.unqualified()), "weight": weight});
        let mut response = json!({
            "creationDate": date(stored.created),
            "name": alias,
            "routingConfiguration": stored.routes_at(self.now).iter().map(route).collect::<Vec<_>>(),
            "stateMachineAliasArn": target.arn(),
            "updateDate": date(stored.updated),
        });
        put(&mut response, "description", stored.description);
        Ok(response)
    }

    pub fn update_alias(
        &mut self,
        target: &Target,
        description: Option<&'static str>,
        routes: Option<&[Route]>,
    ) -> Outcome {
        let mut violations = Violations::default();
        if let Some(routes) = routes {
            check_routes(routes, &mut violations);
        }
        violations.into_result()?;
        let alias = target.alias()?;
        let routes = routes.map(|routes| read_routes(routes, Some(target))).transpose()?.map(|(_, routes)| routes);
        if description.is_none() && routes.is_none() {
            let message = "Either the description or the routing configuration must be specified";
            return Err(ModelError::with_reason("ValidationException", "MISSING_REQUIRED_PARAMETER", message));
        }
        self.active(target, not_found)?.aliases.get(alias).ok_or_else(not_found)?;
        let (now, delay) = (self.now, self.update_delay);
        let machine = self.find_mut(target).expect("it is active");
        machine.has_versions(routes.as_deref().unwrap_or_default())?;
        let stored = machine.aliases.get_mut(alias).expect("it was found");
        if let Some(routes) = routes {
            let before = std::mem::replace(&mut stored.routes, routes);
            stored.previous = (delay > 0).then_some((before, now + delay));
        }
        stored.description = description.or(stored.description);
        stored.updated = now;
        Ok(json!({"updateDate": date(now)}))
    }

    pub fn delete_alias(&mut self, target: &Target) -> Outcome {
        let alias = target.alias()?;
        if let Some(machine) = self.find_mut(target) {
            machine.aliases.remove(alias);
        }
        Ok(json!({}))
    }

    pub fn update_documents(
        &mut self,
        target: &Target,
        put: Option<(&'static str, &'static str)>,
        delete: Option<&'static str>,
    ) -> Outcome {
        let alias = target.alias()?;
        let stored = self.find_mut(target).and_then(|machine| machine.aliases.get_mut(alias)).ok_or_else(not_found)?;
        let invalid =
            |problem| ModelError::new("ValidationException", format!("cannot store the documents: {problem}"));
        if let Some(key) = put.iter().map(|(key, _)| *key).chain(delete).find(|key| key.contains('.')) {
            let rule = "is not a valid key; use 1 to 128 letters, digits, `/`, `_` and `-`";
            return Err(invalid(format!("`{key}` {rule}")));
        }
        if let Some((key, _)) = put.filter(|(key, _)| delete == Some(key)) {
            return Err(invalid(format!("the key `{key}` is specified twice; specify it once")));
        }
        let before: Vec<_> = stored.documents.iter().rev().map(|(key, value)| json!([key, value])).collect();
        stored.documents.extend(put);
        stored.documents.retain(|key, _| delete != Some(*key));
        Ok(json!(before))
    }

    pub fn list_aliases(&self, target: &Target, max: Option<i64>) -> Outcome<(Vec<Value>, usize)> {
        let max = page_size(max)?;
        let qualifier = target.qualifier()?;
        if matches!(qualifier, Qualifier::Alias(_)) {
            return Err(arn_required_error("State machine or version", target));
        }
        if qualifier == Qualifier::Label {
            return Err(does_not_exist(&target.arn()));
        }
        let machine = self.active(target, || does_not_exist(&target.unqualified()))?;
        let wanted = match qualifier {
            Qualifier::Version(number) => {
                let number = number.filter(|number| machine.versions.contains_key(number)).ok_or_else(not_found)?;
                Some(number)
            }
            _ => None,
        };
        let matches =
            |alias: &Alias| wanted.is_none_or(|wanted| alias.routes_at(self.now).iter().any(|(n, _)| *n == wanted));
        let item = |name| {
            json!({
                "stateMachineAliasArn": format!("{}:{name}", target.unqualified()),
                "creationDate": date(machine.aliases[name].created),
            })
        };
        Ok((machine.aliases_in_order(matches).into_iter().map(item).collect(), max))
    }
}

impl StateMachine {
    /// Returns the names of the matching aliases, oldest first, then by name.
    pub fn aliases_in_order(&self, matches: impl Fn(&Alias) -> bool) -> Vec<&'static str> {
        let found = self.aliases.iter().filter(|(_, alias)| matches(alias));
        let mut found: Vec<(i64, &'static str)> = found.map(|(name, alias)| (alias.created, *name)).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, name)| name).collect()
    }

    fn has_versions(&self, routes: &[(u32, i64)]) -> Outcome<()> {
        let all = routes.iter().all(|(number, _)| self.versions.contains_key(number));
        if all { Ok(()) } else { Err(not_found()) }
    }
}

impl Alias {
    /// Returns the routes that a start uses at this time.
    pub fn routes_at(&self, now: i64) -> &Routes {
        match &self.previous {
            Some((routes, until)) if now < *until => routes,
            _ => &self.routes,
        }
    }

    /// Returns whether the alias protects a version from deletion.
    pub fn routes_to(&self, number: u32, now: i64) -> bool {
        self.routes.iter().chain(self.routes_at(now)).any(|(route, _)| *route == number)
    }
}

fn check_name(name: &str, violations: &mut Violations) {
    const PATTERN: &str = r"Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$";
    if name.chars().all(|c| c.is_ascii_digit()) {
        violations.add(name, "name", PATTERN);
    }
    if name.is_empty() {
        violations.add(name, "name", "Member must have length greater than or equal to 1");
    }
}

fn check_routes(routes: &[Route], violations: &mut Violations) {
    let printed = |route: &Route| {
        format!("RoutingConfigurationListItem(stateMachineVersionArn={}, weight={})", route.target.arn(), route.weight)
    };
    let value = format!("[{}]", routes.iter().map(printed).collect::<Vec<_>>().join(", "));
    if routes.len() > 2 {
        violations.add(&value, "routingConfiguration", "Member must have length less than or equal to 2");
    }
    if routes.is_empty() {
        violations.add(&value, "routingConfiguration", "Member must have length greater than or equal to 1");
    }
    for (index, route) in routes.iter().enumerate() {
        violations.check_range(route.weight, 0, 100, &format!("routingConfiguration.{}.member.weight", index + 1));
    }
}

/// Returns the state machine and the version numbers of a valid routing. An impossible number is returned as 0.
fn read_routes(routes: &[Route], owner: Option<&Target>) -> Outcome<(Target, Routes)> {
    let arns: Vec<String> = routes.iter().map(|route| route.target.arn()).collect();
    let error = |what: &str| {
        let message = format!("{what}. Received: [{}]", arns.join(", "));
        Err(ModelError::with_reason("ValidationException", "INVALID_ROUTING_CONFIGURATION", message))
    };
    let qualifiers = routes.iter().map(|route| route.target.qualifier()).collect::<Outcome<Vec<Qualifier>>>()?;
    if !qualifiers.iter().all(|qualifier| matches!(qualifier, Qualifier::Version(_))) {
        return error("Routing configuration must contain state machine version ARNs");
    }
    if arns.len() == 2 && arns[0] == arns[1] {
        return error("Routing configuration must contain distinct state machine version ARNs");
    }
    let weights: Vec<i64> = routes.iter().map(|route| route.weight).collect();
    if weights.iter().sum::<i64>() != 100 {
        let message = format!("Sum of routing configuration weights must equal 100. Received: {weights:?}");
        return Err(ModelError::with_reason("ValidationException", "INVALID_ROUTING_CONFIGURATION", message));
    }
    let machine = owner.unwrap_or(&routes[0].target).unqualified();
    if routes.iter().any(|route| route.target.unqualified() != machine) {
        return error("Routing configuration must contain versions of the same state machine");
    }
    let number = |qualifier: &Qualifier| match qualifier {
        Qualifier::Version(Some(number)) => *number,
        _ => 0,
    };
    Ok((routes[0].target, qualifiers.iter().map(number).zip(weights).collect()))
}
