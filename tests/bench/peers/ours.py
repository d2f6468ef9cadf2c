"""Our own server, as it is served: authentication, walls, admission, logging and metrics on."""

import sys
from collections.abc import Mapping
from typing import Any

from tests.bench.peers.peer import Peer, Setting
from tests.bench.peers.rows import of_ours
from tests.bench.questions import QUESTIONS, Question


def _command(setting: Setting, port: int) -> tuple[list[str], Mapping[str, str]]:
    addresses = {
        "DATABASE_URL": setting.urls.app,
        "READER_DATABASE_URL": setting.urls.reader,
        "PIPELINE_GQL_DATA_DIR": str(setting.folder / "ours"),
    }
    return [sys.executable, "-m", "pipeline_gql", "serve", "--port", str(port)], addresses


def _body(setting: Setting, question: Question, variables: Mapping[str, Any]) -> object:
    return {"query": question.text, "variables": variables}


OURS = Peer("ours", "pipeline-gql", _command, _body, of_ours, tuple(QUESTIONS), serves_all=True)
