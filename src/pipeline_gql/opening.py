"""Opens the database that the settings name, for the server and for a worker alone."""

from pipeline_gql.config import Settings
from pipeline_gql.store.database import Database, Urls


async def open_database(settings: Settings) -> Database:
    """Raises UnsafeRole, and what the driver raises when no server answers."""
    assert settings.database_url, "the command line starts the embedded database first"
    return await Database.open(
        Urls(settings.database_url, settings.reader_database_url),
        read_pool=settings.read_pool,
        write_pool=settings.write_pool,
    )
