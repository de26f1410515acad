"""The database on a PostgreSQL server: the same statements, for several processes at once.

Each transaction sees what was committed before each of its statements. What must not be done twice at the same time
takes its turn by an advisory lock: the events of one account (a lane), what is known of a person, what falls due.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from weakref import WeakValueDictionary

import asyncpg

from bot.storage.address import ServerAddress
from bot.storage.database import (
    ConflictError,
    Crew,
    Database,
    DatabaseError,
    Row,
    Transaction,
    UncertainError,
    check_version,
    in_order,
    migrations,
    newest_version,
)
from bot.storage.dialect import migrated, numbered

_CONNECTIONS = 8
_TO_CONNECT, _TO_ANSWER = 5.0, 30.0
"""Seconds that the server may take."""
_PREPARED = 512
_SESSION = {
    "application_name": "vigie",
    "lock_timeout": "10s",
    # Whoever died, or hangs, in the middle of a transaction holds nobody up for longer.
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "4",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}
_LOOKS_EVERY, _SLOW = 2.0, 4.0
"""Seconds: how often a leader is looked after, and how long the server may take to say that it still leads.

Whoever cannot reach the server stops within 6 s; the server lets go of them within 10 s, if nothing told it before; and
the next one comes within 2 s.
"""
_CHANNEL = "vigie"
_VERSION = "schema_version"
_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""What leaves it open whether the server did what it was told."""
_CONFLICTS = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.UniqueViolationError,
    asyncpg.ForeignKeyViolationError,
)

_log = logging.getLogger(__name__)


