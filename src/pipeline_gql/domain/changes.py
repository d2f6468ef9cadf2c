"""What may have changed between two moments in how an opportunity stands."""

from enum import StrEnum


class Change(StrEnum):
    """In the order in which they are told. One opportunity may have changed in several ways."""

    NEW = "NEW"
    ADVANCED = "ADVANCED"
    MOVED_BACK = "MOVED_BACK"
    WON = "WON"
    LOST = "LOST"
    ARCHIVED = "ARCHIVED"
    REOPENED = "REOPENED"
    SLIPPED = "SLIPPED"
    VALUE_CHANGED = "VALUE_CHANGED"


MEANINGS = {
    Change.NEW: "It was not there yet, and is.",
    Change.ADVANCED: "It was and is open, on a later step than it was.",
    Change.MOVED_BACK: "It was and is open, on an earlier step than it was.",
    Change.WON: "It was not won, and is.",
    Change.LOST: "It was not lost, and is.",
    Change.ARCHIVED: "It was not put aside, and is.",
    Change.REOPENED: "It was won, lost or put aside, and is open.",
    Change.SLIPPED: "It was and is open, and should close later than it should have.",
    Change.VALUE_CHANGED: "It was there, and is worth something else or in another currency.",
}
