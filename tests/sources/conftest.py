from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.wire_server import WireServer


@pytest.fixture
async def server() -> AsyncIterator[WireServer]:
    """A server on loopback; a test gives it its replies."""
    async with WireServer() as running:
        yield running
