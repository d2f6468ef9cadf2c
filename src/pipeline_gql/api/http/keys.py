"""The header `Idempotency-Key`: the key of every mutation of a document that brings none itself.

A page of another site cannot send it unasked: no browser counts it among the simple headers.
"""

import re
from typing import Final

from pipeline_gql.api.http.problems import Problem
from pipeline_gql.api.repeating import LONGEST_KEY, is_key
from pipeline_gql.headers import Headers

NAME: Final = "Idempotency-Key"
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
"""A string of a structured field (RFC 8941), as some clients write it."""


def idempotency_key(headers: Headers) -> str | None:
    """Problem 400 for what is no key; the quotes of a structured field are not part of it."""
    given = headers.getlist(NAME.lower())
    if not given:
        return None
    key = given[0].strip()
    if key.startswith('"'):
        quoted = _QUOTED.fullmatch(key)
        key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else ""
    if len(given) > 1 or not key.isascii() or not is_key(key):
        told = f"{NAME} must be one printable ASCII text of 1 to {LONGEST_KEY} characters"
        raise Problem(400, told)
    return key
