"""What `vigie ask --json` writes for a question: a stable shape for programs."""

from typing import Any

from bot.core.messages import ChoiceKind, Outgoing, Status
from bot.platforms.terminal.numbered import numbered
from bot.retrieval.retriever import Hit

OFFERED = frozenset({ChoiceKind.CHOICE, ChoiceKind.SEE_ALSO})
"""What a single question offers beside its answer; the rest wants a conversation."""


def answer_record(question: str, outgoing: Outgoing) -> dict[str, Any]:
    """Return the record of one question; a command, which is no question, has the status of small talk."""
    verdict = outgoing.verdict
    return {
        "question": question,
        "status": verdict.status if verdict else Status.SMALLTALK,
        "confidence": round(verdict.confidence, 4) if verdict else 1.0,
        "answers": [_hit_record(hit) for hit in verdict.hits] if verdict else [],
        "reply": "\n\n".join(numbered(reply, OFFERED) for reply in outgoing.replies),
    }


def _hit_record(hit: Hit) -> dict[str, Any]:
    passage, source = hit.passage, hit.passage.source
    return {
        "id": passage.id,
        "title": passage.title,
        "text": passage.text,
        "score": round(hit.score, 6),
        "status": passage.status,
        "note": passage.note,
        "source": source
        and {
            "id": source.id,
            "title": source.title,
            "author": source.author,
            "publisher": source.publisher,
            "year": source.year,
            "file": source.file,
        },
    }
