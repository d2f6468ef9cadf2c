"""What machines ask without a token: alive, ready, and how busy."""

import asyncio
import time
from typing import Any, Final

import structlog
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline_gql.config import Settings
from pipeline_gql.metrics import Metrics
from pipeline_gql.store.readiness import Readiness

PATIENCE: Final = 1.0
"""Seconds within which the database must answer, and for which its answer is remembered."""
_log: Any = structlog.get_logger("pipeline_gql.health")


def health_routes(settings: Settings, metrics: Metrics) -> list[BaseRoute]:
    """`/healthz`: the process is up. `/readyz`: the database answers, with the right schema.

    The application's state must hold the `readiness`.
    """

    async def numbers(_: Request) -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    routes: list[BaseRoute] = [Route("/healthz", _alive), Route("/readyz", _Ready().answer)]
    return [*routes, Route("/metrics", numbers)] if settings.metrics else routes


async def _alive(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


class _Ready:
    """Asks the database at most once a second, however often it is asked."""

    def __init__(self) -> None:
        self._trouble: str | None = None
        self._asked_at = -PATIENCE
        self._turn = asyncio.Lock()

    async def answer(self, request: Request) -> Response:
        readiness: Readiness = request.app.state.readiness
        async with self._turn:
            if time.monotonic() - self._asked_at >= PATIENCE:
                self._trouble = await _trouble(readiness)
                self._asked_at = time.monotonic()
        if self._trouble is None:
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "unavailable", "reason": self._trouble}, 503)


async def _trouble(readiness: Readiness) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return await readiness.trouble()
    except Exception as error:
        _log.warning("not ready", error=repr(error))
        return "The database does not answer"
