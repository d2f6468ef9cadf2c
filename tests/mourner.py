"""Ends a PostgreSQL whose test session was killed, and removes its folder.

Run with the folder as its argument; it waits until whoever started it closes its standard input,
as the kernel does for one that was killed with -9.
"""

import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path


def mourn(folder: Path) -> None:
    sys.stdin.buffer.read()
    for running in folder.glob("data/**/postmaster.pid"):
        with suppress(ProcessLookupError, ValueError, FileNotFoundError):
            os.kill(int(running.read_text().split()[0]), signal.SIGQUIT)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)
    mourn(Path(sys.argv[1]))
