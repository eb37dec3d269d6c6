//! Inputs of the alias operations.

use super::rules::{ROUTES, integer, restricted_name, sensitive, text};
use crate::wire::Secret;
use crate::wire::structure::prelude::*;

structure! {
    /// One entry of a routing configuration.
    RoutingConfigurationListItem<'a> {
        /// The version's ARN.
        state_machine_version_arn "stateMachineVersionArn": Text<'a>, true, text(1, 256);
        /// Percent of the starts, 0 to 100.
        weight "weight": i64, true, integer(0, 100);
    }
}

structure! {
    /// A routing configuration by itself, beside any operation.
    RoutingInput<'a> {
        /// One or two routes whose weights add up to 100.
        routing_configuration "routingConfiguration": Vec<RoutingConfigurationListItem<'a>>, true, ROUTES;
    }
}

structure! {
    /// Input of CreateStateMachineAlias.
    CreateStateMachineAliasInput<'a> {
        /// What the alias is for, at most 256 characters.
        description "description": Secret<'a>, false, sensitive(256);
        /// 1 to 80 of letters, digits, `_`, `-`, `.`, not all digits.
        name "name": Text<'a>, true, restricted_name();
        /// One or two routes whose weights add up to 100.
        routing_configuration "routingConfiguration": Vec<RoutingConfigurationListItem<'a>>, true, ROUTES;
    }
}

structure! {
    /// Input of DescribeStateMachineAlias.
    DescribeStateMachineAliasInput<'a> {
        /// The alias's ARN.
        state_machine_alias_arn "stateMachineAliasArn": Text<'a>, true, text(1, 256);
    }
}

structure! {
    /// Input of ListStateMachineAliases.
    ListStateMachineAliasesInput<'a> {
        /// A state machine, or a version whose aliases are wanted.
        state_machine_arn "stateMachineArn": Text<'a>, true, text(1, 256);
        /// Where the page before ended.
        next_token "nextToken": Text<'a>, false, text(1, 1024);
        /// At most so many; 0 or absent: 100.
        max_results "maxResults": i64, false, integer(0, 1000);
    }
}

structure! {
    /// Input of UpdateStateMachineAlias.
    UpdateStateMachineAliasInput<'a> {
        /// The alias's ARN.
        state_machine_alias_arn "stateMachineAliasArn": Text<'a>, true, text(1, 256);
        /// The new description; absent: unchanged.
        description "description": Secret<'a>, false, sensitive(256);
        /// The new routing, whole; absent: unchanged.
        routing_configuration "routingConfiguration": Vec<RoutingConfigurationListItem<'a>>, false, ROUTES;
    }
}

structure! {
    /// Input of DeleteStateMachineAlias.
    DeleteStateMachineAliasInput<'a> {
        /// The alias's ARN.
        state_machine_alias_arn "stateMachineAliasArn": Text<'a>, true, text(1, 256);
    }
}
