"""The GraphQL multipart request: `operations`, `map`, then the files, each in its variable.

Files go to disk as they arrive; only the first two parts, which are bounded like any body, are
held in memory.
"""

import re
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any, Final, cast

from multipart import (  # pyright: ignore[reportMissingTypeStubs]
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,  # pyright: ignore[reportUnknownVariableType]
)

from pipeline_gql.api.http.bodies import CLOSE, json_value, question_of, too_large
from pipeline_gql.api.http.problems import Problem
from pipeline_gql.api.questions import Question
from pipeline_gql.domain.attachments import last_step
from pipeline_gql.store.spooling import Received, Spool

MULTIPART: Final = "multipart/form-data"
MOST_FILES: Final = 10
MOST_PLACES: Final = 50
_STEP = re.compile(r"[0-9]{1,4}", re.ASCII)

Paths = dict[str, list[str]]


def is_multipart(content_type: str | None) -> bool:
    return (content_type or "").partition(";")[0].strip().lower() == MULTIPART


async def multipart_question(
    chunks: AsyncIterator[bytes],
    content_type: str,
    *,
    most_json: int,
    most_file: int,
    stack: ExitStack,
) -> Question:
    """Raises Problem; the files are closed with `stack`."""
    form = _Form(most_json, most_file, stack)
    try:
        parser = PushMultipartParser(
            _boundary(content_type), max_segment_count=MOST_FILES + 2, strict=True
        )
        with parser:
            async for chunk in chunks:
                for event in parser.parse(chunk):
                    await form.take(event)
    except ParserLimitReached as error:
        raise Problem(413, f"The form is too large: {error.args[0]}", headers=CLOSE) from None
    except MultipartError as error:
        raise Problem(400, f"The form is malformed: {error.args[0]}", headers=CLOSE) from None
    return form.question()


def _boundary(content_type: str) -> str:
    options = cast(dict[str, str], parse_options_header(content_type)[1])
    boundary = options.get("boundary", "")
    if not 0 < len(boundary) <= 200 or not boundary.isascii():
        raise _malformed("its Content-Type has no boundary")
    return boundary


class _Form:
    """What has arrived so far; parts must come in the specification's order."""

    def __init__(self, most_json: int, most_file: int, stack: ExitStack) -> None:
        self._most_json, self._most_file = most_json, most_file
        self._stack = stack
        self._texts: dict[str, bytearray] = {}
        self._paths: Paths = {}
        self._files: dict[str, Received] = {}
        self._operations: Any = None
        self._segment: MultipartSegment | None = None
        self._spool: Spool | None = None

    async def take(self, event: Any) -> None:
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            await self._end()
        elif self._spool is not None:
            self._check(len(event) + sum(file.size for file in self._files.values()))
            await self._spool.add(bytes(event))
        else:
            assert self._segment is not None
            text = self._texts[self._segment.name or ""]
            if sum(map(len, self._texts.values())) + len(event) > self._most_json:
                raise too_large(self._most_json)
            text += event

    def _check(self, more: int) -> None:
        assert self._spool is not None
        if self._spool.size + more > self._most_file:
            raise Problem(413, f"The files may have at most {self._most_file} bytes", headers=CLOSE)

    def _begin(self, segment: MultipartSegment) -> None:
        self._segment, name = segment, segment.name or ""
        expected = ("operations", "map")[len(self._texts) : len(self._texts) + 1]
        if expected:
            if (name,) != expected:
                raise _malformed(f"`{expected[0]}` is expected before {_quoted(name)}")
            self._texts[name] = bytearray()
        elif name not in self._paths:
            raise _malformed(f"`map` does not speak of {_quoted(name)}")
        elif name in self._files:
            raise _malformed(f"{_quoted(name)} is there twice")
        elif segment.filename is None:
            raise _malformed(f"{_quoted(name)} is no file")
        else:
            self._spool = self._stack.enter_context(Spool())

    async def _end(self) -> None:
        assert self._segment is not None
        name = self._segment.name or ""
        if self._spool is not None:
            called = last_step(self._segment.filename or "")
            self._files[name] = await self._spool.finish(called)
            self._spool = None
        elif name == "operations":
            self._operations = json_value(bytes(self._texts[name]), "`operations`")
            question_of(self._operations)
        else:
            self._paths = _paths(json_value(bytes(self._texts[name]), "`map`"))
            for path in (path for paths in self._paths.values() for path in paths):
                _place(self._operations, path)

    def question(self) -> Question:
        if len(self._texts) < 2:
            raise _malformed("it has no `operations` and `map`")
        for name, paths in self._paths.items():
            if name not in self._files:
                raise _malformed(f"the file {_quoted(name)} is missing")
            for path in paths:
                holder, step = _place(self._operations, path)
                holder[step] = self._files[name]
        return question_of(self._operations)


def _paths(value: object) -> Paths:
    """From the names of files to where they belong."""
    if not isinstance(value, dict):
        raise _malformed("`map` must be an object")
    found: Paths = {}
    for name, paths in cast(dict[str, object], value).items():
        given = cast(list[object], paths) if isinstance(paths, list) else []
        if not given or not all(isinstance(path, str) for path in given):
            raise _malformed(f"`map` must give a list of paths for {_quoted(name)}")
        found[name] = cast(list[str], given)
    every = [path for paths in found.values() for path in paths]
    if len(found) > MOST_FILES or len(every) > MOST_PLACES:
        raise _malformed(f"it may have at most {MOST_FILES} files in {MOST_PLACES} places")
    if len(set(every)) < len(every):
        raise _malformed("`map` names a place twice")
    return found


def _place(operations: Any, path: str) -> tuple[Any, Any]:
    """The object or list in which the path ends, and the last step, where a null must stand."""
    steps = path.split(".")
    if steps[0] != "variables" or len(steps) < 2:
        raise _malformed(f"{_quoted(path)} does not begin with `variables.`")
    holder: Any = operations
    for step in steps[:-1]:
        holder = _inside(holder, step, path)[1]
    key, value = _inside(holder, steps[-1], path)
    if value is not None:
        raise _malformed(f"there must be a null at {_quoted(path)}")
    return holder, key


def _inside(holder: Any, step: str, path: str) -> tuple[Any, Any]:
    if isinstance(holder, dict) and step in holder:
        return step, cast(dict[str, Any], holder)[step]
    if isinstance(holder, list) and _STEP.fullmatch(step):
        items = cast(list[Any], holder)
        if int(step) < len(items):
            return int(step), items[int(step)]
    raise _malformed(f"`operations` has nothing at {_quoted(path)}")


def _quoted(text: str) -> str:
    return f"`{text[:100].encode(errors='replace').decode()}`"


def _malformed(why: str) -> Problem:
    return Problem(400, f"The form is malformed: {why}", headers=CLOSE)
