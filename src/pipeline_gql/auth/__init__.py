"""Before everything: a bearer credential and an organisation in, a `Viewer` into the scope."""

from pipeline_gql.auth.middleware import Authenticated
from pipeline_gql.auth.viewers import Viewers

__all__ = ["Authenticated", "Viewers"]
