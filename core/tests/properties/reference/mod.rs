//! A reference model of AWS Step Functions' state machines, versions, aliases and executions. It shares no code with
//! the crate and prefers simplicity to speed.

mod alias;
mod ending;
mod execution;
mod machine;
mod target;

use crate::action::{Action, End, Lookup, machine_arn};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub const ALIAS_LIMIT: usize = 3;
pub const VERSION_LIMIT: usize = 4;
pub const EXECUTION_LIMIT: usize = 4;
pub const TAG_LIMIT: usize = 3;

/// All state machines, and the time.
#[derive(Debug, Default)]
pub struct Model {
    machines: BTreeMap<&'static str, StateMachine>,
    now: i64,
    update_delay: i64,
    deletion_delay: i64,
    /// Whether rules decide how executions end.
    rules: bool,
    /// All generated ids, which must be unique.
    ids: BTreeSet<String>,
}

#[derive(Debug)]
pub struct StateMachine {
    express: bool,
    created: i64,
    /// End of the deletion, in status DELETING.
    deleted_at: Option<i64>,
    content: Rc<Content>,
    /// The highest version number so far.
    last_version: u32,
    versions: BTreeMap<u32, Version>,
    aliases: BTreeMap<&'static str, Alias>,
    /// In start order.
    executions: Vec<Execution>,
    starts: BTreeMap<Option<u32>, u64>,
    tags: Vec<(&'static str, &'static str)>,
    created_with: (bool, Option<&'static str>),
}

#[derive(Debug, PartialEq)]
pub struct Content {
    definition: &'static str,
    role: &'static str,
    logging: Value,
    tracing: Value,
    encryption: Value,
    revision: Option<String>,
    since: i64,
}

#[derive(Debug)]
pub struct Version {
    content: Rc<Content>,
    description: Option<&'static str>,
    created: i64,
}

pub type Routes = Vec<(u32, i64)>;

#[derive(Debug, Clone)]
pub struct Alias {
    description: Option<&'static str>,
    routes: Routes,
    created: i64,
    updated: i64,
    /// The previous routes and the end of the update delay.
    previous: Option<(Routes, i64)>,
    documents: BTreeMap<&'static str, &'static str>,
}

#[derive(Debug)]
pub struct Execution {
    name: String,
    version: Option<u32>,
    alias: Option<&'static str>,
    input: &'static str,
    content: Rc<Content>,
    started: i64,
    /// May lie in the future.
    ending: Option<Ending>,
    redrives: Vec<Redrive>,
}

#[derive(Debug, Clone, Copy)]
pub struct Ending {
    at: i64,
    end: End,
}

#[derive(Debug)]
pub struct Redrive {
    at: i64,
    token: Option<&'static str>,
    previous: Ending,
}

/// The expected response to a request.
pub enum Expected {
    /// Status 200 and this body.
    Body(Value),
    /// Status 200 and a page of this list.
    List {
        member: &'static str,
        items: Vec<Value>,
        max: usize,
    },
    Error(ModelError),
}

/// An error with its status 400.
#[derive(Debug)]
pub struct ModelError {
    code: &'static str,
    message: String,
    reason: Option<&'static str>,
    from_framework: bool,
}

pub type Outcome<T = Value> = Result<T, ModelError>;

impl ModelError {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), reason: None, from_framework: false }
    }

    fn with_reason(code: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        Self { reason: Some(reason), ..Self::new(code, message) }
    }

    pub const fn code(&self) -> &'static str {
        self.code
    }

    pub fn body(&self) -> Value {
        let namespace =
            if self.from_framework { "com.amazon.coral.validate" } else { "com.amazonaws.swf.service.v2.model" };
        let mut body = json!({"__type": format!("{namespace}#{}", self.code), "message": self.message});
        if let Some(reason) = self.reason {
            body["reason"] = json!(reason);
        }
        body
    }
}

/// The violated constraints of the service model.
#[derive(Default)]
pub struct Violations(Vec<String>);

impl Violations {
    fn add(&mut self, value: &str, path: &str, constraint: &str) {
        self.0.push(format!("Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"));
    }

    fn check_range(&mut self, value: i64, min: i64, max: i64, path: &str) {
        if value > max {
            let constraint = format!("Member must have value less than or equal to {max}");
            self.add(&value.to_string(), path, &constraint);
        }
        if value < min {
            let constraint = format!("Member must have value greater than or equal to {min}");
            self.add(&value.to_string(), path, &constraint);
        }
    }

    fn into_result(self) -> Outcome<()> {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        let message = format!("{} validation error{plural} detected: {}", self.0.len(), self.0.join("; "));
        let error = ModelError { from_framework: true, ..ModelError::new("ValidationException", message) };
        if self.0.is_empty() { Ok(()) } else { Err(error) }
    }
}

/// Returns the page size, which must be within AWS's bounds.
fn page_size(max: Option<i64>) -> Outcome<usize> {
    let mut violations = Violations::default();
    violations.check_range(max.unwrap_or_default(), 0, 1000, "maxResults");
    violations.into_result()?;
    Ok(max.filter(|max| *max > 0).map_or(100, |max| usize::try_from(max).unwrap()))
}

