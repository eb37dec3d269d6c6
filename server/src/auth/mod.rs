//! AWS Signature Version 4.
//!
//! `credentials` reads the credentials file, `settings` reads files in general. `signature` parses the signature of
//! a request, `verify` verifies it.

mod credentials;
pub mod settings;
mod signature;
mod verify;

pub use credentials::{Access, Credentials, CredentialsError};
pub use verify::PendingAuth;
