"""Keeps the embedded server up while we serve."""

import logging
import threading
from types import TracebackType
from typing import Self

from pipeline_gql.store.embedded.errors import EmbeddedError
from pipeline_gql.store.embedded.server import Embedded

PAUSE = 0.5
_log = logging.getLogger(__name__)


class Keeper:
    """A thread that starts the server again after it was killed, within a second."""

    def __init__(self, embedded: Embedded) -> None:
        self._embedded = embedded
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="postgres-keeper", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(PAUSE):
            try:
                if self._embedded.revive():
                    _log.warning("PostgreSQL was killed; it runs again.")
            except (EmbeddedError, OSError) as error:
                _log.error("PostgreSQL was killed: %s", error)
