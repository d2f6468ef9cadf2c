"""What an attachment may be called, and where it may lead."""

import re
from enum import StrEnum

from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.problems import invalid, missing
from pipeline_gql.domain.text import NAME, optional_url, required_text

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Kind(StrEnum):
    """What an attachment is."""

    FILE = "FILE"
    LINK = "LINK"


def attachment_name(value: object, path: Path) -> str:
    """A name of one line. It is shown and never used as a path, so that it may have slashes."""
    name = required_text(value, path, NAME)
    if _CONTROL.search(name):
        raise invalid(path, "must not contain control characters")
    return name


def last_step(name: str) -> str:
    """Of a file's name that its sender may have given with the folders it stood in."""
    return re.split(r"[/\\]", name)[-1]


def link_url(value: object, path: Path) -> str:
    """An http or https address; nobody fetches it here."""
    url = optional_url(value, path)
    if url is None:
        raise missing(path)
    return url
