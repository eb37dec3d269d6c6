//! Commands on state machines and their tags.

use super::arn::{STATE_MACHINE_ARN_POINTER, arn_type_error, parse_unlabeled_arn};
use super::{Request, RuleErrors, StateMachineRef};
use crate::definition;
use crate::error::{Error, Result};
use crate::model::{Resource, StateMachineType, Tag, parse_arn};
use crate::page::PageRequest;
use crate::wire::Text;
use crate::wire::input::{
    CreateStateMachineInput, DeleteStateMachineInput, ListStateMachinesInput, ListTagsForResourceInput,
    LoggingConfiguration, TagInput, TagResourceInput, TracingConfiguration, UntagResourceInput,
    UpdateStateMachineInput, ValidateStateMachineDefinitionInput,
};
use serde::Serialize;

/// Characters that AWS documents as forbidden in names, in addition to whitespace and control characters.
const FORBIDDEN_CHARACTERS: &str = "<>{}[]?*\"#%\\^|~`$&,;:/";

/// The content in a create or update request. An update does not change absent members.
pub(crate) struct RevisionContent<'a> {
    pub definition: Option<&'a str>,
    pub role: Option<&'a str>,
    pub logging: Option<String>,
    pub tracing: Option<String>,
    pub encryption: Option<String>,
}

pub(crate) struct CreateStateMachine<'a> {
    pub name: &'a str,
    pub kind: StateMachineType,
    pub content: RevisionContent<'a>,
    pub tags: Vec<Tag>,
    pub publish: bool,
    pub version_description: Option<&'a str>,
}

pub(crate) struct UpdateStateMachine<'a> {
    pub state_machine: StateMachineRef<'a>,
    pub content: RevisionContent<'a>,
    pub publish: bool,
    pub version_description: Option<&'a str>,
}

pub(crate) struct ListStateMachines<'a> {
    pub page: PageRequest<'a>,
}

pub(crate) struct TagStateMachine<'a> {
    pub arn: &'a str,
    pub tags: Vec<Tag>,
}

pub(crate) struct UntagStateMachine<'a> {
    pub arn: &'a str,
    pub keys: &'a [Text<'a>],
}

pub(crate) struct ListTags<'a> {
    pub arn: &'a str,
}

pub(crate) struct ValidateDefinition<'a> {
    pub definition: &'a str,
}

impl Request for CreateStateMachineInput<'_> {
    type Command<'c>
        = CreateStateMachine<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<CreateStateMachine<'_>> {
        if let Some(name) = self.name.as_deref() {
            rule_errors.record_error("/name", check_name(name));
        }
        if let Some(definition) = self.definition.as_deref() {
            rule_errors.record_error("/definition", definition::validate(definition));
        }
        if let Some(role) = self.role_arn.as_deref() {
            rule_errors.record_error("/roleArn", check_role_arn(role));
        }
        let publish = self.publish.unwrap_or_default();
        check_version_description(publish, self.version_description.is_some(), rule_errors);
        let tags = deduplicate_tags(self.tags.as_deref().unwrap_or_default(), rule_errors);
        let content = RevisionContent {
            definition: self.definition.as_deref(),
            role: self.role_arn.as_deref(),
            logging: Some(serialize_logging(self.logging_configuration.clone().unwrap_or_default())),
            tracing: Some(serialize_tracing(self.tracing_configuration.clone().unwrap_or_default())),
            encryption: self.encryption_configuration.as_ref().map(to_json),
        };
        Some(CreateStateMachine {
            name: self.name.as_deref()?,
            kind: if self.kind.as_deref() == Some("EXPRESS") {
                StateMachineType::Express
            } else {
                StateMachineType::Standard
            },
            content,
            tags: tags?,
            publish,
            version_description: self.version_description.as_deref(),
        })
    }
}

impl Request for UpdateStateMachineInput<'_> {
    type Command<'c>
        = UpdateStateMachine<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<UpdateStateMachine<'_>> {
        let arn = self.state_machine_arn.as_deref().unwrap_or_default();
        let state_machine = parse_unlabeled_arn(arn, STATE_MACHINE_ARN_POINTER, rule_errors);
        let content = RevisionContent {
            definition: self.definition.as_deref(),
            role: self.role_arn.as_deref(),
            logging: self.logging_configuration.clone().map(serialize_logging),
            tracing: self.tracing_configuration.clone().map(serialize_tracing),
            encryption: self.encryption_configuration.as_ref().map(to_json),
        };
        if content.is_empty() {
            rule_errors.push("", Error::NothingToUpdateInStateMachine);
        }
        if let Some(definition) = content.definition {
            rule_errors.record_error("/definition", definition::validate(definition));
        }
        if let Some(role) = content.role {
            rule_errors.record_error("/roleArn", check_role_arn(role));
        }
        let publish = self.publish.unwrap_or_default();
        check_version_description(publish, self.version_description.is_some(), rule_errors);
        Some(UpdateStateMachine {
            state_machine: state_machine?,
            content,
            publish,
            version_description: self.version_description.as_deref(),
        })
    }
}

