"""The servers that are compared: `ours`, `limit` with and without walls, `postgraphile` with and
without them, and `ordinary`, the usual way to use our own stack."""

from tests.bench.peers.limit import LIMIT, LIMIT_WITHOUT_WALLS
from tests.bench.peers.ordinary import ORDINARY
from tests.bench.peers.ours import OURS
from tests.bench.peers.peer import Peer, Running
from tests.bench.peers.postgraphile import (
    POSTGRAPHILE,
    POSTGRAPHILE_FUNCTION,
    POSTGRAPHILE_WITH_WALLS,
)

PEERS: dict[str, Peer] = {
    each.name: each
    for each in (
        OURS, LIMIT, LIMIT_WITHOUT_WALLS, POSTGRAPHILE_WITH_WALLS, POSTGRAPHILE,
        POSTGRAPHILE_FUNCTION, ORDINARY
    )
}  # fmt: skip

__all__ = ["PEERS", "Peer", "Running"]
