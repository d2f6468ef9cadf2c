"""The built-in pipelines, as documents for people to read and to begin from."""

from importlib.resources import files

import yaml

NAMES = ("training", "sales", "simple")


def source(name: str) -> object:
    """A document as YAML gives it; `domain/documents.py` tells its form. `name` is of `NAMES`."""
    text = (files(__name__) / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
