"""The composition root: settings become a database, an executor and a Starlette application."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline_gql.api.execution import Executor
from pipeline_gql.api.graphiql import graphiql_routes
from pipeline_gql.api.health import health_routes
from pipeline_gql.api.http.admission import Admission
from pipeline_gql.api.http.browsers import BrowsersToExplorer
from pipeline_gql.api.http.downloads import DownloadEndpoint
from pipeline_gql.api.http.endpoint import GraphQLEndpoint
from pipeline_gql.api.http.problems import Enveloped
from pipeline_gql.api.http.uploads import UploadEndpoint, Uploads
from pipeline_gql.auth import Authenticated, Viewers
from pipeline_gql.auth.jwts import Jwts
from pipeline_gql.config import Settings
from pipeline_gql.metrics import Metrics, Work
from pipeline_gql.observe import Observed
from pipeline_gql.opening import open_database
from pipeline_gql.store.database import Database
from pipeline_gql.store.files import Files
from pipeline_gql.store.readiness import Readiness
from pipeline_gql.worker import Worker

STOP_SECONDS = 5
"""How long the worker inside may take for what it has begun; the database undoes the rest."""

OPEN = frozenset({"/healthz", "/readyz", "/metrics", "/graphiql"})


def create_app(settings: Settings, database: Database | None = None) -> Starlette:
    """The server. It opens and closes its own database unless it is given one."""
    metrics = Metrics()
    app = _Application(
        routes=_routes(settings, metrics),
        middleware=_middleware(settings, metrics, lambda: app.viewers),
        lifespan=lambda app: _lifespan(app, settings, metrics, database),
    )
    return app


def is_open(path: str) -> bool:
    """Whether a path needs no token."""
    return path in OPEN or path.startswith("/graphiql/")


def _routes(settings: Settings, metrics: Metrics) -> list[BaseRoute]:
    routes: list[BaseRoute] = [
        Route("/attachments", _Later("uploads"), methods=["POST"]),
        Route("/attachments/{id}", _Later("downloads"), methods=["GET"]),
        *health_routes(settings, metrics),
    ]
    return routes + graphiql_routes(settings) if settings.graphiql else routes


def _middleware(settings: Settings, metrics: Metrics, viewers: Any) -> list[Middleware]:
    """Outermost first."""
    explorer = [Middleware(BrowsersToExplorer)] if settings.graphiql else []
    return [
        Middleware(Observed, metrics=metrics, quiet=OPEN),
        Middleware(Enveloped),
        *explorer,
        Middleware(Authenticated, viewers=viewers, is_open=is_open),
    ]


@asynccontextmanager
async def _lifespan(
    app: "_Application", settings: Settings, metrics: Metrics, given: Database | None
) -> AsyncGenerator[None]:
    jwts = Jwts.of(settings)
    database = given or await open_database(settings)
    files = Files(settings.files, settings.files_quota_bytes)
    worker = Worker.of(settings, database, Work(metrics.registry)) if settings.worker else None
    working = asyncio.create_task(worker.run()) if worker else None
    try:
        app.state.readiness = Readiness(database)
        app.viewers = Viewers(database, jwts)
        admission = _serve(app, settings, database, files)
        _watch(metrics, admission, database)
        yield
    finally:
        if worker and working:
            worker.stop()
            await asyncio.wait([working], timeout=STOP_SECONDS)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
        if given is None:
            await database.close()


def _serve(app: "_Application", settings: Settings, database: Database, files: Files) -> Admission:
    """Makes the endpoints. Slow bodies have slots of their own, beside those of queries."""
    executor = Executor(database, settings, files)
    wait = settings.queue_wait_ms / 1000
    admission = Admission(settings.slots, settings.queue, wait)
    uploads = Uploads(Admission(settings.upload_slots, settings.queue, wait), settings)
    downloads = Admission(settings.download_slots, settings.queue, wait)
    app.graphql = GraphQLEndpoint(executor, admission, uploads, settings)
    app.state.uploads = UploadEndpoint(executor, uploads)
    app.state.downloads = DownloadEndpoint(executor, files, admission, downloads, settings)
    return admission


def _watch(metrics: Metrics, admission: Admission, database: Database) -> None:
    metrics.watch("slots_busy", "Requests at work.", lambda: admission.busy)
    metrics.watch("queue_waiting", "Requests waiting for a slot.", lambda: admission.waiting)
    metrics.watch("queue_refused", "Requests refused for want of one.", lambda: admission.refused)
    reads = database.reads
    metrics.watch("read_transactions", "Read transactions so far.", lambda: reads.transactions)
    metrics.watch("read_statements", "Read statements so far.", lambda: reads.statements)


class _Application(Starlette):
    """Without Starlette's own layers for exceptions, all of which end at `Enveloped`; and most of
    what comes is GraphQL, which goes past the routes. What each request asks for stands in
    attributes of its own, since `state` looks twice for each."""

    graphql: GraphQLEndpoint
    viewers: Viewers

    def build_middleware_stack(self) -> ASGIApp:
        app: ASGIApp = self._within
        for layer, args, kwargs in reversed(self.user_middleware):
            app = layer(app, *args, **kwargs)
        return app

    def _within(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http" and scope["path"] == "/graphql":
            return self.graphql(scope, receive, send)
        return self.router(scope, receive, send)


class _Later:
    """An endpoint that is made when the database is open; its route is made before."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await getattr(scope["app"].state, self._name)(scope, receive, send)
