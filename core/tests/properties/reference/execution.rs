//! Executions: routed and recorded, RUNNING until they end.

use super::target::{Qualifier, does_not_exist};
use super::{EXECUTION_LIMIT, Ending, Execution, Model, ModelError, Observer, Outcome, Routes, date, page_size, put};
use crate::action::{ExecutionTarget, Target, execution_arn, machine_arn};
use serde_json::{Value, json};
use std::rc::Rc;

impl Model {
    pub fn start(
        &mut self,
        target: &Target,
        name: Option<&'static str>,
        input: Option<&'static str>,
        observer: &dyn Observer,
    ) -> Outcome {
        let qualifier = target.qualifier_without_label()?;
        let missing = || does_not_exist(&target.arn());
        let machine = self.active(target, missing)?;
        let routes: Option<Routes> = match qualifier {
            Qualifier::None | Qualifier::Label => None,
            Qualifier::Version(number) => {
                let number = number.filter(|number| machine.versions.contains_key(number)).ok_or_else(missing)?;
                Some(vec![(number, 100)])
            }
            Qualifier::Alias(name) => Some(machine.aliases.get(name).ok_or_else(missing)?.routes_at(self.now).clone()),
        };
        if let Some(name) = name.filter(|name| name.contains(' ')) {
            return Err(ModelError::new("InvalidName", format!("Invalid Name: '{name}'")));
        }
        let input = input.unwrap_or("{}");
        check_input(input)?;
        if machine.express {
            return Ok(self.start_express(target, name, routes, observer));
        }
        let has_name = |execution: &&Execution| Some(&*execution.name) == name;
        if let Some(stored) = machine.executions.iter().find(has_name) {
            let arn = execution_arn(target.machine, &stored.name);
            if stored.status(self.now) != "RUNNING" || stored.input != input {
                let message = format!("Execution Already Exists: '{arn}'");
                return Err(ModelError::new("ExecutionAlreadyExists", message));
            }
            return Ok(json!({"executionArn": arn, "startDate": date(stored.started)}));
        }
        let arn = observer.body()["executionArn"].as_str().unwrap_or_default();
        let name = match name {
            Some(name) => name.to_owned(),
            None => self.check_new_id(arn.rsplit(':').next()),
        };
        let version = check_selected(routes, observer.version_of(arn));
        let alias = if let Qualifier::Alias(alias) = qualifier { Some(alias) } else { None };
        let now = self.now;
        let ending = self.apply_rules(&name, input);
        let machine = self.find_mut(target).expect("it is active");
        let content = version.map_or(&machine.content, |number| &machine.versions[&number].content);
        let content = Rc::clone(content);
        let response = json!({"executionArn": execution_arn(target.machine, &name), "startDate": date(now)});
        let redrives = Vec::new();
        machine.executions.push(Execution { name, version, alias, input, content, started: now, ending, redrives });
        if machine.executions.len() > EXECUTION_LIMIT {
            machine.executions.remove(0);
        }
        *machine.starts.entry(version).or_default() += 1;
        Ok(response)
    }

    /// Counts the start. Which version was started is read from the service's start counts.
    fn start_express(
        &mut self,
        target: &Target,
        name: Option<&'static str>,
        routes: Option<Routes>,
        observer: &dyn Observer,
    ) -> Value {
        let prefix = execution_arn(target.machine, "").replace(":execution:", ":express:");
        let arn = observer.body()["executionArn"].as_str().unwrap_or_default().to_owned();
        let (given, id) = arn.strip_prefix(&prefix).and_then(|rest| rest.split_once(':')).unwrap_or_default();
        let (given, id) = (given.to_owned(), id.to_owned());
        match name {
            Some(name) => assert_eq!(given, name, "{arn}"),
            None => drop(self.check_new_id(Some(&given))),
        }
        self.check_new_id(Some(&id));
        let now = self.now;
        let machine = self.find_mut(target).expect("it is active");
        let counted = observer.starts(&machine_arn(target.machine));
        let more = counted.iter().find(|(version, count)| machine.starts.get(version) != Some(count));
        let version = check_selected(routes, more.and_then(|(version, _)| *version));
        *machine.starts.entry(version).or_default() += 1;
        json!({"executionArn": arn, "startDate": date(now)})
    }

    pub fn describe_execution(&self, target: ExecutionTarget, metadata_only: bool) -> Outcome {
        let (machine, execution) = self.execution(target)?;
        let mut response = execution.summary(machine, self.now);
        response["inputDetails"] = json!({"included": !metadata_only});
        put(&mut response, "input", (!metadata_only).then_some(execution.input));
        let reason = self.not_redrivable_reason(machine, execution);
        response["redriveStatus"] = json!(if reason.is_some() { "NOT_REDRIVABLE" } else { "REDRIVABLE" });
        put(&mut response, "redriveStatusReason", reason);
        if let Some(Ending { end, .. }) = execution.ended(self.now) {
            put(&mut response, "error", end.error);
            put(&mut response, "cause", end.cause);
            put(&mut response, "output", end.output.filter(|_| !metadata_only));
            put(&mut response, "outputDetails", end.output.map(|_| json!({"included": !metadata_only})));
        }
        Ok(response)
    }

