"""What a comment may say, and whom it addresses in doing so."""

import re
from collections.abc import Mapping

BODY = 10_000
"""The most characters of a comment."""

_ADDRESSED = re.compile(r"(?<![\w.@+-])@([\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*)")

Mentions = Mapping[int, bool]
"""Users by their keys, and whether each was named by id (else by an address in the text)."""


def addresses(body: str) -> set[str]:
    """What follows an @ and looks like an e-mail address, in lower case."""
    return {found.lower() for found in _ADDRESSED.findall(body)}
