"""The order of an opportunity's interests: places are counted from 1 and leave no gap."""

from collections.abc import Sequence

from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.problems import Problems, invalid, not_found


def placed(order: Sequence[int], key: int, position: int | None) -> list[int]:
    """With `key` at the position, or at the end; all others keep their order."""
    others = [each for each in order if each != key]
    end = len(others) if position is None else position - 1
    return [*others[:end], key, *others[end:]]


def require_all(order: Sequence[int], wanted: Sequence[int], path: Path) -> None:
    """Raises Refusal or Refused unless `wanted` names each of `order` once."""
    problems = Problems()
    known = set(order)
    for place, key in enumerate(wanted):
        if key not in known:
            problems.add(not_found(Ref("OpportunityInterest", key), (*path, place)))
    problems.raise_if_any()
    if sorted(wanted) != sorted(order):
        raise invalid(path, f"must name each of the {len(order)} interests once", len(wanted))
