"""From questions to passages, on small corpora made for the occasion."""

from pathlib import Path

import pytest

from bot.content.corpus import Corpus, Equivalence, Location, OutsideTopic, Passage
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever


def passage(identifier: str, title: str, text: str, *questions: str) -> Passage:
    return Passage(identifier, title, text, Location(Path("p.md"), 1), questions=questions)


PASSAGES = (
    passage(
        "profil", "Soigner son profil", "Une photo nette et une biographie à jour.", "on me trouve pas assez sérieux"
    ),
    passage("veille", "Faire sa veille", "Choisis trois sources et lis-les le lundi.", "comment suivre l'actualité"),
    passage("live", "Préparer un direct", "Un direct se répète avant de se lancer.", "filmer sans se planter"),
)


def found(
    question: str, *, lexicon: tuple[Equivalence, ...] = (), passages: tuple[Passage, ...] = PASSAGES
) -> list[str]:
    hits = Retriever(Corpus(passages, lexicon), read_parameters()).search(question, 3)
    return [hit.passage.id for hit in hits]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("photo de profil", "profil"),
        ("PHOTOS ET BIOGRAPHIES", "profil"),
        ("suivre l’actualité", "veille"),
        ("suivre lactualite", "veille"),
        ("comment preparer un dierct", "live"),
        ("j'ai peur de me planter quand on me filme", "live"),
    ],
)
def test_a_question_finds_its_passage(question: str, expected: str) -> None:
    assert found(question)[0] == expected


def test_a_synonym_of_the_lexicon_finds_the_passage() -> None:
    assert found("un livestream") == []
    both_ways = (Equivalence(("direct", "livestream"), ("direct", "livestream")),)
    assert found("un livestream", lexicon=both_ways) == ["live"]


def test_a_one_way_meaning_does_not_hold_backwards() -> None:
    one_way = (Equivalence(("insta",), ("biographie",)),)
    assert found("insta", lexicon=one_way) == ["profil"]
    only_insta = (passage("reseau", "Insta", "Insta."), *PASSAGES)
    assert found("biographie", lexicon=one_way, passages=only_insta) == ["profil"]


def test_a_form_of_several_words_is_recognised() -> None:
    several = (Equivalence(("se tenir au courant",), ("veille",)),)
    assert found("comment se tenir au courant ?", lexicon=several)[0] == "veille"


def test_what_has_nothing_in_common_finds_nothing() -> None:
    assert found("xylophone") == []


@pytest.mark.parametrize("passages", [(), PASSAGES[:1], (PASSAGES[0],) * 2])
def test_tiny_corpora_are_served(passages: tuple[Passage, ...]) -> None:
    unique = tuple(
        Passage(f"{each.id}{place}", each.title, each.text, each.location) for place, each in enumerate(passages)
    )
    assert len(found("profil photo", passages=unique)) == len(unique)


def test_an_outside_subject_lowers_the_confidence() -> None:
    question = "quelle photo pour mon passeport"
    outside = (
        OutsideTopic("papiers", ("photo de passeport", "refaire mon passeport", "photo d'identité pour mon passeport")),
    )
    parameters = read_parameters()
    alone = Retriever(Corpus(PASSAGES), parameters).rank(question, None, 1)
    beside = Retriever(Corpus(PASSAGES, outside=outside), parameters).rank(question, None, 1)
    assert beside.confidence < alone.confidence
    assert [hit.passage.id for hit in beside.hits] == ["profil"]


def test_a_follow_up_is_read_with_the_question_before() -> None:
    retriever = Retriever(Corpus(PASSAGES), read_parameters())
    ranking = retriever.rank("et pourquoi ?", "comment préparer un direct", 1)
    assert ranking.followed_up
    assert ranking.hits[0].passage.id == "live"
    assert not retriever.rank("une photo de profil nette", "comment préparer un direct", 1).followed_up


def test_the_same_question_has_the_same_answer_twice() -> None:
    retriever = Retriever(Corpus(PASSAGES), read_parameters())
    assert retriever.rank("photo de profl", None, 3) == retriever.rank("photo de profl", None, 3)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("b", "profil"),
        ("une bi", "profil"),
        ("photo biog", "profil"),
        ("PHOTO BIOG", "profil"),
        ("ve", "veille"),
        ("veil", "veille"),
        ("suivre l'actu", "veille"),
        ("di", "live"),
        ("un dir", "live"),
        ("sans se plan", "live"),
    ],
)
def test_the_last_word_may_lack_its_end_while_it_is_typed(typed: str, expected: str) -> None:
    proposed = Retriever(Corpus(PASSAGES), read_parameters()).complete(typed, 3)
    assert proposed[0].id == expected


def test_a_word_that_is_followed_by_a_space_is_whole() -> None:
    one, other = passage("art", "Art", "Art."), passage("artisan", "Artisan", "Artisan.")
    retriever = Retriever(Corpus((one, other, *PASSAGES)), read_parameters())
    assert {each.id for each in retriever.complete("art", 3)} == {"art", "artisan"}
    assert retriever.complete("art ", 1) == [one]


@pytest.mark.parametrize("typed", ["", "   ", "?", "zzzzzzz", "\u202e", "é" * 1000])
def test_what_leads_nowhere_proposes_nothing_and_fails_not(typed: str) -> None:
    assert Retriever(Corpus(PASSAGES), read_parameters()).complete(typed, 3) == []
