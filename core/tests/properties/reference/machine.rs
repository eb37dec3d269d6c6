//! State machines, versions and tags.

use super::target::{Qualifier, arn_prefix_error, arn_required_error, arn_type_error, deleting, does_not_exist};
use super::{
    Content, Model, ModelError, Observer, Outcome, StateMachine, TAG_LIMIT, VERSION_LIMIT, Version, date, page_size,
    put,
};
use crate::action::{self, Form, Publish, Revision, Tag, Target, machine_arn};
use crate::strategy::LOST;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

impl Model {
    pub fn create_machine(
        &mut self,
        name: &'static str,
        express: bool,
        content: &action::Content,
        publish: Publish,
        tags: &[Tag],
    ) -> Outcome {
        check_content(content, publish)?;
        let tags = merge_tags(&[], tags)?;
        let arn = machine_arn(name);
        let created_with = (publish.publish == Some(true), publish.description);
        let content = new_content(content, self.now);
        if let Some(stored) = self.machines.get(name) {
            if stored.deleted_at.is_some() {
                return Err(deleting(&arn));
            }
            if stored.express != express || stored.created_with != created_with || !stored.content.replays(&content) {
                let message = format!("State Machine Already Exists: '{arn}'");
                return Err(ModelError::new("StateMachineAlreadyExists", message));
            }
            return Ok(create_response(&arn, stored));
        }
        let mut machine = StateMachine {
            express,
            created: self.now,
            deleted_at: None,
            content: Rc::new(content),
            last_version: 0,
            versions: BTreeMap::new(),
            aliases: BTreeMap::new(),
            executions: Vec::new(),
            starts: BTreeMap::new(),
            tags,
            created_with,
        };
        if created_with.0 {
            machine.publish(publish.description, self.now)?;
        }
        let response = create_response(&arn, &machine);
        self.machines.insert(name, machine);
        Ok(response)
    }

    pub fn update_machine(
        &mut self,
        target: &Target,
        content: &action::Content,
        publish: Publish,
        observer: &dyn Observer,
    ) -> Outcome {
        target.qualifier_without_label()?;
        let given = [content.definition.is_some(), content.role.is_some(), content.logging.is_some()];
        if !given.contains(&true) && content.tracing.is_none() && content.encryption.is_none() {
            let message = "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified";
            return Err(ModelError::new("MissingRequiredParameter", message));
        }
        check_content(content, publish)?;
        let (now, arn) = (self.now, target.unqualified());
        let machine = self.active_unqualified(target)?;
        let published = publish.publish == Some(true);
        let mut next = machine.content.updated(content, now);
        let changed = !next.equals(&machine.content);
        if changed && published && machine.versions.len() >= VERSION_LIMIT {
            return Err(machine.version_quota_error());
        }
        if changed {
            next.revision = Some(self.check_new_id(observer.body()["revisionId"].as_str()));
        }
        let machine = self.find_mut(target).expect("it was found");
        if changed {
            machine.content = Rc::new(next);
        }
        let mut response = json!({"updateDate": date(machine.content.since)});
        put(&mut response, "revisionId", machine.content.revision.clone());
        if published {
            let number = match machine.version_of_content() {
                Some((number, version)) if [None, version.description].contains(&publish.description) => number,
                _ => machine.publish(publish.description, now)?,
            };
            response["stateMachineVersionArn"] = json!(format!("{arn}:{number}"));
        }
        Ok(response)
    }

    pub fn describe_machine(&self, target: &Target, metadata_only: bool) -> Outcome {
        let missing = || does_not_exist(&target.arn());
        let qualifier = target.qualifier()?;
        let machine = self.find(target).ok_or_else(missing)?;
        let (content, created, description) = match qualifier {
            Qualifier::None => (&machine.content, machine.created, None),
            Qualifier::Version(number) => {
                let version = number.and_then(|number| machine.versions.get(&number)).ok_or_else(missing)?;
                (&version.content, version.created, version.description)
            }
            Qualifier::Alias(_) | Qualifier::Label => return Err(missing()),
        };
        let mut response = content.describe(metadata_only);
        response["stateMachineArn"] = json!(target.arn());
        response["name"] = json!(target.machine);
        response["status"] = json!(if machine.deleted_at.is_some() { "DELETING" } else { "ACTIVE" });
        response["type"] = json!(machine.kind());
        response["creationDate"] = date(created);
        put(&mut response, "description", description);
        Ok(response)
    }

    pub fn list_machines(&self, max: Option<i64>) -> Outcome<(Vec<Value>, usize)> {
        let max = page_size(max)?;
        let item = |(name, machine): (&&str, &StateMachine)| {
            json!({
                "creationDate": date(machine.created),
                "name": name,
                "stateMachineArn": machine_arn(name),
                "type": machine.kind(),
            })
        };
        Ok((self.machines.iter().map(item).collect(), max))
    }

