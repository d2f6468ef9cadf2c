"""What files are, by their first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain.sniffing import HEAD, TEXT, UNKNOWN, sniffed

ZIP = b"PK\x03\x04" + b"\0" * 26


@pytest.mark.parametrize(
    ("head", "type"),
    [
        (b"%PDF-1.4\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
        (b"RUFF\x10\0\0\0WEBPVP8 ", UNKNOWN),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (ZIP + b"[Content_Types].xml" + b"word/document.xml", "application/vnd."
         "openxmlformats-officedocument.wordprocessingml.document"),
        (ZIP + b"word/document.xml", "application/zip"),
        (ZIP + b"mimetypeapplication/vnd.oasis.opendocument.textPK",
         "application/vnd.oasis.opendocument.text"),
        (b"", UNKNOWN),
        (b"\0", UNKNOWN),
        (b"\xff\xfe", UNKNOWN),
        ("Grüße\n".encode(), TEXT),
        (b"<script>alert(1)</script>", TEXT),
        (b'<?xml version="1.0"?><svg/>', TEXT),
        (b"#!/bin/sh\n", TEXT),
    ],
)  # fmt: skip
def test_a_type_is_told_by_the_first_bytes(head: bytes, type: str) -> None:
    assert sniffed(head) == type


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=9))
def test_text_stays_text_wherever_it_is_cut(text: str) -> None:
    assert sniffed(("a" + text * HEAD).encode()[:HEAD]) == TEXT


@given(st.binary(max_size=200))
def test_no_bytes_are_something_that_a_browser_runs(head: bytes) -> None:
    found = sniffed(head)
    assert found.isascii()
    assert "html" not in found
    assert "svg" not in found
    assert "script" not in found
