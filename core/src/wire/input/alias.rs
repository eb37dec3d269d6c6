//! Inputs of the alias operations.

use super::rules::{ROUTES, integer, restricted_name, sensitive, text};
use crate::wire::SensitiveText;
use crate::wire::structure::prelude::*;

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
}
