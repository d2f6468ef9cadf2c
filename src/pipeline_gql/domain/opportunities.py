"""What a client may say of an opportunity, judged without looking anything up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, cast

from pipeline_gql.domain.errors import NotAnEntryStep, Path, Ref, Remedy
from pipeline_gql.domain.facts import optional_date, whole_number
from pipeline_gql.domain.ids import encode
from pipeline_gql.domain.money import SCALE, currency_code, units_of
from pipeline_gql.domain.pipeline import State, Step, Version
from pipeline_gql.domain.problems import Problems, invalid, missing, not_found
from pipeline_gql.domain.structure import FIXED_PROBABILITY
from pipeline_gql.domain.text import DESCRIPTION, optional_text, required_text

MOST_LINKS = 500
NEXT_STEP = 1_000

ROLES = (
    *("Decision maker", "Champion", "Economic buyer", "Influencer", "Technical evaluator"),
    *("User", "Procurement", "Legal", "Gatekeeper", "Blocker"),
)
"""The parts that contacts usually have. Any other text will do."""
_ROLES = {role.casefold(): role for role in ROLES}


@dataclass(frozen=True, slots=True)
class Part:
    """A contact's part in an opportunity; the primary one is the opportunity's `contact`."""

    contact_id: int
    role: str | None = None
    primary: bool = False


def contact_role(value: object, path: Path) -> str | None:
    """A usual one in its one spelling, so that a filter finds them all; any other as it is."""
    role = optional_text(value, path)
    return role and _ROLES.get(" ".join(role.casefold().split()), role)


@dataclass(slots=True)
class Wish:
    """What was asked for: columns to set, links to have, and the records all that names."""

    columns: dict[str, Any] = field(default_factory=dict[str, Any])
    parts: tuple[Part, ...] | None = None
    links: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    refs: dict[Path, Ref] = field(default_factory=dict[Path, Ref])


_COLUMNS: Mapping[str, Callable[[object, Path], object]] = {
    "name": required_text,
    "lead_source": optional_text,
    "description": partial(optional_text, limit=DESCRIPTION),
    "next_step": partial(optional_text, limit=NEXT_STEP),
    "forecast_category": optional_text,
    "external_id": optional_text,
    "expected_close_date": optional_date,
}
_REFERENCES = {
    "region_id": ("region_code", "Region"),
    "account_id": ("account_id", "Account"),
    "owner_id": ("owner_id", "User"),
}
LINKS = {"assigned_to_ids": "User", "team_ids": "Team", "tags": "Tag"}


def read(changes: Mapping[str, object], problems: Problems) -> Wish:
    """Everything but money, probability and where to start; what is wrong goes to `problems`."""
    wish = Wish()
    for name, judge in _COLUMNS.items():
        if name in changes:
            wish.columns[name] = problems.check(judge, changes[name], (name,))
    for name, (column, type) in _REFERENCES.items():
        if name in changes:
            key = cast("int | str | None", changes[name])
            wish.columns[column] = key
            if key is not None:
                wish.refs[(name,)] = Ref(type, key)
    read_links(wish, changes, problems)
    if "contact_ids" in changes:
        _read_parts(wish, cast("Sequence[Part] | None", changes["contact_ids"]) or (), problems)
    return wish


def read_links(wish: Wish, changes: Mapping[str, object], problems: Problems) -> None:
    """Assignees, teams and tags, each the whole list."""
    for name, type in LINKS.items():
        if name in changes:
            _read_link(wish, name, type, changes[name], problems)


def _read_link(wish: Wish, name: str, type: str, value: object, problems: Problems) -> None:
    keys = tuple(dict.fromkeys(cast("Sequence[int] | None", value) or ()))
    if len(keys) > MOST_LINKS:
        problems.add(invalid((name,), f"must have at most {MOST_LINKS}"))
        return
    wish.links[name] = keys
    wish.refs.update({(name, index): Ref(type, key) for index, key in enumerate(keys)})


def _read_parts(wish: Wish, parts: Sequence[Part], problems: Problems) -> None:
    """Unless one is said to be, the first contact is the primary one."""
    path: Path = ("contact_ids",)
    if len(parts) > MOST_LINKS:
        problems.add(invalid(path, f"must have at most {MOST_LINKS}"))
        return
    if len({part.contact_id for part in parts}) < len(parts):
        problems.add(invalid(path, "must not name a contact twice"))
    if sum(part.primary for part in parts) > 1:
        problems.add(invalid(path, "must have one primary contact at most"))
    wish.parts = tuple(
        Part(
            part.contact_id,
            problems.check(contact_role, part.role, (*path, index, "role")),
            part.primary,
        )
        for index, part in enumerate(parts)
    )
    for index, part in enumerate(parts):
        wish.refs[(*path, index, "contact_id")] = Ref("Contact", part.contact_id)
    primary = next((part for part in parts if part.primary), parts[0] if parts else None)
    wish.columns["contact_id"] = primary.contact_id if primary else None


@dataclass(frozen=True, slots=True)
class Stranger:
    """A step that the wanted version of a pipeline lacks: its name, and its own pipeline's."""

    name: str
    pipeline: str
    wanted: str

    @property
    def told(self) -> str:
        """Ends the sentence that it is not an entry step."""
        if self.pipeline == self.wanted:
            return f" of pipeline {self.wanted} as it is published now"
        return f" of pipeline {self.wanted}: it belongs to pipeline {self.pipeline}"