    pub fn delete_machine(&mut self, target: &Target) -> Outcome {
        let deleted_at = self.now + self.deletion_delay;
        if target.qualifier_without_label()? == Qualifier::None
            && let Some(machine) = self.find_mut(target)
        {
            machine.deleted_at.get_or_insert(deleted_at);
            let (now, name_of_deleted) = (self.now, target.machine);
            self.machines.retain(|name, machine| {
                *name != name_of_deleted || machine.deleted_at.is_some_and(|deleted_at| now < deleted_at)
            });
        }
        Ok(json!({}))
    }

    pub fn publish_version(
        &mut self,
        target: &Target,
        revision: Option<Revision>,
        description: Option<&'static str>,
    ) -> Outcome {
        let now = self.now;
        let machine = self.active_unqualified(target)?;
        let current = machine.content.revision.clone().unwrap_or_else(|| "INITIAL".to_owned());
        let requested = revision.map(|revision| revision.text(target.machine, self));
        if let Some(requested) = requested.filter(|requested| *requested != current) {
            let message = format!(
                "Failed to publish the State Machine version for revision {requested}. \
                 The current State Machine revision is {current}."
            );
            return Err(ModelError::new("ConflictException", message));
        }
        let machine = self.find_mut(target).expect("it is active");
        let number = match machine.version_of_content() {
            Some((number, _)) => number,
            None => machine.publish(description, now)?,
        };
        Ok(json!({
            "creationDate": date(machine.versions[&number].created),
            "stateMachineVersionArn": format!("{}:{number}", target.arn()),
        }))
    }

    pub fn list_versions(&self, target: &Target, max: Option<i64>) -> Outcome<(Vec<Value>, usize)> {
        let max = page_size(max)?;
        let missing = || does_not_exist(&target.arn());
        let qualifier = target.qualifier()?;
        let machine = self.find(target).filter(|_| qualifier == Qualifier::None).ok_or_else(missing)?;
        let item = |(number, version): (&u32, &Version)| {
            json!({
                "stateMachineVersionArn": format!("{}:{number}", target.arn()),
                "creationDate": date(version.created),
            })
        };
        Ok((machine.versions.iter().rev().map(item).collect(), max))
    }

    pub fn delete_version(&mut self, target: &Target) -> Outcome {
        let Qualifier::Version(number) = target.qualifier()? else {
            return Err(arn_required_error("State machine version", target));
        };
        let now = self.now;
        if let (Some(machine), Some(number)) = (self.find_mut(target), number)
            && machine.versions.contains_key(&number)
        {
            let users = machine.aliases_in_order(|alias| alias.routes_to(number, now));
            if !users.is_empty() {
                let message = format!(
                    "Version to be deleted must not be referenced by an alias. \
                     Current list of aliases referencing this version: [{}]",
                    users.join(", ")
                );
                return Err(ModelError::new("ConflictException", message));
            }
            machine.versions.remove(&number);
        }
        Ok(json!({}))
    }

    pub fn tag(&mut self, target: &Target, tags: &[Tag]) -> Outcome {
        check_taggable(target)?;
        // The limit is checked before the resource is looked up.
        merge_tags(&[], tags)?;
        let machine = self.taggable(target)?;
        machine.tags = merge_tags(&machine.tags, tags)?;
        Ok(json!({}))
    }

    pub fn untag(&mut self, target: &Target, keys: &[&str]) -> Outcome {
        self.taggable(target)?.tags.retain(|(key, _)| !keys.contains(key));
        Ok(json!({}))
    }

    pub fn list_tags(&mut self, target: &Target) -> Outcome {
        let tags = &self.taggable(target)?.tags;
        let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
        Ok(json!({"tags": tags}))
    }

    /// Returns the state machine that an unqualified ARN refers to.
    fn taggable(&mut self, target: &Target) -> Outcome<&mut StateMachine> {
        check_taggable(target)?;
        let missing = || ModelError::new("ResourceNotFound", format!("Resource not found: '{}'", target.arn()));
        let itself = target.form == Form::StateMachine && target.qualifier.is_none();
        self.find_mut(target).filter(|_| itself).ok_or_else(missing)
    }
}

fn check_taggable(target: &Target) -> Outcome<()> {
    match target.form {
        Form::NotAnArn => Err(arn_prefix_error("no-arn")),
        Form::Execution => Err(arn_type_error("execution")),
        _ => Ok(()),
    }
}

impl StateMachine {
    const fn kind(&self) -> &'static str {
        if self.express { "EXPRESS" } else { "STANDARD" }
    }

    /// Returns the latest version of the current content.
    fn version_of_content(&self) -> Option<(u32, &Version)> {
        let mut versions = self.versions.iter().rev();
        versions
            .find(|(_, version)| Rc::ptr_eq(&version.content, &self.content))
            .map(|(number, version)| (*number, version))
    }

    fn publish(&mut self, description: Option<&'static str>, now: i64) -> Outcome<u32> {
        if self.versions.len() >= VERSION_LIMIT {
            return Err(self.version_quota_error());
        }
        self.last_version += 1;
        let version = Version { content: Rc::clone(&self.content), description, created: now };
        self.versions.insert(self.last_version, version);
        Ok(self.last_version)
    }

    fn version_quota_error(&self) -> ModelError {
        let message =
            format!("The maximum number of versions for this state machine has been reached: {VERSION_LIMIT}");
        ModelError::new("ServiceQuotaExceededException", message)
    }
}

