//! The requests of a random caller. They use few names, so that they affect the same resources.

use serde_json::{Map, Value, json};

pub const ACCOUNT: &str = "123456789012";
pub const OTHER_ACCOUNT: &str = "210987654321";

/// One request, and the time before it.
#[derive(Debug, Clone)]
pub struct Step {
    pub after_millis: i64,
    pub action: Action,
}

/// A request. Required members are always present; `bad_input` tests absent ones.
#[derive(Debug, Clone)]
pub enum Action {
    CreateStateMachine {
        name: &'static str,
        express: bool,
        content: Content,
        publish: Publish,
        tags: Vec<Tag>,
    },
    UpdateStateMachine {
        target: Target,
        content: Content,
        publish: Publish,
    },
    DescribeStateMachine {
        target: Target,
        metadata_only: bool,
    },
    ListStateMachines {
        max: Option<i64>,
    },
    DeleteStateMachine {
        target: Target,
    },
    PublishVersion {
        target: Target,
        revision: Option<Revision>,
        description: Option<&'static str>,
    },
    ListVersions {
        target: Target,
        max: Option<i64>,
    },
    DeleteVersion {
        target: Target,
    },
    CreateAlias {
        name: &'static str,
        description: Option<&'static str>,
        routes: Vec<Route>,
    },
    DescribeAlias {
        target: Target,
    },
    UpdateAlias {
        target: Target,
        description: Option<&'static str>,
        routes: Option<Vec<Route>>,
    },
    DeleteAlias {
        target: Target,
    },
    ListAliases {
        target: Target,
        max: Option<i64>,
    },
    /// `update_documents`, which is not an operation. Its response has the documents before.
    UpdateDocuments {
        target: Target,
        put: Option<(&'static str, &'static str)>,
        delete: Option<&'static str>,
    },
    Start {
        target: Target,
        name: Option<&'static str>,
        input: Option<&'static str>,
    },
    DescribeExecution {
        target: ExecutionTarget,
        metadata_only: bool,
    },
    DescribeStateMachineForExecution {
        target: ExecutionTarget,
        metadata_only: bool,
    },
    StopExecution {
        target: ExecutionTarget,
        error: Option<&'static str>,
        cause: Option<&'static str>,
    },
    /// `end_execution`, which is not an operation.
    EndExecution {
        target: ExecutionTarget,
        end: End,
        after_seconds: i64,
    },
    RedriveExecution {
        target: ExecutionTarget,
        token: Option<&'static str>,
    },
    GetHistory {
        target: ExecutionTarget,
        latest_first: bool,
        with_data: Option<bool>,
        max: Option<i64>,
    },
    ListExecutions {
        target: Target,
        status: Option<&'static str>,
        max: Option<i64>,
    },
    TagResource {
        target: Target,
        tags: Vec<Tag>,
    },
    UntagResource {
        target: Target,
        keys: Vec<&'static str>,
    },
    ListTags {
        target: Target,
    },
}

/// How an execution ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    pub status: &'static str,
    /// JSON.
    pub output: Option<&'static str>,
    pub error: Option<&'static str>,
    pub cause: Option<&'static str>,
}

/// The content of a state machine. In an update, absent members stay unchanged.
#[derive(Debug, Clone, Default)]
pub struct Content {
    pub definition: Option<&'static str>,
    pub role: Option<&'static str>,
    pub logging: Option<Value>,
    pub tracing: Option<Value>,
    pub encryption: Option<Value>,
}

/// `publish` and `versionDescription`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Publish {
    pub publish: Option<bool>,
    pub description: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    pub key: &'static str,
    pub value: &'static str,
}

/// A revision id that is determined when the sequence runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revision {
    /// `INITIAL`.
    Initial,
    /// The current revision of the state machine; `INITIAL` if it was never updated.
    Current,
    /// A revision that does not exist.
    Unknown,
}

#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub target: Target,
    pub weight: i64,
}

/// An ARN where a state machine, a version or an alias is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub form: Form,
    pub machine: &'static str,
    pub qualifier: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    StateMachine,
    OtherAccount,
    Label,
    Execution,
    Activity,
    NotAnArn,
}

