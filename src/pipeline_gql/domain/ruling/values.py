"""Checks of one value of the record: a field of ours, or an attribute of the organisation's."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pipeline_gql.domain.attribute_types import several
from pipeline_gql.domain.fields import FIELDS, Form, Value
from pipeline_gql.domain.money import SCALE, spelled
from pipeline_gql.domain.ruling.cases import Case, Told
from pipeline_gql.domain.ruling.comparing import ALONE, TEXTUAL, Operation, compare, plain, words


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """`changed` is since it came to the step where it stands."""

    name: str
    operation: Operation
    wanted: Value | tuple[Value, ...] = None

    def holds(self, case: Case) -> bool:
        actual = case.standing.fields.get(self.name)
        if self.operation is Operation.CHANGED:
            return actual != case.standing.at_entry.get(self.name)
        return compare(self.operation, actual, self.wanted)

    def told(self, case: Case) -> Told:
        actual = case.standing.fields.get(self.name)
        currency = case.standing.currency

        def spell(value: Value) -> str:
            if FIELDS[self.name] is Form.MONEY and isinstance(value, Decimal):
                return _money(value, currency)
            return plain(value)

        told = None if actual is None else spell(actual)
        return Told(self.name, told, words(self.operation, self.wanted, spell))

    def who(self) -> str:
        return f"anybody where {self.name} is {words(self.operation, self.wanted, plain)}"

    def exported(self) -> Mapping[str, object]:
        return {"field": {"name": self.name, **_exported(self.operation, self.wanted)}}


def _money(value: Decimal, currency: str) -> str:
    """With more decimals than the currency has, where a rule says so."""
    units = value * SCALE
    text = spelled(int(units), currency)
    return text if Decimal(text) == value else plain(value)


@dataclass(frozen=True, slots=True)
class AttributeCheck:
    """Compared as numbers where `wanted` is one, else as text, which is right for dates as well;
    of several choices one must match, or be what is contained.

    `changed` is by this call.
    """

    key: str
    operation: Operation
    wanted: Decimal | str | tuple[str, ...] | None = None

    def holds(self, case: Case) -> bool:
        actual = case.attributes.get(self.key)
        if self.operation is Operation.CHANGED:
            return case.phase.merges and actual != case.standing.attributes.get(self.key)
        if isinstance(self.wanted, Decimal):
            return compare(self.operation, _number(actual), self.wanted)
        choices = self._among(actual)
        if choices is None:
            return compare(self.operation, actual, self.wanted)
        if self.operation is Operation.CONTAINS:
            return str(self.wanted).casefold() in map(str.casefold, choices)
        return any(compare(self.operation, each, self.wanted) for each in choices)

    def told(self, case: Case) -> Told:
        actual = case.attributes.get(self.key)
        expected = words(self.operation, self.wanted, plain)
        if choices := self._among(actual):
            actual, expected = ", ".join(choices), f"with {expected} among them"
        return Told(f"attributes.{self.key}", actual, expected)

    def _among(self, actual: str | None) -> tuple[str, ...] | None:
        """The choices of a value that has several, where each is looked at by itself."""
        return several(actual) if actual and self.operation in TEXTUAL else None

    def who(self) -> str:
        return f"anybody where {self.key} is {words(self.operation, self.wanted, plain)}"

    def exported(self) -> Mapping[str, object]:
        said = dict(_exported(self.operation, self.wanted))
        if isinstance(self.wanted, Decimal):
            said["value"] = _as_number(self.wanted)
        return {"attribute": {"key": self.key, **said}}


def _number(text: str | None) -> Decimal | None:
    """None for what is no number, so that it fulfils nothing but `ne`."""
    try:
        number = Decimal(text or "x")
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _as_number(value: Decimal) -> int | float:
    """A number of JSON: a text that looks like one would be compared as a text."""
    return int(value) if value == value.to_integral_value() else float(value)


def _exported(operation: Operation, wanted: Value | tuple[Value, ...]) -> Mapping[str, object]:
    if operation in ALONE:
        return {"is": operation.value}
    if isinstance(wanted, tuple):
        return {"is": operation.value, "values": [_written(each) for each in wanted]}
    return {"is": operation.value, "value": _written(wanted)}


def _written(value: Value) -> object:
    return value if isinstance(value, int) else plain(value)