class ServerTransaction(Transaction):
    """A transaction on a server, on a connection of its own."""

    def __init__(self, connection: asyncpg.Connection, address: ServerAddress) -> None:
        self._connection = connection
        self._address = address

    async def rows(self, statement: str, *values: object) -> Sequence[Row]:
        with _in_words(self._address):
            found: list[Row] = await self._connection.fetch(numbered(statement), *values)
            return found

    async def each(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        with _in_words(self._address):
            await self._connection.executemany(numbered(statement), rows)

    async def hold(self, subject: str) -> bool:
        with _in_words(self._address):
            await self._connection.execute(_held(subject))
        return True

    async def call(self, work: str) -> None:
        await self.rows("SELECT pg_notify(?, ?)", _CHANNEL, work)

    async def chunks(self, query: str, count: int) -> AsyncIterator[Sequence[Row]]:
        # A name of its own: how the rows of another one look is remembered with the statement.
        cursor = f"chunks_{blake2b(query.encode(), digest_size=8).hexdigest()}"
        await self.rows(f"DECLARE {cursor} NO SCROLL CURSOR FOR {query}")
        while found := await self.rows(f"FETCH {count} FROM {cursor}"):
            yield found
        await self.rows(f"CLOSE {cursor}")

    async def last_numbers(self) -> dict[str, int]:
        found = {
            table: await self.row("SELECT pg_sequence_last_value(CAST(? AS text)::regclass)", sequence)
            for table, _, sequence in await self._numbered()
        }
        return {table: row[0] for table, row in found.items() if row and row[0]}

    async def set_last_numbers(self, numbers: Mapping[str, int]) -> None:
        for table, column, sequence in await self._numbered():
            highest = await self.row(f"SELECT MAX({column}) FROM {table}")  # noqa: S608 - names of the schema
            last = max(numbers.get(table, 0), highest[0] or 0 if highest else 0)
            if last:
                await self.rows("SELECT setval(CAST(? AS text)::regclass, ?)", sequence, last)

    async def _numbered(self) -> list[tuple[str, str, str]]:
        """Return the tables of numbered rows, the column of each one's numbers, and what gives them."""
        rows = await self.rows(
            "SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name)"
            " FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'"
        )
        return [(row[0], row[1], row[2]) for row in rows]


class ServerCrew(Crew):
    """Those who claim pieces of some work on a connection of their own: whoever loses it has lost them, too."""

    def __init__(self, address: ServerAddress, work: str, called: asyncio.Event) -> None:
        self._address = address
        self._work = work
        self._called = called
        self._connection: asyncpg.Connection | None = None
        self._connected = asyncio.Event()
        self._lost = asyncio.Event()
        self._turn = asyncio.Lock()
        self._held: set[str] = set()

    @property
    def is_alone(self) -> bool:
        return False

    async def claim(self, pieces: Collection[str]) -> Collection[str]:
        names = list(pieces)
        with _in_words(self._address):
            async with asyncio.timeout(_TO_CONNECT):
                await self._connected.wait()
            async with self._alone() as connection:
                rows = await connection.fetch(
                    "SELECT piece FROM unnest($1::text[], $2::bigint[]) AS pieces (piece, number)"
                    " WHERE pg_try_advisory_lock(number)",
                    names,
                    [self._number(piece) for piece in names],
                )
                claimed = [row[0] for row in rows]
                self._held.update(claimed)
        return claimed

    async def release(self, pieces: Collection[str]) -> None:
        held = self._held.intersection(pieces)
        self._held -= held
        if not held:
            return
        with suppress(*_ERRORS):
            async with self._alone() as connection:
                await connection.execute(
                    "SELECT pg_advisory_unlock(number) FROM unnest($1::bigint[]) AS pieces (number)",
                    [self._number(piece) for piece in held],
                )

    def has(self, piece: str) -> bool:
        return piece in self._held and self._stands

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[asyncpg.Connection]:
        """Use the connection, and give it up if that fails: what is claimed by then would be known to nobody here."""
        async with self._turn:
            connection = self._connection
            if connection is None or connection.is_closed():
                raise asyncpg.InterfaceError("the connection was lost")
            try:
                yield connection
            except BaseException:
                connection.terminate()
                raise

    @property
    def _stands(self) -> bool:
        return self._connection is not None and not self._connection.is_closed()

    async def stay(self) -> None:
        """Be reachable for the others, and connect anew whenever the connection is lost, until cancelled."""
        while True:
            try:
                connection = await _connect(self._address)
            except _ERRORS:
                await asyncio.sleep(_LOOKS_EVERY)
                continue
            self._lost.clear()
            connection.add_termination_listener(self._lose)
            try:
                await connection.add_listener(_CHANNEL, self._hear)
                self._connection = connection
                self._connected.set()
                # What came before it could be heard of.
                self._called.set()
                await self._until_lost(connection)
            except _ERRORS as error:
                _log.warning("Who does what of %s cannot be known now (%s).", self._work, _told(error))
            finally:
                self._connected.clear()
                self._held.clear()
                connection.terminate()

    async def _until_lost(self, connection: asyncpg.Connection) -> None:
        """Look after the connection; what it meets when it is lost is raised."""
        while not connection.is_closed():
            async with self._alone() as standing:
                await standing.execute("SELECT 1")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._lost.wait(), _LOOKS_EVERY)
        raise asyncpg.InterfaceError("the connection was lost")

    def _lose(self, _connection: object) -> None:
        self._lost.set()

    def _hear(self, _connection: object, _process: int, _channel: str, work: object) -> None:
        if work == self._work:
            self._called.set()

    def _number(self, piece: str) -> int:
        return _number(f"{self._work}/{piece}")


