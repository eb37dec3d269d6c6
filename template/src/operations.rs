//! Operations that Step Functions authorizes with the ARN of the state machine, also if the request contains the ARN of
//! a version or alias. IAM lists them as the actions with the condition key `states:StateMachineQualifier`.

use std::ops::{BitAnd, BitOr, BitOrAssign};

/// Wildcards of IAM.
pub(crate) const WILDCARDS: [char; 2] = ['*', '?'];

/// The actions in IAM policies, and in lower case: IAM ignores the case. Starts are first.
const ACTIONS: [(&str, &str); 10] = [
    ("states:StartExecution", "states:startexecution"),
    ("states:StartSyncExecution", "states:startsyncexecution"),
    ("states:CreateStateMachineAlias", "states:createstatemachinealias"),
    ("states:DeleteStateMachineAlias", "states:deletestatemachinealias"),
    ("states:DeleteStateMachineVersion", "states:deletestatemachineversion"),
    ("states:DescribeStateMachine", "states:describestatemachine"),
    ("states:DescribeStateMachineAlias", "states:describestatemachinealias"),
    ("states:ListExecutions", "states:listexecutions"),
    ("states:ListStateMachineAliases", "states:liststatemachinealiases"),
    ("states:UpdateStateMachineAlias", "states:updatestatemachinealias"),
];

/// A set of operations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Operations(u16);

impl Operations {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self((1 << ACTIONS.len()) - 1);
    /// The operations that start an execution.
    pub const START: Self = Self(0b11);
    pub const OTHER: Self = Self(Self::ALL.0 & !Self::START.0);

    /// Returns the operations that an action of a policy matches, for example `states:Describe*`.
    pub fn from_action(pattern: &str) -> Self {
        let pattern = pattern.to_lowercase();
        let is_pattern = pattern.contains(WILDCARDS);
        if !is_pattern && !pattern.starts_with("states:") {
            return Self::NONE;
        }
        let matches = |action: &str| if is_pattern { matches_wildcard(&pattern, action) } else { pattern == action };
        let bits = ACTIONS.iter().enumerate().filter(|(_, (_, action))| matches(action));
        Self(bits.fold(0, |found, (index, _)| found | 1 << index))
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns whether the two have an operation in common.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns the operations that the other set does not contain. Both ways to start count as one operation.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        let starts = if other.intersects(Self::START) { Self::START } else { Self::NONE };
        self.exclude(other | starts)
    }

    /// Returns the operations that are not in the other set.
    #[must_use]
    pub const fn exclude(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Returns the names of the actions.
    pub fn names(self) -> Vec<&'static str> {
        let actions = ACTIONS.iter().enumerate().filter(|(index, _)| self.0 & 1 << index != 0);
        actions.map(|(_, (name, _))| *name).collect()
    }
}

impl BitOr for Operations {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Operations {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOrAssign for Operations {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Matches the wildcards of IAM.
fn matches_wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let next = |index: usize| index.saturating_add(1);
    let (mut at, mut from, mut star) = (0, 0, None);
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at = next(at);
            }
            Some(b'?') => (at, from) = (next(at), next(from)),
            Some(byte) if text.get(from) == Some(byte) => (at, from) = (next(at), next(from)),
            _ => match star {
                Some((index, taken)) => {
                    star = Some((index, next(taken)));
                    (at, from) = (next(index), next(taken));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::Operations;

    #[track_caller]
    fn assert_names(pattern: &str, expected: &[&str]) {
        assert_eq!(Operations::from_action(pattern).names(), expected);
    }

    #[test]
    fn actions_and_patterns() {
        assert_names("states:startExecution", &["states:StartExecution"]);
        assert_names("states:Start*", &["states:StartExecution", "states:StartSyncExecution"]);
        assert_names("states:describe*", &["states:DescribeStateMachine", "states:DescribeStateMachineAlias"]);
        assert_names("states:?topExecution", &[]);
        assert_names("s3:GetObject", &[]);
        assert_names("states:StopExecution", &[]);
        for all in ["*", "states:*", "st*"] {
            assert_eq!(Operations::from_action(all), Operations::ALL);
        }
    }

    #[test]
    fn one_start_covers_the_other() {
        let start = Operations::from_action("states:StartExecution");
        assert_eq!(Operations::ALL.without(start), Operations::OTHER);
        assert_eq!(start.without(Operations::OTHER), start);
    }
}
