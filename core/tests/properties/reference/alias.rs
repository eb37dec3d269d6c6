//! Aliases.

use super::target::{Qualifier, deleting, does_not_exist, not_found, required};
use super::{ALIAS_LIMIT, Alias, Answer, Broken, Refusal, Routes, StateMachine, World, date, page, put};
use crate::action::{Route, Target};
use serde_json::{Value, json};

impl World {
    pub fn create_alias(&mut self, name: &'static str, description: Option<&'static str>, routes: &[Route]) -> Answer {
        let mut broken = Broken::default();
        check_name(name, &mut broken);
        check_routes(routes, &mut broken);
        broken.refuse()?;
        let (target, routes) = read_routes(routes, None)?;
        let arn = format!("{}:{name}", target.unqualified());
        let created = |created| json!({"creationDate": date(created), "stateMachineAliasArn": arn});
        let now = self.now;
        let machine = self.find_mut(&target).ok_or_else(not_found)?;
        machine.has_versions(&routes)?;
        if machine.gone.is_some() {
            return Err(deleting(&target.unqualified()));
        }
        if let Some(stored) = machine.aliases.get(name) {
            if (stored.description, &stored.routes) == (description, &routes) {
                return Ok(created(stored.created));
            }
            let message = "Failed to create alias because an alias with the same name and a different routing configuration already exists.";
            return Err(Refusal::new("ConflictException", message));
        }
        if machine.aliases.len() >= ALIAS_LIMIT {
            let message =
                format!("The maximum number of aliases for this state machine has been reached: {ALIAS_LIMIT}");
            return Err(Refusal::new("ServiceQuotaExceededException", message));
        }
        machine.aliases.insert(name, Alias { description, routes, created: now, updated: now, held: None });
        Ok(created(now))
    }

    pub fn describe_alias(&self, target: &Target) -> Answer {
        let alias = target.alias()?;
        let stored = self.find(target).and_then(|machine| machine.aliases.get(alias)).ok_or_else(not_found)?;
        let route = |(number, weight): &(u32, i64)| json!({"stateMachineVersionArn": format!("{}:{number}", target.unqualified()), "weight": weight});
        let mut answer = json!({
            "creationDate": date(stored.created),
            "name": alias,
            "routingConfiguration": stored.seen(self.now).iter().map(route).collect::<Vec<_>>(),
            "stateMachineAliasArn": target.arn(),
            "updateDate": date(stored.updated),
        });
        put(&mut answer, "description", stored.description);
        Ok(answer)
    }

    pub fn update_alias(
        &mut self,
        target: &Target,
        description: Option<&'static str>,
        routes: Option<&[Route]>,
    ) -> Answer {
        let mut broken = Broken::default();
        if let Some(routes) = routes {
            check_routes(routes, &mut broken);
        }
        broken.refuse()?;
        let alias = target.alias()?;
        let routes = routes.map(|routes| read_routes(routes, Some(target))).transpose()?.map(|(_, routes)| routes);
        if description.is_none() && routes.is_none() {
            let message = "Either the description or the routing configuration must be specified";
            return Err(Refusal::because("ValidationException", "MISSING_REQUIRED_PARAMETER", message));
        }
        self.active(target, not_found)?.aliases.get(alias).ok_or_else(not_found)?;
        let (now, delay) = (self.now, self.update_delay);
        let machine = self.find_mut(target).expect("it is active");
        machine.has_versions(routes.as_deref().unwrap_or_default())?;
        let stored = machine.aliases.get_mut(alias).expect("it was there");
        if let Some(routes) = routes {
            let before = std::mem::replace(&mut stored.routes, routes);
            stored.held = (delay > 0).then_some((before, now + delay));
        }
        stored.description = description.or(stored.description);
        stored.updated = now;
        Ok(json!({"updateDate": date(now)}))
    }

    pub fn delete_alias(&mut self, target: &Target) -> Answer {
        let alias = target.alias()?;
        if let Some(machine) = self.find_mut(target) {
            machine.aliases.remove(alias);
        }
        Ok(json!({}))
    }

