"""`pipeline`: pipelines as documents, for people who keep them in files.

A pipeline is named by the path of its document, or by its key where it is one of the
organisation's: `training` as it is published now, `training@3` as version 3 had it.
"""

import re
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from pipeline_gql.api.sheets import Form, written
from pipeline_gql.cli import sheets
from pipeline_gql.cli.place import DataDir, Organization, run_in
from pipeline_gql.cli.problems import Problem
from pipeline_gql.cli.sheets import STREAM
from pipeline_gql.domain.differences import differences
from pipeline_gql.domain.documents import Document
from pipeline_gql.domain.drawing import Format, draw
from pipeline_gql.domain.errors import Refusal, Refused
from pipeline_gql.domain.migrating import Policy
from pipeline_gql.operations.judging import require_sound
from pipeline_gql.operations.migrating import begin
from pipeline_gql.operations.pipelines import publish_document
from pipeline_gql.store import pipelines
from pipeline_gql.store.database import Unit

commands = typer.Typer(
    help="Pipelines, as documents in YAML or JSON.", no_args_is_help=True, rich_markup_mode=None
)

File = Annotated[Path, typer.Argument(help="A document; - is standard input.", metavar="FILE")]
Source = Annotated[
    str, typer.Argument(help="A document's path, or a key such as training or training@3.")
]
Output = Annotated[
    Path, typer.Option("--output", "-o", help="Where to; - is standard output.", metavar="FILE")
]
Note = Annotated[str | None, typer.Option(help="What is new, for those who look back.")]
DIFFERENT = 3
_KEPT = re.compile(r"([a-z0-9][a-z0-9_-]{0,63})(?:@([1-9][0-9]{0,8}))?")
_SUFFIXES = {
    ".mmd": Format.MERMAID, ".mermaid": Format.MERMAID, ".dot": Format.DOT, ".gv": Format.DOT,
}  # fmt: skip


@commands.command("import")
def import_(
    file: File, note: Note = None, organization: Organization = None, data_dir: DataDir = None
) -> None:
    """Publish a document: as the next version of the pipeline of its key, or as a new one.

    Its opportunities follow; a step on which some stand cannot be left out in this way.
    """
    document = sheets.read(file)

    async def work(unit: Unit) -> str:
        last = await pipelines.numbered(unit, document.key, None)
        if last and not differences(Document(document.key, last[0], last[1].graph), document):
            return f"Version {last[1].number} of {document.key} is the same already."
        try:
            await require_sound(unit, document.graph)
            version = await publish_document(unit, None, document, note=note)
            await begin(unit, None, version, (), Policy.MAP)
        except (Refusal, Refused) as refused:
            told = (sheets.sentence(each) for each in refused.refusals)
            raise Problem("\n".join(told)) from None
        return f"Version {version.number} of {document.key} is published."

    print(run_in(organization, data_dir, work))


@commands.command()
def export(
    source: Source,
    form: Annotated[Form | None, typer.Option("--format", help="As the file's name says.")] = None,
    output: Output = STREAM,
    organization: Organization = None,
    data_dir: DataDir = None,
) -> None:
    """Write a pipeline as a document that `import` takes."""
    document, _ = _found(source, organization, data_dir)
    by_name = Form.JSON if output.suffix.lower() == ".json" else Form.YAML
    sheets.write(written(document, form or by_name), output)


@commands.command()
def diff(
    old: Source, new: Source, organization: Organization = None, data_dir: DataDir = None
) -> None:
    """Say what changes from one pipeline to another; exit code 3 if anything does."""
    before, _ = _found(old, organization, data_dir)
    after, _ = _found(new, organization, data_dir)
    found = differences(before, after)
    for sentence in found:
        print(sentence)
    if found:
        raise typer.Exit(DIFFERENT)


@commands.command()
def validate(file: File) -> None:
    """Say what is wrong with a document, one sentence each; needs no database."""
    document = sheets.read(file)
    graph = document.graph
    print(
        f"{document.name} is valid: {len(graph.stages)} stages, {len(graph.steps)} steps,"
        f" {len(graph.transitions)} transitions."
    )


@commands.command("draw")
def draw_(
    source: Source,
    form: Annotated[
        Format | None,
        typer.Option("--format", case_sensitive=False, help="As the file's name says, else SVG."),
    ] = None,
    output: Output = STREAM,
    organization: Organization = None,
    data_dir: DataDir = None,
) -> None:
    """Draw a pipeline's graph: an SVG for the wall, Mermaid for a wiki, DOT for Graphviz."""
    document, number = _found(source, organization, data_dir)
    title = f"{document.name}, version {number}" if number else document.name
    chosen = form or _SUFFIXES.get(output.suffix.lower(), Format.SVG)
    sheets.write(draw(document.graph, title, chosen), output)


def _found(
    source: str, organization: UUID | None, data_dir: Path | None
) -> tuple[Document, int | None]:
    """A document and, of one that an organisation has, its number."""
    kept = _KEPT.fullmatch(source)
    if not kept or Path(source).is_file():
        return sheets.read(Path(source)), None
    key, number = kept[1], int(kept[2]) if kept[2] else None

    async def work(unit: Unit) -> tuple[Document, int | None]:
        found = await pipelines.numbered(unit, key, number)
        if found is None:
            raise Problem(f"There is no published pipeline {source}, and no file of that name.")
        name, version = found
        return Document(key, name, version.graph), version.number

    return run_in(organization, data_dir, work)
