"""What would make a rule hold: changes of the record that `update` can make, tried before offered.

A change is offered only if with it the check holds, on everything that is known; where nothing can
be guessed there is advice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from pipeline_gql.domain.attribute_types import listed, several
from pipeline_gql.domain.attributes import Definition, judge
from pipeline_gql.domain.errors import Broken, Refusal, Refused
from pipeline_gql.domain.facts import LAST_DAY
from pipeline_gql.domain.fields import FIELDS, Form
from pipeline_gql.domain.money import SCALE
from pipeline_gql.domain.opportunities import amount_in, probability_at, read
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.problems import Problems
from pipeline_gql.domain.rules import Case, Finding
from pipeline_gql.domain.ruling.comparing import ORDERED, Operation, plain
from pipeline_gql.domain.ruling.values import AttributeCheck, FieldCheck

WRITTEN = {
    "name": "name",
    "description": "description",
    "nextStep": "next_step",
    "leadSource": "lead_source",
    "forecastCategory": "forecast_category",
    "expectedCloseDate": "expected_close_date",
    "amount": "amount",
    "grandTotal": "amount",
    "probability": "probability",
    "ownerId": "owner_id",
}
"""The fields that a rule may ask about and `update` can set as they are, by their members of it."""

Definitions = Mapping[str, Definition]
Value = Any


@dataclass(frozen=True, slots=True)
class Change:
    """A value for a field (by its name in GraphQL), or for an attribute (by its key)."""

    name: str
    value: Value
    is_attribute: bool = False


@dataclass(frozen=True, slots=True)
class Mender:
    """Finds changes for one record; `definitions` are those of the attributes, as far as known."""

    case: Case
    version: Version
    definitions: Definitions

    def changes(self, broken: Broken) -> tuple[Change, ...]:
        """What mends it, all of it together; empty where nothing can be guessed."""
        if broken.finding is not None:
            return replace(self, case=replace(self.case, phase=broken.phase))._for(broken.finding)
        # Something is required: of all that may be, the owner alone can be guessed.
        return (Change("ownerId", self.case.actor.user_id),) if broken.field == "ownerId" else ()

    def _for(self, finding: Finding) -> tuple[Change, ...]:
        for way in finding.ways:
            found = [self._for(each) for each in way]
            if all(found):
                return tuple(change for some in found for change in some)
        match finding.check:
            case FieldCheck() as check if check.name in WRITTEN:
                tried = (Change(check.name, value) for value in _guesses(check, self.case))
            case AttributeCheck() as check if check.key in self.definitions:
                texts = (_text(value) for value in _guesses(check, self.case))
                tried = (Change(check.key, text, is_attribute=True) for text in texts)
            case _:
                return ()
        wanted = not finding.negated
        return next(
            ((change,) for change in tried if self._holds(check, change) is wanted),
            (),
        )

    def _holds(self, check: FieldCheck | AttributeCheck, change: Change) -> bool | None:
        """None where the change would be refused."""
        try:
            changed = self._attribute(change) if change.is_attribute else self._field(change)
        except (Refusal, Refused):
            return None
        return check.holds(replace(self.case, standing=changed))

    def _attribute(self, change: Change) -> Any:
        definition = self.definitions[change.name]
        text = judge(definition, change.value, ("attributes",), self.case.actor.time_zone)
        standing = self.case.standing
        held = {k: v for k, v in standing.attributes.items() if k != change.name}
        return replace(standing, attributes=held if text is None else {**held, change.name: text})

    def _field(self, change: Change) -> Any:
        """The standing after it; raises what `update` would refuse."""
        standing, value = self.case.standing, change.value
        fields = {**standing.fields, change.name: value}
        match WRITTEN[change.name]:
            case "amount":
                units = amount_in(standing.currency, value)
                exact = None if units is None else Decimal(units) / SCALE
                fields["amount"] = exact
                if not standing.interests:
                    fields["grandTotal"] = exact or Decimal(0)
                elif change.name == "grandTotal":
                    fields["grandTotal"] = standing.fields["grandTotal"]
            case "probability":
                step = self.version.step(standing.step_id)
                assert step is not None
                state = self.version.graph.state_of(step)
                fields["probability"] = probability_at(step, state, value)[0]
            case "owner_id":
                pass
            case member:
                problems = Problems()
                wish = read({member: value}, problems)
                problems.raise_if_any()
                fields[change.name] = wish.columns[member]
        return replace(standing, fields=fields, owner_id=fields["ownerId"])


def _guesses(check: FieldCheck | AttributeCheck, case: Case) -> Iterator[Value]:
    """Values that may satisfy a check or its contrary, the plainest first; None clears."""
    wanted: Value = check.wanted
    match check.operation:
        case Operation.PRESENT:
            if isinstance(check, FieldCheck) and check.name == "ownerId":
                yield case.actor.user_id
        case Operation.EQ | Operation.NE:
            yield wanted
        case Operation.IN:
            yield from wanted
        case Operation.CONTAINS:
            held = _held(check, case)
            choices = several(held) if isinstance(held, str) else None
            yield listed((*choices, wanted)) if choices else wanted
            yield wanted if held is None else f"{held} {wanted}"
        case operation if operation in ORDERED:
            yield from _beside(wanted, _smallest(check))
        case _:
            return
    if not (isinstance(check, FieldCheck) and check.name == "ownerId"):
        yield None


def _held(check: FieldCheck | AttributeCheck, case: Case) -> Value:
    if isinstance(check, FieldCheck):
        return case.standing.fields.get(check.name)
    return case.attributes.get(check.key)


def _smallest(check: FieldCheck | AttributeCheck) -> Decimal:
    """By how much values next to each other differ, as far as that matters here."""
    money = isinstance(check, FieldCheck) and FIELDS[check.name] is Form.MONEY
    return Decimal("0.01") if money else Decimal(1)


def _beside(wanted: Value, smallest: Decimal) -> Iterator[Value]:
    """A value, and the next above and below it."""
    yield wanted
    if isinstance(wanted, date):
        if wanted < LAST_DAY:
            yield wanted + timedelta(days=1)
        yield wanted - timedelta(days=1)
    elif isinstance(wanted, int):
        yield wanted + 1
        yield wanted - 1
    elif isinstance(wanted, Decimal):
        for unit in (smallest, Decimal(1)):
            above = wanted.quantize(unit, ROUND_CEILING)
            below = wanted.quantize(unit, ROUND_FLOOR)
            yield from (above, below, above + unit, below - unit)


def _text(value: Value) -> str | None:
    return None if value is None else plain(value)
