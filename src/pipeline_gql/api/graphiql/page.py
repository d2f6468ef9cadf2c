"""The one page: what the build left, with what GraphiQL is to start with written into it."""

from functools import cache
from pathlib import Path

import orjson

from pipeline_gql.api.graphiql.examples import examples

# Monaco writes style elements, hence 'unsafe-inline' for styles; scripts are files of our own.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
        "img-src 'self' data:",
        "worker-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)

PROTECTION = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

_INDENTED = orjson.OPT_INDENT_2


def request_headers(token: str | None, organization: str | None) -> str:
    """What the header editor holds at the start, as JSON text; without a token, where it goes."""
    headers = {"Authorization": f"Bearer {token or '<token>'}"}
    if organization is not None:
        headers["organization-id"] = organization
    return orjson.dumps(headers, option=_INDENTED).decode()


def render(headers: str) -> str:
    """The page. Addresses in it are relative, so that a proxy may add a prefix."""
    config = orjson.dumps({"url": "graphql", "headers": headers, "tabs": _tabs()}).decode()
    # "</script>" inside a string would end the element that holds it.
    return _template().replace("__CONFIG__", config.replace("<", "\\u003c"))


@cache
def _template() -> str:
    return (Path(__file__).parent / "built" / "index.html").read_text("utf-8")


def _tabs() -> list[dict[str, str]]:
    return [
        {
            "query": example.query,
            "variables": orjson.dumps(example.variables, option=_INDENTED).decode(),
        }
        for example in examples()
    ]
