//! Whose resources a call sees.

/// A partition, an account and a region. Scopes do not see each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    prefix: String,
    partition: usize,
    region: usize,
}

impl Scope {
    /// A scope, for example `aws`, `123456789012`, `eu-central-1`.
    ///
    /// # Errors
    /// The name of the part that is empty or contains a character other than an ASCII letter,
    /// digit or hyphen, or `account` where it is not 12 digits.
    pub fn new(partition: &str, account: &str, region: &str) -> Result<Self, InvalidScope> {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !plain(partition) {
            return Err(InvalidScope("partition", "letters, digits and hyphens, for example `aws`"));
        }
        if !Self::is_account(account) {
            return Err(InvalidScope("account", "12 digits, for example `123456789012`"));
        }
        if !plain(region) {
            return Err(InvalidScope("region", "letters, digits and hyphens, for example `us-east-1`"));
        }
        let prefix = format!("arn:{partition}:states:{region}:{account}:");
        Ok(Self { prefix, partition: partition.len(), region: region.len() })
    }

    /// Whether a text has the form of an account: 12 digits.
    pub fn is_account(text: &str) -> bool {
        text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// The partition that a region lies in, by the beginning of its name as in botocore's
    /// `partitions.json`: `aws-cn` for `cn-north-1`, `aws` for most.
    ///
    /// ```
    /// assert_eq!(sfn_alias::Scope::partition_of("us-gov-west-1"), "aws-us-gov");
    /// ```
    pub fn partition_of(region: &str) -> &'static str {
        const PARTITIONS: [(&str, &str); 7] = [
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("us-iso-", "aws-iso"),
            ("us-isob-", "aws-iso-b"),
            ("eu-isoe-", "aws-iso-e"),
            ("us-isof-", "aws-iso-f"),
            ("eusc-", "aws-eusc"),
        ];
        let found = PARTITIONS.into_iter().find(|(beginning, _)| region.starts_with(beginning));
        found.map_or("aws", |(_, partition)| partition)
    }

    /// The partition, `aws` by default.
    pub fn partition(&self) -> &str {
        self.part(4, self.partition)
    }

    /// The region, `us-east-1` by default.
    pub fn region(&self) -> &str {
        self.part(self.partition.saturating_add(12), self.region)
    }

    /// The account of 12 digits, `000000000000` by default.
    pub fn account(&self) -> &str {
        self.part(self.partition.saturating_add(self.region).saturating_add(13), 12)
    }

    /// What every ARN of this scope begins with: `arn:aws:states:us-east-1:000000000000:`.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether an ARN belongs to this scope.
    pub fn contains(&self, arn: &str) -> bool {
        arn.starts_with(&self.prefix)
    }

    /// The ARN of a state machine of this scope.
    pub fn machine_arn(&self, name: &str) -> String {
        [&self.prefix, "stateMachine:", name].concat()
    }

    fn part(&self, from: usize, length: usize) -> &str {
        self.prefix.get(from..from.saturating_add(length)).unwrap_or_default()
    }
}

impl Default for Scope {
    fn default() -> Self {
        let prefix = String::from("arn:aws:states:us-east-1:000000000000:");
        Self { prefix, partition: 3, region: 9 }
    }
}

/// A part of a [`Scope`] that cannot stand in an ARN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` must be {1}")]
pub struct InvalidScope(&'static str, &'static str);

impl InvalidScope {
    /// The part: `partition`, `account` or `region`.
    pub const fn part(&self) -> &'static str {
        self.0
    }
}
