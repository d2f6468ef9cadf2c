"""Driver errors become refusals: what the database catches is still an answer, not a 500.

Operations check before they write; these sentences are for the races they lose.
"""

import re
from collections.abc import Callable

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, exc

from pipeline_gql.domain.errors import TryAgain, ValueInvalid
from pipeline_gql.store import models
from pipeline_gql.store.connections import DRIVER_ERRORS, is_lost


class Serialization(Exception):
    """The transaction met another; begin it again, at most three times."""


class OutcomeUnknown(Exception):
    """The answer to COMMIT was lost: the work is done or it is not; an idempotency key tells."""


_RETRY = frozenset({"40001", "40P01"})
# Out of time, a lock that did not come, no connection left, a plan outdated by a migration.
_BUSY = frozenset({"57014", "55P03", "53300", "0A000"})
_NAME = re.compile(r'constraint "(.+?)(?:_[0-9]{6,})?"')

DATABASE_ERRORS: tuple[type[Exception], ...] = (exc.SQLAlchemyError, OSError, *DRIVER_ERRORS)
Meaning = Callable[[], Exception]


class Translated:
    """Inside, errors of the driver and of SQLAlchemy turn into our own."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, DATABASE_ERRORS) and (known := domain_error(error)) is not None:
            raise known from error


translated = Translated()


def domain_error(error: Exception) -> Exception | None:
    """The refusal that an error stands for, or None when it is a bug."""
    if isinstance(error, (exc.TimeoutError, TimeoutError)):
        return TryAgain()
    cause = driver_error(error)
    state = getattr(cause, "sqlstate", None) or ""
    if state in _RETRY:
        return Serialization()
    if state in _BUSY or is_lost(cause) or getattr(error, "connection_invalidated", False):
        return TryAgain()
    if state == "22003":
        return ValueInvalid(field="value", problem="is out of range")
    return _violation(constraint_name(cause)) if state.startswith("23") else None


def constraint_name(error: BaseException) -> str | None:
    """Of a violated constraint; on Citus it stands only in the message, with a shard's number."""
    name = getattr(error, "constraint_name", None)
    if name:
        return name
    found = _NAME.search(str(error))
    return found[1] if found else None


def _violation(name: str | None) -> Exception | None:
    if name is None:
        return None
    if name in MEANINGS:
        return MEANINGS[name]()
    if name.startswith("ck_"):
        return ValueInvalid(field="value", problem=f"breaks the rule {name.removeprefix('ck_')}")
    return None


def driver_error(error: BaseException) -> BaseException:
    """The driver's own error beneath SQLAlchemy's wrappings."""
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error


def _taken(column: str) -> Meaning:
    return lambda: ValueInvalid(field=column, problem="is already used", path=(column,))


def _dangling(column: str) -> Meaning:
    return lambda: ValueInvalid(field=column, problem="names nothing there is", path=(column,))


def _meanings() -> dict[str, Meaning]:
    """Every unique and foreign key by its name, told by its last column."""
    found: dict[str, Meaning] = {}
    for table in models.Base.metadata.tables.values():
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint):
                found[str(constraint.name)] = _taken(constraint.columns.values()[-1].name)
            elif isinstance(constraint, ForeignKeyConstraint):
                found[str(constraint.name)] = _dangling(constraint.column_keys[-1])
        for index in table.indexes:
            if index.unique:
                found[str(index.name)] = _taken(index.columns.values()[-1].name)
    return found


MEANINGS: dict[str, Meaning] = _meanings() | {
    "ck_step_stay_times": TryAgain,
    "pk_region": _taken("code"),
    "uq_app_user_org_id_email_key": _taken("email"),
    "uq_exchange_rate_day": _taken("date"),
    "ex_step_stay_overlap": TryAgain,
    "uq_step_stay_open": TryAgain,
    "uq_seat_hold_held": TryAgain,
    # Sold out, or taken off sale, since it was looked at: begun again, the verb sees it.
    "ck_event_places": Serialization,
    # Merged into another meanwhile: begun again, the operation finds it gone, or its successor.
    "fk_opportunity_tag_org_id_tag_id": Serialization,
    "fk_lead_tag_org_id_tag_id": Serialization,
    # Made meanwhile: begun again, the action finds it there and skips it.
    "uq_registration_active": Serialization,
    "uq_token_issue_standing": Serialization,
    # Two first pipelines at once: begun again, the later one is not the default.
    "uq_pipeline_default": Serialization,
    "uq_outbox_org_id_aggregate_aggregate_id_sequence": Serialization,
}
