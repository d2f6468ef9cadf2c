"""Accept and Content-Type, after RFC 9110 and the GraphQL-over-HTTP specification."""

import pytest

from pipeline_gql.api.http.negotiation import GRAPHQL, JSON, accepted, is_json, wants_page

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", JSON),
        (f"{JSON};q=0.5, {GRAPHQL};q=0.6", GRAPHQL),
        (f"{GRAPHQL}, */*", GRAPHQL),
        (f"*/*, {JSON};q=0", GRAPHQL),
        (f"*/*;q=0.1, {GRAPHQL};q=0", JSON),
        ("APPLICATION/JSON; Q=0.3; charset=utf-8", JSON),
        ("application/json;version=1", JSON),
        ("text/html", None),
        (f"{JSON};q=0", None),
        ("*/*;q=0", None),
        (f"{JSON};q=2", None),
        ("nonsense", None),
        (BROWSER, JSON),
    ],
)
def test_the_media_type_is_what_the_client_likes_best(accept: str, media: str | None) -> None:
    assert accepted(accept) == media


@pytest.mark.parametrize(
    ("content_type", "fits"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ('Application/JSON ;charset="UTF-8"', True),
        ("application/json; charset=latin-1", False),
        ("application/graphql", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("text/plain", False),
        ("application/jsonp", False),
        ("", False),
        (None, False),
    ],
)
def test_only_json_in_utf_8_is_read(content_type: str | None, fits: bool) -> None:
    assert is_json(content_type) is fits


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        (BROWSER, True),
        ("text/html", True),
        (f"{JSON}, text/html", False),
        ("text/html;q=0.5, application/json", False),
        ("*/*", False),
        (None, False),
    ],
)
def test_only_an_address_bar_wants_a_page(accept: str | None, page: bool) -> None:
    assert wants_page(accept) is page
