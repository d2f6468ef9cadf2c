"""What an operation hands back: the keys of what it made or changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Key = int | str


@dataclass(frozen=True, slots=True)
class Done:
    """Keys by the payload's object: `Done({"opportunity": 12, "interests": [3]})`.

    `told` are members of the payload that are no records, as plain JSON. `secrets` are texts of it
    that are told this once and kept nowhere: where the answer is given again under its
    idempotency key, they are null.
    """

    objects: Mapping[str, Key | Sequence[Key]]
    told: Mapping[str, object] = field(default_factory=dict[str, object], kw_only=True)
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False, kw_only=True)