class ServerDatabase(Database):
    """Some connections to a server, each transaction on one of them."""

    def __init__(self, pool: asyncpg.Pool, address: ServerAddress) -> None:
        self._pool = pool
        self._address = address
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def path(self) -> Path:
        raise DatabaseError(f"{self._address} is no file. Do this with PostgreSQL's own tools, such as pg_dump.")

    @property
    def lasts(self) -> bool:
        return True

    @asynccontextmanager
    async def transaction(self, lane: str = "") -> AsyncIterator[Transaction]:
        # Within the process, whoever waits for a lane needs no connection for it, and comes in the order of asking.
        turn = self._lanes.setdefault(lane, asyncio.Lock()) if lane else asyncio.Lock()
        async with turn, self._connected() as connection:
            try:
                with _in_words(self._address):
                    await connection.execute(f"BEGIN; {_held(lane)}" if lane else "BEGIN")
                yield ServerTransaction(connection, self._address)
                await self._commit(connection)
            except BaseException:
                # Whoever was cancelled while it began may have begun it all the same.
                await asyncio.shield(_undo(connection))
                raise

    async def _commit(self, connection: asyncpg.Connection) -> None:
        try:
            with _in_words(self._address):
                await connection.execute("COMMIT")
        except DatabaseError as error:
            if isinstance(error.__cause__, _LOST):
                raise UncertainError(str(error)) from error
            raise

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        async with self.transaction() as transaction:
            await transaction.rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield transaction

    @asynccontextmanager
    async def leads(self, subject: str) -> AsyncIterator[asyncio.Event]:
        connection = await self._leading(subject)
        lost = asyncio.Event()
        looking = asyncio.create_task(_look_after(connection, lost))
        try:
            yield lost
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            connection.terminate()

    async def _leading(self, subject: str) -> asyncpg.Connection:
        """Return a connection that leads in a subject until it is closed, once there is no other one."""
        waits = False
        while True:
            connection = None
            try:
                with _in_words(self._address):
                    connection = await _connect(self._address)
                    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _number(subject)):
                        if not waits:
                            _log.info("Another process serves %s: this one waits for its turn.", subject)
                        waits = True
                        await asyncio.sleep(_LOOKS_EVERY)
            except BaseException as error:
                if connection:
                    connection.terminate()
                if not isinstance(error, DatabaseError):
                    raise
                _log.warning("Whether another process serves %s cannot be known. %s", subject, error)
                await asyncio.sleep(_LOOKS_EVERY)
            else:
                return connection

    @asynccontextmanager
    async def crew(self, work: str, called: asyncio.Event) -> AsyncIterator[Crew]:
        crew = ServerCrew(self._address, work, called)
        staying = asyncio.create_task(crew.stay())
        try:
            yield crew
        finally:
            staying.cancel()
            await asyncio.gather(staying, return_exceptions=True)

    async def rows(self, query: str, *values: object) -> Sequence[Row]:
        with _in_words(self._address):
            found: list[Row] = await self._pool.fetch(numbered(query), *values)
            return found

    async def forget_deleted(self) -> None:
        """Do nothing: nobody can ask the server for what was deleted, and it gives the room of it to what comes next.

        It does that by itself (autovacuum). Its write-ahead log and whatever it archives are kept as its own settings
        say.
        """

    async def tables(self) -> list[str]:
        rows = await self.rows(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> ?", _VERSION
        )
        references = await self.rows(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        )
        return in_order((row[0] for row in rows), ((row[0], row[1]) for row in references))

    async def engine(self) -> str:
        [row] = await self.rows("SELECT current_setting('server_version')")
        return f"PostgreSQL {row[0]}"

    async def size(self) -> int:
        [row] = await self.rows("SELECT pg_database_size(current_database())")
        return int(row[0])

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        with _in_words(self._address):
            connection = await self._pool.acquire(timeout=_TO_ANSWER)
        try:
            yield connection
        finally:
            with suppress(*_ERRORS):
                await self._pool.release(connection)


@asynccontextmanager
async def open_server(address: ServerAddress) -> AsyncIterator[Database]:
    """Connect to a server, bring its database to the newest schema, and let go of it on leaving.

    Raises:
        DatabaseError: the server cannot be reached, refuses, or has a database of a newer version of Vigie.
    """
    with _in_words(address):
        pool = await asyncpg.create_pool(
            address.get_secret_value(),
            min_size=0,
            max_size=_CONNECTIONS,
            timeout=_TO_CONNECT,
            command_timeout=_TO_ANSWER,
            statement_cache_size=_PREPARED,
            server_settings=_SESSION,
            init=_read_sums,
            reset=_leave_as_it_is,
        )
    try:
        with _in_words(address):
            async with pool.acquire() as connection:
                await _migrate(connection, address)
        yield ServerDatabase(pool, address)
    finally:
        with suppress(TimeoutError):
            await asyncio.wait_for(pool.close(), _TO_CONNECT)


