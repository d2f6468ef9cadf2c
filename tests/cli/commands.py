"""The command line as a person runs it: real processes, and what they print."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WAIT_SECONDS = 60


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


class Serving:
    """A command that serves; `out` is what it has printed until it was ready."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self.process = process
        self._log = log
        self.out = self._until_ready()

    @property
    def address(self) -> str:
        found = re.search(r"http://\S+:\d+", self.out)
        assert found
        return found[0]

    @property
    def curl(self) -> str:
        return next(line for line in self.out.splitlines() if line.startswith("curl "))

    @property
    def err(self) -> str:
        return self._log.read_text()

    def token(self, role: str) -> str:
        found = re.search(rf"{role} +(pgql_\S+)", self.out)
        assert found
        return found[1]

    def ended_by(self, number: int) -> int:
        """Its exit code."""
        self.process.send_signal(number)
        return self.process.wait(WAIT_SECONDS)

    def _until_ready(self) -> str:
        assert self.process.stdout
        lines: list[str] = []
        for line in self.process.stdout:
            lines.append(line)
            if "Ctrl-C" in line or line.startswith("Serving at"):
                return "".join(lines)
        raise AssertionError(f"It did not serve: {self.err}")


@contextmanager
def serving(*arguments: object, **environment: str) -> Generator[Serving]:
    """A server on a free port, terminated at the end unless it has ended."""
    log = Path(os.environ.get("TMPDIR", "/tmp")) / f"pgql-serving-{os.getpid()}-{time.time_ns()}"
    with log.open("wb") as err:
        process = subprocess.Popen(
            _command([*arguments, "--port", "0"]),
            env=_environment(environment),
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
        )
    try:
        yield Serving(process, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(WAIT_SECONDS)
        assert process.stdout
        process.stdout.close()
        log.unlink()


def postgres_of(data_dir: Path) -> list[int]:
    """Processes of the server that runs on a data directory."""
    wanted = os.fsencode(data_dir / "postgres")
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def _command(arguments: object) -> list[str]:
    assert isinstance(arguments, (list, tuple))
    return [sys.executable, "-m", "pipeline_gql", *map(str, arguments)]


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """Ours, without settings of a developer's."""
    ours = {k: v for k, v in os.environ.items() if "DATABASE_URL" not in k}
    return {k: v for k, v in ours.items() if not k.startswith("PIPELINE_GQL_")} | given
