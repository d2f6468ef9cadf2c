"""Driver errors become refusals: what the database catches is still an answer."""

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager

import asyncpg
from sqlalchemy import exc

from pipeline_gql.domain.errors import ItemNotAvailable, Refusal, TryAgain
from pipeline_gql.store.connections import is_lost


class Serialization(Exception):
    """The transaction met another; begin it again, at most three times."""


_RETRY = frozenset({"40001", "40P01"})
# Cancelled by a timeout, or a lock that did not come; 0A000 is met as a plan outdated by DDL.
_BUSY = frozenset({"57014", "55P03", "53300"})
_NAME = re.compile(r'constraint "(.+?)(?:_[0-9]{6,})?"')

_SOLD_OUT: Callable[[], Refusal] = lambda: ItemNotAvailable(item="The event", state="sold out")

REFUSALS: dict[str, Callable[[], Refusal]] = {"ck_event_places": _SOLD_OUT}


@contextmanager
def translated() -> Generator[None]:
    """Inside, errors of the driver and of SQLAlchemy turn into our own."""
    try:
        yield
    except (exc.SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        known = domain_error(error)
        if known is None:
            raise
        raise known from error


def domain_error(error: Exception) -> Exception | None:
    """The refusal that an error stands for, or None when it is a bug."""
    if isinstance(error, (exc.TimeoutError, TimeoutError)):
        return TryAgain()
    cause = _cause(error)
    state = getattr(cause, "sqlstate", None) or ""
    if state in _RETRY:
        return Serialization()
    if state in _BUSY or is_lost(cause) or getattr(error, "connection_invalidated", False):
        return TryAgain()
    if state.startswith("23"):
        return _refusal(constraint_name(cause))
    return None


def constraint_name(error: BaseException) -> str | None:
    """Of a violated constraint; on Citus it stands only in the message, with a shard's number."""
    name = getattr(error, "constraint_name", None)
    if name:
        return name
    found = _NAME.search(str(error))
    return found[1] if found else None


def _refusal(name: str | None) -> Refusal | None:
    if name is None:
        return None
    if name in REFUSALS:
        return REFUSALS[name]()
    return None


def _cause(error: BaseException) -> BaseException:
    """The driver's own error beneath SQLAlchemy's wrappings."""
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error
