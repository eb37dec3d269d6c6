//! Inputs of the alias operations.

use super::rules::{ROUTES, integer, restricted_name, sensitive, text};
use crate::constraint::{Member, Path, Violations};
use crate::options::Limits;
use crate::wire::structure::{Structure, check_member, print_member, structure};
use crate::wire::{Secret, Text};
use serde::{Deserialize, Serialize};

structure! {
    /// One entry of a routing configuration.
    RoutingConfigurationListItem<'a>, "'de: 'a" {
        /// The version's ARN.
        state_machine_version_arn "stateMachineVersionArn": Text<'a>, true, text(1, 256);
        /// Percent of the starts, 0 to 100.
        weight "weight": i64, true, integer(0, 100);
    }
}

structure! {
    /// Input of CreateStateMachineAlias.
    CreateStateMachineAliasInput<'a>, "'de: 'a" {
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
    DescribeStateMachineAliasInput<'a>, "'de: 'a" {
        /// The alias's ARN.
        state_machine_alias_arn "stateMachineAliasArn": Text<'a>, true, text(1, 256);
    }
}

structure! {
    /// Input of ListStateMachineAliases.
    ListStateMachineAliasesInput<'a>, "'de: 'a" {
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
    UpdateStateMachineAliasInput<'a>, "'de: 'a" {
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
    DeleteStateMachineAliasInput<'a>, "'de: 'a" {
        /// The alias's ARN.
        state_machine_alias_arn "stateMachineAliasArn": Text<'a>, true, text(1, 256);
    }
}
