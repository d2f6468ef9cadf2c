"""GraphiQL at /graphiql: built once (`.ci/graphiql`), shipped with the package, served offline."""

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Route

from pipeline_gql.api.graphiql.assets import serve_asset
from pipeline_gql.api.graphiql.examples import Example, examples
from pipeline_gql.api.graphiql.loopback import is_loopback
from pipeline_gql.api.graphiql.page import PROTECTION, render, request_headers
from pipeline_gql.config import Settings

__all__ = ["Example", "examples", "graphiql_routes"]


def graphiql_routes(settings: Settings) -> list[BaseRoute]:
    """The page and its assets. They need no token; the page hands out the demo's on loopback."""

    async def page(request: Request) -> HTMLResponse:
        known = settings.demo and is_loopback(request)
        token = settings.demo_token if known else None
        organization = settings.demo_organization if known else None
        html = render(request_headers(token, organization))
        return HTMLResponse(html, headers=PROTECTION | {"cache-control": "no-store"})

    return [
        Route("/graphiql", page, name="graphiql"),
        Route("/graphiql/assets/{name}", serve_asset, name="graphiql-asset"),
    ]