    pub fn list_aliases(&self, target: &Target, max: Option<i64>) -> Answer<(Vec<Value>, usize)> {
        let max = page(max)?;
        let qualifier = target.qualified()?;
        if matches!(qualifier, Qualifier::Alias(_)) {
            return Err(required("State machine or version", target));
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
        let leads = |alias: &Alias| wanted.is_none_or(|wanted| alias.seen(self.now).iter().any(|(n, _)| *n == wanted));
        let item = |name| {
            json!({
                "stateMachineAliasArn": format!("{}:{name}", target.unqualified()),
                "creationDate": date(machine.aliases[name].created),
            })
        };
        Ok((machine.aliases_in_order(leads).into_iter().map(item).collect(), max))
    }
}

impl StateMachine {
    /// Names of the aliases that are wanted, oldest first, then by name.
    pub fn aliases_in_order(&self, wanted: impl Fn(&Alias) -> bool) -> Vec<&'static str> {
        let found = self.aliases.iter().filter(|(_, alias)| wanted(alias));
        let mut found: Vec<(i64, &'static str)> = found.map(|(name, alias)| (alias.created, *name)).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, name)| name).collect()
    }

    fn has_versions(&self, routes: &[(u32, i64)]) -> Answer<()> {
        let all = routes.iter().all(|(number, _)| self.versions.contains_key(number));
        if all { Ok(()) } else { Err(not_found()) }
    }
}

impl Alias {
    /// Where starts go at a time.
    pub fn seen(&self, now: i64) -> &Routes {
        match &self.held {
            Some((routes, until)) if now < *until => routes,
            _ => &self.routes,
        }
    }

    /// Whether a version may not be deleted because of it.
    pub fn leads_to(&self, number: u32, now: i64) -> bool {
        self.routes.iter().chain(self.seen(now)).any(|(route, _)| *route == number)
    }
}

fn check_name(name: &str, broken: &mut Broken) {
    const PATTERN: &str = r"Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$";
    if name.chars().all(|c| c.is_ascii_digit()) {
        broken.add(name, "name", PATTERN);
    }
    if name.is_empty() {
        broken.add(name, "name", "Member must have length greater than or equal to 1");
    }
}

fn check_routes(routes: &[Route], broken: &mut Broken) {
    let printed = |route: &Route| {
        format!("RoutingConfigurationListItem(stateMachineVersionArn={}, weight={})", route.target.arn(), route.weight)
    };
    let value = format!("[{}]", routes.iter().map(printed).collect::<Vec<_>>().join(", "));
    if routes.len() > 2 {
        broken.add(&value, "routingConfiguration", "Member must have length less than or equal to 2");
    }
    if routes.is_empty() {
        broken.add(&value, "routingConfiguration", "Member must have length greater than or equal to 1");
    }
    for (index, route) in routes.iter().enumerate() {
        broken.within(route.weight, 0, 100, &format!("routingConfiguration.{}.member.weight", index + 1));
    }
}

/// The state machine and the numbers of a routing that holds together. A number that no version can
/// have stands as 0.
fn read_routes(routes: &[Route], owner: Option<&Target>) -> Answer<(Target, Routes)> {
    let arns: Vec<String> = routes.iter().map(|route| route.target.arn()).collect();
    let refuse = |what: &str| {
        let message = format!("{what}. Received: [{}]", arns.join(", "));
        Err(Refusal::because("ValidationException", "INVALID_ROUTING_CONFIGURATION", message))
    };
    let qualifiers = routes.iter().map(|route| route.target.qualified()).collect::<Answer<Vec<Qualifier>>>()?;
    if !qualifiers.iter().all(|qualifier| matches!(qualifier, Qualifier::Version(_))) {
        return refuse("Routing configuration must contain state machine version ARNs");
    }
    if arns.len() == 2 && arns[0] == arns[1] {
        return refuse("Routing configuration must contain distinct state machine version ARNs");
    }
    let weights: Vec<i64> = routes.iter().map(|route| route.weight).collect();
    if weights.iter().sum::<i64>() != 100 {
        let message = format!("Sum of routing configuration weights must equal 100. Received: {weights:?}");
        return Err(Refusal::because("ValidationException", "INVALID_ROUTING_CONFIGURATION", message));
    }
    let machine = owner.unwrap_or(&routes[0].target).unqualified();
    if routes.iter().any(|route| route.target.unqualified() != machine) {
        return refuse("Routing configuration must contain versions of the same state machine");
    }
    let number = |qualifier: &Qualifier| match qualifier {
        Qualifier::Version(Some(number)) => *number,
        _ => 0,
    };
    Ok((routes[0].target, qualifiers.iter().map(number).zip(weights).collect()))
}
