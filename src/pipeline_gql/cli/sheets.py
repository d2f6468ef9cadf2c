"""Pipeline documents as files: YAML or JSON in, the one that is wanted out."""

import sys
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from pipeline_gql.cli.problems import Problem
from pipeline_gql.domain.documents import Document, parse
from pipeline_gql.domain.errors import Refusal, Refused

STREAM = Path("-")
"""Standard input or output."""


class _Once(yaml.SafeLoader):
    """Refuses a mapping that names a member twice, where the last would win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names = [key.value for key, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                raise yaml.MarkedYAMLError(None, None, f"{name} stands here twice", node.start_mark)
        return super().construct_mapping(node, deep)


def read(path: Path) -> Document:
    """Problem with a sentence for each thing that is wrong."""
    return parsed(_read(path), "" if path == STREAM else f"{path}: ")


def parsed(source: object, where: str = "") -> Document:
    try:
        return parse(source)
    except (Refusal, Refused) as refused:
        told = (where + sentence(each) for each in refused.refusals)
        raise Problem("\n".join(told)) from None


def _read(path: Path) -> object:
    """JSON is YAML, so one reader is enough."""
    try:
        text = sys.stdin.read() if path == STREAM else path.read_text(encoding="utf-8")
        return yaml.load(text, _Once)
    except OSError as error:
        raise Problem(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    except UnicodeDecodeError:
        raise Problem(f"{path} is not in UTF-8.") from None
    except yaml.YAMLError as error:
        raise Problem(f"{path} is neither YAML nor JSON: {_where(error)}.") from None
    except RecursionError:
        raise Problem(f"{path} is nested too deeply.") from None


def _where(error: yaml.YAMLError) -> str:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return str(error).splitlines()[0].rstrip(".")
    return f"{error.problem} in line {error.problem_mark.line + 1}"


def sentence(refusal: Refusal) -> str:
    """With the whole path where a client is told the field alone."""
    place = "".join(
        f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in refusal.path
    )
    return refusal.message.format(**{**refusal.facts, "field": place.lstrip(".")}) + "."


def write(text: str, path: Path) -> None:
    if path == STREAM:
        print(text, end="")
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Problem(f"{path} cannot be written: {why}.") from None
