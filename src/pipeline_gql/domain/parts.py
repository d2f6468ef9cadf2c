"""The contacts of an opportunity, of which one is the primary one for as long as there are any."""

from collections.abc import Mapping, Sequence

from pipeline_gql.domain.opportunities import MOST_LINKS, Part, contact_role
from pipeline_gql.domain.problems import Problems, invalid

Parts = tuple[Part, ...]


def joined(parts: Sequence[Part], contact_id: int, changes: Mapping[str, object]) -> Parts:
    """With the contact. `changes` may hold its `role` and whether it is to be `primary`; what is
    absent stays as it was. Raises Refusal or Refused."""
    problems = Problems()
    had = next((part for part in parts if part.contact_id == contact_id), None)
    role, primary = had.role if had else None, bool(changes.get("primary"))
    if "role" in changes:
        role = problems.check(contact_role, changes["role"], ("role",))
    if had and had.primary and changes.get("primary") is False:
        problem = "must not be false for the primary contact: make another one primary instead"
        problems.add(invalid(("primary",), problem, value=False))
    if had is None:
        problems.check(require_room, len(parts), "contact_id")
    problems.raise_if_any()
    others = [part for part in parts if part is not had]
    if primary:
        others = [Part(part.contact_id, part.role) for part in others]
    return _with_primary([*others, Part(contact_id, role, primary or bool(had and had.primary))])


def left(parts: Sequence[Part], contact_id: int) -> Parts:
    """Without the contact; if it was the primary one, the one with the lowest id takes over."""
    return _with_primary([part for part in parts if part.contact_id != contact_id])


def primary_of(parts: Sequence[Part]) -> int | None:
    return next((part.contact_id for part in parts if part.primary), None)


def require_room(count: int, field: str) -> None:
    """Raises ValueInvalid if what has so many of a kind takes no more."""
    if count >= MOST_LINKS:
        raise invalid((field,), f"is one too many: there may be {MOST_LINKS}")


def _with_primary(parts: Sequence[Part]) -> Parts:
    ordered = sorted(parts, key=lambda part: part.contact_id)
    if ordered and primary_of(ordered) is None:
        ordered[0] = Part(ordered[0].contact_id, ordered[0].role, primary=True)
    return tuple(ordered)
