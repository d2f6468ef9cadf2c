"""Whether a request was made on this very machine, and to it by name."""

from ipaddress import IPv6Address, ip_address

from starlette.requests import Request

# A proxy on this machine makes everybody a loopback client, and says so here.
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def is_loopback(request: Request) -> bool:
    """True if client and Host are both loopback and nothing was forwarded.

    The Host matters because a hostile page can point a name of its own at 127.0.0.1
    (DNS rebinding) and then read this answer as its own.
    """
    if any(name in request.headers for name in _FORWARDED):
        return False
    return (
        request.client is not None
        and _is_loopback_address(request.client.host)
        and _is_loopback_name(request.headers.get("host", ""))
    )


def _is_loopback_name(host: str) -> bool:
    name = host.rpartition("]")[0].removeprefix("[") if "]" in host else host.partition(":")[0]
    return name.lower() == "localhost" or _is_loopback_address(name)


def _is_loopback_address(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
