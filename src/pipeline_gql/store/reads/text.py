"""JSON as text in SQL: pieces of constant text and expressions, joined by `concat`."""

from itertools import chain

from sqlalchemy import Integer, Text, case, cast, func, literal_column

from pipeline_gql.domain.currencies import EXPONENTS
from pipeline_gql.domain.ids import prefix_of
from pipeline_gql.store.reads.shapes import Element, Form, Row, Scope, Value

Part = str | Element
MOST_ARGUMENTS = 90
"""PostgreSQL's concat takes 100."""
NULL = "null"


def literal(text: str) -> Element:
    return literal_column("'" + text.replace("'", "''") + "'", Text)


def concat(parts: list[Part]) -> Element:
    """One text of all parts; an SQL NULL among them counts as nothing."""
    arguments = [literal(part) if isinstance(part, str) else part for part in _merged(parts)]
    while len(arguments) > MOST_ARGUMENTS:
        arguments = [
            func.concat(*arguments[i : i + MOST_ARGUMENTS], type_=Text)
            for i in range(0, len(arguments), MOST_ARGUMENTS)
        ]
    return func.concat(*arguments, type_=Text)


def _merged(parts: list[Part]) -> list[Part]:
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return merged


def members(pairs: list[tuple[str, list[Part]]]) -> list[Part]:
    """The parts of an object of these keys (GraphQL names: nothing to escape) and values."""
    parts: list[Part] = ["{"]
    for i, (key, value) in enumerate(pairs):
        parts.append(f'{"," if i else ""}"{key}":')
        parts += value
    return [*parts, "}"]


def written(value: Value, row: Row, scope: Scope) -> list[Part]:
    """A scalar as JSON."""
    read = value.read(row, scope)
    parts = _form(value, read, row)
    if not value.nullable:
        return parts
    if len(parts) == 1 and value.form is not Form.MONEY:
        return [func.coalesce(cast(parts[0], Text), literal(NULL))]
    return [case((read.is_(None), literal(NULL)), else_=concat(parts))]


def _form(value: Value, read: Element, row: Row) -> list[Part]:
    match value.form:
        case Form.TEXT:
            return [func.to_json(read)]
        case Form.CODE:
            return ['"', read, '"']
        case Form.NUMBER | Form.JSON:
            return [read]
        case Form.BOOLEAN:
            return [cast(read, Text)]
        case Form.DATE:
            return ['"', func.to_char(read, literal("YYYY-MM-DD")), '"']
        case Form.TIMESTAMP:
            return ['"', moment(read), '"']
        case Form.MONEY:
            assert value.currency is not None
            return ['"', amount(read, value.currency(row)), '"']
        case Form.PERCENT:
            return ['"', func.trim_scale(read * literal_column("0.0001")), '"']
        case Form.RATE:
            return ['"', func.trim_scale(read * literal_column("0.0000000001")), '"']
        case Form.ID:
            return ['"', identity(value.type or "", read), '"']


def moment(read: Element) -> Element:
    utc = func.timezone(literal("UTC"), read)
    return func.to_char(utc, literal('YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))


def amount(units: Element, currency: Element) -> Element:
    """Ten-thousandths as a decimal with the currency's number of decimals, rounded down."""
    return func.trunc(units * literal_column("0.0001"), _decimals(currency))


def _decimals(currency: Element) -> Element:
    """Two but for a few, so that one look at a list is enough for most."""
    codes: dict[int, list[Element]] = {}
    for code, exponent in sorted(EXPONENTS.items()):
        if exponent != 2:
            codes.setdefault(exponent, []).append(literal(code))
    rare = case(*((currency.in_(known), _integer(n)) for n, known in sorted(codes.items())))
    return case((currency.in_(list(chain(*codes.values()))), rare), else_=_integer(2))


def _integer(number: int) -> Element:
    return literal_column(str(number), Integer)


def identity(type: str, key: Element) -> Element:
    """The base64 of `Prefix:key`; keys have no backslash, so the cheap cast to bytes is right."""
    named = func.concat(literal(prefix_of(type) + ":"), key, type_=Text)
    return func.encode(literal_cast(named), literal("base64"))


def literal_cast(text: Element) -> Element:
    return text.op("::", precedence=100)(literal_column("bytea"))
