//! Commands on state machines and their tags.

use super::arn::{StateMachineRef, parse_unlabeled_arn};
use super::configuration::{Logging, parse_encryption, parse_logging, serialize_tracing};
use super::request::{Request, RuleErrors, commands};
use crate::definition::validate_definition;
use crate::error::{Error, Result};
use crate::model::{DEFAULT_ENCRYPTION, Resource, StateMachineType, Tag, parse_arn, split_service_arn};
use crate::page::PageRequest;
use crate::wire::Text;
use crate::wire::input::{
    CreateStateMachineInput, DeleteStateMachineInput, ListStateMachinesInput, ListTagsForResourceInput, TagInput,
    TagResourceInput, UntagResourceInput, UpdateStateMachineInput, ValidateStateMachineDefinitionInput,
};

/// Characters that AWS documents as forbidden in names, in addition to whitespace and control characters.
const FORBIDDEN_CHARACTERS: &str = "<>{}[]?*\"#%\\^|~`$&,;:/";

/// The content in a create or update request. An update does not change absent members.
pub(crate) struct RevisionContent<'a> {
    pub definition: Option<&'a str>,
    pub role: Option<&'a str>,
    pub logging: Option<Logging>,
    pub tracing: Option<String>,
    pub encryption: Option<String>,
}

impl RevisionContent<'_> {
    pub fn logging_json(&self) -> Option<&str> {
        self.logging.as_ref().map(|logging| &*logging.json)
    }
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

pub(crate) struct TagStateMachine<'a> {
    pub arn: &'a str,
    pub tags: Vec<Tag>,
}

pub(crate) struct UntagStateMachine<'a> {
    pub arn: &'a str,
    pub keys: &'a [Text<'a>],
}

pub(crate) struct ValidateDefinition<'a> {
    pub definition: &'a str,
    /// 0: the default.
    pub max_results: usize,
}

commands! {
    CreateStateMachineInput => CreateStateMachine<'c>, |input, errors| parse_create_state_machine(input, errors);
    UpdateStateMachineInput => UpdateStateMachine<'c>, |input, errors| parse_update_state_machine(input, errors);
    DeleteStateMachineInput => StateMachineRef<'c>, |input, errors| {
        parse_unlabeled_arn(input.state_machine_arn.as_deref()?, errors)
    };
    ListStateMachinesInput => PageRequest<'c>, |input, _| {
        Some(PageRequest::new(input.max_results, input.next_token.as_deref()))
    };
    TagResourceInput => TagStateMachine<'c>, |input, errors| {
        let arn = parse_resource_arn(input.resource_arn.as_deref()?, errors)?;
        Some(TagStateMachine { arn, tags: deduplicate_tags(input.tags.as_deref()?, errors)? })
    };
    UntagResourceInput => UntagStateMachine<'c>, |input, errors| {
        let arn = parse_resource_arn(input.resource_arn.as_deref()?, errors)?;
        Some(UntagStateMachine { arn, keys: input.tag_keys.as_deref()? })
    };
    ListTagsForResourceInput => &'c str, |input, errors| parse_resource_arn(input.resource_arn.as_deref()?, errors);
    ValidateStateMachineDefinitionInput => ValidateDefinition<'c>, |input, _| {
        let max_results = input.max_results.and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
        Some(ValidateDefinition { definition: input.definition.as_deref()?, max_results })
    };
}

fn parse_create_state_machine<'c>(
    input: &'c CreateStateMachineInput<'_>,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<CreateStateMachine<'c>> {
    if let Some(name) = input.name.as_deref() {
        rule_errors.record_error("/name", check_name(name));
    }
    let (definition, role) = (input.definition.as_deref(), input.role_arn.as_deref());
    check_content(definition, role, rule_errors);
    let content = RevisionContent {
        definition,
        role,
        logging: Some(parse_logging(input.logging_configuration.clone().unwrap_or_default(), rule_errors)),
        tracing: Some(serialize_tracing(input.tracing_configuration.clone().unwrap_or_default())),
        encryption: Some(match input.encryption_configuration.clone() {
            Some(encryption) => parse_encryption(encryption, rule_errors),
            None => DEFAULT_ENCRYPTION.to_owned(),
        }),
    };
    let publish = parse_publish(input.publish, input.version_description.as_deref(), rule_errors);
    let tags = deduplicate_tags(input.tags.as_deref().unwrap_or_default(), rule_errors);
    Some(CreateStateMachine {
        name: input.name.as_deref()?,
        kind: parse_type(input.kind.as_deref()),
        content,
        tags: tags?,
        publish,
        version_description: input.version_description.as_deref(),
    })
}

