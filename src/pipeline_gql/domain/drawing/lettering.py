"""How much room words take, by an estimate that no common sans-serif face exceeds."""

import re
import unicodedata

_NARROW = frozenset("fijlrtI.,:;'!|()[]{}/\\-´` ")
_BROAD = frozenset("mwMW@%&—…ŒÆ")
_UNDRAWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Without what cannot be drawn, or may not stand in XML."""
    return _UNDRAWABLE.sub(" ", text)


def width(text: str, size: float, *, bold: bool = False) -> float:
    """In the unit of `size`, the height of the letters."""
    ems = sum(_ems(letter) for letter in text)
    return ems * size * (1.09 if bold else 1)


def _ems(letter: str) -> float:
    if letter in _NARROW:
        return 0.40
    if letter in _BROAD:
        return 1.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.1
    if unicodedata.combining(letter):
        return 0
    return 0.72 if letter.isupper() else 0.63


def shortened(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, or as much of its beginning as has room, and an ellipsis."""
    text = clean(text)
    if width(text, size, bold=bold) <= room:
        return text
    while text and width(text + "…", size, bold=bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, size: float, room: float, lines: int) -> tuple[str, ...]:
    """The text in bold on at most so many lines; what has no room there is cut off."""
    words = clean(text).split()
    found: list[str] = []
    while words and len(found) < lines - 1:
        line = words.pop(0)
        while words and width(f"{line} {words[0]}", size, bold=True) <= room:
            line += " " + words.pop(0)
        found.append(shortened(line, size, room, bold=True))
    if words:
        found.append(shortened(" ".join(words), size, room, bold=True))
    return tuple(found)
