//! URLs of etcd clusters.

use std::fmt;
use std::str::FromStr;

const DEFAULT_PREFIX: &str = "sfn-alias/";
const DEFAULT_PORT: u16 = 2379;

/// The nodes of an etcd cluster and the prefix of the keys: `etcd://HOST:2379,HOST:2379,HOST:2379/PREFIX`, or `etcds://` with
/// TLS. The default port is 2379, and the default prefix `sfn-alias/`. A prefix ends with `/`, which is added if it is
/// missing.
///
/// ```
/// use sfn_alias_cluster::etcd::EtcdUrl;
///
/// let url = EtcdUrl::parse("etcds://a.example:2379,b.example").unwrap();
/// assert_eq!(url.to_string(), "etcds://a.example:2379,b.example:2379/sfn-alias/");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtcdUrl {
    secure: bool,
    hosts: Vec<String>,
    prefix: String,
}

impl EtcdUrl {
    /// Parses a URL.
    ///
    /// # Errors
    /// Returns a text if it is not a valid URL of an etcd cluster.
    pub fn parse(url: &str) -> Result<Self, String> {
        let explain = |problem: &str| {
            let expected = "etcd://HOST:2379,HOST:2379/PREFIX, or etcds:// with TLS";
            format!("`{url}` is not a valid URL of etcd: {problem}; expected {expected}")
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| explain("it has no scheme"))?;
        let secure = match scheme {
            "etcd" => false,
            "etcds" => true,
            _ => return Err(explain("the scheme is not `etcd` or `etcds`")),
        };
        let (hosts, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let hosts: Result<_, _> =
            hosts.split(',').map(|host| parse_host(host).map_err(|problem| explain(&problem))).collect();
        let prefix = parse_prefix(prefix).map_err(explain)?;
        Ok(Self { secure, hosts: hosts?, prefix })
    }

    /// Whether connections use TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Returns the nodes, each as host and port.
    #[must_use]
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// Returns the prefix of all keys.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether both URLs certainly have the same keys: the same prefix, and a common node.
    #[must_use]
    pub fn is_same_store(&self, other: &Self) -> bool {
        let is_common = |host: &String| other.hosts.iter().any(|other| other.eq_ignore_ascii_case(host));
        self.prefix == other.prefix && self.hosts.iter().any(is_common)
    }
}

impl FromStr for EtcdUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        Self::parse(url)
    }
}

impl fmt::Display for EtcdUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/{}", if self.secure { "etcds" } else { "etcd" }, self.hosts.join(","), self.prefix)
    }
}

/// Returns host and port.
fn parse_host(text: &str) -> Result<String, String> {
    let (host, port) = match text.rsplit_once(':') {
        // An IPv6 address without a port ends with `]`.
        Some((host, port)) if !port.ends_with(']') => {
            (host, port.parse().ok().filter(|port| *port > 0).ok_or_else(|| format!("`{port}` is not a valid port"))?)
        }
        _ => (text, DEFAULT_PORT),
    };
    if host.is_empty() {
        return Err("a host is missing".to_owned());
    }
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let valid = match inner {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
            host.bytes().all(is_part)
        }
    };
    if valid { Ok(format!("{host}:{port}")) } else { Err(format!("`{host}` is not a valid host")) }
}

fn parse_prefix(text: &str) -> Result<String, &'static str> {
    if text.is_empty() {
        return Ok(DEFAULT_PREFIX.to_owned());
    }
    if text.len() > 256 || !text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#')) {
        return Err("the prefix must be up to 256 visible ASCII characters without `?` and `#`");
    }
    // The keys of records begin with a letter and `/`: a store with the prefix `a/` would read those of `a/m/`.
    if text.split('/').any(|part| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_lowercase())) {
        return Err(
            "the prefix must not have a part of one lowercase letter, like the keys of records; use for example /team-x",
        );
    }
    Ok(if text.ends_with('/') { text.to_owned() } else { format!("{text}/") })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn urls_are_normalized() {
        let cases = [
            ("etcd://a:1,b:2,c:3/team/one", "etcd://a:1,b:2,c:3/team/one/"),
            ("etcd://a", "etcd://a:2379/sfn-alias/"),
            ("etcds://a/", "etcds://a:2379/sfn-alias/"),
            ("etcd://[::1]:5,[fe80::1]/X1/", "etcd://[::1]:5,[fe80::1]:2379/X1/"),
        ];
        for (text, expected) in cases {
            assert_eq!(EtcdUrl::parse(text).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn stores_are_the_same_with_a_common_node_and_prefix() {
        let cases = [
            ("etcd://a/team", "etcd://A:2379/team/", true),
            ("etcd://a,b/team", "etcds://c,b/team", true),
            ("etcd://a", "etcd://a/sfn-alias", true),
            ("etcd://a/team", "etcd://a/other", false),
            ("etcd://a/team", "etcd://b/team", false),
            ("etcd://a:1/team", "etcd://a:2/team", false),
        ];
        for (first, second, expected) in cases {
            let [first, second] = [first, second].map(|url| EtcdUrl::parse(url).unwrap());
            assert_eq!(first.is_same_store(&second), expected, "{first} {second}");
            assert_eq!(second.is_same_store(&first), expected, "{second} {first}");
        }
    }

    #[test]
    fn errors_name_the_problem() {
        let cases = [
            ("a:2379", "it has no scheme"),
            ("http://a:2379", "the scheme is not `etcd` or `etcds`"),
            ("etcd://", "a host is missing"),
            ("etcd://a,,b", "a host is missing"),
            ("etcd://a:0", "`0` is not a valid port"),
            ("etcd://a:65536", "`65536` is not a valid port"),
            ("etcd://user:pass@a:1", "`user:pass@a` is not a valid host"),
            ("etcd://a b", "`a b` is not a valid host"),
            ("etcd://[::1", "`[:` is not a valid host"),
            (
                "etcd://a/p/m",
                "the prefix must not have a part of one lowercase letter, like the keys of records; use for example /team-x",
            ),
            ("etcd://a/p?x", "the prefix must be up to 256 visible ASCII characters without `?` and `#`"),
        ];
        for (text, problem) in cases {
            let expected = format!(
                "`{text}` is not a valid URL of etcd: {problem}; expected etcd://HOST:2379,HOST:2379/PREFIX, or etcds:// with TLS"
            );
            assert_eq!(EtcdUrl::parse(text).unwrap_err(), expected);
        }
    }
}
