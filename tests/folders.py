"""Folders for the embedded database, whose account must be able to enter them even when we are
root; pytest's own are closed to it."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def data_folder(name: str = "data") -> Generator[Path]:
    """A place for a data directory, which does not exist yet; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="pgql-", dir="/dev/shm" if _roomy() else None))
    folder.chmod(0o711)
    try:
        yield folder / name
    finally:
        shutil.rmtree(folder)


def _roomy() -> bool:
    shared = Path("/dev/shm")
    return os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 2**30
