//! Commands on state machines and their tags.

use super::target::{machine_arn, unlabeled_arn, wrong_type};
use super::{Faults, Request, Target};
use crate::definition;
use crate::error::{Error, Result};
use crate::model::{Resource, StateMachineType, Tag, parse_arn};
use crate::page::Page;
use crate::wire::Text;
use crate::wire::input::{
    CreateStateMachineInput, DeleteStateMachineInput, ListStateMachinesInput, ListTagsForResourceInput,
    LoggingConfiguration, TagInput, TagResourceInput, TracingConfiguration, UntagResourceInput,
    UpdateStateMachineInput, ValidateStateMachineDefinitionInput,
};
use serde::Serialize;

/// Characters that AWS documents as forbidden in names, besides white space and control characters.
const FORBIDDEN: &str = "<>{}[]?*\"#%\\^|~`$&,;:/";

/// What a create or an update says of the content; absent: as it is.
pub(crate) struct Content<'a> {
    pub definition: Option<&'a str>,
    pub role: Option<&'a str>,
    pub logging: Option<String>,
    pub tracing: Option<String>,
    pub encryption: Option<String>,
}

pub(crate) struct CreateStateMachine<'a> {
    pub name: &'a str,
    pub kind: StateMachineType,
    pub content: Content<'a>,
    pub tags: Vec<Tag>,
    pub publish: bool,
    pub version_description: Option<&'a str>,
}

pub(crate) struct UpdateStateMachine<'a> {
    pub target: Target<'a>,
    pub content: Content<'a>,
    pub publish: bool,
    pub version_description: Option<&'a str>,
}

pub(crate) struct ListStateMachines<'a> {
    pub page: Page<'a>,
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

    fn command(&self, faults: &mut Faults<'_>) -> Option<CreateStateMachine<'_>> {
        if let Some(name) = self.name.as_deref() {
            faults.keep("/name", check_name(name));
        }
        if let Some(definition) = self.definition.as_deref() {
            faults.keep("/definition", definition::check(definition));
        }
        if let Some(role) = self.role_arn.as_deref() {
            faults.keep("/roleArn", check_arn(role));
        }
        let publish = self.publish.unwrap_or_default();
        check_version_description(publish, self.version_description.is_some(), faults);
        let tags = tags(self.tags.as_deref().unwrap_or_default(), faults);
        let content = Content {
            definition: self.definition.as_deref(),
            role: self.role_arn.as_deref(),
            logging: Some(logging(self.logging_configuration.clone().unwrap_or_default())),
            tracing: Some(tracing(self.tracing_configuration.clone().unwrap_or_default())),
            encryption: self.encryption_configuration.as_ref().map(json),
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

    fn command(&self, faults: &mut Faults<'_>) -> Option<UpdateStateMachine<'_>> {
        let target = unlabeled_arn(self.state_machine_arn.as_deref().unwrap_or_default(), "/stateMachineArn", faults);
        let content = Content {
            definition: self.definition.as_deref(),
            role: self.role_arn.as_deref(),
            logging: self.logging_configuration.clone().map(logging),
            tracing: self.tracing_configuration.clone().map(tracing),
            encryption: self.encryption_configuration.as_ref().map(json),
        };
        if content.is_empty() {
            faults.push("", Error::NothingToUpdateInStateMachine);
        }
        if let Some(definition) = content.definition {
            faults.keep("/definition", definition::check(definition));
        }
        if let Some(role) = content.role {
            faults.keep("/roleArn", check_arn(role));
        }
        let publish = self.publish.unwrap_or_default();
        check_version_description(publish, self.version_description.is_some(), faults);
        Some(UpdateStateMachine {
            target: target?,
            content,
            publish,
            version_description: self.version_description.as_deref(),
        })
    }
}

impl Content<'_> {
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
        = Target<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<Target<'_>> {
        unlabeled_arn(self.state_machine_arn.as_deref()?, "/stateMachineArn", faults)
    }
}

impl Request for ListStateMachinesInput<'_> {
    type Command<'c>
        = ListStateMachines<'c>
    where
        Self: 'c;

    fn command(&self, _: &mut Faults<'_>) -> Option<ListStateMachines<'_>> {
        Some(ListStateMachines { page: Page::new(self.max_results, self.next_token.as_deref()) })
    }
}

impl Request for TagResourceInput<'_> {
    type Command<'c>
        = TagStateMachine<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<TagStateMachine<'_>> {
        let arn = resource(self.resource_arn.as_deref()?, faults)?;
        Some(TagStateMachine { arn, tags: tags(self.tags.as_deref()?, faults)? })
    }
}

