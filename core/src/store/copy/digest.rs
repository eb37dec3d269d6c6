//! A digest of everything that is stored of a state machine. Sequence numbers of executions are not part of it, but their order
//! is.

use crate::error::{Error, Result};
use crate::model::{
    Alias, EndedCounts, Ending, Execution, Failure, Outcome, PreviousRouting, Redrive, Revision, Routing, StateMachine,
    Tag, Timestamp, Version, VersionNumber,
};
use crate::store::{Document, RevisionKey, RevisionNumber, View};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What is compared separately, so that a difference has a name.
const PARTS: [&str; 6] =
    ["state machine", "versions", "aliases", "documents of aliases", "executions", "counts of executions"];

/// A SHA-256.
pub(super) type Digest = [u8; 32];

/// The digests of the parts of a state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StateMachineDigest([Digest; PARTS.len()]);

impl StateMachineDigest {
    /// Returns the names of the parts that differ.
    pub fn compare(&self, other: &Self) -> Vec<&'static str> {
        let pairs = PARTS.into_iter().zip(self.0.iter().zip(&other.0));
        pairs.filter(|(_, (first, second))| first != second).map(|(name, _)| name).collect()
    }
}

/// Reads everything that a view has. Calls `on_execution` for each execution.
pub(super) fn digest_view(view: &dyn View, on_execution: &mut dyn FnMut()) -> Result<StateMachineDigest> {
    let mut revisions = RevisionDigests::default();
    Ok(StateMachineDigest([
        digest_state_machine(view, &mut revisions)?,
        digest_versions(view, &mut revisions)?,
        digest_aliases(view)?,
        digest_documents(view)?,
        digest_executions(view, &mut revisions, on_execution)?,
        digest_counts(view)?,
    ]))
}

fn digest_state_machine(view: &dyn View, revisions: &mut RevisionDigests) -> Result<Digest> {
    let mut encoder = Encoder::default();
    view.state_machine().encode(&mut encoder);
    encoder.bytes(&revisions.read(None, &|| view.revision(RevisionKey::Current))?);
    Ok(encoder.finish())
}

fn digest_versions(view: &dyn View, revisions: &mut RevisionDigests) -> Result<Digest> {
    let mut encoder = Encoder::default();
    for version in view.versions(None, usize::MAX)? {
        version.encode(&mut encoder);
        encoder.bytes(&revisions.read(None, &|| view.revision(RevisionKey::Version(version.number)))?);
    }
    Ok(encoder.finish())
}

fn digest_aliases(view: &dyn View) -> Result<Digest> {
    let mut encoder = Encoder::default();
    for (name, alias) in view.aliases(None, usize::MAX)? {
        name.encode(&mut encoder);
        alias.encode(&mut encoder);
    }
    Ok(encoder.finish())
}

fn digest_documents(view: &dyn View) -> Result<Digest> {
    let mut digests = BTreeSet::new();
    view.export_documents(&mut |alias, Document { key, value }| {
        let mut encoder = Encoder::default();
        [alias, key, value].iter().for_each(|text| text.encode(&mut encoder));
        digests.insert(encoder.finish());
        Ok(())
    })?;
    let mut encoder = Encoder::default();
    digests.iter().for_each(|digest| encoder.bytes(digest));
    Ok(encoder.finish())
}

fn digest_executions(
    view: &dyn View,
    revisions: &mut RevisionDigests,
    on_execution: &mut dyn FnMut(),
) -> Result<Digest> {
    let mut encoder = Encoder::default();
    view.export_executions(&mut |exported| {
        exported.execution.encode(&mut encoder);
        encoder.bytes(&revisions.read(exported.revision, exported.read_revision)?);
        on_execution();
        Ok(())
    })?;
    Ok(encoder.finish())
}

fn digest_counts(view: &dyn View) -> Result<Digest> {
    let mut encoder = Encoder::default();
    let mut starts = view.start_counts()?;
    starts.retain(|(_, count)| *count > 0);
    starts.sort_unstable();
    for (version, count) in starts {
        version.encode(&mut encoder);
        count.encode(&mut encoder);
    }
    view.unstored_endings()?.encode(&mut encoder);
    Ok(encoder.finish())
}

/// Creates the error of a view without a revision that it refers to.
pub(super) fn missing_revision() -> Error {
    Error::Store("a revision is missing".to_owned())
}

/// The digests of revisions that were read before, so that each is read once if the store numbers them.
#[derive(Default)]
struct RevisionDigests(HashMap<RevisionNumber, Digest>);

