//! The scope of a request: partition, account and region.

/// A partition, an account and a region. A request reads and changes only the resources of its scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// `arn:PARTITION:states:REGION:ACCOUNT:`
    arn_prefix: String,
}

impl Scope {
    /// Creates a scope, for example from `aws`, `123456789012` and `eu-central-1`.
    ///
    /// # Errors
    /// [`ScopeError`] if the account is not 12 digits, or if the partition or the region is empty or contains other
    /// characters than ASCII letters, digits and hyphens.
    ///
    /// ```
    /// use sfn_alias::Scope;
    /// let scope = Scope::new("aws", "123456789012", "eu-central-1")?;
    /// assert_eq!(scope.arn_prefix(), "arn:aws:states:eu-central-1:123456789012:");
    /// assert_eq!(Scope::new("aws", "1234", "eu-central-1").unwrap_err().part(), "account");
    /// # Ok::<(), sfn_alias::model::ScopeError>(())
    /// ```
    pub fn new(partition: &str, account: &str, region: &str) -> Result<Self, ScopeError> {
        let is_valid = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !is_valid(partition) {
            return Err(ScopeError("partition", "letters, digits and hyphens, for example `aws`"));
        }
        if !Self::is_account_id(account) {
            return Err(ScopeError("account", "12 digits, for example `123456789012`"));
        }
        if !is_valid(region) {
            return Err(ScopeError("region", "letters, digits and hyphens, for example `us-east-1`"));
        }
        Ok(Self { arn_prefix: format!("arn:{partition}:states:{region}:{account}:") })
    }

    /// Returns whether a text is an account id: 12 digits.
    pub fn is_account_id(text: &str) -> bool {
        text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Returns the partition of a region, as in botocore's `partitions.json`.
    ///
    /// ```
    /// assert_eq!(sfn_alias::Scope::partition_for_region("us-gov-west-1"), "aws-us-gov");
    /// ```
    pub fn partition_for_region(region: &str) -> &'static str {
        const PARTITIONS: [(&str, &str); 7] = [
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("us-iso-", "aws-iso"),
            ("us-isob-", "aws-iso-b"),
            ("eu-isoe-", "aws-iso-e"),
            ("us-isof-", "aws-iso-f"),
            ("eusc-", "aws-eusc"),
        ];
        let found = PARTITIONS.into_iter().find(|(prefix, _)| region.starts_with(prefix));
        found.map_or("aws", |(_, partition)| partition)
    }

    /// Returns the partition. The default is `aws`.
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// Returns the region. The default is `us-east-1`.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// Returns the account id of 12 digits. The default is `000000000000`.
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// Returns the prefix of all ARNs of this scope, for example `arn:aws:states:us-east-1:000000000000:`.
    pub fn arn_prefix(&self) -> &str {
        &self.arn_prefix
    }

    /// Returns whether an ARN is in this scope.
    pub fn contains(&self, arn: &str) -> bool {
        arn.starts_with(&self.arn_prefix)
    }

    /// Returns the ARN of a state machine in this scope.
    pub fn state_machine_arn(&self, name: &str) -> String {
        [&self.arn_prefix, "stateMachine:", name].concat()
    }

    fn part(&self, index: usize) -> &str {
        self.arn_prefix.split(':').nth(index).unwrap_or_default()
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self { arn_prefix: "arn:aws:states:us-east-1:000000000000:".to_owned() }
    }
}

/// The error of [`Scope::new`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` must be {1}")]
pub struct ScopeError(&'static str, &'static str);

impl ScopeError {
    /// Returns the part that is not valid: `partition`, `account` or `region`.
    pub const fn part(&self) -> &'static str {
        self.0
    }

    /// Returns the valid form, for example `12 digits, for example ...`.
    pub const fn expected(&self) -> &'static str {
        self.1
    }
}
