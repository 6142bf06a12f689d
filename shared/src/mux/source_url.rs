//! The URLs from which Mux may fetch films.

use reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Names that only resolve within a network, and those of the machine itself.
const PRIVATE_DOMAINS: [&str; 8] = ["localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa"];

/// Checks the URL of a film. On the local platform, the stand-in for Mux may also fetch from this machine, without TLS.
///
/// # Errors
/// Why Mux cannot or must not fetch it.
pub fn source_url(text: &str, is_local_platform: bool) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "is not a URL")?;
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches([']', '.']);
    let (is_public, is_this_machine) = match host.parse::<IpAddr>() {
        Ok(address) => (is_public(address), address.is_loopback()),
        Err(_) => (is_public_domain(host), host == "localhost"),
    };
    let is_local = is_local_platform && is_this_machine;
    if url.scheme() != "https" && !(is_local && url.scheme() == "http") {
        return Err("must start with https://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain a user name or password");
    }
    if is_public || is_local { Ok(url) } else { Err("must be on a public host") }
}

fn is_public_domain(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    host.contains('.') && !PRIVATE_DOMAINS.contains(&last)
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => address.to_ipv4_mapped().map_or_else(|| is_public_v6(address), is_public_v4),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_reserved = matches!(
        (first, second, third),
        // This network, shared addresses of providers, protocol assignments, benchmarks, and what is reserved.
        (0, ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _) | (240..=255, ..)
    );
    !(is_reserved
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast())
}

/// Only global unicast addresses (2000::/3), without documentation, Teredo and 6to4.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, 0x0db8 | 0, ..] | [0x2002, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn films_come_from_public_hosts_by_https() {
        for url in [
            "https://films.example.com/a.mp4",
            "https://films.example.com:8443/a%20b.mp4?token=x",
            "https://93.184.216.34/a.mp4",
            "https://[2606:2800:220:1::1]/a.mp4",
        ] {
            assert!(source_url(url, false).is_ok(), "{url}");
        }
        for url in [
            "",
            "films.example.com/a.mp4",
            "http://films.example.com/a.mp4",
            "ftp://films.example.com/a.mp4",
            "file:///etc/passwd",
            "data:video/mp4;base64,AAAA",
            "https://ada:secret@films.example.com/a.mp4",
            "https://localhost/a.mp4",
            "https://films.localhost/a.mp4",
            "https://nas.local/a.mp4",
            "https://metadata.google.internal/a.mp4",
            "https://intranet/a.mp4",
            "https://127.0.0.1/a.mp4",
            "https://0x7f.1/a.mp4",
            "https://2130706433/a.mp4",
            "https://10.1.2.3/a.mp4",
            "https://172.16.0.1/a.mp4",
            "https://192.168.0.1/a.mp4",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/a.mp4",
            "https://0.0.0.0/a.mp4",
            "https://[::1]/a.mp4",
            "https://[::ffff:10.0.0.1]/a.mp4",
            "https://[fd00::1]/a.mp4",
            "https://[fe80::1]/a.mp4",
        ] {
            assert!(source_url(url, false).is_err(), "{url}");
        }
    }

    #[test]
    fn the_local_platform_also_fetches_from_this_machine_and_nowhere_else() {
        for url in ["http://127.0.0.1:4200/a.mp4", "https://localhost/a.mp4", "http://[::1]/a.mp4"] {
            assert!(source_url(url, true).is_ok(), "{url}");
        }
        for url in ["http://films.example.com/a.mp4", "http://10.1.2.3/a.mp4", "https://192.168.0.1/a.mp4"] {
            assert!(source_url(url, true).is_err(), "{url}");
        }
    }
}