impl RevisionContent<'_> {
    const fn is_empty(&self) -> bool {
        self.definition.is_none()
            && self.role.is_none()
            && self.logging.is_none()
            && self.tracing.is_none()
            && self.encryption.is_none()
    }
}

impl Request for DeleteStateMachineInput<'_> {
    type Command<'c>
        = StateMachineRef<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<StateMachineRef<'_>> {
        parse_unlabeled_arn(self.state_machine_arn.as_deref()?, STATE_MACHINE_ARN_POINTER, rule_errors)
    }
}

impl Request for ListStateMachinesInput<'_> {
    type Command<'c>
        = ListStateMachines<'c>
    where
        Self: 'c;

    fn to_command(&self, _: &mut RuleErrors<'_>) -> Option<ListStateMachines<'_>> {
        Some(ListStateMachines { page: PageRequest::new(self.max_results, self.next_token.as_deref()) })
    }
}

impl Request for TagResourceInput<'_> {
    type Command<'c>
        = TagStateMachine<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<TagStateMachine<'_>> {
        let arn = parse_resource_arn(self.resource_arn.as_deref()?, rule_errors)?;
        Some(TagStateMachine { arn, tags: deduplicate_tags(self.tags.as_deref()?, rule_errors)? })
    }
}

impl Request for UntagResourceInput<'_> {
    type Command<'c>
        = UntagStateMachine<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<UntagStateMachine<'_>> {
        let arn = parse_resource_arn(self.resource_arn.as_deref()?, rule_errors)?;
        Some(UntagStateMachine { arn, keys: self.tag_keys.as_deref()? })
    }
}

impl Request for ListTagsForResourceInput<'_> {
    type Command<'c>
        = ListTags<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<ListTags<'_>> {
        Some(ListTags { arn: parse_resource_arn(self.resource_arn.as_deref()?, rule_errors)? })
    }
}

impl Request for ValidateStateMachineDefinitionInput<'_> {
    type Command<'c>
        = ValidateDefinition<'c>
    where
        Self: 'c;

    fn to_command(&self, _: &mut RuleErrors<'_>) -> Option<ValidateDefinition<'_>> {
        Some(ValidateDefinition { definition: self.definition.as_deref()? })
    }
}

/// Parses the ARN of a resource to tag. Executions cannot be tagged; other types fail when they are looked up.
fn parse_resource_arn<'a>(text: &'a str, rule_errors: &mut RuleErrors<'_>) -> Option<&'a str> {
    let arn = rule_errors.record_error("/resourceArn", parse_arn(text))?;
    if matches!(arn.resource, Resource::Execution { .. } | Resource::Express { .. }) {
        rule_errors.push("/resourceArn", arn_type_error(&arn));
        return None;
    }
    Some(text)
}

pub(super) fn check_name(name: &str) -> Result<()> {
    let is_noncharacter = |c: char| matches!(c, '\u{FFFE}' | '\u{FFFF}' | '\u{10FFFF}');
    let is_forbidden =
        |c: char| c.is_whitespace() || c.is_control() || is_noncharacter(c) || FORBIDDEN_CHARACTERS.contains(c);
    if name.contains(is_forbidden) { Err(Error::InvalidName { name: name.into() }) } else { Ok(()) }
}

/// Checks the prefix only: roles belong to another service.
fn check_role_arn(arn: &str) -> Result<()> {
    if arn.starts_with("arn:") { Ok(()) } else { Err(Error::ArnPrefix { value: arn.into() }) }
}

fn check_version_description(publish: bool, has_description: bool, rule_errors: &mut RuleErrors<'_>) {
    if has_description && !publish {
        rule_errors.push("/versionDescription", Error::DescriptionWithoutPublish);
    }
}

/// Serializes a configuration with AWS's defaults, so that equal configurations have equal texts.
fn serialize_logging(mut configuration: LoggingConfiguration<'_>) -> String {
    configuration.level.get_or_insert_with(|| "OFF".into());
    configuration.include_execution_data.get_or_insert(false);
    to_json(&configuration)
}

fn serialize_tracing(mut configuration: TracingConfiguration) -> String {
    configuration.enabled.get_or_insert(false);
    to_json(&configuration)
}

/// Cannot fail for strings, numbers and booleans.
fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Returns the last value of each key, in the order of the keys' first occurrences. Records an error for more
/// keys than a resource can have.
fn deduplicate_tags(inputs: &[TagInput<'_>], rule_errors: &mut RuleErrors<'_>) -> Option<Vec<Tag>> {
    let text = |text: &Option<Text<'_>>| text.as_deref().unwrap_or_default().to_owned();
    let limit = rule_errors.limits.tags_per_resource;
    let mut tags: Vec<Tag> = Vec::new();
    for Tag { key, value } in inputs.iter().map(|tag| Tag { key: text(&tag.key), value: text(&tag.value) }) {
        if let Some(tag) = tags.iter_mut().find(|tag| tag.key == key) {
            tag.value = value;
        } else if tags.len() < limit {
            tags.push(Tag { key, value });
        } else {
            rule_errors.push("/tags", Error::TooManyTags { limit });
            return None;
        }
    }
    Some(tags)
}