fn parse_update_state_machine<'c>(
    input: &'c UpdateStateMachineInput<'_>,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<UpdateStateMachine<'c>> {
    let state_machine = parse_unlabeled_arn(input.state_machine_arn.as_deref().unwrap_or_default(), rule_errors);
    if is_empty(input) {
        rule_errors.push("", Error::NothingToUpdateInStateMachine);
    }
    let (definition, role) = (input.definition.as_deref(), input.role_arn.as_deref());
    check_content(definition, role, rule_errors);
    let content = RevisionContent {
        definition,
        role,
        logging: input.logging_configuration.clone().map(|logging| parse_logging(logging, rule_errors)),
        tracing: input.tracing_configuration.clone().map(serialize_tracing),
        encryption: input.encryption_configuration.clone().map(|key| parse_encryption(key, rule_errors)),
    };
    let publish = parse_publish(input.publish, input.version_description.as_deref(), rule_errors);
    Some(UpdateStateMachine {
        state_machine: state_machine?,
        content,
        publish,
        version_description: input.version_description.as_deref(),
    })
}

fn parse_type(text: Option<&str>) -> StateMachineType {
    if text == Some("EXPRESS") { StateMachineType::Express } else { StateMachineType::Standard }
}

const fn is_empty(input: &UpdateStateMachineInput<'_>) -> bool {
    input.definition.is_none()
        && input.role_arn.is_none()
        && input.logging_configuration.is_none()
        && input.tracing_configuration.is_none()
        && input.encryption_configuration.is_none()
}

fn check_content(definition: Option<&str>, role: Option<&str>, rule_errors: &mut RuleErrors<'_>) {
    if let Some(definition) = definition {
        rule_errors.record_error("/definition", validate_definition(definition));
    }
    if let Some(role) = role {
        rule_errors.record_error("/roleArn", check_role_arn(role));
    }
}

/// Parses the ARN of a resource to tag. Executions cannot be tagged; other types fail when they are looked up.
fn parse_resource_arn<'a>(text: &'a str, rule_errors: &mut RuleErrors<'_>) -> Option<&'a str> {
    let arn = rule_errors.record_error("/resourceArn", parse_arn(text))?;
    if matches!(arn.resource, Resource::Execution { .. } | Resource::Express { .. }) {
        return rule_errors.record_error("/resourceArn", Err(Error::ArnType(arn.resource_type().into())));
    }
    Some(text)
}

pub(super) fn check_name(name: &str) -> Result<()> {
    let is_noncharacter = |c: char| matches!(c, '\u{FFFE}' | '\u{FFFF}' | '\u{10FFFF}');
    let is_forbidden =
        |c: char| c.is_whitespace() || c.is_control() || is_noncharacter(c) || FORBIDDEN_CHARACTERS.contains(c);
    if name.contains(is_forbidden) { Err(Error::InvalidName(name.into())) } else { Ok(()) }
}

/// Accepts the form `arn:PARTITION:iam::ACCOUNT:role/NAME`.
fn check_role_arn(text: &str) -> Result<()> {
    let arn = split_service_arn(text, "iam").filter(|arn| arn.region.is_empty() && !arn.account.is_empty());
    let name = arn.and_then(|arn| arn.resource.strip_prefix("role/")).filter(|name| !name.is_empty());
    name.map(drop).ok_or_else(|| Error::InvalidRoleArn(text.into()))
}

fn parse_publish(publish: Option<bool>, description: Option<&str>, rule_errors: &mut RuleErrors<'_>) -> bool {
    let publish = publish.unwrap_or_default();
    if description.is_some() && !publish {
        rule_errors.push("/versionDescription", Error::DescriptionWithoutPublish);
    }
    publish
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
            return rule_errors.record_error("/tags", Err(Error::TooManyTags(limit)));
        }
    }
    Some(tags)
}
