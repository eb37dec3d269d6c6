//! Who may use the endpoint: signatures (AWS Signature Version 4) and the credentials they prove.
//!
//! `credentials` reads the file of those that may, as `settings` reads files, `signature` what a request claims, `verify` compares.

mod credentials;
pub(crate) mod settings;
mod signature;
mod verify;

pub use credentials::{Credentials, CredentialsError};
pub use verify::{PendingAuth, verify};
