"""The built-in pipelines, as documents for people to read and to begin from."""

from collections.abc import Collection, Mapping
from importlib.resources import files
from typing import Any

import yaml

NAMES = ("training", "sales", "simple")


def source(name: str) -> object:
    """A document as YAML gives it; `domain/documents.py` tells its form. `name` is of `NAMES`."""
    return _read(name)


def attributes(keys: Collection[str] | None = None) -> Mapping[str, Mapping[str, Any]]:
    """What the built-in pipelines require, and more: definitions by key; those of `keys` alone,
    as far as they are known here."""
    known = _read("attributes")
    return {key: known[key] for key in known if keys is None or key in keys}


def _read(name: str) -> Any:
    text = (files(__name__) / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
