"""Whatever is typed is data: it is answered, it changes nothing, it is never shown as markup."""

import pytest

from bot.core.messages import Status
from bot.storage.database import Database
from bot.storage.misses import latest
from tests.people import Member

HOSTILE = {
    "empty": "",
    "blank": " \t\n ",
    "emoji only": "🔥🔥🔥",
    "control characters": "\x00\x01\x1b[31mrouge\x07",
    "unpaired surrogate": "bonjour \ud800 monde",
    "right to left": "كيف أجد عملا عبر الإنترنت؟",
    "Hebrew": "איך למצוא עבודה",
    "HTML": "<script>alert(1)</script><b>zzz</b>",
    "Markdown": "**zzz** [zzz](javascript:alert(1)) `zzz` # zzz",
    "Jinja": "{{ 7 * 7 }} {% for x in y %}{{ config }}{% endfor %}",
    "SQL": "'; DROP TABLE misses; --",
    "another language": "Wo kann ich am Sonntag ein Fahrrad mieten?",
    "path": "../../etc/passwd",
    "mention": "@everyone <@1234>",
    "combining flood": "z" + "\u0301" * 500,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_text_gets_a_polite_reply_and_no_advice(lea: Member, text: str) -> None:
    reply = await lea.says(text)
    assert reply.strip()
    assert lea.verdict.status is not Status.ANSWER
    for fragment in ("zzz", "script", "{{", "49", "DROP", "@everyone", "passwd"):
        assert fragment not in reply


async def test_what_was_typed_is_kept_as_it_is(lea: Member, database: Database) -> None:
    await lea.says("'; DROP TABLE misses; --")
    assert [miss.question for miss in await latest(database, None, 5)] == ["'; DROP TABLE misses; --"]


async def test_an_unpaired_surrogate_does_not_break_the_database(lea: Member, database: Database) -> None:
    await lea.says("blanquette \ud800 de veau")
    assert [miss.question for miss in await latest(database, None, 5)] == ["blanquette  de veau"]


async def test_a_very_long_message_is_answered_from_its_beginning(lea: Member, database: Database) -> None:
    await lea.says("Faut-il répondre aux polémiques ? " + "blabla " * 1500)
    assert lea.reads
    await lea.says("zkrtq " * 2000)
    assert lea.verdict.status is Status.UNKNOWN
    assert all(len(miss.question) <= 500 for miss in await latest(database, None, 5))
