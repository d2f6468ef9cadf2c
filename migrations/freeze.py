"""Writes the tables of revision 0001 from the models; until the first release, run after a change.

python migrations/freeze.py
"""

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
    return ";\n\n".join(line.replace("\t", "    ").replace("\n\n", "\n") for line in statements)


if __name__ == "__main__":
    TABLES.write_text(frozen() + ";\n")