impl RevisionDigests {
    fn read(
        &mut self,
        number: Option<RevisionNumber>,
        read: &dyn Fn() -> Result<Option<Arc<Revision>>>,
    ) -> Result<Digest> {
        if let Some(digest) = number.and_then(|number| self.0.get(&number)) {
            return Ok(*digest);
        }
        let digest = digest_revision(&*read()?.ok_or_else(missing_revision)?);
        self.0.extend(number.map(|number| (number, digest)));
        Ok(digest)
    }
}

/// Returns the digest of a revision. Revisions of a state machine with the same digest are the same.
pub(super) fn digest_revision(revision: &Revision) -> Digest {
    let mut encoder = Encoder::default();
    revision.encode(&mut encoder);
    encoder.finish()
}

/// Hashes values so that different ones have different input.
#[derive(Default)]
struct Encoder(Sha256);

impl Encoder {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self) -> Digest {
        self.0.finalize().into()
    }
}

trait Encode {
    fn encode(&self, encoder: &mut Encoder);
}

/// Encodes all fields of a type. A new field does not compile until it is listed here.
macro_rules! encode_fields {
    ($($type:ident { $($field:ident),* };)*) => {$(
        impl Encode for $type {
            fn encode(&self, encoder: &mut Encoder) {
                let Self { $($field),* } = self;
                $($field.encode(encoder);)*
            }
        }
    )*};
}

encode_fields! {
    StateMachine {
        kind, created, deleting_until, last_version, published_version, published_on_create,
        version_description_on_create, tags
    };
    Tag { key, value };
    Revision { id, definition, role_arn, logging, tracing, encryption, updated };
    Version { number, description, created };
    Alias { description, routing, created, updated, previous };
    PreviousRouting { routing, until };
    Execution { name, version, alias, input, trace_header, started, ending, redrives };
    Ending { stopped, outcome };
    Redrive { redriven, client_token, previous };
    Failure { error, cause };
}

/// Encodes types as a value of another type.
macro_rules! encode_as {
    ($($type:ty: $value:expr;)*) => {$(
        impl Encode for $type {
            fn encode(&self, encoder: &mut Encoder) {
                let value: fn(&Self) -> _ = $value;
                value(self).encode(encoder);
            }
        }
    )*};
}

encode_as! {
    bool: |value| u64::from(*value);
    i64: |value| value.cast_unsigned();
    usize: |value| u64::try_from(*value).unwrap_or(u64::MAX);
    Timestamp: |time| time.as_millis();
    VersionNumber: |number| u64::from(number.get());
    crate::model::StateMachineType: |kind| *kind == Self::Express;
}

impl Encode for u64 {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.bytes(&self.to_le_bytes());
    }
}

impl Encode for str {
    fn encode(&self, encoder: &mut Encoder) {
        self.len().encode(encoder);
        encoder.bytes(self.as_bytes());
    }
}

impl Encode for String {
    fn encode(&self, encoder: &mut Encoder) {
        self.as_str().encode(encoder);
    }
}

impl Encode for crate::model::Sensitive {
    fn encode(&self, encoder: &mut Encoder) {
        (**self).encode(encoder);
    }
}

impl<T: Encode + ?Sized> Encode for Box<T> {
    fn encode(&self, encoder: &mut Encoder) {
        (**self).encode(encoder);
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, encoder: &mut Encoder) {
        self.is_some().encode(encoder);
        self.iter().for_each(|value| value.encode(encoder));
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, encoder: &mut Encoder) {
        self.len().encode(encoder);
        self.iter().for_each(|value| value.encode(encoder));
    }
}

impl Encode for Routing {
    fn encode(&self, encoder: &mut Encoder) {
        self.routes().count().encode(encoder);
        for route in self.routes() {
            route.version.encode(encoder);
            u64::from(route.weight.get()).encode(encoder);
        }
    }
}

impl Encode for Outcome {
    fn encode(&self, encoder: &mut Encoder) {
        self.status().as_str().encode(encoder);
        self.output().cloned().encode(encoder);
        self.failure().cloned().encode(encoder);
    }
}

impl Encode for EndedCounts {
    fn encode(&self, encoder: &mut Encoder) {
        for (version, alias, status, durations) in self.iter() {
            version.encode(encoder);
            alias.map(Box::<str>::from).encode(encoder);
            status.as_str().encode(encoder);
            durations.total().as_millis().to_string().encode(encoder);
            durations.buckets().for_each(|(_, count)| count.encode(encoder));
        }
    }
}