impl Request for UntagResourceInput<'_> {
    type Command<'c>
        = UntagStateMachine<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<UntagStateMachine<'_>> {
        let arn = resource(self.resource_arn.as_deref()?, faults)?;
        Some(UntagStateMachine { arn, keys: self.tag_keys.as_deref()? })
    }
}

impl Request for ListTagsForResourceInput<'_> {
    type Command<'c>
        = ListTags<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<ListTags<'_>> {
        Some(ListTags { arn: resource(self.resource_arn.as_deref()?, faults)? })
    }
}

impl Request for ValidateStateMachineDefinitionInput<'_> {
    type Command<'c>
        = ValidateDefinition<'c>
    where
        Self: 'c;

    fn command(&self, _: &mut Faults<'_>) -> Option<ValidateDefinition<'_>> {
        Some(ValidateDefinition { definition: self.definition.as_deref()? })
    }
}

/// An ARN of anything but an execution: whether it can be tagged shows when it is looked up.
fn resource<'a>(text: &'a str, faults: &mut Faults<'_>) -> Option<&'a str> {
    let arn = faults.keep("/resourceArn", parse_arn(text))?;
    if matches!(arn.resource, Resource::Execution { .. } | Resource::Express { .. }) {
        faults.push("/resourceArn", wrong_type(&arn));
        return None;
    }
    Some(text)
}

pub(super) fn check_name(name: &str) -> Result<()> {
    let special = |c: char| matches!(c, '\u{FFFE}' | '\u{FFFF}' | '\u{10FFFF}');
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || special(c) || FORBIDDEN.contains(c);
    if name.contains(forbidden) { Err(Error::InvalidName { name: name.into() }) } else { Ok(()) }
}

/// A role's ARN is of another service: only its form is looked at.
fn check_arn(arn: &str) -> Result<()> {
    if arn.starts_with("arn:") { Ok(()) } else { Err(Error::ArnPrefix { value: arn.into() }) }
}

fn check_version_description(publish: bool, described: bool, faults: &mut Faults<'_>) {
    if described && !publish {
        faults.push("/versionDescription", Error::DescriptionWithoutPublish);
    }
}

/// With AWS's defaults filled in, so that equal configurations are equal texts.
fn logging(mut given: LoggingConfiguration<'_>) -> String {
    given.level.get_or_insert_with(|| "OFF".into());
    given.include_execution_data.get_or_insert(false);
    json(&given)
}

fn tracing(mut given: TracingConfiguration) -> String {
    given.enabled.get_or_insert(false);
    json(&given)
}

/// Structures of strings, numbers and booleans always have a JSON form.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The last value of each key, in the order of first keys; more keys than a resource may have are a fault.
fn tags(given: &[TagInput<'_>], faults: &mut Faults<'_>) -> Option<Vec<Tag>> {
    let text = |text: &Option<Text<'_>>| text.as_deref().unwrap_or_default().to_owned();
    let limit = faults.limits.tags_per_resource;
    let mut tags: Vec<Tag> = Vec::new();
    for Tag { key, value } in given.iter().map(|tag| Tag { key: text(&tag.key), value: text(&tag.value) }) {
        if let Some(tag) = tags.iter_mut().find(|tag| tag.key == key) {
            tag.value = value;
        } else if tags.len() < limit {
            tags.push(Tag { key, value });
        } else {
            faults.push("/tags", Error::TooManyTags { limit });
            return None;
        }
    }
    Some(tags)
}

/// Used where an operation takes any state machine ARN, labels too.
pub(super) fn any_machine<'a>(arn: Option<&'a str>, faults: &mut Faults<'_>) -> Option<Target<'a>> {
    machine_arn(arn?, "/stateMachineArn", faults)
}
