"""The account PostgreSQL runs as: ourselves, or an unprivileged one when we are root."""

import os
import pwd
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline_gql.store.embedded.errors import EmbeddedError

PREFERRED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """`switch` is true if a child must be moved to this account, because we are root."""

    name: str
    uid: int
    gid: int
    switch: bool

    def child(self) -> dict[str, Any]:
        """Arguments of `subprocess` that make a child run as this account, in a clean room."""
        room: dict[str, Any] = {"cwd": "/", "umask": 0o077, "env": clean_environment()}
        if self.switch:
            room |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return room

    def give(self, path: Path) -> None:
        """Makes the account the owner of something we have just created."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def may_read(self, path: Path) -> bool:
        """Whether this file, or this folder's list, can be read, walking down from the root."""
        return self.blocked_at(path) is None and self._has(path, 4)

    def blocked_at(self, path: Path) -> Path | None:
        """The first folder on the way to `path`, `path` included, that it cannot enter.

        Folders that do not exist yet are no obstacle.
        """
        return next((p for p in _folders(path) if not self._has(p, 1)), None)

    def _has(self, path: Path, bit: int) -> bool:
        if not self.switch:
            return os.access(path, bit)
        found = path.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & bit << 6)
        if found.st_gid == self.gid:
            return bool(found.st_mode & bit << 3)
        return bool(found.st_mode & bit)


def account_for(cluster: Path) -> Account:
    """Who runs the cluster at this place: its owner if it exists, else whom we choose."""
    if os.geteuid() != 0:
        return Account(_name(os.geteuid()), os.geteuid(), os.getegid(), switch=False)
    if cluster.exists() and (uid := cluster.stat().st_uid) != 0:
        return Account(_name(uid), uid, cluster.stat().st_gid, switch=True)
    for name in PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid, switch=True)
    raise EmbeddedError(
        "PostgreSQL refuses to run as root and there is no account `postgres` or `nobody`;"
        " create one, or start as an ordinary user."
    )


def clean_environment() -> Mapping[str, str]:
    """Ours without what would steer PostgreSQL's programs, such as PGHOST or a locale."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _folders(path: Path) -> Iterator[Path]:
    for folder in reversed((path, *path.parents)):
        if folder.is_dir():
            yield folder
