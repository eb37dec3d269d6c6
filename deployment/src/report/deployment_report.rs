//! The report of a driver.

use crate::action::Alarm;
use crate::checkpoint::Checkpoint;
use crate::deployment::Deployment;
use crate::error::DeploymentError;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

const MAX_DRIVER_CHARS: usize = 64;
const MAX_COMMAND_BYTES: usize = 2 << 10;
const MAX_ID_BYTES: usize = 64;

/// A report of a driver about its deployment: the body of `PUT /console/api/deployments/ID`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct DeploymentReport {
    /// The alias that is updated.
    pub state_machine_alias_arn: String,
    /// The driver with its version, for example `sfn-alias deploy 0.1.0`: up to 64 characters.
    pub driver: String,
    /// The progress.
    pub checkpoint: Checkpoint,
    /// The last states of the alarms. Empty if the driver has not read them.
    #[serde(default)]
    pub alarms: Vec<Alarm>,
    /// When the deployment started, in milliseconds since 1970.
    pub started_millis: i64,
    /// The command that resumes the deployment: up to 2 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

impl DeploymentReport {
    /// Creates the report of a deployment. Returns `None` before its first action. Alarms that are not in the plan are omitted,
    /// and a command that is not valid.
    pub fn new(deployment: &Deployment, driver: &str, alarms: &[Alarm], command: Option<&str>) -> Option<Self> {
        let checkpoint = deployment.checkpoint().clone();
        let is_in_plan = |alarm: &&Alarm| deployment.plan().alarms().contains(&alarm.name);
        Some(Self {
            state_machine_alias_arn: checkpoint.state_machine_alias_arn.clone(),
            driver: driver.chars().filter(|char| !char.is_control()).take(MAX_DRIVER_CHARS).collect(),
            alarms: alarms.iter().filter(is_in_plan).cloned().collect(),
            started_millis: checkpoint.started_millis?,
            command: command.filter(|command| is_command(command)).map(str::to_owned),
            checkpoint,
        })
    }

    /// Parses the JSON of a report.
    ///
    /// # Errors
    /// Returns [`DeploymentError::InvalidInput`] if it is not a report.
    pub fn from_json(json: &[u8]) -> Result<Self, DeploymentError> {
        DeploymentError::parse(REPORT, json)
    }

    /// Returns the JSON of the report.
    pub fn to_json(&self) -> String {
        // Strings and numbers always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Returns the identifier of the deployment, see [`deployment_id`].
    pub fn id(&self) -> String {
        let preference = self.checkpoint.plan.preference.as_ref();
        let target = preference.and_then(|preference| preference.state_machine_version_arn.as_deref());
        let target = target.or(self.checkpoint.plan.new_version.as_deref()).unwrap_or_default();
        deployment_id(&self.state_machine_alias_arn, target, self.started_millis)
    }

    /// Returns the path of the `PUT` request with this report.
    pub fn path(&self) -> String {
        format!("/console/api/deployments/{}", self.id())
    }

    /// Validates the report and returns its deployment.
    pub(super) fn validate(&self) -> Result<Deployment, DeploymentError> {
        let chars = self.driver.chars().count();
        if !(1..=MAX_DRIVER_CHARS).contains(&chars) || self.driver.chars().any(char::is_control) {
            let expected = format!("expected `driver` with 1 to {MAX_DRIVER_CHARS} printable characters");
            return Err(invalid_report(format!("{expected}, found {chars} characters")));
        }
        if let Some(command) = self.command.as_ref().filter(|command| !is_command(command)) {
            let expected =
                format!("expected `command` with 1 to {MAX_COMMAND_BYTES} bytes, without control characters");
            return Err(invalid_report(format!("{expected}; found {} bytes", command.len())));
        }
        let Checkpoint { state_machine_alias_arn: alias, started_millis, .. } = &self.checkpoint;
        if *alias != self.state_machine_alias_arn {
            let expected = format!("expected the alias of the checkpoint, `{alias}`");
            return Err(invalid_report(format!("{expected}, found `{}`", self.state_machine_alias_arn)));
        }
        if let Some(expected) = started_millis.filter(|started| *started != self.started_millis) {
            let found = self.started_millis;
            return Err(invalid_report(format!(
                "expected `startedMillis` of the checkpoint, {expected}, found {found}"
            )));
        }
        Deployment::resume(self.checkpoint.clone())
    }
}

const REPORT: &str = "deployment report";

pub(super) const fn invalid_report(detail: String) -> DeploymentError {
    DeploymentError::InvalidInput { input: REPORT, detail }
}

fn is_command(command: &str) -> bool {
    (1..=MAX_COMMAND_BYTES).contains(&command.len()) && !command.chars().any(char::is_control)
}

/// Returns the identifier of a deployment: when it started, and a hash of the alias, the version to deploy and this time.
/// A resumed deployment keeps its identifier. Later deployments have greater ones.
///
/// ```
/// use sfn_alias_deployment::deployment_id;
/// let orders = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";
/// assert_eq!(deployment_id(&format!("{orders}:PROD"), &format!("{orders}:2"), 0), "19700101T000000Z-6da5");
/// ```
pub fn deployment_id(alias: &str, target: &str, started_millis: i64) -> String {
    let seconds = started_millis.div_euclid(1000);
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
    let (hour, minute, second) = time.to_hms();
    let hash = hash_text(&format!("{alias}\n{target}\n{started_millis}"));
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z-{hash:04x}")
}

/// Returns whether a text can be the identifier of a deployment: 1 to 64 of `A-Z`, `a-z`, `0-9`, `-` and `_`.
pub fn is_deployment_id(text: &str) -> bool {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(is_valid)
}

/// Returns 16 bits of the FNV-1a hash of a text. It only distinguishes deployments that start in the same second.
fn hash_text(text: &str) -> u64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 32)) & 0xffff
}
