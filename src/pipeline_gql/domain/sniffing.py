"""What a file is, by its first bytes; what its sender says of it counts for nothing."""

import re

HEAD = 4096
"""How many bytes are looked at."""
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"

_OFFICE = "application/vnd.openxmlformats-officedocument."
_SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (8, b"AVI ", "video/x-msvideo"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "application/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, rb"{\rtf", "application/rtf"),
)
"""Offset, what stands there, and what that means; the first that fits."""
_IN_RIFF = {b"WEBP", b"AVI ", b"WAVE"}
_ZIPPED = (
    (b"word/", f"{_OFFICE}wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}presentationml.presentation"),
)
_OPEN_DOCUMENT = re.compile(rb"mimetype(application/vnd\.oasis\.opendocument\.[a-z]+)")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def sniffed(head: bytes) -> str:
    """The media type of a file that begins with these bytes, at most `HEAD` of them.

    Markup and scripts are plain text: nothing that a browser would run has a name here.
    """
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head)
    for offset, sign, type in _SIGNS:
        if head.startswith(sign, offset) and (sign not in _IN_RIFF or head.startswith(b"RIFF")):
            return type
    return TEXT if head and _is_text(head) else UNKNOWN


def _zipped(head: bytes) -> str:
    if found := _OPEN_DOCUMENT.search(head):
        return found[1].decode()
    if b"[Content_Types].xml" in head or b"_rels/" in head:
        return next((type for sign, type in _ZIPPED if sign in head), "application/zip")
    return "application/zip"


def _is_text(head: bytes) -> bool:
    """UTF-8 without control characters; the last character may be cut off."""
    if _CONTROL.search(head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) == HEAD and error.start >= HEAD - 3 and error.reason.startswith("unexpect")
    return True
