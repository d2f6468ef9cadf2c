"""What a server has said: HTTP/1.1 as far as the peers speak it, and whether it is an answer."""

from dataclasses import dataclass

ERRORS = b'"errors":[{', b'"errors": [{'
"""Of GraphQL or of a payload of ours, by those who write JSON tightly and by those who do not."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    @property
    def is_good(self) -> bool:
        """Not a refusal, neither of HTTP nor of GraphQL nor of a verb."""
        return self.status == 200 and not any(mark in self.body for mark in ERRORS)


def parsed(buffer: bytearray) -> Answer | None:
    """None unless all of it is there: a status, headers, then a length or chunks."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(buffer[:end]).lower()
    status = int(head[9:12])
    at = head.find(b"content-length:")
    if at >= 0:
        length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        body = bytes(buffer[end + 4 :])
        return Answer(status, body) if len(body) >= length else None
    return _unchunked(status, bytes(buffer[end + 4 :]))


def _unchunked(status: int, rest: bytes) -> Answer | None:
    body = b""
    while True:
        size, found, rest = rest.partition(b"\r\n")
        if not found or not size:
            return None
        length = int(size, 16)
        if length == 0:
            return Answer(status, body)
        if len(rest) < length + 2:
            return None
        body, rest = body + rest[:length], rest[length + 2 :]
