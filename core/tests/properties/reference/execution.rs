//! Executions: routed and recorded, RUNNING until stopped.

use super::target::{Qualifier, does_not_exist};
use super::{EXECUTION_LIMIT, Execution, Model, ModelError, Observer, Outcome, Routes, Stopped, date, page_size, put};
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
            if stored.stopped.is_some() || stored.input != input {
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
        let machine = self.find_mut(target).expect("it is active");
        let content = version.map_or(&machine.content, |number| &machine.versions[&number].content);
        let content = Rc::clone(content);
        let response = json!({"executionArn": execution_arn(target.machine, &name), "startDate": date(now)});
        machine.executions.push(Execution { name, version, alias, input, content, started: now, stopped: None });
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
        let mut response = execution.summary(machine);
        response["inputDetails"] = json!({"included": !metadata_only});
        put(&mut response, "input", (!metadata_only).then_some(execution.input));
        let running = execution.stopped.is_none();
        response["redriveStatus"] = json!(if running { "NOT_REDRIVABLE" } else { "REDRIVABLE" });
        let reason = running.then_some("Execution is RUNNING and cannot be redriven");
        put(&mut response, "redriveStatusReason", reason);
        put(&mut response, "error", execution.stopped.as_ref().and_then(|stopped| stopped.error));
        put(&mut response, "cause", execution.stopped.as_ref().and_then(|stopped| stopped.cause));
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

    pub fn stop_execution(
        &mut self,
        target: ExecutionTarget,
        error: Option<&'static str>,
        cause: Option<&'static str>,
    ) -> Outcome {
        let now = self.now;
        let (machine, execution) = self.execution(target)?;
        let (machine, name) = (machine, execution.name.clone());
        let executions = &mut self.machines.get_mut(machine).expect("it was found").executions;
        let execution = executions.iter_mut().find(|execution| execution.name == name).expect("it was found");
        let stopped = execution.stopped.get_or_insert(Stopped { at: now, error, cause });
        Ok(json!({"stopDate": date(stopped.at)}))
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
            matches && status.is_none_or(|status| execution.status() == status)
        };
        let found = machine.executions.iter().rev().filter(is_wanted);
        Ok((found.map(|execution| execution.summary(target.machine)).collect(), max))
    }

    fn execution(&self, target: ExecutionTarget) -> Outcome<(&'static str, &Execution)> {
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
    const fn status(&self) -> &'static str {
        if self.stopped.is_some() { "ABORTED" } else { "RUNNING" }
    }

    /// Returns the members that lists and descriptions have in common.
    fn summary(&self, machine: &str) -> Value {
        let arn = machine_arn(machine);
        let mut shown = json!({
            "executionArn": execution_arn(machine, &self.name),
            "name": self.name,
            "redriveCount": 0,
            "startDate": date(self.started),
            "stateMachineArn": arn,
            "status": self.status(),
        });
        put(&mut shown, "stateMachineVersionArn", self.version.map(|number| format!("{arn}:{number}")));
        put(&mut shown, "stateMachineAliasArn", self.alias.map(|alias| format!("{arn}:{alias}")));
        put(&mut shown, "stopDate", self.stopped.as_ref().map(|stopped| date(stopped.at)));
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