impl Target {
    pub fn arn(&self) -> String {
        let colon = |qualifier: &str| format!(":{qualifier}");
        let qualifier = self.qualifier.map(colon).unwrap_or_default();
        match self.form {
            Form::StateMachine => format!("{}{qualifier}", machine_arn(self.machine)),
            Form::OtherAccount => format!("{}{qualifier}", machine_arn(self.machine).replace(ACCOUNT, OTHER_ACCOUNT)),
            Form::Label => format!("{}/label", machine_arn(self.machine)),
            Form::Execution => execution_arn(self.machine, "one"),
            Form::Activity => machine_arn(self.machine).replace("stateMachine", "activity"),
            Form::NotAnArn => "no-arn".to_owned(),
        }
    }
}

/// An ARN where an execution is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutionTarget {
    Named {
        machine: &'static str,
        name: &'static str,
    },
    /// The latest execution of the state machine.
    Latest {
        machine: &'static str,
    },
    Express,
    StateMachine,
    NotAnArn,
}

pub fn machine_arn(name: &str) -> String {
    format!("arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:{name}")
}

pub fn execution_arn(machine: &str, name: &str) -> String {
    format!("arn:aws:states:us-east-1:{ACCOUNT}:execution:{machine}:{name}")
}

/// Looks up values that a request contains.
pub trait Lookup {
    /// Returns the current revision id, or `None` for the first revision.
    fn revision(&self, machine: &str) -> Option<String>;
    /// Returns the name of the latest execution.
    fn latest_execution(&self, machine: &str) -> Option<String>;
}

impl ExecutionTarget {
    pub fn arn(&self, lookup: &dyn Lookup) -> String {
        match self {
            Self::Named { machine, name } => execution_arn(machine, name),
            Self::Latest { machine } => {
                execution_arn(machine, &lookup.latest_execution(machine).unwrap_or_else(|| "none".to_owned()))
            }
            Self::Express => execution_arn("orders", "one:id").replace(":execution:", ":express:"),
            Self::StateMachine => machine_arn("orders"),
            Self::NotAnArn => "no-arn".to_owned(),
        }
    }
}

impl Revision {
    pub fn text(self, machine: &str, lookup: &dyn Lookup) -> String {
        match self {
            Self::Initial => "INITIAL".to_owned(),
            Self::Current => lookup.revision(machine).unwrap_or_else(|| "INITIAL".to_owned()),
            Self::Unknown => "4a0c7d3c-0000-4000-8000-000000000000".to_owned(),
        }
    }
}

