"""Why nobody comes in, as HTTP says it."""

from starlette.exceptions import HTTPException


def unauthenticated(why: str) -> HTTPException:
    """401; `why` is told, so it must not say which part of a secret was right."""
    challenge = f'Bearer realm="pipeline-gql", error="invalid_token", error_description="{why}"'
    return HTTPException(401, why, {"WWW-Authenticate": challenge})


def no_credential() -> HTTPException:
    """401 without an error code, as RFC 6750 wants when nothing was sent."""
    challenge = {"WWW-Authenticate": 'Bearer realm="pipeline-gql"'}
    return HTTPException(401, "Send `Authorization: Bearer <token>`", challenge)


def not_yours() -> HTTPException:
    """403; the same whether the organisation exists or not."""
    return HTTPException(403, "The token may not enter this organisation")


def ambiguous() -> HTTPException:
    return HTTPException(
        400, "The token may enter several organisations; name one in the header `organization-id`"
    )


def busy() -> HTTPException:
    return HTTPException(503, "The server is busy; try again", {"Retry-After": "1"})
