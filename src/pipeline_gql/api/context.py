"""What the few fields without a shape need of a request."""

from dataclasses import dataclass

from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store.database import Database


@dataclass(frozen=True, slots=True)
class Context:
    """`deadline` is in `time.monotonic()`."""

    database: Database
    viewer: Viewer
    deadline: float
