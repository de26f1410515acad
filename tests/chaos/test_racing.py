"""Four processes on one PostgreSQL server: what falls due is told by one of them."""

import asyncio
from pathlib import Path

from tests.chaos.racing import not_told_once
from tests.fakes.postgresql import PostgreSQL


async def test_of_four_processes_on_a_server_one_tells_a_tip(postgresql: PostgreSQL, tmp_path: Path) -> None:
    async with postgresql.database() as address:
        assert await asyncio.to_thread(not_told_once, 4, 5, tmp_path, address.get_secret_value()) == []
