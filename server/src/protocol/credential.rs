//! Whose request it is, from the credential scope of its signature.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use sfn_alias::Scope;

/// The credential of a signature: `AKID/20261122/eu-central-1/states/aws4_request`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credential<'h> {
    /// The access key's id.
    pub access_key_id: &'h str,
    /// The day, as `20261122`.
    pub date: &'h str,
    /// The region that the client was made for.
    pub region: &'h str,
    /// The service, as a client signs for it: `states`.
    pub service: &'h str,
}

impl<'h> Credential<'h> {
    /// Reads the header `Authorization`; `None` where there is none, or another scheme.
    pub fn of(headers: &'h HeaderMap) -> Option<Self> {
        let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (_, credential) = authorization.split_once("Credential=")?;
        Self::parse(credential.split([',', ' ']).next()?)
    }

    fn parse(credential: &'h str) -> Option<Self> {
        let mut parts = credential.split('/');
        let mut part = || parts.next();
        Some(Self { access_key_id: part()?, date: part()?, region: part()?, service: part()? })
    }

    /// The account that an access key id stands for where credentials are not checked: one of 12 digits
    /// is the account itself, as other stand-ins for AWS have it.
    pub fn account(&self) -> Option<&'h str> {
        Scope::is_account(self.access_key_id).then_some(self.access_key_id)
    }

    /// The scope of this region and an account; `None` where the region cannot stand in an ARN.
    pub fn scope(&self, account: &str) -> Option<Scope> {
        Scope::new(Scope::partition_of(self.region), account, self.region).ok()
    }
}
