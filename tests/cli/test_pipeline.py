"""`pipeline`: documents in files, and what becomes of them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline_gql import templates
from pipeline_gql.domain.documents import content_hash, parse
from tests.cli.conftest import Command
from tests.folders import data_folder


def written(folder: Path, name: str, source: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(source) if path.suffix == ".json" else yaml.safe_dump(source))
    return path


def test_a_pipeline_goes_out_is_changed_and_comes_back(
    pipeline_gql: Command, tmp_path: Path
) -> None:
    with data_folder() as folder:
        place = ("--data-dir", str(folder))
        founding = ("organization", "create", "Acme", "--admin", "ada@acme.example")
        assert pipeline_gql(*founding, "--pipeline", "training", *place).code == 0
        path = tmp_path / "training.yaml"
        assert pipeline_gql("pipeline", "export", "training", "-o", path, *place).code == 0
        exported = parse(yaml.safe_load(path.read_text()))
        original = parse(templates.source("training"))
        assert content_hash(exported.graph) == content_hash(original.graph)
        again = pipeline_gql("pipeline", "import", path, *place)
        assert again.out == "Version 1 of training is the same already.\n"

        path.write_text(path.read_text().replace("probability: 85", "probability: 80"))
        told = pipeline_gql("pipeline", "diff", "training", path, *place)
        sentence = "Step Verbal Agreement (verbal_agreement): probability was 85, is now 80.\n"
        assert (told.code, told.out) == (3, sentence)
        noted = pipeline_gql("pipeline", "import", path, "--note", "More careful", *place)
        assert noted.out == "Version 2 of training is published.\n"
        assert pipeline_gql("pipeline", "diff", "training@1", "training", *place).out == sentence
        assert pipeline_gql("pipeline", "diff", "training@2", path, *place).code == 0
        as_json = pipeline_gql("pipeline", "export", "training", "--format", "json", *place)
        assert parse(json.loads(as_json.out)).graph == parse(yaml.safe_load(path.read_text())).graph
        drawn = pipeline_gql("pipeline", "draw", "training", *place)
        assert "<title>Training, version 2</title>" in drawn.out
        path.write_text(path.read_text().replace("loss_reason", "loss_raison"))
        refused = pipeline_gql("pipeline", "import", path, *place)
        assert refused.code == 1
        assert "asks for loss_raison, which is neither a field nor a defined attribute" in (
            refused.err
        )
        missing = pipeline_gql("pipeline", "export", "training@3", *place)
        assert missing.code == 1
        assert "There is no published pipeline training@3" in missing.err


def test_a_file_is_drawn_in_the_language_that_its_name_says(
    pipeline_gql: Command, tmp_path: Path
) -> None:
    source = written(tmp_path, "simple.json", templates.source("simple"))
    for name, begins in (("a.svg", "<svg"), ("a.mmd", "---"), ("a.dot", "digraph")):
        drawn = pipeline_gql("pipeline", "draw", source, "--output", tmp_path / name)
        assert (drawn.code, drawn.out) == (0, "")
        assert (tmp_path / name).read_text().startswith(begins)
    assert pipeline_gql("pipeline", "draw", source, "--format", "dot").out.startswith("digraph")


def test_a_valid_document_is_told_to_be_one(pipeline_gql: Command, tmp_path: Path) -> None:
    source = written(tmp_path, "sales.yaml", templates.source("sales"))
    told = pipeline_gql("pipeline", "validate", source)
    assert (told.code, told.out) == (
        0,
        "Sales is valid: 7 stages, 7 steps, 0 transitions.\n",
    )


def test_everything_that_is_wrong_with_a_document_is_told(
    pipeline_gql: Command, tmp_path: Path
) -> None:
    source: Any = templates.source("simple")
    del source["stages"][0]["steps"][1]["probability"]
    source["stages"][1]["colour"] = "green"
    source["transitions"][0]["to"] = "No where"
    path = written(tmp_path, "simple.yaml", source)
    told = pipeline_gql("pipeline", "validate", path)
    assert told.code == 1
    assert told.err.splitlines() == [
        f"{path}: stages[1].steps[2].probability is required.",
        f"{path}: stages[2].colour is not a member of this mapping.",
        f"{path}: transitions[1].to must be small letters, digits, _ and -, 64 at most.",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key: a\nkey: b\n", "is neither YAML nor JSON: key stands here twice in line 1"),
        ("a: [1", "is neither YAML nor JSON"),
        ("!!python/object:os.system {}", "is neither YAML nor JSON"),
        ("- a", "document must be a mapping"),
        ("a: &a [*a]", "a is not a member"),
        ("[" * 5000, "is nested too deeply"),
    ],
)
def test_what_is_no_document_is_told_in_a_sentence(
    pipeline_gql: Command, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "it.yaml"
    path.write_text(text)
    told = pipeline_gql("pipeline", "validate", path)
    assert told.code == 1
    assert said in told.err
    assert "Traceback" not in told.err


def test_a_file_that_is_not_there_or_not_text_is_told(
    pipeline_gql: Command, tmp_path: Path
) -> None:
    missing = pipeline_gql("pipeline", "validate", tmp_path / "none.yaml")
    assert "cannot be read: no such file or directory." in missing.err
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    assert "is not in UTF-8." in pipeline_gql("pipeline", "validate", tmp_path / "bytes.yaml").err
