"""What a check compares with, as documents hold it."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from pipeline_gql.domain import attribute_types
from pipeline_gql.domain.attribute_types import day_of, units_of
from pipeline_gql.domain.contents import Contents
from pipeline_gql.domain.facts import FIRST_DAY, LAST_DAY
from pipeline_gql.domain.fields import FIELDS, KEPT_AT_ENTRY, Form, Value
from pipeline_gql.domain.money import DIGITS
from pipeline_gql.domain.patterns import Pattern, Unreadable
from pipeline_gql.domain.ruling.comparing import ALONE, ORDERED, TEXTUAL, Operation, plain
from pipeline_gql.domain.ruling.values import AttributeCheck, FieldCheck
from pipeline_gql.domain.text import ADDRESS, is_storable, required_text

MOST_VALUES = 100
_COMPARISON = {"is", "value", "values"}
_WRONG: dict[Form, str] = {
    Form.TEXT: f"must be a text of 1 to {ADDRESS:,} characters",
    Form.NUMBER: "must be a whole number",
    Form.MONEY: "must be a decimal number, not negative, of at most 4 decimals",
    Form.DATE: "must be a date between 1900-01-01 and 2999-12-31",
}
_NO_ATTRIBUTE = f"{_WRONG[Form.TEXT]} or a number of at most 15 digits and 10 decimals"


def read_field(parent: Contents) -> FieldCheck | None:
    contents = parent.inner("field", {"name", *_COMPARISON})
    name = contents.text("name", required_text, is_needed=True) or ""
    operation = contents.choice(Operation, "is") or Operation.PRESENT
    form = FIELDS.get(name)
    if form is None:
        contents.wrong("name", f"must be one of {', '.join(FIELDS)}", name)
        return None
    if problem := _misfit(name, form, operation):
        contents.wrong("is", problem, operation.value)
        return None
    wanted = _wanted(
        contents, operation, lambda v: _value(v, form), _WRONG.get(form, "must be absent")
    )
    return FieldCheck(name, operation, wanted)


def read_attribute(parent: Contents) -> AttributeCheck | None:
    contents = parent.inner("attribute", {"key", *_COMPARISON})
    key = contents.text("key", required_text, is_needed=True) or ""
    operation = contents.choice(Operation, "is") or Operation.PRESENT
    wanted = _wanted(contents, operation, _attribute, _NO_ATTRIBUTE)
    if isinstance(wanted, Decimal) and operation in TEXTUAL:
        contents.wrong("value", _WRONG[Form.TEXT])
    if isinstance(wanted, tuple):
        wanted = tuple(plain(each) for each in wanted)
    assert wanted is None or isinstance(wanted, str | Decimal | tuple)
    return AttributeCheck(key, operation, wanted)


def decimal_of(value: object) -> Decimal | None:
    """An amount, exactly as written, with at most four decimals; None for anything else."""
    number = _number(value, DIGITS)
    if number is None or number < 0:
        return None
    exact = number.quantize(Decimal("1.0000"))
    return exact.normalize() + 0 if exact == number else None


def number_of(value: object) -> Decimal | None:
    """What a number attribute may hold, exactly as written; None for anything else, and for a
    fraction of more digits than a number of JSON keeps."""
    number = _number(value, attribute_types.DIGITS)
    units = None if number is None else units_of(format(number, "f"))
    if number is None or units is None:
        return None
    whole, part = divmod(units, 10**attribute_types.DECIMALS)
    kept = part == 0 or Decimal(str(float(number))) == number
    return (Decimal(whole) if part == 0 else number.normalize() + 0) if kept else None


def _number(value: object, digits: int) -> Decimal | None:
    """Finite, with at most so many digits before the point."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(value if isinstance(value, int) else str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.adjusted() < digits else None


def _misfit(name: str, form: Form, operation: Operation) -> str | None:
    """Why an operation cannot be asked of a field."""
    if operation is Operation.CHANGED:
        known = sorted(KEPT_AT_ENTRY)
        return None if name in KEPT_AT_ENTRY else f"asks `changed` of {', '.join(known)} alone"
    if form is Form.KEY and operation is not Operation.PRESENT:
        return "asks nothing but `present` of a record's id"
    if operation in TEXTUAL and form is not Form.TEXT:
        return "asks that of texts alone"
    if operation in ORDERED and form is Form.TEXT:
        return "orders numbers, money and dates alone"
    return None


def _wanted(
    contents: Contents, operation: Operation, judge: Callable[[object], Value], wrong: str
) -> Value | tuple[Value, ...]:
    """What comes with the operation, and nothing else."""
    belongs = "values" if operation is Operation.IN else "value"
    for name in ("value", "values"):
        if contents.has(name) and (operation in ALONE or name != belongs):
            contents.wrong(name, f"must be absent beside `is: {operation}`")
    if operation in ALONE:
        return None
    if operation is not Operation.IN:
        value = _checked(contents, "value", judge(contents.member("value")), wrong)
        return _pattern(contents, value) if operation is Operation.MATCHES else value
    values = tuple(judge(item) for _, item in contents.items("values"))
    if not 0 < len(values) <= MOST_VALUES:
        contents.wrong("values", f"must be a list of 1 to {MOST_VALUES}")
    return tuple(_checked(contents, "values", value, wrong) for value in values)


def _checked(contents: Contents, name: str, value: Value, wrong: str) -> Value:
    if value is None:
        contents.wrong(name, wrong)
    return value


def _pattern(contents: Contents, value: Value) -> Value:
    try:
        Pattern(str(value))
    except Unreadable as problem:
        contents.wrong("value", f"must be a pattern: this one {problem}", value)
    return value


def _value(value: object, form: Form) -> Value:
    """None for what is not of the form."""
    match form:
        case Form.TEXT | Form.KEY:
            return _text(value)
        case Form.MONEY:
            return decimal_of(value)
        case Form.NUMBER:
            return value if isinstance(value, int) and not isinstance(value, bool) else None
        case Form.DATE:
            return _day(value)


def _attribute(value: object) -> Value:
    """A number stays one; what else YAML makes of a text becomes a text again."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return number_of(value)
    return value.isoformat() if isinstance(value, date | datetime) else _text(value)


def _text(value: object) -> str | None:
    known = isinstance(value, str) and 0 < len(value) <= ADDRESS and is_storable(value)
    return value if known and isinstance(value, str) else None


def _day(value: object) -> date | None:
    day = day_of(value) if isinstance(value, str) else value
    if not isinstance(day, date) or isinstance(day, datetime):
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None
