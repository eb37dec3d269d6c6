//! What a copy needs of the store besides its state machines.

use crate::commits::CommitResult;
use crate::engine::{Commit, Guard, Read, Write};
use crate::import::{ClusterImport, discard_imports};
use crate::key;
use crate::own::OwnWrite;
use crate::record::{parse, unreadable};
use crate::shared::Shared;
use crate::state_machine::{first_record, missing_result};
use crate::store::ClusterStore;
use crate::transaction::ClusterRead;
use sfn_alias::store::{CopyStore, Import, ReadTransaction, StoreMeta};
use sfn_alias::{Error, Result};

impl CopyStore for ClusterStore {
    fn read_meta(&self) -> Result<StoreMeta> {
        let shared = self.shared();
        let reads = [key::TOKEN_KEY, key::SESSION, key::INCOMPLETE].map(|key| Read::Key(key.to_vec()));
        let found = shared.attempts.read(&reads, shared.attempts.deadline())?;
        let [token_key, session, incomplete] = &*found else { return Err(missing_result()) };
        let token_key = first_record(token_key)?.ok_or_else(|| unreadable(key::TOKEN_KEY, "it does not exist"))?;
        let invalid = |_| unreadable(key::TOKEN_KEY, "it does not have 32 bytes");
        let session = first_record(session)?.map(|record| parse(&record.key, &record.value));
        Ok(StoreMeta {
            token_key: token_key.value.as_slice().try_into().map_err(invalid)?,
            next_session_number: session.transpose()?.unwrap_or(0),
            is_incomplete: first_record(incomplete)?.is_some(),
        })
    }

    fn write_meta(&self, meta: &StoreMeta) -> Result<()> {
        let StoreMeta { token_key, next_session_number, is_incomplete } = meta;
        let put = |key: &[u8], value: Vec<u8>| Write::Put(key.to_vec(), value);
        let mut writes = vec![
            put(key::TOKEN_KEY, token_key.to_vec()),
            put(key::SESSION, next_session_number.to_string().into_bytes()),
        ];
        if *is_incomplete {
            writes.push(put(key::INCOMPLETE, Vec::new()));
        } else {
            discard_imports(self.shared())?;
            writes.push(Write::Delete(key::INCOMPLETE.to_vec()));
        }
        commit_with_token_key(self.shared(), &writes)
    }

    fn begin_export<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        Ok(Box::new(ClusterRead::begin_export(self.shared(), arn)?))
    }

    fn begin_import<'t>(&'t self, arn: &'t str) -> Result<Box<dyn Import + 't>> {
        Ok(Box::new(ClusterImport::begin(self.shared(), arn)?))
    }
}

/// Commits writes that include the key of page tokens, which no other write changes: an earlier attempt that is applied late has no
/// effect.
fn commit_with_token_key(shared: &Shared, writes: &[Write]) -> Result<()> {
    let deadline = shared.attempts.deadline();
    loop {
        let token_key = shared.attempts.read_record(Read::Generation(key::TOKEN_KEY.to_vec()), deadline)?;
        let token_key = token_key.ok_or_else(|| unreadable(key::TOKEN_KEY, "it does not exist"))?;
        let guards = vec![Guard::At(key::TOKEN_KEY.to_vec(), token_key.generation)];
        let commit = Commit { guards, writes: writes.to_vec(), otherwise: Vec::new() };
        match shared.attempts.commit(&commit, &OwnWrite::Unmarked, deadline) {
            Ok(CommitResult::Applied(_)) => return Ok(()),
            Ok(CommitResult::Conflict(_)) | Err(Error::UnknownOutcome(_)) if shared.attempts.now() < deadline => {}
            Ok(CommitResult::Conflict(_)) => {
                return Err(Error::StoreUnavailable("other copies to the same store are running".to_owned()));
            }
            Err(error) => return Err(error),
        }
    }
}
