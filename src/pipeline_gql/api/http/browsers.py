"""A browser that opens the endpoint lands in the explorer."""

from collections.abc import Awaitable
from typing import Final

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline_gql.api.http.negotiation import wants_page
from pipeline_gql.headers import headers_of

DOORS: Final = frozenset({"/", "/graphql", "/graphiql/"})


class BrowsersToExplorer:
    """Middleware, outside authentication: a page load carries no token."""

    def __init__(self, app: ASGIApp, explorer: str = "/graphiql") -> None:
        self._app = app
        self._explorer = explorer

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        app = self._app
        if _is_page_load(scope):
            app = RedirectResponse(self._explorer, 303, {"Vary": "Accept"})
        return app(scope, receive, send)


def _is_page_load(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and scope["path"] in DOORS
        and not scope["query_string"]
        and wants_page(headers_of(scope).get("accept"))
    )
