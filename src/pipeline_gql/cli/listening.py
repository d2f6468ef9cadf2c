"""The socket we listen on, taken before anything else is started."""

import errno
import os
import socket

from pipeline_gql.cli.problems import Problem

BACKLOG = 2048


def bound(host: str, port: int) -> socket.socket:
    """A socket on that address, not yet listening, so that nobody waits in front of it."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise Problem(f"`{host}` is not the name or address of a machine.") from None
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(address)
    except OSError as error:
        taken.close()
        raise Problem(_why(error, host, port)) from None
    return taken


def listen(taken: socket.socket, host: str, port: int) -> None:
    """From here on clients are let in, or wait for the server to finish starting."""
    try:
        taken.listen(BACKLOG)
    except OSError as error:
        raise Problem(_why(error, host, port)) from None
    taken.set_inheritable(True)


def address_of(taken: socket.socket, host: str) -> str:
    """The URL that a person on this machine can open."""
    port = taken.getsockname()[1]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _why(error: OSError, host: str, port: int) -> str:
    reasons = {
        errno.EADDRINUSE: f"Port {port} on {host} is in use; choose another with --port.",
        errno.EACCES: f"You may not listen on port {port}; choose one above 1023 with --port.",
        errno.EADDRNOTAVAIL: f"{host} is not an address of this machine; choose one with --host.",
    }
    other = f"Cannot listen on {host}, port {port}: {os.strerror(error.errno or 0).lower()}."
    return reasons.get(error.errno or 0, other)
