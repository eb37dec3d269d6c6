//! Asks the engine for lists of its running executions, instead of asking about each of many.

use crate::engine::Deadline;
use crate::handler::Upstream;
use crate::machines::{Machine, MachineSource, region_of};
use crate::permits::Permits;
use serde::Deserialize;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::time::Instant;

/// The executions of a state machine of the engine are listed if more than this number of them are RUNNING here.
const MAX_DESCRIBED: usize = 8;
/// Maximum number of executions on a page.
const PAGE_SIZE: usize = 1000;

/// A page of executions of the engine. Some engines ignore the filter, or have no pages.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    executions: Vec<ListedExecution>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedExecution {
    execution_arn: String,
    status: String,
}

/// Executions of a state machine of the engine that are RUNNING here.
struct Group {
    machine: Machine,
    /// Our ARNs by the engine's.
    arns: HashMap<String, String>,
}

impl Upstream {
    /// Returns the executions that do not run in the engine or are not known to: those about which the engine must be asked
    /// one by one. Without a deadline, each request has its own.
    pub(crate) fn skip_listed(
        &self,
        arns: &[String],
        permits: &Permits,
        deadline: Option<Deadline>,
    ) -> sfn_alias::Result<Vec<String>> {
        let mut running = HashSet::new();
        if arns.len() > MAX_DESCRIBED && self.engine.lasting_failure().is_none() {
            for group in self.group_by_machine(arns)?.into_values().filter(|group| group.arns.len() > MAX_DESCRIBED) {
                let deadline = deadline.unwrap_or_else(|| self.engine.deadline());
                let Some(_permit) = permits.acquire(deadline) else { break };
                running.extend(self.list_running(&group, deadline));
            }
        }
        Ok(arns.iter().filter(|arn| !running.contains(*arn)).cloned().collect())
    }

    /// Returns the executions by state machine of the engine, except those whose state machine is not known to this process.
    fn group_by_machine(&self, arns: &[String]) -> sfn_alias::Result<HashMap<String, Group>> {
        let mut groups: HashMap<String, Group> = HashMap::new();
        for arn in arns {
            let Some(execution) = self.find_running(arn)? else { continue };
            let Some(machine) = self.machines.find_known(&MachineSource::from(&execution)) else { continue };
            let engine_arn = machine.execution_arn(&execution.name);
            let new = || Group { machine: machine.clone(), arns: HashMap::new() };
            groups.entry(machine.arn.clone()).or_insert_with(new).arns.insert(engine_arn, arn.clone());
        }
        Ok(groups)
    }

    /// Returns the executions of a group that the engine lists as RUNNING. After an error, those of the pages before it.
    fn list_running(&self, group: &Group, deadline: Deadline) -> HashSet<String> {
        let Group { machine, arns } = group;
        let (mut running, mut token) = (HashSet::new(), None::<String>);
        loop {
            let (begin, before) = (Instant::now(), running.len());
            let mut input = json!({"stateMachineArn": machine.arn, "statusFilter": "RUNNING", "maxResults": PAGE_SIZE});
            if let (Some(members), Some(token)) = (input.as_object_mut(), token) {
                members.insert("nextToken".to_owned(), token.into());
            }
            let page = self.engine.call::<Page>(region_of(&machine.local_arn), "ListExecutions", &input, deadline);
            let Ok(Page { executions, next_token }) = page else { return running };
            let listed = executions.iter().filter(|execution| execution.status == "RUNNING");
            for arn in listed.filter_map(|execution| arns.get(&execution.execution_arn)) {
                self.executions.record_listed(arn, begin);
                running.insert(arn.clone());
            }
            token = next_token.filter(|token| !token.is_empty());
            // An engine that ignores the filter or the token may have pages without end.
            if token.is_none() || running.len() == before || running.len() == arns.len() {
                return running;
            }
        }
    }
}