/// Returns a date in seconds, as in responses.
#[expect(clippy::cast_precision_loss, reason = "within 2^53")]
fn date(millis: i64) -> Value {
    json!(millis as f64 / 1000.0)
}

fn put(body: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body[name] = value.into();
    }
}

/// Reads from the service what the model cannot know: generated ids and random decisions.
pub trait Observer {
    /// Returns the body of the response.
    fn body(&self) -> &Value;
    /// Returns the version of an execution.
    fn version_of(&self, execution_arn: &str) -> Option<u32>;
    /// Returns the start counts of a state machine.
    fn starts(&self, machine_arn: &str) -> BTreeMap<Option<u32>, u64>;
}

impl Model {
    pub fn new(now: i64, (update_delay, deletion_delay): (i64, i64), rules: bool) -> Self {
        Self { now, update_delay, deletion_delay, rules, ..Self::default() }
    }

    /// Advances the time. State machines whose deletion has ended no longer exist.
    pub fn advance(&mut self, millis: i64) {
        self.now += millis;
        let now = self.now;
        self.machines.retain(|_, machine| machine.deleted_at.is_none_or(|deleted_at| now < deleted_at));
    }

    /// Executes an action and returns the expected response.
    pub fn execute(&mut self, action: &Action, observer: &dyn Observer) -> Expected {
        self.respond(action, observer).unwrap_or_else(Expected::Error)
    }

    fn respond(&mut self, action: &Action, observer: &dyn Observer) -> Outcome<Expected> {
        let list = |member, (items, max): (Vec<Value>, usize)| Expected::List { member, items, max };
        let body = match action {
            Action::CreateStateMachine { name, express, content, publish, tags } => {
                self.create_machine(name, *express, content, *publish, tags)
            }
            Action::UpdateStateMachine { target, content, publish } => {
                self.update_machine(target, content, *publish, observer)
            }
            Action::DescribeStateMachine { target, metadata_only } => self.describe_machine(target, *metadata_only),
            Action::ListStateMachines { max } => return Ok(list("stateMachines", self.list_machines(*max)?)),
            Action::DeleteStateMachine { target } => self.delete_machine(target),
            Action::PublishVersion { target, revision, description } => {
                self.publish_version(target, *revision, *description)
            }
            Action::ListVersions { target, max } => {
                return Ok(list("stateMachineVersions", self.list_versions(target, *max)?));
            }
            Action::DeleteVersion { target } => self.delete_version(target),
            Action::CreateAlias { name, description, routes } => self.create_alias(name, *description, routes),
            Action::DescribeAlias { target } => self.describe_alias(target),
            Action::UpdateAlias { target, description, routes } => {
                self.update_alias(target, *description, routes.as_deref())
            }
            Action::DeleteAlias { target } => self.delete_alias(target),
            Action::ListAliases { target, max } => {
                return Ok(list("stateMachineAliases", self.list_aliases(target, *max)?));
            }
            Action::UpdateDocuments { target, put, delete } => self.update_documents(target, *put, *delete),
            Action::Start { target, name, input } => self.start(target, *name, *input, observer),
            Action::DescribeExecution { target, metadata_only } => self.describe_execution(*target, *metadata_only),
            Action::DescribeStateMachineForExecution { target, metadata_only } => {
                self.describe_machine_for_execution(*target, *metadata_only)
            }
            Action::StopExecution { target, error, cause } => self.stop_execution(*target, *error, *cause),
            Action::EndExecution { target, end, after_seconds } => self.end_execution(*target, *end, *after_seconds),
            Action::RedriveExecution { target, token } => self.redrive_execution(*target, *token),
            Action::GetHistory { target, latest_first, with_data, max } => {
                return Ok(list("events", self.history(*target, *latest_first, *with_data != Some(false), *max)?));
            }
            Action::ListExecutions { target, status, max } => {
                return Ok(list("executions", self.list_executions(target, *status, *max)?));
            }
            Action::TagResource { target, tags } => self.tag(target, tags),
            Action::UntagResource { target, keys } => self.untag(target, keys),
            Action::ListTags { target } => self.list_tags(target),
        };
        body.map(Expected::Body)
    }

    /// Returns the start counts of every state machine.
    pub fn start_counts(&self) -> impl Iterator<Item = (String, &BTreeMap<Option<u32>, u64>)> {
        self.machines.iter().map(|(name, machine)| (machine_arn(name), &machine.starts))
    }

    /// Checks that a generated id is a new UUID and returns it.
    fn check_new_id(&mut self, id: Option<&str>) -> String {
        let id = id.expect("the response has an id").to_owned();
        let groups: Vec<&str> = id.split('-').collect();
        assert!(groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]), "{id} is not a UUID");
        assert!(self.ids.insert(id.clone()), "{id} was generated before");
        id
    }
}

impl Lookup for Model {
    fn revision(&self, machine: &str) -> Option<String> {
        self.machines.get(machine).and_then(|machine| machine.content.revision.clone())
    }

    fn latest_execution(&self, machine: &str) -> Option<String> {
        Some(self.machines.get(machine)?.executions.last()?.name.clone())
    }
}
