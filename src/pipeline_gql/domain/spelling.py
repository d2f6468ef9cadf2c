"""How clients spell names, which names an audit's fields have for them, and nouns in sentences."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "booked": "booked_places",
        "capacity": "max_places",
        "contact_id": "contact_ids",
        "converted_by_id": "converted_by",
        "currency": "financial_unit_id",
        "day": "date",
        "deleted_at": "deleted",
        "deleted_by_id": "deleted",
        "done_by_id": "done_by",
        "due_on": "due_date",
        "edited_at": "body",
        "follows_id": "follows_from",
        "grand_total": "value",
        "interest_order": "interests",
        "net_total": "value",
        "opportunity_id": "opportunity",
        "pipeline_id": "pipeline",
        "places": "reservations",
        "probability_is_manual": "probability",
        "region_code": "region_id",
        "reserved": "reserved_places",
        "step_entered_at": "step",
        "step_id": "step",
        "tax_total": "value",
        "version_id": "step",
    }
)
"""By the name in an audit; all others are called there as in the API."""

_INTERNAL = frozenset({"content_hash", "created_at", "created_by_id", "id", "is_default", "key"})


def fields_told(audited: Iterable[str]) -> list[str]:
    """What an audit names, in the API's words (snake case), sorted, each once."""
    return sorted({_FIELDS.get(name, name) for name in audited if name not in _INTERNAL})


def camel(name: str | int) -> str:
    """A name, or a place in a list, as clients write it: `close_date` is closeDate."""
    first, *others = str(name).split("_")
    return first + "".join(word.capitalize() for word in others)


def snake(name: str) -> str:
    """A name as we write it: `TaxType` is tax_type."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def an(noun: str) -> str:
    """The noun after its article: an event, a user (ours that begin with u sound so)."""
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"


def counted(number: int, noun: str) -> str:
    """So many of a noun whose plural is regular: 1 place, 2 places."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def past(verb: str) -> str:
    """What happened when a verb was carried out: update is updated, addMember member_added."""
    first, *others = re.sub(r"([A-Z])", r" \1", verb).lower().split()
    return "_".join([*others, f"{first}{'d' if first.endswith('e') else 'ed'}"])
