//! The codes of problems.

use serde::{Serialize, Serializer};
use std::fmt;

/// Declares [`ProblemCode`] with its texts.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// The code of a [`Problem`](super::Problem): `weights-sum` in JSON. A code keeps its meaning in every
        /// later release.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ProblemCode { $($(#[$doc])* $name,)* }

        impl ProblemCode {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the code as it appears in JSON, for example `weights-sum`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// A required member is missing.
    Required = "required";
    /// A string is too short.
    TooShort = "too-short";
    /// A string is too long.
    TooLong = "too-long";
    /// A list has too few items.
    TooFew = "too-few";
    /// A list has too many items.
    TooMany = "too-many";
    /// A number is too small.
    TooSmall = "too-small";
    /// A number is too large.
    TooLarge = "too-large";
    /// A string does not match the pattern.
    Pattern = "pattern";
    /// A string is not one of the allowed values.
    Enum = "enum";
    /// An item of a list is too short or too long.
    ItemLength = "item-length";
    /// An ARN is not valid, or names another type of resource.
    InvalidArn = "invalid-arn";
    /// An ARN does not name a version.
    NotAVersionArn = "not-a-version-arn";
    /// An ARN does not name an alias.
    NotAnAliasArn = "not-an-alias-arn";
    /// An ARN names neither a state machine nor a version.
    NotAStateMachineArn = "not-a-state-machine-arn";
    /// An ARN ends in a map state's label.
    LabeledArn = "labeled-arn";
    /// A routing contains the same version twice.
    VersionRepeated = "version-repeated";
    /// The weights of a routing do not sum to 100.
    WeightsSum = "weights-sum";
    /// A routing contains versions of several state machines.
    OtherStateMachine = "other-state-machine";
    /// An update changes nothing.
    NothingToUpdate = "nothing-to-update";
    /// `versionDescription` is set, and `publish` is not.
    DescriptionWithoutPublish = "description-without-publish";
    /// ListExecutions without an ARN.
    ListExecutionsWithoutArn = "list-executions-without-arn";
    /// ListExecutions with two ARNs.
    ListExecutionsWithTwoArns = "list-executions-with-two-arns";
    /// Map runs are not supported.
    MapRunsNotSupported = "map-runs-not-supported";
    /// More tags than a resource can have.
    TooManyTags = "too-many-tags";
    /// A name contains a forbidden character.
    InvalidName = "invalid-name";
    /// A definition is not valid.
    InvalidDefinition = "invalid-definition";
    /// An execution input is not JSON.
    InvalidExecutionInput = "invalid-execution-input";
    /// A page token is not valid.
    InvalidToken = "invalid-token";
    /// The operation is unknown.
    UnknownOperation = "unknown-operation";
    /// The operation does not have this member.
    UnknownMember = "unknown-member";
    /// The request is not a JSON object.
    NotJson = "not-json";
    /// A member has the wrong JSON type.
    WrongType = "wrong-type";
    /// The request has too many bytes.
    TooLargeRequest = "too-large-request";
    /// The alias exists with another description or routing.
    AliasConflict = "alias-conflict";
    /// An alias references the version.
    VersionReferenced = "version-referenced";
    /// The revision is not the current one.
    RevisionConflict = "revision-conflict";
    /// The state machine has the maximum number of aliases.
    AliasQuota = "alias-quota";
    /// The state machine has the maximum number of versions.
    VersionQuota = "version-quota";
    /// A state machine with this name exists.
    StateMachineAlreadyExists = "state-machine-already-exists";
    /// The state machine is being deleted.
    StateMachineDeleting = "state-machine-deleting";
    /// The state machine does not exist.
    StateMachineDoesNotExist = "state-machine-does-not-exist";
    /// EXPRESS state machines do not support the operation.
    StateMachineTypeNotSupported = "state-machine-type-not-supported";
    /// An alias, version or tagged resource does not exist.
    ResourceNotFound = "resource-not-found";
    /// An execution with this name exists.
    ExecutionAlreadyExists = "execution-already-exists";
    /// The execution does not exist.
    ExecutionDoesNotExist = "execution-does-not-exist";
    /// The store failed.
    StorageFailure = "storage-failure";
    /// A bug in this library.
    InternalFailure = "internal-failure";
    /// The service is closed.
    ServiceClosed = "service-closed";
    /// The operating system's random number generator failed.
    EntropyFailure = "entropy-failure";
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ProblemCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
