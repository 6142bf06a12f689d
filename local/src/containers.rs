//! How the containers of `sam local` reach this platform, which otherwise listens only on loopback.

use std::net::Ipv4Addr;
use std::str::FromStr;

/// The name by which containers of Docker Desktop reach their host. No DNS server resolves it, so no web page can be
/// rebound to it.
const FORWARDED: &str = "host.docker.internal";

/// The host as containers see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerGateway {
    /// This machine's address on the engine's bridge, on which Stripe, Mux and AWS then also listen.
    Bridge(Ipv4Addr),
    /// The name that the engine forwards to loopback.
    Forwarded,
}

impl ContainerGateway {
    /// The name that the loopback servers also accept.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Bridge(_) => None,
            Self::Forwarded => Some(FORWARDED),
        }
    }
}

impl FromStr for ContainerGateway {
    type Err = String;

    /// Accepts only private addresses, because demo passwords must not leave this machine.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == FORWARDED {
            return Ok(Self::Forwarded);
        }
        match text.parse::<Ipv4Addr>() {
            Ok(address) if address.is_private() => Ok(Self::Bridge(address)),
            _ => Err(format!(
                "CONTAINER_GATEWAY is {text:?}; it must be the private IPv4 address of a container bridge, or {FORWARDED}"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_gateway_is_private() {
        assert_eq!("172.17.0.1".parse(), Ok(ContainerGateway::Bridge(Ipv4Addr::new(172, 17, 0, 1))));
        assert_eq!("host.docker.internal".parse(), Ok(ContainerGateway::Forwarded));
        for public in ["0.0.0.0", "8.8.8.8", "127.0.0.1", "marquee.example", "::1", ""] {
            assert!(public.parse::<ContainerGateway>().is_err(), "{public}");
        }
    }
}
