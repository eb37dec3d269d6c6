//! The state machines of the engine: one for each revision, never changed.

use crate::engine::{CallError, Deadline, Engine};
use serde::Deserialize;
use serde_json::json;
use sfn_alias::model::StateMachineType;
use sfn_alias::{StartedExecution, Timestamp, parse_arn};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Maximum number of characters of our name in the engine's: 80 without a hyphen and the digits.
const NAME_CHARACTERS: usize = 69;
/// Number of bytes of the hash, as two digits each.
const HASH_BYTES: usize = 5;
/// Number of digits of the hash.
pub(crate) const HASH_DIGITS: usize = 10;
/// Maximum number of known state machines. If there are more, their ARNs are read again.
const MAX_KNOWN: usize = 10_000;

/// What a state machine of the engine is created from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MachineSource<'s> {
    /// Our unqualified ARN.
    pub state_machine_arn: &'s str,
    /// When our state machine was created.
    pub created: Timestamp,
    pub definition: &'s str,
    pub role_arn: &'s str,
    pub kind: StateMachineType,
}

impl<'s> From<&'s StartedExecution> for MachineSource<'s> {
    fn from(execution: &'s StartedExecution) -> Self {
        Self {
            state_machine_arn: &execution.state_machine_arn,
            created: execution.state_machine_created,
            definition: execution.definition(),
            role_arn: execution.role_arn(),
            kind: execution.kind,
        }
    }
}

impl MachineSource<'_> {
    /// Returns our region.
    pub fn region(&self) -> &str {
        region_of(self.state_machine_arn)
    }

    fn local_name(&self) -> &str {
        self.state_machine_arn.rsplit(':').next().unwrap_or_default()
    }
}

/// Returns the region of one of our ARNs.
pub(crate) fn region_of(arn: &str) -> &str {
    parse_arn(arn).map_or("", |arn| arn.region)
}

/// A state machine of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine {
    /// The engine's ARN.
    pub arn: String,
    /// The engine's name.
    pub name: String,
    /// Our unqualified ARN.
    pub local_arn: String,
    /// Our name.
    pub local_name: String,
}

impl Machine {
    /// Returns the engine's ARN of an execution of a STANDARD state machine.
    pub fn execution_arn(&self, name: &str) -> String {
        format!("{}:{name}", self.arn.replacen(":stateMachine:", ":execution:", 1))
    }
}

/// The state machines that the engine has.
#[derive(Debug)]
pub(crate) struct Machines {
    /// Identifies our data, so that another data file with the same names has other state machines in the engine.
    data_id: String,
    /// By the hash in the name.
    known: Mutex<HashMap<String, Machine>>,
}

#[derive(Deserialize)]
struct Created {
    #[serde(rename = "stateMachineArn")]
    arn: String,
}

impl Machines {
    pub fn new(data_id: String) -> Self {
        Self { data_id, known: Mutex::default() }
    }

    /// Returns the state machine for a revision. Creates it unless this process knows its ARN; the engine returns an
    /// existing one.
    pub fn find_or_create(
        &self,
        engine: &Engine,
        source: &MachineSource<'_>,
        deadline: Deadline,
    ) -> Result<Machine, CallError> {
        if let Some(known) = self.find_known(source) {
            return Ok(known);
        }
        let name = self.format_name(source);
        let arn = self.create(engine, source, &name, deadline)?;
        let (local_arn, local_name) = (source.state_machine_arn.to_owned(), source.local_name().to_owned());
        let machine = Machine { arn, name, local_arn, local_name };
        self.store(machine.clone());
        Ok(machine)
    }

    /// Returns the state machine for a revision if this process knows its ARN.
    pub fn find_known(&self, source: &MachineSource<'_>) -> Option<Machine> {
        let name = self.format_name(source);
        self.find(hash_of(&name)).filter(|known| known.name == name)
    }

    /// Returns a known state machine by the hash in its name.
    pub fn find(&self, hash: &str) -> Option<Machine> {
        self.lock().get(hash).cloned()
    }

    /// Creates the state machine again at its next use, because the engine does not have it.
    pub fn forget(&self, machine: &Machine) {
        self.lock().remove(hash_of(&machine.name));
    }

    fn create(
        &self,
        engine: &Engine,
        source: &MachineSource<'_>,
        name: &str,
        deadline: Deadline,
    ) -> Result<String, CallError> {
        const OPERATION: &str = "CreateStateMachine";
        let MachineSource { definition, role_arn, kind, .. } = *source;
        let input = json!({"name": name, "definition": definition, "roleArn": role_arn, "type": kind.as_str()});
        let arn = match engine.call::<Created>(source.region(), OPERATION, &input, deadline) {
            Ok(created) => created.arn,
            // The name depends on the content, so the existing one has this content.
            Err(error) if error.is("StateMachineAlreadyExists") => find_arn(&error.to_string(), name).ok_or(error)?,
            Err(error) => return Err(error),
        };
        if !arn.ends_with(&format!(":stateMachine:{name}")) {
            return Err(engine.error(OPERATION, &format_args!("the response has another ARN: `{arn}`")));
        }
        Ok(arn)
    }

    fn store(&self, machine: Machine) {
        let mut known = self.lock();
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(hash_of(&machine.name).to_owned(), machine);
    }

    /// Returns the name: ours, and a hash of everything that the state machine depends on.
    fn format_name(&self, source: &MachineSource<'_>) -> String {
        let mut hash = Sha256::new();
        let MachineSource { state_machine_arn, created, definition, role_arn, kind } = *source;
        let created = created.as_millis().to_string();
        for part in [&self.data_id, state_machine_arn, &created, definition, role_arn, kind.as_str()] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        let prefix: String = source.local_name().chars().take(NAME_CHARACTERS).collect();
        let digits: String = hash.finalize().iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect();
        format!("{prefix}-{digits}")
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Machine>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the hash in the name of a state machine of the engine.
fn hash_of(name: &str) -> &str {
    name.get(name.len().saturating_sub(HASH_DIGITS)..).unwrap_or_default()
}

/// Finds the ARN of the state machine with a name in an error text.
fn find_arn(text: &str, name: &str) -> Option<String> {
    let resource = format!(":stateMachine:{name}");
    let (before, _) = text.split_once(&resource)?;
    let start = before.rfind("arn:")?;
    Some(format!("{}{resource}", before.get(start..)?))
}
