//! A plain model of AWS Step Functions' state machines, versions, aliases and executions: maps, and
//! what the documents say. It shares nothing with the crate, and is slow where that is simpler.

mod alias;
mod execution;
mod machine;
mod target;

use crate::action::{Action, Known, machine_arn};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub const ALIAS_LIMIT: usize = 3;
pub const VERSION_LIMIT: usize = 4;
pub const EXECUTIONS_KEPT: usize = 4;
pub const TAG_LIMIT: usize = 3;

/// All that there is, and what time it is.
#[derive(Debug, Default)]
pub struct World {
    machines: BTreeMap<&'static str, StateMachine>,
    now: i64,
    update_delay: i64,
    deletion_delay: i64,
    /// Every random id that was answered: none may come twice.
    ids: BTreeSet<String>,
}

#[derive(Debug)]
pub struct StateMachine {
    express: bool,
    created: i64,
    /// When it is gone, once it was deleted.
    gone: Option<i64>,
    content: Rc<Content>,
    /// The greatest number that a version ever had.
    numbers: u32,
    versions: BTreeMap<u32, Version>,
    aliases: BTreeMap<&'static str, Alias>,
    /// In the order of their starts.
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
    encryption: Option<Value>,
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
    /// What is still seen, and until when.
    held: Option<(Routes, i64)>,
}

#[derive(Debug)]
pub struct Execution {
    name: String,
    version: Option<u32>,
    alias: Option<&'static str>,
    input: &'static str,
    content: Rc<Content>,
    started: i64,
    stopped: Option<Stopped>,
}

#[derive(Debug)]
pub struct Stopped {
    at: i64,
    error: Option<&'static str>,
    cause: Option<&'static str>,
}

/// What a request has to be answered with.
pub enum Expected {
    /// Status 200 and this body.
    Body(Value),
    /// Status 200 and a page of this list.
    List {
        member: &'static str,
        items: Vec<Value>,
        max: usize,
    },
    Refused(Refusal),
}

/// An error with its status 400.
#[derive(Debug)]
pub struct Refusal {
    code: &'static str,
    message: String,
    reason: Option<&'static str>,
    framework: bool,
}

pub type Answer<T = Value> = Result<T, Refusal>;

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), reason: None, framework: false }
    }

    fn because(code: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        Self { reason: Some(reason), ..Self::new(code, message) }
    }

    pub const fn code(&self) -> &'static str {
        self.code
    }

    pub fn body(&self) -> Value {
        let namespace = if self.framework { "com.amazon.coral.validate" } else { "com.amazonaws.swf.service.v2.model" };
        let mut body = json!({"__type": format!("{namespace}#{}", self.code), "message": self.message});
        if let Some(reason) = self.reason {
            body["reason"] = json!(reason);
        }
        body
    }
}

/// Constraints of the service model that a request breaks.
#[derive(Default)]
pub struct Broken(Vec<String>);

impl Broken {
    fn add(&mut self, value: &str, path: &str, constraint: &str) {
        self.0.push(format!("Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"));
    }

    fn within(&mut self, value: i64, least: i64, greatest: i64, path: &str) {
        if value > greatest {
            let constraint = format!("Member must have value less than or equal to {greatest}");
            self.add(&value.to_string(), path, &constraint);
        }
        if value < least {
            let constraint = format!("Member must have value greater than or equal to {least}");
            self.add(&value.to_string(), path, &constraint);
        }
    }

    fn refuse(self) -> Answer<()> {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        let message = format!("{} validation error{plural} detected: {}", self.0.len(), self.0.join("; "));
        let refusal = Refusal { framework: true, ..Refusal::new("ValidationException", message) };
        if self.0.is_empty() { Ok(()) } else { Err(refusal) }
    }
}

/// The length of a page, which has to be within AWS's bounds.
fn page(max: Option<i64>) -> Answer<usize> {
    let mut broken = Broken::default();
    broken.within(max.unwrap_or_default(), 0, 1000, "maxResults");
    broken.refuse()?;
    Ok(max.filter(|max| *max > 0).map_or(100, |max| usize::try_from(max).unwrap()))
}

/// Seconds, as dates are written.
#[expect(clippy::cast_precision_loss, reason = "within 2^53")]
fn date(millis: i64) -> Value {
    json!(millis as f64 / 1000.0)
}

