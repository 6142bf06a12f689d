//! Detects sign-ins from a device that is new to an account.
//!
//! Nothing that a client sends proves which device it is. So a device is identified by everything that we can see: the
//! name that its user gave it, the software (without its version, which changes every few weeks), and the network.
//! People sign in rarely, because a session lasts for months. An unnecessary notice therefore costs little, while a
//! notice that a thief could avoid by copying the device's name would be worthless.

use std::net::{IpAddr, Ipv6Addr};

/// What we can see of a device at a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The name that its user gave it.
    name: String,
    /// The software, without version numbers.
    software: String,
    /// The network: /24 of IPv4, /48 of IPv6.
    network: String,
}

impl Device {
    /// Extracts it from the given name, the user agent and the client address.
    pub fn seen(name: Option<&str>, user_agent: Option<&str>, address: &str) -> Self {
        let name = name.map(str::trim).unwrap_or_default().to_lowercase();
        // Parts of a version change like the version itself: `130.0.1`, `10_15_7`.
        let is_of_version = |letter: &char| letter.is_ascii_digit() || matches!(letter, '.' | '_');
        let software = user_agent.unwrap_or_default().chars().filter(|letter| !is_of_version(letter)).collect();
        Self { name, software, network: network(address) }
    }

    /// All three as one text, which is the same for the same device.
    pub fn fingerprint(&self) -> String {
        [self.name.as_str(), self.software.as_str(), self.network.as_str()].join("\n")
    }
}

/// Whether two client addresses are in the same network.
pub fn is_same_network(one: &str, other: &str) -> bool {
    network(one) == network(other)
}

/// The network of a client address, which is an IPv4 address or the /64 of an IPv6 address.
fn network(address: &str) -> String {
    let bare = address.strip_suffix("/64").unwrap_or(address);
    match bare.parse() {
        Ok(IpAddr::V4(four)) => {
            let [a, b, c, _] = four.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Ok(IpAddr::V6(six)) => {
            let [a, b, c, ..] = six.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0.1 Safari/537.36";

    fn seen(name: Option<&str>, agent: &str, address: &str) -> Device {
        Device::seen(name, Some(agent), address)
    }

    #[test]
    fn an_update_or_another_address_in_the_network_is_the_same_device() {
        let device = seen(None, AGENT, "198.51.100.7");
        assert_eq!(device, seen(None, &AGENT.replace("130.0.1", "131.2"), "198.51.100.200"));
        assert_eq!(
            seen(Some(" Living Room"), "TV/1", "2001:db8:1:2::/64"),
            seen(Some("living room "), "TV/2", "2001:db8:1:9::/64")
        );
        assert_eq!(Device::seen(None, None, "x"), Device::seen(Some("  "), Some(""), "x"));
    }

    #[test]
    fn another_name_other_software_or_another_network_is_another_device() {
        let device = seen(Some("Phone"), AGENT, "198.51.100.7").fingerprint();
        for other in [
            seen(Some("Phones"), AGENT, "198.51.100.7"),
            seen(None, AGENT, "198.51.100.7"),
            seen(Some("Phone"), &AGENT.replace("Chrome", "Firefox"), "198.51.100.7"),
            seen(Some("Phone"), AGENT, "198.51.101.7"),
            seen(Some("Phone"), AGENT, "2001:db8::/64"),
        ] {
            assert_ne!(device, other.fingerprint(), "{other:?}");
        }
    }
}
