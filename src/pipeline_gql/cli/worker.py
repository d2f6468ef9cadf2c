"""`worker`."""

import asyncio

from pipeline_gql.cli.place import DataDir, database_of
from pipeline_gql.cli.serve import check, files_of, kept_up
from pipeline_gql.cli.signals import Stopped, answered_by
from pipeline_gql.cli.workers import log_to_stderr
from pipeline_gql.config import Settings, load
from pipeline_gql.metrics import Work
from pipeline_gql.opening import open_database
from pipeline_gql.worker import Worker


def worker(data_dir: DataDir = None) -> None:
    """Do what is due for every organisation, beside servers or other workers, until a signal."""
    settings = load(data_dir=data_dir)
    files_of(settings)
    try:
        with database_of(settings) as (known, embedded):
            asyncio.run(check(known))
            log_to_stderr(known)
            print("Working. Ctrl-C ends it.", flush=True)
            with kept_up(embedded):
                asyncio.run(_work(known))
    except Stopped:
        pass


async def _work(settings: Settings) -> None:
    database = await open_database(settings)
    try:
        worker = Worker.of(settings, database, Work(), trusting=False)
        loop = asyncio.get_running_loop()
        with answered_by(lambda: loop.call_soon_threadsafe(worker.stop)):
            await worker.run()
    finally:
        await database.close()
