"""What a peer must say of itself, and how its server is started and ended."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline_gql.store.embedded import RoleUrls
from tests.bench.dataset import Loaded
from tests.bench.questions import Question

ROOT = Path(__file__).parents[3]
START_SECONDS = 60


@dataclass(frozen=True)
class Setting:
    """Where a peer runs: the rows, the database's addresses, a folder for what it installs."""

    loaded: Loaded
    urls: RoleUrls
    folder: Path
    role: str
    database: int = 0
    """The process of PostgreSQL."""

    @property
    def token(self) -> str:
        return self.loaded.member_token if self.role == "member" else self.loaded.admin_token


@dataclass(frozen=True)
class Peer:
    """`command` starts its server on a port; `body` is what it is asked in its own words;
    `rows` gives what an answer holds in words that all peers share."""

    name: str
    title: str
    command: Callable[[Setting, int], tuple[list[str], Mapping[str, str]]]
    body: Callable[[Setting, Question, Mapping[str, Any]], object]
    rows: Callable[[str, Any], Any]
    questions: Collection[str]
    roles: Collection[str] = ("admin", "member")
    install: Callable[[Path], None] = lambda folder: None
    learn: Callable[[Setting, Any], None] = lambda setting, data: None
    """What may be learnt of its answer to Q1 before anything else is asked."""
    serves_all: bool = False
    """Whether one server serves all roles."""

    def headers(self, setting: Setting) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {setting.token}",
            "organization-id": setting.loaded.org_id,
        }


@dataclass(frozen=True)
class Running:
    peer: Peer
    setting: Setting
    port: int
    pid: int
    only: Collection[str] | None = None
    """The questions it is asked, unless all that the peer answers."""

    @property
    def role(self) -> str:
        return self.setting.role

    def is_asked(self, question: Question) -> bool:
        asked = self.peer.questions if self.only is None else self.only
        return question.name in asked


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def running(peer: Peer, setting: Setting) -> Generator[Running]:
    peer.install(setting.folder)
    port = free_port()
    command, more = peer.command(setting, port)
    log = _log(peer, setting).open("wb")
    server = subprocess.Popen(
        command, env={**os.environ, **more}, cwd=ROOT, stdout=log, stderr=log,
        start_new_session=True,
    )  # fmt: skip
    try:
        _wait(server, port, log.name)
        yield Running(peer, setting, port, server.pid)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
        log.close()


def _log(peer: Peer, setting: Setting) -> Path:
    return setting.folder / f"{peer.name}-{setting.role}-{setting.loaded.opportunities}.log"


def _wait(server: "subprocess.Popen[bytes]", port: int, log: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{server.args} did not start, see {log}")
