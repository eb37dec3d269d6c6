//! Evaluates alarms.

use super::StepFunctions;
use super::call::{Call, NOTHING_CHANGED, catch_panic};
use crate::alarms::{AlarmRule, AlarmRules, AlarmState, Evaluation};
use crate::error::{Error, Result};
use crate::json::SerializeResponse;
use crate::model::StateMachineType;
use crate::wire::{DeserializeRequest, read_json};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::collections::HashMap;

impl StepFunctions {
    /// Evaluates alarms from the stored executions: endings by their stop time, including those before a redrive, and
    /// starts by their start time. The last period ends now; periods are not aligned to minutes. A period without executions
    /// counts 0. Executions that are no longer stored ([`crate::Limits::executions_per_state_machine`]) do not count.
    ///
    /// # Errors
    /// [`Error::StateMachineDoesNotExist`] if a state machine does not exist, [`Error::StateMachineTypeNotSupported`] for an
    /// EXPRESS state machine, whose executions are not stored, or [`Error::Store`].
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
        catch_panic(NOTHING_CHANGED, || self.with_call(|call| evaluate(rules.alarms(), call)))
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

/// Reads each state machine once.
fn evaluate(rules: &[AlarmRule], call: &mut Call<'_>) -> Result<Vec<AlarmState>> {
    let mut evaluations: Vec<_> = rules.iter().map(|rule| Evaluation::new(rule, call.context.now)).collect();
    let mut indexes_by_arn: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, rule) in rules.iter().enumerate() {
        let arn = match rule.state_machine.contains(':') {
            true => rule.state_machine.clone(),
            false => call.scope.state_machine_arn(&rule.state_machine),
        };
        indexes_by_arn.entry(arn).or_default().push(index);
    }
    for (arn, indexes) in indexes_by_arn {
        let mut selected: Vec<_> =
            evaluations.iter_mut().enumerate().filter(|(index, _)| indexes.contains(index)).map(|(_, it)| it).collect();
        count_executions(&arn, &mut selected, call)?;
    }
    Ok(evaluations.into_iter().map(Evaluation::finish).collect())
}

/// Counts the executions of a state machine for its alarms.
fn count_executions(arn: &str, evaluations: &mut [&mut Evaluation<'_>], call: &mut Call<'_>) -> Result<()> {
    let Some(since) = evaluations.iter().map(|evaluation| evaluation.start()).min() else { return Ok(()) };
    call.read(arn, |context| {
        let view = context.require_state_machine(|| Error::StateMachineDoesNotExist(arn.to_owned()))?;
        if view.state_machine().kind == StateMachineType::Express {
            return Err(Error::StateMachineTypeNotSupported);
        }
        view.visit_executions(since, &mut |execution| evaluations.iter_mut().for_each(|it| it.add(execution)))
    })
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
