//! The account and region of an endpoint and of the vectors.

use sfn_alias::parse_arn;

/// The parts of an ARN before the resource, and the role of the state machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EndpointIdentity {
    pub partition: String,
    pub region: String,
    pub account: String,
    pub role: String,
}

/// The account of the vectors. Emulators use an access key id of 12 digits as the account.
pub(super) const ACCOUNT: &str = "123456789012";
/// The role of the vectors' state machines.
pub(super) const ROLE: &str = "arn:aws:iam::123456789012:role/sfn_role";

impl EndpointIdentity {
    /// Returns the identity that the vectors are written for.
    pub fn for_vectors() -> Self {
        let (partition, region) = ("aws".to_owned(), "us-east-1".to_owned());
        Self { partition, region, account: ACCOUNT.to_owned(), role: ROLE.to_owned() }
    }

    /// Returns the identity of the endpoint that created a state machine. The default role has the name of the
    /// vectors' role.
    pub fn from_state_machine_arn(arn: &str, role: Option<&str>) -> Option<Self> {
        let arn = parse_arn(arn).ok()?;
        let role =
            role.map_or_else(|| format!("arn:{}:iam::{}:role/sfn_role", arn.partition, arn.account), str::to_owned);
        let (partition, region, account) = (arn.partition.to_owned(), arn.region.to_owned(), arn.account.to_owned());
        Some(Self { partition, region, account, role })
    }
}
