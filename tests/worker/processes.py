"""Workers as operators run them: processes that can be killed."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

from tests.server import DatabaseUrls

WAIT_SECONDS = 60


class Process:
    """`pipeline-gql worker`, ready."""

    def __init__(self, urls: DatabaseUrls, settings: dict[str, str]) -> None:
        ours = {k: v for k, v in os.environ.items() if "DATABASE_URL" not in k}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipeline_gql", "worker"],
            env=ours
            | {
                "DATABASE_URL": urls.of("pipeline_app"),
                "PIPELINE_GQL_WORKER_SECONDS": "0.1",
                "PIPELINE_GQL_WRITE_POOL": "3",
            }
            | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        assert self._process.stdout
        assert self._process.stdout.readline().startswith("Working"), self.end(9)

    def end(self, number: int) -> tuple[int, str]:
        """Its exit code, and what it logged."""
        self._process.send_signal(number)
        _, err = self._process.communicate(timeout=WAIT_SECONDS)
        return self._process.returncode, err

    @property
    def runs(self) -> bool:
        return self._process.poll() is None


@contextmanager
def processes(urls: DatabaseUrls, many: int = 1, **settings: str) -> Generator[list[Process]]:
    """Those that are left in the list at the end are killed."""
    started = [Process(urls, settings) for _ in range(many)]
    try:
        for each in started:
            each.wait_until_ready()
        yield started
    finally:
        for each in started:
            if each.runs:
                each.end(9)
