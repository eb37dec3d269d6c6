//! A store that delegates to another one.

use sfn_alias::model::{StateMachine, Timestamp};
use sfn_alias::store::{MemoryStore, ReadTransaction, Session, Store, WriteTransaction};
use sfn_alias::{Error, Options, Result, StepFunctions};

/// A store that cannot be written.
struct ReadOnly<S>(S);

fn read_only<T>() -> Result<T> {
    Err(Error::Store("the store is read-only".to_owned()))
}

impl<S: Store> Store for ReadOnly<S> {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        self.0.begin_read(arn)
    }

    fn begin_write<'t>(&'t self, _arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        read_only()
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        self.0.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&self, _now: Timestamp, _limit: usize) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        // Without a shared commit.
        Ok(Box::new(self))
    }

    fn next_session_number(&self) -> Result<u64> {
        Ok(0)
    }

    fn token_key(&self) -> [u8; 32] {
        self.0.token_key()
    }
}

fn main() -> Result<()> {
    let sfn = StepFunctions::with_store(Box::new(ReadOnly(MemoryStore::new()?)), Options::default())?;
    assert_eq!(sfn.call("ListStateMachines", b"{}").status, 200);
    let tag = br#"{"resourceArn": "arn:aws:states:us-east-1:000000000000:stateMachine:orders", "tags": []}"#;
    assert_eq!(sfn.call("TagResource", tag).status, 500);
    Ok(())
}

#[test]
fn writes_fail() {
    assert_eq!(main(), Ok(()));
}