async def _connect(address: ServerAddress) -> asyncpg.Connection:
    """Return a connection for what is held as long as it stands."""
    return await asyncpg.connect(
        address.get_secret_value(), timeout=_TO_CONNECT, command_timeout=_SLOW, server_settings=_SESSION
    )


async def _read_sums(connection: asyncpg.Connection) -> None:
    """Have sums of whole numbers be whole numbers, as they are in SQLite."""
    await connection.set_type_codec("numeric", schema="pg_catalog", encoder=str, decoder=int, format="text")


async def _leave_as_it_is(connection: asyncpg.Connection) -> None:
    """Do nothing: a transaction leaves nothing behind on its connection."""


async def _migrate(connection: asyncpg.Connection, address: ServerAddress) -> None:
    """Run the migrations that the database has not seen, all in one transaction; another process may be first."""
    async with connection.transaction():
        await connection.execute(_held("schema"))
        if await connection.fetchval("SELECT to_regclass($1)", _VERSION) is None:
            await connection.execute(f"CREATE TABLE {_VERSION} (version BIGINT NOT NULL)")
        version = await connection.fetchval(f"SELECT version FROM {_VERSION}") or 0  # noqa: S608 - our name
        check_version(version, address)
        if version < newest_version():
            for statement in migrations(version):
                await connection.execute(migrated(statement))
            await connection.execute(f"DELETE FROM {_VERSION}")  # noqa: S608 - our name
            await connection.execute(f"INSERT INTO {_VERSION} VALUES ({newest_version()})")  # noqa: S608 - our name


async def _undo(connection: asyncpg.Connection) -> None:
    try:
        await connection.execute("ROLLBACK")
    except _ERRORS:
        # Where it was lost, it is out of reach already.
        with suppress(*_ERRORS):
            connection.terminate()


async def _look_after(connection: asyncpg.Connection, lost: asyncio.Event) -> None:
    """Set that the lead is lost, as soon as it can no longer be known that it is not."""
    with suppress(*_ERRORS):
        while True:
            await asyncio.sleep(_LOOKS_EVERY)
            await connection.execute("SELECT 1")
    lost.set()


def _held(subject: str) -> str:
    """Return the statement that holds a subject until the end of the transaction."""
    return f"SELECT pg_advisory_xact_lock({_number(subject)})"


def _number(subject: str) -> int:
    """Return the number by which the server knows a subject."""
    return int.from_bytes(blake2b(subject.encode(), digest_size=8).digest(), signed=True)


@contextmanager
def _in_words(address: ServerAddress) -> Iterator[None]:
    """Say what the server or the way to it meets, without the values that the server's own words would tell."""
    try:
        yield
    except _CONFLICTS as error:
        raise ConflictError(f"The database {address} was changed by another process. Try again.") from error
    except asyncpg.LockNotAvailableError as error:
        raise DatabaseError(
            f"The database {address} is in use by another process. Stop that one, or try again later."
        ) from error
    except _ERRORS as error:
        raise DatabaseError(
            f"The database {address} cannot be used ({_told(error)})."
            " Check that the server runs and lets Vigie in, or set VIGIE_DATABASE."
        ) from error


def _told(error: Exception) -> str:
    """Return what an error says that holds nothing of what was bound or kept."""
    # What it says of a value that it cannot take shows the value.
    if isinstance(error, asyncpg.PostgresError) and not isinstance(error, asyncpg.DataError):
        return str(error.args[0]) if error.args else type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
