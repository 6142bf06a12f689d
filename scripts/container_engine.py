"""The container engine that `sam local` uses, and how its containers reach this machine."""

import ipaddress
import platform

from common import fail

# The host's name for containers of an engine in a virtual machine; the platform accepts this name.
FORWARDED = "host.docker.internal"
# The default networks of Docker and of Podman.
BRIDGES = ("bridge", "podman")


def engine():
    """SAM's client of the container engine. Ends the script if no engine is running."""
    from samcli.local.docker.container_client_factory import ContainerClientFactory
    from samcli.local.docker.exceptions import ContainerEnforcementException, ContainerNotReachableException

    try:
        return ContainerClientFactory.create_client()
    except (ContainerNotReachableException, ContainerEnforcementException):
        fail("no container engine is running here, and `sam local` needs one: install and start Docker, or set DOCKER_HOST."
             " Without containers, `make watch` runs the same functions under `cargo lambda watch`")


def gateway_of(client) -> str:
    """How containers reach this machine: at its address on their bridge, or by name from a virtual machine."""
    if platform.system() != "Linux" or "Desktop" in client.info().get("OperatingSystem", ""):
        return FORWARDED
    for network in client.networks.list():
        if network.name in BRIDGES:
            network.reload()
            for settings in network.attrs["IPAM"]["Config"] or []:
                if address := gateway_in(settings):
                    return address
    fail("the container engine has no bridge network: set CONTAINER_GATEWAY to this machine's address as containers see it")


def gateway_in(settings: dict[str, str]) -> str | None:
    """This machine's IPv4 address in a network's address range; `None` for a range of IPv6.

    Docker names the gateway of its bridge only if it found the bridge when it started. A bridge that it has just created gets
    the first address of its range.
    """
    subnet = ipaddress.ip_network(settings["Subnet"])
    return settings.get("Gateway") or str(subnet[1]) if subnet.version == 4 else None
