//! Request structures. Every member is optional; validation reports missing members.

use super::SensitiveText;
use super::structure::prelude::*;
use crate::constraint::{MaxLength, Pattern, Rule, TextRule};

structures! {
    /// One entry of a routing configuration.
    RoutingConfigurationListItem<'a> {
        /// The version's ARN.
        state_machine_version_arn "stateMachineVersionArn": Text<'a>, true, text(1, 256);
        /// Percentage of starts, 0 to 100.
        weight "weight": i64, true, integer(0, 100);
    }

    /// A routing configuration, independent of an operation.
    RoutingInput<'a> {
        /// One or two routes. Their weights must sum to 100.
        routing_configuration "routingConfiguration": Vec<RoutingConfigurationListItem<'a>>, true, ROUTES;
    }

    /// Input of CreateStateMachineAlias.
    CreateStateMachineAliasInput<'a> {
        /// Description, up to 256 characters.
        description "description": SensitiveText<'a>, false, sensitive(256);
        /// Name: 1 to 80 letters, digits, `_`, `-` or `.`, not only digits.
        name "name": Text<'a>, true, restricted_name();
        /// One or two routes. Their weights must sum to 100.
        routing_configuration "routingConfiguration": Vec<RoutingConfigurationListItem<'a>>, true, ROUTES;
    }

    /// Input of DescribeStateMachineAlias.
    DescribeStateMachineAliasInput<'a> {
        /// The alias's ARN.
        state_machine_alias_arn "stateMachineAliasArn": Text<'a>, true, text(1, 256);
    }

    /// Input of ListStateMachineAliases.
    ListStateMachineAliasesInput<'a> {
        /// The ARN of a state machine or of a version.
        state_machine_arn "stateMachineArn": Text<'a>, true, text(1, 256);
        /// Pagination token from the previous response.
        next_token "nextToken": Text<'a>, false, text(1, 1024);
        /// Page size; 0 or absent: 100.
        max_results "maxResults": i64, false, integer(0, 1000);
    }

    /// Input of UpdateStateMachineAlias.
    UpdateStateMachineAliasInput<'a> {
        /// The alias's ARN.
        state_machine_alias_arn "stateMachineAliasArn": Text<'a>, true, text(1, 256);
        /// The new description. Absent: unchanged.
        description "description": SensitiveText<'a>, false, sensitive(256);
        /// The new routing, which replaces the old one. Absent: unchanged.
        routing_configuration "routingConfiguration": Vec<RoutingConfigurationListItem<'a>>, false, ROUTES;
    }

    /// Input of DeleteStateMachineAlias.
    DeleteStateMachineAliasInput<'a> {
        /// The alias's ARN.
        state_machine_alias_arn "stateMachineAliasArn": Text<'a>, true, text(1, 256);
    }

    /// A log destination.
    CloudWatchLogsLogGroup<'a> {
        /// The log group's ARN.
        log_group_arn "logGroupArn": Text<'a>, false, text(1, 256);
    }

    /// A log destination.
    LogDestination<'a> {
        /// The log group.
        cloud_watch_logs_log_group "cloudWatchLogsLogGroup": CloudWatchLogsLogGroup<'a>, false, Rule::Structure(CloudWatchLogsLogGroup::MEMBERS);
    }

    /// Logging configuration. Stored and returned, without effect.
    LoggingConfiguration<'a> {
        /// The log level.
        level "level": Text<'a>, false, one_of(&["ALL", "ERROR", "FATAL", "OFF"]);
        /// Whether data is included.
        include_execution_data "includeExecutionData": bool, false, Rule::Boolean;
        /// The log destinations.
        destinations "destinations": Vec<LogDestination<'a>>, false, list(&Rule::Structure(LogDestination::MEMBERS));
    }

    /// X-Ray tracing configuration. Stored and returned, without effect.
    TracingConfiguration {
        /// Whether it is on.
        enabled "enabled": bool, false, Rule::Boolean;
    }

    /// Encryption configuration. Stored and returned, without effect.
    EncryptionConfiguration<'a> {
        /// The key.
        kms_key_id "kmsKeyId": Text<'a>, false, text(1, 2048);
        /// Seconds.
        kms_data_key_reuse_period_seconds "kmsDataKeyReusePeriodSeconds": i64, false, integer(60, 900);
        /// The type.
        kind "type": Text<'a>, true, one_of(&["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"]);
    }

    /// A tag. Named `Tag` in the model.
    TagInput<'a> {
        /// The key.
        key "key": Text<'a>, false, text(1, 128);
        /// The value.
        value "value": Text<'a>, false, text(0, 256);
    }

    /// Input of CreateStateMachine.
    CreateStateMachineInput<'a> {
        /// 1 to 80 characters.
        name "name": Text<'a>, true, text(1, 80);
        /// The definition, Amazon States Language as JSON text.
        definition "definition": SensitiveText<'a>, true, DEFINITION;
        /// The role's ARN.
        role_arn "roleArn": Text<'a>, true, text(1, 256);
        /// STANDARD (default) or EXPRESS.
        kind "type": Text<'a>, false, one_of(&["STANDARD", "EXPRESS"]);
        /// Logging.
        logging_configuration "loggingConfiguration": LoggingConfiguration<'a>, false, Rule::Structure(LoggingConfiguration::MEMBERS);
        /// Tags, up to 50.
        tags "tags": Vec<TagInput<'a>>, false, list(&Rule::Structure(TagInput::MEMBERS));
        /// Tracing.
        tracing_configuration "tracingConfiguration": TracingConfiguration, false, Rule::Structure(TracingConfiguration::MEMBERS);
        /// Whether to publish a version too.
        publish "publish": bool, false, Rule::Boolean;
        /// The version's description. Requires `publish`.
        version_description "versionDescription": SensitiveText<'a>, false, sensitive(256);
        /// Encryption.
        encryption_configuration "encryptionConfiguration": EncryptionConfiguration<'a>, false, Rule::Structure(EncryptionConfiguration::MEMBERS);
    }

    /// Input of UpdateStateMachine. Absent members stay unchanged.
    UpdateStateMachineInput<'a> {
        /// The state machine.
        state_machine_arn "stateMachineArn": Text<'a>, true, text(1, 256);
        /// The definition, Amazon States Language as JSON text.
        definition "definition": SensitiveText<'a>, false, DEFINITION;
        /// The role's ARN.
        role_arn "roleArn": Text<'a>, false, text(1, 256);
        /// Logging.
        logging_configuration "loggingConfiguration": LoggingConfiguration<'a>, false, Rule::Structure(LoggingConfiguration::MEMBERS);
        /// Tracing.
        tracing_configuration "tracingConfiguration": TracingConfiguration, false, Rule::Structure(TracingConfiguration::MEMBERS);
        /// Whether to publish a version too.
        publish "publish": bool, false, Rule::Boolean;
        /// The version's description. Requires `publish`.
        version_description "versionDescription": SensitiveText<'a>, false, sensitive(256);
        /// Encryption.
        encryption_configuration "encryptionConfiguration": EncryptionConfiguration<'a>, false, Rule::Structure(EncryptionConfiguration::MEMBERS);
    }

    /// Input of DescribeStateMachine.
    DescribeStateMachineInput<'a> {
        /// A state machine or a version.
        state_machine_arn "stateMachineArn": Text<'a>, true, text(1, 256);
        /// METADATA_ONLY omits definition and input.
        included_data "includedData": Text<'a>, false, one_of(&["ALL_DATA", "METADATA_ONLY"]);
    }

    /// Input of ListStateMachines.
    ListStateMachinesInput<'a> {
        /// Page size; 0 or absent: 100.
        max_results "maxResults": i64, false, integer(0, 1000);
        /// Pagination token from the previous response.
        next_token "nextToken": Text<'a>, false, text(1, 1024);
    }

    /// Input of DeleteStateMachine.
    DeleteStateMachineInput<'a> {
        /// The state machine.
        state_machine_arn "stateMachineArn": Text<'a>, true, text(1, 256);
    }

    /// Input of PublishStateMachineVersion.
    PublishStateMachineVersionInput<'a> {
        /// The state machine.
        state_machine_arn "stateMachineArn": Text<'a>, true, text(1, 256);
        /// Publish only if this is the current revision; `INITIAL` before the first update.
        revision_id "revisionId": Text<'a>, false, any_text();
        /// The version's description.
        description "description": SensitiveText<'a>, false, sensitive(256);
    }

    /// Input of ListStateMachineVersions.
    ListStateMachineVersionsInput<'a> {
        /// The state machine.
        state_machine_arn "stateMachineArn": Text<'a>, true, text(1, 256);
        /// Pagination token from the previous response.
        next_token "nextToken": Text<'a>, false, text(1, 1024);
        /// Page size; 0 or absent: 100.
        max_results "maxResults": i64, false, integer(0, 1000);
    }

    /// Input of DeleteStateMachineVersion.
    DeleteStateMachineVersionInput<'a> {
        /// The version's ARN.
        state_machine_version_arn "stateMachineVersionArn": Text<'a>, true, text(1, 2000);
    }

    /// Input of TagResource.
    TagResourceInput<'a> {
        /// The state machine's ARN.
        resource_arn "resourceArn": Text<'a>, true, text(1, 256);
        /// Tags, up to 50.
        tags "tags": Vec<TagInput<'a>>, true, list(&Rule::Structure(TagInput::MEMBERS));
    }

    /// Input of UntagResource.
    UntagResourceInput<'a> {
        /// The state machine's ARN.
        resource_arn "resourceArn": Text<'a>, true, text(1, 256);
        /// Keys to remove.
        tag_keys "tagKeys": Vec<Text<'a>>, true, list(&TAG_KEY);
    }

    /// Input of ListTagsForResource.
    ListTagsForResourceInput<'a> {
        /// The state machine's ARN.
        resource_arn "resourceArn": Text<'a>, true, text(1, 256);
    }

    /// Input of ValidateStateMachineDefinition.
    ValidateStateMachineDefinitionInput<'a> {
        /// The definition, Amazon States Language as JSON text.
        definition "definition": SensitiveText<'a>, true, DEFINITION;
        /// STANDARD (default) or EXPRESS.
        kind "type": Text<'a>, false, one_of(&["STANDARD", "EXPRESS"]);
        /// The lowest severity to report.
        severity "severity": Text<'a>, false, one_of(&["ERROR", "WARNING"]);
        /// Maximum number of diagnostics; 0 or absent: 100.
        max_results "maxResults": i64, false, integer(0, 100);
    }

    /// Input of StartExecution.
    StartExecutionInput<'a> {
        /// A state machine, version or alias.
        state_machine_arn "stateMachineArn": Text<'a>, true, text(1, 256);
        /// The execution's name; absent: a UUID.
        name "name": Text<'a>, false, text(1, 80);
        /// JSON text; absent: `{}`.
        input "input": SensitiveText<'a>, false, INPUT;
        /// The X-Ray trace header.
        trace_header "traceHeader": Text<'a>, false, TRACE_HEADER;
    }

    /// Input of DescribeExecution.
    DescribeExecutionInput<'a> {
        /// The execution's ARN.
        execution_arn "executionArn": Text<'a>, true, text(1, 256);
        /// METADATA_ONLY omits definition and input.
        included_data "includedData": Text<'a>, false, one_of(&["ALL_DATA", "METADATA_ONLY"]);
    }

    /// Input of DescribeStateMachineForExecution.
    DescribeStateMachineForExecutionInput<'a> {
        /// The execution's ARN.
        execution_arn "executionArn": Text<'a>, true, text(1, 256);
        /// METADATA_ONLY omits definition and input.
        included_data "includedData": Text<'a>, false, one_of(&["ALL_DATA", "METADATA_ONLY"]);
    }

    /// Input of ListExecutions.
    ListExecutionsInput<'a> {
        /// A state machine, version or alias.
        state_machine_arn "stateMachineArn": Text<'a>, false, text(1, 256);
        /// Return only executions with this status.
        status_filter "statusFilter": Text<'a>, false, one_of(STATUSES);
        /// Page size; 0 or absent: 100.
        max_results "maxResults": i64, false, integer(0, 1000);
        /// Pagination token from the previous response.
        next_token "nextToken": Text<'a>, false, text(1, 3096);
        /// The ARN of a map run. Map runs are not emulated.
        map_run_arn "mapRunArn": Text<'a>, false, text(1, 2000);
        /// Filter by redrive, for map runs only.
        redrive_filter "redriveFilter": Text<'a>, false, one_of(&["REDRIVEN", "NOT_REDRIVEN"]);
    }

    /// Input of GetExecutionHistory.
    GetExecutionHistoryInput<'a> {
        /// The execution's ARN.
        execution_arn "executionArn": Text<'a>, true, text(1, 256);
        /// Page size; 0 or absent: 100.
        max_results "maxResults": i64, false, integer(0, 1000);
        /// Return the latest events first.
        reverse_order "reverseOrder": bool, false, Rule::Boolean;
        /// Pagination token from the previous response.
        next_token "nextToken": Text<'a>, false, text(1, 1024);
        /// Return input and output; absent: true.
        include_execution_data "includeExecutionData": bool, false, Rule::Boolean;
    }

    /// Input of RedriveExecution.
    RedriveExecutionInput<'a> {
        /// The execution's ARN.
        execution_arn "executionArn": Text<'a>, true, text(1, 256);
        /// Makes repeated requests idempotent.
        client_token "clientToken": Text<'a>, false, CLIENT_TOKEN;
    }

    /// Input of StartSyncExecution.
    StartSyncExecutionInput<'a> {
        /// An EXPRESS state machine, or one of its versions or aliases.
        state_machine_arn "stateMachineArn": Text<'a>, true, text(1, 256);
        /// The execution's name; absent: a UUID.
        name "name": Text<'a>, false, text(1, 80);
        /// JSON text; absent: `{}`.
        input "input": SensitiveText<'a>, false, INPUT;
        /// The X-Ray trace header.
        trace_header "traceHeader": Text<'a>, false, TRACE_HEADER;
        /// METADATA_ONLY omits input and output.
        included_data "includedData": Text<'a>, false, one_of(&["ALL_DATA", "METADATA_ONLY"]);
    }

    /// Input of StopExecution.
    StopExecutionInput<'a> {
        /// The execution's ARN.
        execution_arn "executionArn": Text<'a>, true, text(1, 256);
        /// An error code.
        error "error": SensitiveText<'a>, false, sensitive(256);
        /// A cause.
        cause "cause": SensitiveText<'a>, false, sensitive(32_768);
    }
}

