"""uvicorn, as we run it: one process, or several over one socket."""

import gc
import logging
import os
import signal
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess

from pipeline_gql.cli.problems import Problem
from pipeline_gql.cli.signals import Stopped
from pipeline_gql.cli.wire import Wire
from pipeline_gql.config import Settings
from pipeline_gql.observe import configure_logging

if TYPE_CHECKING:
    from starlette.applications import Starlette

KEEP_ALIVE_SECONDS = 65
"""Longer than the minute after which load balancers drop an idle connection: the side that closes
first must not be ours."""
SHUTDOWN_SECONDS = 20
STARTUP_SECONDS = 60


@dataclass(frozen=True)
class Application:
    """Makes the application inside a worker, whose settings travel there with it."""

    settings: Settings
    parent: int

    def __call__(self) -> "Starlette":
        if os.getpid() != self.parent:
            log_to_stderr(self.settings)
            threading.Thread(target=self._end_with_parent, daemon=True).start()
        # Here and not above: a second that only those who serve should pay.
        from pipeline_gql.app import create_app

        app = create_app(self.settings)
        # The schema lives as long as we do: no collection need look at it again.
        gc.collect()
        gc.freeze()
        # A request leaves nothing in circles; looking for some all the time is not worth it.
        gc.set_threshold(10_000)
        return app

    def _end_with_parent(self) -> None:
        """A parent that was killed cannot tell its workers to stop; they would keep the port."""
        while os.getppid() == self.parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)


def serve_on(listener: socket.socket, settings: Settings) -> None:
    """Serves until a signal ends it, and the last answer was sent; then raises Stopped, or returns
    if there were workers."""
    log_to_stderr(settings)
    config = _config(settings)
    if settings.workers > 1:
        supervisor = _Workers(config, [listener])
        supervisor.run()
        failed = any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes)
    else:
        failed = _run_here(Server(config), listener) == STARTUP_FAILURE
    if failed:
        raise Problem("The server could not start; the reason stands above.")


def _run_here(server: Server, listener: socket.socket) -> int:
    try:
        server.run([listener])
    except Stopped:
        raise
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def log_to_stderr(settings: Settings) -> None:
    """Our lines and the libraries' in one form."""
    configure_logging(settings.log_json)
    renderer = (
        structlog.processors.JSONRenderer()
        if settings.log_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                renderer,
            ]
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _config(settings: Settings) -> Config:
    return Config(
        Application(settings, os.getpid()),
        factory=True,
        http=Wire,
        ws="none",
        # Nothing here asks who the client is, or by which scheme it came.
        proxy_headers=False,
        lifespan="on",
        workers=settings.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        timeout_worker_healthcheck=STARTUP_SECONDS,
    )


class _Workers(Multiprocess):
    def handle_hup(self) -> None:
        """A closed terminal ends us; uvicorn would start the workers anew."""
        self.should_exit.set()