fn put(body: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body[name] = value.into();
    }
}

/// What only the service can know: what it answered, and what chance decided.
pub trait Witness {
    /// The answer's body.
    fn body(&self) -> &Value;
    /// The version that an execution runs.
    fn version_of(&self, execution_arn: &str) -> Option<u32>;
    /// How often each version was started.
    fn starts(&self, machine_arn: &str) -> BTreeMap<Option<u32>, u64>;
}

impl World {
    pub fn new(now: i64, update_delay: i64, deletion_delay: i64) -> Self {
        Self { now, update_delay, deletion_delay, ..Self::default() }
    }

    /// Moves the time on. A state machine is gone as soon as its time is over.
    pub fn pass(&mut self, millis: i64) {
        self.now += millis;
        let now = self.now;
        self.machines.retain(|_, machine| machine.gone.is_none_or(|gone| now < gone));
    }

    /// What the action has to be answered with; and does it.
    pub fn act(&mut self, action: &Action, witness: &dyn Witness) -> Expected {
        self.answer(action, witness).unwrap_or_else(Expected::Refused)
    }

    fn answer(&mut self, action: &Action, witness: &dyn Witness) -> Answer<Expected> {
        let listed = |member, (items, max): (Vec<Value>, usize)| Expected::List { member, items, max };
        let body = match action {
            Action::CreateStateMachine { name, express, content, publish, tags } => {
                self.create_machine(name, *express, content, *publish, tags)
            }
            Action::UpdateStateMachine { target, content, publish } => {
                self.update_machine(target, content, *publish, witness)
            }
            Action::DescribeStateMachine { target, metadata_only } => self.describe_machine(target, *metadata_only),
            Action::ListStateMachines { max } => return Ok(listed("stateMachines", self.list_machines(*max)?)),
            Action::DeleteStateMachine { target } => self.delete_machine(target),
            Action::PublishVersion { target, revision, description } => {
                self.publish_version(target, *revision, *description)
            }
            Action::ListVersions { target, max } => {
                return Ok(listed("stateMachineVersions", self.list_versions(target, *max)?));
            }
            Action::DeleteVersion { target } => self.delete_version(target),
            Action::CreateAlias { name, description, routes } => self.create_alias(name, *description, routes),
            Action::DescribeAlias { target } => self.describe_alias(target),
            Action::UpdateAlias { target, description, routes } => {
                self.update_alias(target, *description, routes.as_deref())
            }
            Action::DeleteAlias { target } => self.delete_alias(target),
            Action::ListAliases { target, max } => {
                return Ok(listed("stateMachineAliases", self.list_aliases(target, *max)?));
            }
            Action::Start { target, name, input } => self.start(target, *name, *input, witness),
            Action::DescribeExecution { target, metadata_only } => self.describe_execution(*target, *metadata_only),
            Action::DescribeStateMachineForExecution { target, metadata_only } => {
                self.describe_machine_of(*target, *metadata_only)
            }
            Action::StopExecution { target, error, cause } => self.stop_execution(*target, *error, *cause),
            Action::ListExecutions { target, status, max } => {
                return Ok(listed("executions", self.list_executions(target, *status, *max)?));
            }
            Action::TagResource { target, tags } => self.tag(target, tags),
            Action::UntagResource { target, keys } => self.untag(target, keys),
            Action::ListTags { target } => self.list_tags(target),
        };
        body.map(Expected::Body)
    }

    /// Starts of every state machine that there is.
    pub fn starts(&self) -> impl Iterator<Item = (String, &BTreeMap<Option<u32>, u64>)> {
        self.machines.iter().map(|(name, machine)| (machine_arn(name), &machine.starts))
    }

    /// A random id that the service made up: a UUID that was never seen before.
    fn fresh_id(&mut self, id: Option<&str>) -> String {
        let id = id.expect("an id is answered").to_owned();
        let groups: Vec<&str> = id.split('-').collect();
        assert!(groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]), "{id} is no UUID");
        assert!(self.ids.insert(id.clone()), "{id} was given before");
        id
    }
}

impl Known for World {
    fn revision(&self, machine: &str) -> Option<String> {
        self.machines.get(machine).and_then(|machine| machine.content.revision.clone())
    }

    fn latest_execution(&self, machine: &str) -> Option<String> {
        Some(self.machines.get(machine)?.executions.last()?.name.clone())
    }
}
