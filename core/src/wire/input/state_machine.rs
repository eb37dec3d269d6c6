//! Inputs of the operations on state machines, versions, tags and definitions.

use super::rules::{DEFINITION, TAG_KEY, any_text, integer, list, one_of, sensitive, text};
use crate::constraint::Rule;
use crate::wire::SensitiveText;
use crate::wire::structure::prelude::*;

structures! {
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
}
