"""The running server of one cluster, known by its `postmaster.pid`."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline_gql.store.embedded.account import Account
from pipeline_gql.store.embedded.binaries import Binaries
from pipeline_gql.store.embedded.errors import EmbeddedError

START_SECONDS = 60.0
STOP_SECONDS = 60.0
PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A server that has written its pid file; `port` only names its socket."""

    cluster: Path
    pid: int
    socket_folder: Path
    port: int
    ready: bool

    @property
    def listens(self) -> bool:
        """Whether something answers on its socket; a dead server's pid may be another's now."""
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(str(self.socket_folder / f".s.PGSQL.{self.port}"))
            except OSError:
                return False
        return True

    @property
    def lives(self) -> bool:
        """False if its pid is certainly not, or no longer, this cluster's server.

        A pid is given away again, after a restart of the machine even to another PostgreSQL,
        which we must neither end nor take for ours: a server works in its cluster's folder.
        """
        place = Path(f"/proc/{self.pid}")
        try:
            stat = (place / "stat").read_text()
            name, state = stat.split("(", 1)[1].rsplit(") ", 1)
            here = name == "postgres" and state[0] not in "ZX"
            return here and (place / "cwd").samefile(self.cluster)
        except OSError:
            return not Path("/proc/self/stat").exists()


def find(cluster: Path) -> Postmaster | None:
    """What the pid file says, which a killed server leaves behind; None if there is none yet."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 7:
        return None
    ready = len(lines) > 7 and lines[7].strip() == "ready"
    return Postmaster(cluster, int(lines[0]), Path(lines[4]), int(lines[3]), ready)


def running(cluster: Path) -> Postmaster | None:
    """The server if it is up."""
    found = find(cluster)
    return found if found and found.lives and found.listens else None


def start(binaries: Binaries, account: Account, cluster: Path) -> "subprocess.Popen[bytes] | None":
    """Starts the server and waits until it answers; None if another start was first after all.

    A server that was killed leaves children which hold its memory for a moment, and a pid that
    the system may have given to another process: the first is waited out, the second cleared.
    """
    log = cluster.with_name("start.log")
    end = time.monotonic() + START_SECONDS
    while True:
        _forget_the_dead(cluster)
        child = _spawn(binaries, account, cluster, log)
        try:
            if _has_come_up(cluster, child, end):
                return child
        except BaseException:
            child.send_signal(signal.SIGINT)
            child.wait()
            raise
        if child.poll() is None or time.monotonic() > end or not _was_held(log):
            child.kill()
            child.wait()
            raise EmbeddedError(f"PostgreSQL did not start: {_last_words(cluster, log)}")
        time.sleep(0.2)
        # Whoever began it was killed before it had come up.
        if running(cluster) is not None:
            return None


def stop(cluster: Path, child: "subprocess.Popen[bytes] | None" = None) -> None:
    """Ends the server: fast at first, at once if that takes too long."""
    found = find(cluster)
    if found is None or not found.lives:
        return
    for wish in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(found.pid, wish)
        if _wait(lambda: _gone(found, child), time.monotonic() + STOP_SECONDS):
            return
    raise EmbeddedError(f"PostgreSQL (process {found.pid}) does not stop.")


def was_killed(cluster: Path, child: "subprocess.Popen[bytes] | None" = None) -> bool:
    """Whether its server went without tidying up."""
    if child is not None:
        child.poll()
    found = find(cluster)
    return found is not None and not found.lives


def _spawn(
    binaries: Binaries, account: Account, cluster: Path, log: Path
) -> "subprocess.Popen[bytes]":
    with log.open("wb") as output:
        # A session of its own: Ctrl-C on our terminal must not reach it before we have finished.
        return subprocess.Popen[bytes](
            [os.fspath(binaries.path("postgres")), "-D", os.fspath(cluster)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **account.child(),
        )


def _wait(done: Callable[[], bool], end: float) -> bool:
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(PAUSE)
    return True


def _has_come_up(cluster: Path, child: "subprocess.Popen[bytes]", end: float) -> bool:
    def decided() -> bool:
        return child.poll() is not None or answers()

    def answers() -> bool:
        found = find(cluster)
        return found is not None and found.pid == child.pid and found.ready

    return _wait(decided, end) and child.returncode is None


def _gone(server: Postmaster, child: "subprocess.Popen[bytes] | None") -> bool:
    if child is not None and child.pid == server.pid:
        return child.poll() is not None
    return not server.lives


def _forget_the_dead(cluster: Path) -> None:
    found = find(cluster)
    if found is not None and not found.lives:
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def _was_held(log: Path) -> bool:
    said = log.read_text(errors="replace")
    return "postmaster.pid" in said or "shared memory block" in said


def _last_words(cluster: Path, log: Path) -> str:
    """The reason PostgreSQL gave, from its newest log."""
    logs = sorted((cluster / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
    for path in (log, *reversed(logs)):
        fatal = [x for x in path.read_text(errors="replace").splitlines() if "FATAL:" in x]
        if fatal:
            return fatal[-1].split("FATAL:")[1].strip()
    return f"see {log}."
