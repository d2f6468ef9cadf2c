"""The demo as a user starts it, and a Chromium that can reach nothing else."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Route

# Playwright comes with the extra `ci`; plain `pytest` goes without these tests.
collect_ignore_glob = [] if find_spec("playwright") else ["test_*.py"]

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
STARTS_WITHIN = 60.0
REPORT_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', event =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="session")
def demo() -> Generator[str]:
    """Where the demo is served, from an empty data directory."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="pgql-demo-") as folder:
        process = _start(Path(folder), port)
        try:
            _await(f"http://127.0.0.1:{port}/readyz", process, Path(folder) / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    # PostgreSQL runs as another account when root starts it, and must be able to get here.
    folder.chmod(0o755)
    command = [sys.executable, "-m", "pipeline_gql", "demo", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*command, "--data-dir", str(folder / "data")],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={k: v for k, v in os.environ.items() if not k.endswith("DATABASE_URL")},
        )


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            with urlopen(url):
                return
        except URLError:
            time.sleep(0.1)
    pytest.fail(f"{url} did not answer within {STARTS_WITHIN} s: {log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Watch:
    """What a browser did that it should not have."""

    origin: str
    outside: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])

    def guard(self, route: Route) -> None:
        if route.request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            route.fallback()
            return
        self.outside.append(route.request.url)
        route.abort()

    def console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} {message.location}")


@pytest.fixture(scope="session")
def chromium() -> Generator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(demo: str, chromium: Browser) -> Generator[Page]:
    """A page of a fresh browser profile; whatever it complained of fails the test."""
    watch = Watch(demo)
    context = chromium.new_context(base_url=demo, viewport={"width": 1400, "height": 1800})
    context.set_default_timeout(10_000)
    context.add_init_script(REPORT_VIOLATIONS)
    context.route("**/*", watch.guard)
    page = context.new_page()
    page.on("console", watch.console)
    page.on("pageerror", lambda error: watch.complaints.append(str(error)))
    yield page
    context.close()
    assert watch.outside == []
    assert watch.complaints == []
