"""What a client may say of a lead, and the people whom it becomes."""

from collections.abc import Callable, Mapping
from functools import partial

from pipeline_gql.domain.choices import one_of
from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.opportunities import Wish, read_links
from pipeline_gql.domain.problems import Problems, missing
from pipeline_gql.domain.text import DESCRIPTION, optional_email, optional_text, required_text

CONVERTED = "CONVERTED"
STATUSES = ("NEW", "WORKING", "QUALIFIED", "DISQUALIFIED")
"""Those that people set; CONVERTED comes of converting alone."""

_COLUMNS: Mapping[str, Callable[[object, Path], object]] = {
    "name": required_text,
    "company": optional_text,
    "email": optional_email,
    "phone": optional_text,
    "job_title": optional_text,
    "source": optional_text,
    "status": one_of(*STATUSES),
    "description": partial(optional_text, limit=DESCRIPTION),
    "external_id": optional_text,
}


def read(changes: Mapping[str, object], problems: Problems) -> Wish:
    """What is wrong goes to `problems`."""
    wish = Wish()
    for name, judge in _COLUMNS.items():
        if name in changes:
            wish.columns[name] = problems.check(judge, changes[name], (name,))
    if "owner_id" in changes:
        key = wish.columns["owner_id"] = changes["owner_id"]
        if isinstance(key, int):
            wish.refs[("owner_id",)] = Ref("User", key)
    read_links(wish, changes, problems)
    return wish


def names_of(name: str, first: str | None, last: str | None) -> tuple[str, str]:
    """First and last name of the contact: as given, else the last word and those before it.

    Raises ValueRequired where there is but one word.
    """
    *words, end = name.split()
    if first is None and not words:
        raise missing(("first_name",), f"{name} is one word")
    return " ".join(words) if first is None else first, end if last is None else last
