"""The built files: stored compressed, named by their content and therefore never out of date."""

import gzip
from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from pipeline_gql.api.graphiql.page import PROTECTION

_TYPES = {".js": "text/javascript", ".css": "text/css", ".ttf": "font/ttf"}
_HEADERS = PROTECTION | {
    "cache-control": "public, max-age=31536000, immutable",
    "vary": "accept-encoding",
}


async def serve_asset(request: Request) -> Response:
    """A file of the build by its name; whatever is not listed there does not exist."""
    file = _files().get(request.path_params["name"])
    if file is None:
        return PlainTextResponse("Not Found", 404, headers=PROTECTION)
    media_type = _TYPES[Path(file.stem).suffix]
    if _accepts_gzip(request.headers.get("accept-encoding", "")):
        headers = _HEADERS | {"content-encoding": "gzip"}
        return FileResponse(file, headers=headers, media_type=media_type)
    content = await run_in_threadpool(_decompressed, file)
    return Response(content, headers=_HEADERS, media_type=media_type)


@cache
def _files() -> dict[str, Path]:
    return {file.stem: file for file in (Path(__file__).parent / "built" / "assets").iterdir()}


def _decompressed(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes())


def _accepts_gzip(header: str) -> bool:
    """RFC 9110 §12.5.3: gzip named, or everything, with a weight that is not zero."""
    weights = dict(_weighted(part) for part in header.lower().split(","))
    return weights.get("gzip", weights.get("*", False))


def _weighted(part: str) -> tuple[str, bool]:
    coding, _, parameter = part.partition(";")
    _, _, weight = parameter.partition("q=")
    return coding.strip(), not weight or any(digit in weight for digit in "123456789")
