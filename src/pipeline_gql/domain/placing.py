"""Manual order: texts that are compared byte by byte, with room between any two of them.

A key is a number between 0 and 1, written in base 62 after the point, and a tail that holds the
record's id. So two records never have one key, whoever places them and when; and a key does not
end with the lowest digit, so that between any two keys there is another.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE = len(DIGITS)
LONGEST = 120
"""A longer key calls for making room; the tail's dozen digits count."""

_VALUES = {digit: value for value, digit in enumerate(DIGITS)}
_HEAD = 16
_TAIL = 11
_END = "V"
_STRIDE = BASE**8
_ROOM = BASE**2
_LAST_MOMENT = 2**62 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def arrived(moment: datetime, id: int) -> str:
    """A key among those that records have until they are placed: the later, the smaller."""
    return _head(moment) + _tail(id)


def between(low: str | None, high: str | None, id: int) -> str:
    """A key for record `id` after `low` and before `high`; None is no bound."""
    return _digits(low, high) + _tail(id)


def spread(low: str, high: str | None, ids: Sequence[int]) -> list[str]:
    """Keys for the records in this order, all between the bounds, with room around each."""
    width = 1
    while True:
        bottom, top = _number(low, width), _top(high, width)
        room = (top - bottom) // (len(ids) + 1)
        if room >= _ROOM:
            return [
                _text(bottom + room * place, width) + _tail(id)
                for place, id in enumerate(ids, start=1)
            ]
        width += 1


def _head(moment: datetime) -> str:
    micros = (moment - _EPOCH) // timedelta(microseconds=1)
    return f"{_LAST_MOMENT - micros:016x}"


def _digits(low: str | None, high: str | None) -> str:
    """Beyond either end by a stride, so that a row of records there keeps its keys short;
    inside in the middle."""
    if low is None and high is not None and (below := _number(high, _HEAD) - _STRIDE) >= 0:
        return _text(below, _HEAD)
    if high is None and low is not None and (above := _number(low, _HEAD) + _STRIDE) < BASE**_HEAD:
        return _text(above, _HEAD)
    width = 1
    while True:
        bottom = -1 if low is None else _number(low, width)
        top = _top(high, width)
        if top - bottom > 1:
            return _text((bottom + top) // 2, width)
        width += 1


def _top(high: str | None, width: int) -> int:
    return BASE**width if high is None else _number(high, width)


def _number(key: str, width: int) -> int:
    """The first digits of a key, as if it went on with the lowest."""
    number = 0
    for place in range(width):
        number = number * BASE + (_VALUES[key[place]] if place < len(key) else 0)
    return number


def _text(number: int, width: int) -> str:
    digits: list[str] = []
    for _ in range(width):
        number, digit = divmod(number, BASE)
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))


def _tail(id: int) -> str:
    return _text(id, _TAIL) + _END
