"""A bot that says again what it is told, and nothing more: what Vigie is measured beside."""

import sys

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, MessageHandler, filters


async def _echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


def main(token: str, base_url: str) -> None:
    """Echo until terminated."""
    application: Application = ApplicationBuilder().token(token).base_url(base_url).build()  # type: ignore[type-arg]
    application.add_handler(MessageHandler(filters.TEXT, _echo))
    application.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:])
