"""Commands that end by themselves are run here; those that serve are processes of their own."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline_gql.cli import main
from pipeline_gql.cli.signals import ENDING
from tests.cli.commands import Said

Command = Callable[..., Said]


@pytest.fixture
def pipeline_gql(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """Runs one command; settings are given by name and hold for that command alone."""

    def run(*arguments: object, **environment: str) -> Said:
        handlers = {number: signal.getsignal(number) for number in ENDING}
        with monkeypatch.context() as settings:
            for name in [name for name in os.environ if "DATABASE_URL" in name]:
                settings.delenv(name)
            settings.setenv("PIPELINE_GQL_DATA_DIR", str(tmp_path / "default"))
            for name, value in environment.items():
                settings.setenv(name, value)
            capfd.readouterr()
            with pytest.raises(SystemExit) as end:
                main([str(argument) for argument in arguments])
        for number, handler in handlers.items():
            signal.signal(number, handler)
        out, err = capfd.readouterr()
        assert isinstance(end.value.code, int)
        return Said(end.value.code, out, err)

    return run