impl Content {
    /// Returns the content after an update. Absent members stay unchanged.
    fn updated(&self, given: &action::Content, now: i64) -> Self {
        Self {
            definition: given.definition.unwrap_or(self.definition),
            role: given.role.unwrap_or(self.role),
            logging: given.logging.as_ref().map_or_else(|| self.logging.clone(), logging),
            tracing: given.tracing.as_ref().map_or_else(|| self.tracing.clone(), tracing),
            encryption: given.encryption.as_ref().map_or_else(|| self.encryption.clone(), encryption),
            revision: None,
            since: now,
        }
    }

    /// Returns whether the contents are the same, apart from their times.
    fn equals(&self, other: &Self) -> bool {
        self.role == other.role && self.replays(other)
    }

    /// Returns whether a create request repeats the content. The role is not compared.
    fn replays(&self, other: &Self) -> bool {
        self.definition == other.definition
            && self.logging == other.logging
            && self.tracing == other.tracing
            && self.encryption == other.encryption
    }

    pub fn describe(&self, metadata_only: bool) -> Value {
        let mut shown = json!({
            "definition": if metadata_only { "{}" } else { self.definition },
            "roleArn": self.role,
            "loggingConfiguration": self.logging,
            "tracingConfiguration": self.tracing,
            "encryptionConfiguration": self.encryption,
        });
        put(&mut shown, "revisionId", self.revision.clone());
        shown
    }
}

fn create_response(arn: &str, machine: &StateMachine) -> Value {
    let mut response = json!({"creationDate": date(machine.created), "stateMachineArn": arn});
    put(&mut response, "stateMachineVersionArn", machine.created_with.0.then(|| format!("{arn}:1")));
    response
}

/// Validates the content without stored data, in the order of the members.
fn check_content(content: &action::Content, publish: Publish) -> Outcome<()> {
    let definition_error = match content.definition {
        Some("{}") => Some("SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /"),
        Some(LOST) => Some(
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next, MISSING_END_STATE: Workflow has no terminal state at null",
        ),
        _ => None,
    };
    if let Some(text) = definition_error {
        return Err(ModelError::new("InvalidDefinition", format!("Invalid State Machine Definition: '{text}'")));
    }
    if let Some(role) = content.role.filter(|role| !role.starts_with("arn:aws:iam::")) {
        return Err(ModelError::new("InvalidArn", format!("Invalid Role Arn: '{role}'")));
    }
    let logging = content.logging.as_ref().filter(|logging| logging.get("level").is_some_and(|level| level != "OFF"));
    if logging.is_some_and(|logging| logging["destinations"].as_array().map_or(0, Vec::len) != 1) {
        let message = "Invalid Logging Configuration: Must specify exactly one Log Destination.";
        return Err(ModelError::new("InvalidLoggingConfiguration", message));
    }
    if content.encryption.as_ref().is_some_and(|key| key["type"] != "AWS_OWNED_KEY" && key.get("kmsKeyId").is_none()) {
        let message = "Invalid Encryption Configuration: Must set a valid kmsKeyId.";
        return Err(ModelError::new("InvalidEncryptionConfiguration", message));
    }
    if publish.description.is_some() && publish.publish != Some(true) {
        return Err(ModelError::new("ValidationException", "Version description can only be set when publish is true"));
    }
    Ok(())
}

fn new_content(given: &action::Content, now: i64) -> Content {
    Content {
        definition: given.definition.expect("a create request has a definition"),
        role: given.role.expect("a create request has a role"),
        logging: logging(given.logging.as_ref().unwrap_or(&json!({}))),
        tracing: tracing(given.tracing.as_ref().unwrap_or(&json!({}))),
        encryption: given.encryption.as_ref().map_or_else(|| json!({"type": "AWS_OWNED_KEY"}), encryption),
        revision: None,
        since: now,
    }
}

fn encryption(given: &Value) -> Value {
    let mut encryption = given.clone();
    if given["type"] != "AWS_OWNED_KEY" && given.get("kmsDataKeyReusePeriodSeconds").is_none() {
        encryption["kmsDataKeyReusePeriodSeconds"] = json!(300);
    }
    encryption
}

fn logging(given: &Value) -> Value {
    let mut logging = json!({"level": "OFF", "includeExecutionData": false});
    logging.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
    logging
}

fn tracing(given: &Value) -> Value {
    json!({"enabled": given.get("enabled").is_some_and(|enabled| enabled == true)})
}

/// Appends new tags. Existing keys keep their position.
fn merge_tags(before: &[(&'static str, &'static str)], given: &[Tag]) -> Outcome<Vec<(&'static str, &'static str)>> {
    let mut tags = before.to_vec();
    for tag in given {
        match tags.iter_mut().find(|(key, _)| *key == tag.key) {
            Some((_, value)) => *value = tag.value,
            None => tags.push((tag.key, tag.value)),
        }
    }
    let error = || ModelError::new("TooManyTags", format!("The maximum number of tags for a resource is {TAG_LIMIT}"));
    if tags.len() > TAG_LIMIT { Err(error()) } else { Ok(tags) }
}