impl Action {
    /// Returns the operation's name and input.
    pub fn request(&self, lookup: &dyn Lookup) -> (&'static str, Value) {
        let machine = |target: &Target| json!({"stateMachineArn": target.arn()});
        match self {
            Self::CreateStateMachine { name, express, content, publish, tags } => {
                let kind = if *express { Some("EXPRESS") } else { None };
                let mut input = with(json!({"name": name}), "type", kind);
                add_content(&mut input, content, *publish);
                if !tags.is_empty() {
                    input["tags"] = json_tags(tags);
                }
                ("CreateStateMachine", input)
            }
            Self::UpdateStateMachine { target, content, publish } => {
                let mut input = machine(target);
                add_content(&mut input, content, *publish);
                ("UpdateStateMachine", input)
            }
            Self::DescribeStateMachine { target, metadata_only } => {
                ("DescribeStateMachine", with(machine(target), "includedData", included_data(*metadata_only)))
            }
            Self::ListStateMachines { max } => ("ListStateMachines", with(json!({}), "maxResults", *max)),
            Self::DeleteStateMachine { target } => ("DeleteStateMachine", machine(target)),
            Self::PublishVersion { target, revision, description } => {
                let revision = revision.map(|revision| revision.text(target.machine, lookup));
                let input = with(machine(target), "revisionId", revision);
                ("PublishStateMachineVersion", with(input, "description", *description))
            }
            Self::ListVersions { target, max } => {
                ("ListStateMachineVersions", with(machine(target), "maxResults", *max))
            }
            Self::DeleteVersion { target } => {
                ("DeleteStateMachineVersion", json!({"stateMachineVersionArn": target.arn()}))
            }
            Self::CreateAlias { name, description, routes } => {
                let input = json!({"name": name, "routingConfiguration": json_routes(routes)});
                ("CreateStateMachineAlias", with(input, "description", *description))
            }
            Self::DescribeAlias { target } => {
                ("DescribeStateMachineAlias", json!({"stateMachineAliasArn": target.arn()}))
            }
            Self::UpdateAlias { target, description, routes } => {
                let input = with(json!({"stateMachineAliasArn": target.arn()}), "description", *description);
                let routes = routes.as_deref().map(json_routes);
                ("UpdateStateMachineAlias", with(input, "routingConfiguration", routes))
            }
            Self::DeleteAlias { target } => ("DeleteStateMachineAlias", json!({"stateMachineAliasArn": target.arn()})),
            Self::ListAliases { target, max } => ("ListStateMachineAliases", with(machine(target), "maxResults", *max)),
            Self::UpdateDocuments { target, put, delete } => {
                let put = put.map(|(key, value)| json!([key, value]));
                let input = with(json!({"stateMachineAliasArn": target.arn()}), "put", put);
                ("update_documents", with(input, "delete", *delete))
            }
            Self::Start { target, name, input } => {
                let request = with(machine(target), "name", *name);
                ("StartExecution", with(request, "input", *input))
            }
            Self::DescribeExecution { target, metadata_only } => {
                ("DescribeExecution", execution_input(*target, *metadata_only, lookup))
            }
            Self::DescribeStateMachineForExecution { target, metadata_only } => {
                ("DescribeStateMachineForExecution", execution_input(*target, *metadata_only, lookup))
            }
            Self::StopExecution { target, error, cause } => {
                let input = with(json!({"executionArn": target.arn(lookup)}), "error", *error);
                ("StopExecution", with(input, "cause", *cause))
            }
            Self::EndExecution { target, end, after_seconds } => {
                let input = json!({"executionArn": target.arn(lookup), "status": end.status, "after": after_seconds});
                let output = end.output.map(|json| serde_json::from_str::<Value>(json).expect("JSON"));
                let input = with(with(input, "output", output), "error", end.error);
                ("end_execution", with(input, "cause", end.cause))
            }
            Self::RedriveExecution { target, token } => {
                ("RedriveExecution", with(json!({"executionArn": target.arn(lookup)}), "clientToken", *token))
            }
            Self::GetHistory { target, latest_first, with_data, max } => {
                let input = json!({"executionArn": target.arn(lookup), "reverseOrder": latest_first});
                let input = with(input, "includeExecutionData", *with_data);
                ("GetExecutionHistory", with(input, "maxResults", *max))
            }
            Self::ListExecutions { target, status, max } => {
                let input = with(machine(target), "statusFilter", *status);
                ("ListExecutions", with(input, "maxResults", *max))
            }
            Self::TagResource { target, tags } => {
                ("TagResource", json!({"resourceArn": target.arn(), "tags": json_tags(tags)}))
            }
            Self::UntagResource { target, keys } => {
                ("UntagResource", json!({"resourceArn": target.arn(), "tagKeys": keys}))
            }
            Self::ListTags { target } => ("ListTagsForResource", json!({"resourceArn": target.arn()})),
        }
    }
}

/// Adds a member to the input if it has a value.
fn with(mut input: Value, name: &str, value: Option<impl Into<Value>>) -> Value {
    if let (Some(members), Some(value)) = (input.as_object_mut(), value) {
        members.insert(name.to_owned(), value.into());
    }
    input
}

fn included_data(metadata_only: bool) -> Option<&'static str> {
    metadata_only.then_some("METADATA_ONLY")
}

fn execution_input(target: ExecutionTarget, metadata_only: bool, lookup: &dyn Lookup) -> Value {
    with(json!({"executionArn": target.arn(lookup)}), "includedData", included_data(metadata_only))
}

fn add_content(input: &mut Value, content: &Content, publish: Publish) {
    let text = |text: Option<&'static str>| text.map(Value::from);
    let members = [
        ("definition", text(content.definition)),
        ("roleArn", text(content.role)),
        ("loggingConfiguration", content.logging.clone()),
        ("tracingConfiguration", content.tracing.clone()),
        ("encryptionConfiguration", content.encryption.clone()),
        ("publish", publish.publish.map(Value::from)),
        ("versionDescription", text(publish.description)),
    ];
    let present: Map<String, Value> =
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    input.as_object_mut().expect("an input is an object").extend(present);
}

pub fn json_tags(tags: &[Tag]) -> Value {
    tags.iter().map(|tag| json!({"key": tag.key, "value": tag.value})).collect()
}

pub fn json_routes(routes: &[Route]) -> Value {
    let route = |route: &Route| json!({"stateMachineVersionArn": route.target.arn(), "weight": route.weight});
    routes.iter().map(route).collect()
}
