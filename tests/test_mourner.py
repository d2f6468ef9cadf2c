"""What a test session that is killed leaves behind: nothing."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SESSION = """
import sys
from tests.server import Server
server = Server()
server.start()
print(server.folder, flush=True)
sys.stdin.read()
"""


def test_a_killed_session_leaves_neither_its_server_nor_its_folder() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SESSION],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as session:  # fmt: skip
        assert session.stdout
        folder = Path(session.stdout.readline().strip())
        (running,) = folder.glob("data/**/postmaster.pid")
        server = Path("/proc", running.read_text().split()[0])
        assert server.exists()
        session.kill()
    deadline = time.monotonic() + 60
    while (folder.exists() or server.exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    assert not server.exists()
