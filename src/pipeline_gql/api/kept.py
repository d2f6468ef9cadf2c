"""What a process remembers of answers past: documents, plans, introspections."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """The values last asked for, bounded in count and in bytes; `hits` and `misses` are how often
    one was there and was not."""

    def __init__(self, entries: int, size: int) -> None:
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._entries, self._size, self._held = entries, size, 0
        self.hits = self.misses = 0

    def get(self, key: K) -> V | None:
        found = self._values.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V, size: int) -> None:
        if key in self._values or size > self._size:
            return
        self._values[key] = (value, size)
        self._held += size
        while len(self._values) > self._entries or self._held > self._size:
            _, (_, freed) = self._values.popitem(last=False)
            self._held -= freed

    def __len__(self) -> int:
        return len(self._values)