const ROUTES: Rule =
    Rule::List { min: Some(1), max: Some(2), item: &Rule::Structure(RoutingConfigurationListItem::MEMBERS) };
const DEFINITION: Rule = Rule::Text(TextRule { max: Some(MaxLength::Definition), sensitive: true, ..between(1, 0) });
const INPUT: Rule = Rule::Text(TextRule { max: Some(MaxLength::Input), sensitive: true, ..between(0, 0) });
const TRACE_HEADER: Rule = Rule::Text(TextRule { pattern: Some(Pattern::Ascii), ..between(0, 256) });
const CLIENT_TOKEN: Rule = Rule::Text(TextRule { pattern: Some(Pattern::VisibleAscii), ..between(1, 64) });
const TAG_KEY: Rule = text(1, 128);
/// In the order recorded from AWS, which is neither the model's nor alphabetical.
const STATUSES: &[&str] = &["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"];

const fn between(min: usize, max: usize) -> TextRule {
    TextRule { min, max: Some(MaxLength::Fixed(max)), pattern: None, values: &[], sensitive: false }
}

const fn text(min: usize, max: usize) -> Rule {
    Rule::Text(between(min, max))
}

const fn any_text() -> Rule {
    Rule::Text(TextRule { max: None, ..between(0, 0) })
}

const fn restricted_name() -> Rule {
    Rule::Text(TextRule { pattern: Some(Pattern::CharacterRestrictedName), ..between(1, 80) })
}

const fn sensitive(max: usize) -> Rule {
    Rule::Text(TextRule { sensitive: true, ..between(0, max) })
}

const fn one_of(values: &'static [&'static str]) -> Rule {
    Rule::Text(TextRule { max: None, values, ..between(0, 0) })
}

const fn integer(min: i64, max: i64) -> Rule {
    Rule::Integer { min, max }
}

const fn list(item: &'static Rule) -> Rule {
    Rule::List { min: None, max: None, item }
}
