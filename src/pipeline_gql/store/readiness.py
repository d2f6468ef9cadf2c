"""Whether the database can serve: it answers, and its tables are the ones this code knows."""

from alembic.script import ScriptDirectory

from pipeline_gql.store.database import Database
from pipeline_gql.store.directory import schema_revision
from pipeline_gql.store.upgrade import migrations


class Readiness:
    """Knows the newest revision from the package's files, read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._newest = ScriptDirectory(str(migrations())).get_current_head()

    async def trouble(self) -> str | None:
        """None when all is well; raises what the database raises."""
        revision = await schema_revision(self._database)
        if revision == self._newest:
            return None
        return f"The schema is at revision {revision}, not {self._newest}; run `db upgrade`"
