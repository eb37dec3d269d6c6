//! Evaluates alarms.

use super::StepFunctions;
use super::call::AfterStart;
use super::call::{Call, NOTHING_CHANGED, catch_panic};
use crate::alarms::{AlarmRule, AlarmRules, AlarmState, Dimension, Events, SortedEvents};
use crate::error::{Error, Result};
use crate::json::SerializeResponse;
use crate::model::StateMachineType;
use crate::store::View;
use crate::wire::{DeserializeRequest, read_json};
use indexmap::IndexMap;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::collections::{HashMap, HashSet};

impl StepFunctions {
    /// Evaluates alarms from the stored executions: endings by their stop time, including those before a redrive, and
    /// starts by their start time. The last period ends now; periods are not aligned to minutes. A period without executions
    /// counts 0. Executions that are no longer stored ([`crate::Limits::executions_per_state_machine`]) do not count.
    ///
    /// # Errors
    /// [`Error::StateMachineDoesNotExist`] if a state machine, version or alias does not exist, but not for a deleted version or
    /// alias with executions in the alarm's periods; [`Error::StateMachineTypeNotSupported`] for an EXPRESS state machine, whose
    /// executions are not stored; or [`Error::Store`].
    ///
    /// ```
    /// use sfn_alias::{AlarmRules, AlarmStateValue, StepFunctions};
    /// let sfn = StepFunctions::in_memory()?;
    /// let definition = r#"{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}"#;
    /// let create = format!(r#"{{"name": "orders", "roleArn": "arn:aws:iam::123456789012:role/orders", "definition": "{definition}"}}"#);
    /// assert_eq!(sfn.call("CreateStateMachine", create.as_bytes()).status, 200);
    /// let rules = AlarmRules::parse(r#"{"alarms": [
    ///     {"name": "orders-failed", "metric": "ExecutionsFailed", "stateMachine": "orders", "threshold": 1}
    /// ]}"#)?;
    /// assert_eq!(sfn.evaluate_alarms(&rules)?[0].state, AlarmStateValue::Ok);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evaluate_alarms(&self, rules: &AlarmRules) -> Result<Vec<AlarmState>> {
        catch_panic(NOTHING_CHANGED, || self.with_call(AfterStart::Nothing, |call| evaluate(rules.alarms(), call)))
    }

    /// Like [`StepFunctions::evaluate_alarms`], for rules as JSON bytes or values of another programming language. Returns
    /// an object with the state of each alarm, for example `{"orders-failed": "OK"}`.
    ///
    /// # Errors
    /// Like [`StepFunctions::evaluate_alarms`], and [`Error::InvalidAlarmRules`].
    pub fn evaluate_alarms_from<K: SerializeResponse>(
        &self,
        source: &(impl DeserializeRequest + ?Sized),
        serializer: &K,
    ) -> Result<K::Output> {
        let rules = self.read_alarm_rules(source)?;
        let states = source.run_without_global_lock(|| self.evaluate_alarms(&rules))?;
        serializer.write(&ByName(&states))
    }

    /// Only a text has lines and columns.
    fn read_alarm_rules(&self, source: &(impl DeserializeRequest + ?Sized)) -> Result<AlarmRules> {
        if let Some(text) = source.text() {
            return AlarmRules::parse(text).map_err(|error| Error::InvalidAlarmRules(error.to_string()));
        }
        let json = read_json(source, &self.options().limits)?;
        AlarmRules::parse(&json).map_err(|error| Error::InvalidAlarmRules(error.describe()))
    }
}

/// Reads each state machine once. The states are in the order of the rules.
fn evaluate(rules: &[AlarmRule], call: &mut Call<'_>) -> Result<Vec<AlarmState>> {
    let mut rules_by_arn: IndexMap<String, Vec<(usize, &AlarmRule)>> = IndexMap::new();
    for (index, rule) in rules.iter().enumerate() {
        let arn = match rule.state_machine.contains(':') {
            true => rule.state_machine.clone(),
            false => call.scope.state_machine_arn(&rule.state_machine),
        };
        rules_by_arn.entry(arn).or_default().push((index, rule));
    }
    let mut states = Vec::with_capacity(rules.len());
    for (arn, rules) in rules_by_arn {
        let (events, missing) = read_events(&arn, &rules, call)?;
        for (index, rule) in rules {
            if let Some(qualified) = missing.get(&Dimension::of(rule)).filter(|_| !events.has_events(rule)) {
                return Err(Error::StateMachineDoesNotExist(qualified.clone()));
            }
            states.push((index, events.evaluate(rule)));
        }
    }
    states.sort_unstable_by_key(|(index, _)| *index);
    Ok(states.into_iter().map(|(_, state)| state).collect())
}

/// The ARNs of versions and aliases that do not exist.
type Missing = HashMap<Dimension, String>;

/// Copies what the alarms of a state machine need. A write waits for the copy, and not for the evaluation.
fn read_events(arn: &str, rules: &[(usize, &AlarmRule)], call: &mut Call<'_>) -> Result<(SortedEvents, Missing)> {
    let rules = || rules.iter().map(|(_, rule)| *rule);
    let now = call.context.now;
    let (events, missing) = call.read(arn, |context| {
        let view = context.require_state_machine(|| Error::StateMachineDoesNotExist(arn.to_owned()))?;
        if view.state_machine().kind == StateMachineType::Express {
            return Err(Error::StateMachineTypeNotSupported);
        }
        let mut events = Events::new(rules(), now);
        view.visit_executions(events.since(), &mut |execution| events.add(execution))?;
        Ok((events, find_missing(arn, rules().map(Dimension::of).collect(), view)?))
    })?;
    Ok((events.sort(), missing))
}

fn find_missing(arn: &str, dimensions: HashSet<Dimension>, view: &dyn View) -> Result<Missing> {
    let mut missing = Missing::new();
    for dimension in dimensions {
        let qualified = match &dimension {
            Dimension::Version(version) if view.version(*version)?.is_none() => format!("{arn}:{version}"),
            Dimension::Alias(alias) if view.alias(alias)?.is_none() => format!("{arn}:{alias}"),
            _ => continue,
        };
        missing.insert(dimension, qualified);
    }
    Ok(missing)
}

/// Serializes states as an object.
struct ByName<'s>(&'s [AlarmState]);

impl Serialize for ByName<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|AlarmState { name, state }| map.serialize_entry(name, state.as_str()))?;
        map.end()
    }
}