    pub fn describe_machine_for_execution(&self, target: ExecutionTarget, metadata_only: bool) -> Outcome {
        let (machine, execution) = self.execution(target)?;
        let mut response = execution.content.describe(metadata_only);
        response["name"] = json!(machine);
        response["stateMachineArn"] = json!(machine_arn(machine));
        response["updateDate"] = date(execution.content.since);
        Ok(response)
    }

    pub fn list_executions(
        &self,
        target: &Target,
        status: Option<&'static str>,
        max: Option<i64>,
    ) -> Outcome<(Vec<Value>, usize)> {
        let max = page_size(max)?;
        let missing = || does_not_exist(&target.arn());
        let qualifier = target.qualifier()?;
        if status == Some("PENDING_REDRIVE") {
            let message = "The statusFilter PENDING_REDRIVE can only be specified with a mapRunArn";
            return Err(ModelError::new("ValidationException", message));
        }
        let machine = self.find(target).ok_or_else(missing)?;
        if machine.express {
            let message = "This operation is not supported by this type of state machine";
            return Err(ModelError::new("StateMachineTypeNotSupported", message));
        }
        let exists = match qualifier {
            Qualifier::None => true,
            Qualifier::Version(number) => number.is_some_and(|number| machine.versions.contains_key(&number)),
            Qualifier::Alias(name) => machine.aliases.contains_key(name),
            Qualifier::Label => false,
        };
        if !exists {
            return Err(missing());
        }
        let is_wanted = |execution: &&Execution| {
            let matches = match qualifier {
                Qualifier::Version(number) => execution.version == number,
                Qualifier::Alias(name) => execution.alias == Some(name),
                Qualifier::None | Qualifier::Label => true,
            };
            matches && status.is_none_or(|status| execution.status(self.now) == status)
        };
        let mut found: Vec<&Execution> = machine.executions.iter().filter(is_wanted).collect();
        // Stable, so that the last start comes first if the times are equal.
        found.reverse();
        found.sort_by_key(|execution| std::cmp::Reverse(execution.list_time(self.now)));
        Ok((found.into_iter().map(|execution| execution.summary(target.machine, self.now)).collect(), max))
    }

    pub fn execution(&self, target: ExecutionTarget) -> Outcome<(&'static str, &Execution)> {
        let (machine, name) = target.names(self)?;
        let missing = || {
            let arn = execution_arn(machine, &name);
            ModelError::new("ExecutionDoesNotExist", format!("Execution Does Not Exist: '{arn}'"))
        };
        let executions = self.machines.get(machine).map(|machine| &machine.executions).ok_or_else(missing)?;
        let found = executions.iter().find(|execution| execution.name == name).ok_or_else(missing)?;
        Ok((machine, found))
    }
}

impl Execution {
    pub fn ended(&self, now: i64) -> Option<&Ending> {
        self.ending.as_ref().filter(|ending| ending.at <= now)
    }

    pub fn status(&self, now: i64) -> &'static str {
        self.ended(now).map_or("RUNNING", |ending| ending.end.status)
    }

    /// Returns the time of the last redrive, or of the start.
    pub fn last_started(&self) -> i64 {
        self.redrives.last().map_or(self.started, |redrive| redrive.at)
    }

    fn list_time(&self, now: i64) -> i64 {
        self.ended(now).map_or_else(|| self.last_started(), |ending| ending.at)
    }

    /// Returns the members that lists and descriptions have in common.
    fn summary(&self, machine: &str, now: i64) -> Value {
        let arn = machine_arn(machine);
        let mut shown = json!({
            "executionArn": execution_arn(machine, &self.name),
            "name": self.name,
            "redriveCount": self.redrives.len(),
            "startDate": date(self.started),
            "stateMachineArn": arn,
            "status": self.status(now),
        });
        put(&mut shown, "stateMachineVersionArn", self.version.map(|number| format!("{arn}:{number}")));
        put(&mut shown, "stateMachineAliasArn", self.alias.map(|alias| format!("{arn}:{alias}")));
        put(&mut shown, "stopDate", self.ended(now).map(|ending| date(ending.at)));
        put(&mut shown, "redriveDate", self.redrives.last().map(|redrive| date(redrive.at)));
        shown
    }
}

/// Checks that the version is one of the routes and has a weight.
fn check_selected(routes: Option<Routes>, version: Option<u32>) -> Option<u32> {
    match routes {
        None => assert_eq!(version, None, "a start of the unqualified state machine has no version"),
        Some(routes) => {
            let number = version.expect("a start of a version or an alias has a version");
            let has_weight = routes.iter().any(|(route, weight)| *route == number && *weight > 0);
            assert!(has_weight, "version {number} was started through {routes:?}");
        }
    }
    version
}

fn check_input(input: &str) -> Outcome<()> {
    let text = match input {
        "" => "Invalid execution input.",
        "not json" => {
            "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        }
        _ => return Ok(()),
    };
    Err(ModelError::new("InvalidExecutionInput", format!("Invalid State Machine Execution Input: '{text}'")))
}
