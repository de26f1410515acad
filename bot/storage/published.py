"""What platforms were last told that Vigie understands, so that they are told again only when it changes."""

from bot.storage.database import Database


async def find(database: Database, platform: str, application: str) -> str | None:
    """Return the digest of what a platform was told for an application, None if nothing.

    Raises:
        DatabaseError: the database cannot be read; the same holds for what follows.
    """
    rows = await database.rows(
        "SELECT digest FROM published WHERE platform = ? AND application = ?", platform, application
    )
    return rows[0][0] if rows else None


async def keep(database: Database, platform: str, application: str, digest: str) -> None:
    """Keep the digest of what a platform was told."""
    await database.rows(
        "INSERT INTO published (platform, application, digest) VALUES (?, ?, ?)"
        " ON CONFLICT (platform, application) DO UPDATE SET digest = excluded.digest",
        platform,
        application,
        digest,
    )
