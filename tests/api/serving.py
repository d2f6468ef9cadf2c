"""The application behind a real socket, in this process, so that its counters can be read."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Sized
from contextlib import asynccontextmanager, closing

from starlette.types import ASGIApp
from uvicorn import Config, Server

from pipeline_gql.cli.wire import Wire


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncGenerator[tuple[int, Sized]]:
    """An application that has begun already: its port, and the lines that are open to it."""
    config = Config(app, http=Wire, lifespan="off", log_config=None, access_log=False)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = Server(config)
        running = asyncio.create_task(server._serve([listener]))  # without signal handlers
        while not server.started:  # noqa: ASYNC110 - uvicorn says so in no other way
            await asyncio.sleep(0.01)
        yield listener.getsockname()[1], server.server_state.connections
        server.should_exit = server.force_exit = True
        await running
