//! The host names of an endpoint. With a name that is not one of them, a page of another origin may have reached the
//! endpoint: its name can resolve to the address of this machine (DNS rebinding).

use super::HttpError;
use http::HeaderValue;
use http::header::HOST;
use http::request::Parts;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The prefix that AWS SDKs add to the host of StartSyncExecution and TestState.
const SYNC_PREFIX: &str = "sync-";

/// Maximum length of a host name.
const MAX_NAME: usize = 253;

/// A host name in lower case, without a final dot.
///
/// ```
/// use sfn_alias_server::protocol::HostName;
/// let name: HostName = "SFN.example.com.".parse()?;
/// assert_eq!(name.to_string(), "sfn.example.com");
/// let error = "http://sfn.example.com".parse::<HostName>().unwrap_err();
/// let text = "expected a host name without scheme and port, for example sfn.example.com, found `http://sfn.example.com`";
/// assert_eq!(error.to_string(), text);
/// # Ok::<(), sfn_alias_server::protocol::HostNameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(String);

/// A text that is not a host name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a host name {expected}, found `{found}`")]
pub struct HostNameError {
    expected: &'static str,
    found: String,
}

impl HostNameError {
    fn new(found: &str, expected: &'static str) -> Self {
        Self { expected, found: found.to_owned() }
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for HostName {
    type Err = HostNameError;

    /// Parses a name. IP addresses are names too; they are always allowed.
    fn from_str(text: &str) -> Result<Self, HostNameError> {
        if is_ip_address(text) || text.parse::<Ipv6Addr>().is_ok() {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        match () {
            () if text.contains(['/', ':']) => {
                Err(HostNameError::new(text, "without scheme and port, for example sfn.example.com"))
            }
            () if text.contains('*') => Err(HostNameError::new(text, "without wildcards; specify each name")),
            () if !text.is_ascii() => Err(HostNameError::new(text, "in its ASCII form, which begins with `xn--`")),
            () if name.len() > MAX_NAME || !name.split('.').all(is_label) => {
                Err(HostNameError::new(text, "of letters, digits, `-`, `_` and `.`, for example sfn.example.com"))
            }
            () => Ok(Self(name.to_ascii_lowercase())),
        }
    }
}

fn is_label(label: &str) -> bool {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=63).contains(&label.len()) && label.bytes().all(is_valid)
}

/// The names of an endpoint that does not require signatures. IP addresses, `localhost` and names below it are always
/// allowed: a page cannot have such a name unless it is of this machine or of that address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<HostName>);

impl FromIterator<HostName> for AllowedHosts {
    fn from_iter<I: IntoIterator<Item = HostName>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}

impl AllowedHosts {
    /// Returns whether requests may have this `Host`: a name or address with an optional port.
    pub fn allows(&self, authority: &str) -> bool {
        let Some(Authority { host, .. }) = Authority::parse(authority) else { return false };
        self.contains(host) || strip_sync_prefix(host).is_some_and(|host| self.contains(host))
    }

    fn contains(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        let is_name = |HostName(name): &HostName| name.eq_ignore_ascii_case(host);
        is_ip_address(host) || is_localhost(host) || self.0.iter().any(is_name)
    }

    /// Checks the host of a request: `Host`, and the authority in the request target, which overrides it (RFC 9112, section
    /// 3.2.2). Accepts a request without both, because browsers always send `Host`, and health checks of HTTP/1.0 do not.
    ///
    /// # Errors
    /// [`HttpError::UnknownHost`].
    pub fn check(&self, head: &Parts) -> Result<(), HttpError> {
        let target = head.uri.authority().map(|authority| authority.as_str().as_bytes());
        let hosts = head.headers.get_all(HOST).iter().map(HeaderValue::as_bytes);
        for host in target.into_iter().chain(hosts).filter(|host| !host.is_empty()) {
            if !std::str::from_utf8(host).is_ok_and(|host| self.allows(host)) {
                let host = shorten(host);
                return Err(HttpError::UnknownHost { name: name_to_allow(&host).to_owned(), host });
            }
        }
        Ok(())
    }
}

/// A host with an optional port, as in `Host` and in an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Authority<'a> {
    pub host: &'a str,
    pub port: Option<u16>,
}

impl<'a> Authority<'a> {
    /// Splits a text. Returns `None` without a host, and for a port over 65535.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, "")) => (host, None),
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port.parse().ok()?)),
            // Without a port; colons are of an IPv6 address.
            _ => (text, None),
        };
        (!host.is_empty()).then_some(Self { host, port })
    }

    /// Returns the host to which the client sent a request.
    pub fn from_head(head: &'a Parts) -> Option<Self> {
        let host = || head.headers.get(HOST)?.to_str().ok();
        Self::parse(head.uri.authority().map(http::uri::Authority::as_str).or_else(host)?)
    }
}

/// Returns whether a host is an IPv4 address, or an IPv6 address in brackets, which may have a zone.
fn is_ip_address(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.split('%').next().is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
        None => host.parse::<Ipv4Addr>().is_ok(),
    }
}

/// Returns whether a name is `localhost` or below it, which resolvers do not look up (RFC 6761, section 6.3).
fn is_localhost(host: &str) -> bool {
    let suffix = host.len().checked_sub("localhost".len()).and_then(|start| host.split_at_checked(start));
    suffix.is_some_and(|(parent, name)| {
        name.eq_ignore_ascii_case("localhost") && (parent.is_empty() || parent.ends_with('.'))
    })
}

fn strip_sync_prefix(host: &str) -> Option<&str> {
    let (prefix, rest) = host.split_at_checked(SYNC_PREFIX.len())?;
    prefix.eq_ignore_ascii_case(SYNC_PREFIX).then_some(rest)
}

/// Returns the name to allow for a host: without port, and without the prefix of SDKs.
fn name_to_allow(host: &str) -> &str {
    let name = Authority::parse(host).map_or(host, |authority| authority.host);
    strip_sync_prefix(name).unwrap_or(name)
}

/// Maximum number of bytes of a header in an error.
const MAX_FOUND: usize = 300;

/// Returns the beginning of a header for an error.
pub(super) fn shorten(value: &[u8]) -> String {
    value.get(..MAX_FOUND).unwrap_or(value).escape_ascii().to_string()
}
