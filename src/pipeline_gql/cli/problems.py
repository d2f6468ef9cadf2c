"""What goes wrong outside, as sentences."""

import os
import socket
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.store.constraints import DATABASE_ERRORS, driver_error


class Problem(Exception):
    """The message is one sentence that says what to do."""


@contextmanager
def reaching(url: str) -> Generator[None]:
    """Turns failures to reach a database into sentences that name its place, not its password."""
    try:
        yield
    except (TimeoutError, TryAgain):
        raise Problem(f"The database at {place(url)} does not answer.") from None
    except DATABASE_ERRORS as error:
        why = _why(driver_error(error))
        raise Problem(f"The database at {place(url)} cannot be used: {why}.") from None


def place(url: str) -> str:
    """Host, port and database of an address."""
    parts = urlsplit(url)
    host = parts.hostname or parse_qs(parts.query).get("host", ["localhost"])[0]
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}{parts.path}"


def _why(error: BaseException) -> str:
    if isinstance(error, socket.gaierror):
        return "no machine has that name"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
