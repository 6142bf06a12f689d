//! The client address, which identifies unauthenticated clients for rate limits.

use lambda_http::http::HeaderMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use subtle::ConstantTimeEq;

/// The header with which our CloudFront distribution proves its identity.
const ORIGIN_HEADER: &str = "x-origin-verify";
/// The header in which CloudFront passes the viewer's `address:port`.
const VIEWER_HEADER: &str = "cloudfront-viewer-address";

/// The address by which a request is counted: the gateway's peer, or the viewer that our own CloudFront names. Any
/// other forwarding header is ignored, because the client can set it. IPv6 addresses are grouped by /64, the usual size
/// of a household's network.
pub fn client(source_ip: &str, headers: &HeaderMap, origin_secret: &str) -> String {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let verified = header(ORIGIN_HEADER)
        .is_some_and(|shown| !origin_secret.is_empty() && bool::from(shown.as_bytes().ct_eq(origin_secret.as_bytes())));
    let viewer = header(VIEWER_HEADER).filter(|_| verified).and_then(viewer);
    match viewer.or_else(|| source_ip.parse().ok()) {
        Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        },
        Some(address) => address.to_string(),
        None => source_ip.to_owned(),
    }
}

/// `198.51.100.7:443`, `[2001:db8::1]:443` or, as CloudFront writes it, `2001:db8::1:443`.
fn viewer(text: &str) -> Option<IpAddr> {
    let bare = || text.rsplit_once(':')?.0.parse().ok();
    text.parse::<SocketAddr>().ok().map(|address| address.ip()).or_else(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().expect("name"), value.parse().expect("value"))).collect()
    }

    #[test]
    fn forwarding_headers_are_trusted_only_from_our_own_cloudfront() {
        let spoofed = headers(&[("x-forwarded-for", "1.2.3.4"), ("cloudfront-viewer-address", "1.2.3.4:5")]);
        assert_eq!(client("198.51.100.7", &spoofed, "secret"), "198.51.100.7");
        let wrong = headers(&[("x-origin-verify", "guess"), ("cloudfront-viewer-address", "1.2.3.4:5")]);
        assert_eq!(client("198.51.100.7", &wrong, "secret"), "198.51.100.7");
        let none = headers(&[("x-origin-verify", ""), ("cloudfront-viewer-address", "1.2.3.4:5")]);
        assert_eq!(client("198.51.100.7", &none, ""), "198.51.100.7");
        let ours = headers(&[("x-origin-verify", "secret"), ("cloudfront-viewer-address", "1.2.3.4:5")]);
        assert_eq!(client("198.51.100.7", &ours, "secret"), "1.2.3.4");
        let six = headers(&[("x-origin-verify", "secret"), ("cloudfront-viewer-address", "2001:db8:1:2:3:4:5:6:443")]);
        assert_eq!(client("198.51.100.7", &six, "secret"), "2001:db8:1:2::/64");
    }

    #[test]
    fn one_household_of_ipv6_is_one_address() {
        let none = HeaderMap::new();
        assert_eq!(client("2001:db8:1:2:aaaa::1", &none, "s"), client("2001:db8:1:2:bbbb::9", &none, "s"));
        assert_eq!(client("::ffff:198.51.100.7", &none, "s"), "198.51.100.7");
    }
}
