"""A request's headers, looked through once."""

from typing import Any

from starlette import datastructures
from starlette.types import Scope

KEPT = "headers by name"


class Headers(datastructures.Headers):
    """Starlette's, found in a dictionary; names are asked for in lower case."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope=scope)
        # The first of a name stays.
        self._firsts = dict(reversed(self._list))

    def get(self, key: str, default: Any = None) -> Any:
        found = self._firsts.get(key.encode())
        return default if found is None else found.decode("latin-1")

    def getlist(self, key: str) -> list[str]:
        found = self._firsts.get(key.encode())
        if found is None:
            return []
        if len(self._firsts) < len(self._list):
            return super().getlist(key)
        return [found.decode("latin-1")]

    def said(self, *names: str) -> bytes | None:
        """What stands under names that are each there once at most; None where one may be twice."""
        if len(self._firsts) < len(self._list):
            return None
        return b"\0".join([self._firsts.get(name.encode(), b"\0") for name in names])


def headers_of(scope: Scope) -> Headers:
    """Of this request; every layer that asks is given the same ones."""
    kept = scope.get(KEPT)
    if kept is None:
        kept = scope[KEPT] = Headers(scope)
    return kept