def start_step(
    version: Version | None,
    pipeline_id: int | None,
    step_id: int | None,
    is_step: bool,
    stranger: Stranger | None = None,
) -> Step:
    """Where a new opportunity starts; `is_step` says whether `step_id` names a step at all."""
    if step_id is not None and not is_step:
        raise not_found(Ref("OpportunityStep", step_id), ("entry_step_id",))
    if version is None and pipeline_id is not None:
        raise not_found(Ref("Pipeline", pipeline_id), ("pipeline_id",))
    if version is None:
        raise missing(("pipeline_id",))
    if step_id is None:
        return version.graph.entry_step
    step = version.step(step_id)
    if step is None or not step.is_entry:
        ref = Ref("OpportunityStep", step_id)
        raise NotAnEntryStep(
            step=f"{stranger.name} ({encode(ref)})" if stranger else step.name if step else ref,
            elsewhere=stranger.told if stranger else "",
            value=ref,
            path=("entry_step_id",),
            remedies=_entries(version),
        )
    return step


def _entries(version: Version) -> list[Remedy]:
    """Advice, for only the client knows the rest of the input."""
    entries = [step for step in version.graph.steps if step.is_entry]
    refs = [Ref("OpportunityStep", version.step_ids[step.key]) for step in entries]
    return [
        Remedy(f"Start in {step.name}: entryStepId {encode(ref)}")
        for step, ref in zip(entries, refs, strict=True)
    ]


def probability_at(step: Step, state: State, wanted: object) -> tuple[int, bool]:
    """The probability on a step, and whether it was set by hand; None leaves it to the step."""
    if wanted is None:
        return step.probability, False
    value = whole_number(wanted, ("probability",), 0, 100)
    fixed = FIXED_PROBABILITY.get(state)
    if fixed is None:
        return value, True
    if value != fixed:
        raise invalid(("probability",), f"is always {fixed} when {state.lower()}", value)
    return fixed, False


def currency_wanted(value: object) -> str:
    return currency_code(value, ("financial_unit_id",))


def amount_in(currency: str | None, value: object) -> int | None:
    """A manual amount in ten-thousandths; None for a currency that was refused itself."""
    if value is None:
        return None
    if not isinstance(value, Decimal):
        raise invalid(("amount",), "must be a decimal number", str(value))
    return units_of(value, currency, ("amount",))


def same_amount_in(currency: str | None, units: int | None) -> int | None:
    """An amount under another currency, which must be able to express it."""
    return None if units is None else amount_in(currency, Decimal(units) / SCALE)
