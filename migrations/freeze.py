"""Writes the tables of revision 0001 from the models; until the first release, run after a change.

python migrations/freeze.py
"""

from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import create_mock_engine
from sqlalchemy.dialects import postgresql

from pipeline_gql.store import models

TABLES = Path(__file__).parent / "versions" / "0001_tables.sql"


def frozen() -> str:
    statements: list[str] = []

    def keep(statement: Any, *_: object) -> None:
        compiled = str(statement.compile(dialect=postgresql.dialect()))
        statements.append("\n".join(line.rstrip() for line in compiled.strip().splitlines()))

    models.Base.metadata.create_all(create_mock_engine("postgresql://", keep), checkfirst=False)
    texts = [text.replace("\t", "    ").replace("\n\n", "\n") for text in statements]
    # SQLAlchemy creates a table's indexes in no particular order.
    runs = groupby(texts, key=lambda text: "INDEX ix_" in text or "INDEX uq_" in text)
    return ";\n\n".join(t for indexes, run in runs for t in (sorted(run) if indexes else run))


if __name__ == "__main__":
    TABLES.write_text(frozen() + ";\n")
