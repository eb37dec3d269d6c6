//! The credential scope of a signature.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use sfn_alias::Scope;

/// The credential of a signature, for example `AKID/20261122/eu-central-1/states/aws4_request`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credential<'h> {
    /// The access key id.
    pub access_key_id: &'h str,
    /// The date, for example `20261122`.
    pub date: &'h str,
    /// The region of the client.
    pub region: &'h str,
    /// The signing name of the service: `states`.
    pub service: &'h str,
}

impl<'h> Credential<'h> {
    /// Parses the header `Authorization`. Returns `None` if it is missing or has another scheme.
    pub fn from_headers(headers: &'h HeaderMap) -> Option<Self> {
        let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (_, credential) = authorization.split_once("Credential=")?;
        Self::parse(credential.split([',', ' ']).next()?)
    }

    fn parse(credential: &'h str) -> Option<Self> {
        let mut parts = credential.split('/');
        let mut part = || parts.next();
        Some(Self { access_key_id: part()?, date: part()?, region: part()?, service: part()? })
    }

    /// Returns the access key id if it is an account id (12 digits). moto and LocalStack use the same convention.
    ///
    /// This is the account only if signatures are not verified.
    pub fn account(&self) -> Option<&'h str> {
        Scope::is_account_id(self.access_key_id).then_some(self.access_key_id)
    }

    /// Returns the scope of this region and an account, or `None` if the region is not valid in an ARN.
    pub fn scope(&self, account: &str) -> Option<Scope> {
        Scope::new(Scope::partition_for_region(self.region), account, self.region).ok()
    }
}
