"""What the demo shows while it is made."""

import sys
from io import StringIO

import pytest

from pipeline_gql.cli import greeting


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, stderr: StringIO) -> str:
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("TERM", "xterm")
    with greeting.progress() as report:
        report("Starting PostgreSQL", 0.0)
        report("Opportunities", 0.5)
    return stderr.getvalue()


def test_a_person_sees_a_bar_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    told = shown(monkeypatch, Terminal())
    assert "Opportunities" in told
    assert "50 %" in told


def test_a_log_is_spared_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, StringIO()) == ""
