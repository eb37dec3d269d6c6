//! Whose account and region the endpoint answers for, and those that vectors are written for.

use sfn_alias::parse_arn;

/// What stands in front of an ARN's resource, and the role of state machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    pub partition: String,
    pub region: String,
    pub account: String,
    pub role: String,
}

/// The account of the vectors. Stand-ins for AWS take it from an access key id of 12 digits.
pub(super) const ACCOUNT: &str = "123456789012";
/// The role of the vectors' state machines.
pub(super) const ROLE: &str = "arn:aws:iam::123456789012:role/sfn_role";

impl Scope {
    /// That of the vectors.
    pub fn of_vectors() -> Self {
        let (partition, region) = ("aws".to_owned(), "us-east-1".to_owned());
        Self { partition, region, account: ACCOUNT.to_owned(), role: ROLE.to_owned() }
    }

    /// That of the endpoint, from a state machine's ARN; its role is the vectors' in that account unless
    /// one is given.
    pub fn of(machine_arn: &str, role: Option<&str>) -> Option<Self> {
        let arn = parse_arn(machine_arn).ok()?;
        let role =
            role.map_or_else(|| format!("arn:{}:iam::{}:role/sfn_role", arn.partition, arn.account), str::to_owned);
        let (partition, region, account) = (arn.partition.to_owned(), arn.region.to_owned(), arn.account.to_owned());
        Some(Self { partition, region, account, role })
    }
}
