"""A community's own passages stand beside those of the files: found, and no more than they are worth."""

from pathlib import Path

import pytest

from bot.content.corpus import Corpus, Location, OutsideTopic, Passage
from bot.core.answering import judge
from bot.core.messages import Status
from bot.library import Library
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Ranking, Retriever

QUESTIONS = (
    "C'est quoi le SWOT personnel ?",
    "Faut-il répondre aux polémiques ?",
    "comment faire un bon profil linkedin",
    "j'ai pas le temps pour la veille",
    "recette de la blanquette de veau",
    "personal branding kesako",
    "mon e-réputation",
    "un cv vidéo",
    "quelle photo choisir",
    "comment trouver un emploi avec les réseaux sociaux",
)


def passage(identifier: str, title: str, text: str, *questions: str) -> Passage:
    return Passage(identifier, title, text, Location(Path("fournil"), 1), questions=questions)


OWN = (
    passage("garer", "La camionnette au marché", "Gare-toi derrière l'église.", "où garer ma camionnette ?"),
    passage("cles", "Les clés du placard", "La boulangère les détient.", "qui détient les clés du placard"),
)


@pytest.fixture(scope="module")
def files(library: Library) -> Retriever:
    return library.current()


@pytest.fixture(scope="module")
def both(files: Retriever) -> Retriever:
    return files.with_own(OWN)


def ids(ranking: Ranking) -> list[str]:
    return [hit.passage.id for hit in ranking.hits]


def test_an_own_passage_is_found_by_its_questions(both: Retriever) -> None:
    for question, name in (("Où garer ma camionnette ?", "garer"), ("les clefs du placard svp", "cles")):
        verdict = judge(both, question, None)
        assert (verdict.status, verdict.hits[0].passage.id) == (Status.ANSWER, name)


@pytest.mark.parametrize(
    "question", ["ou garé ma camionette", "OÙ GARER LES CAMIONNETTES", "camionnette", "une place pour ma camionnette"]
)
def test_an_own_passage_is_found_in_other_words(both: Retriever, question: str) -> None:
    assert ids(both.rank(question, None, 1)) == ["garer"]


@pytest.mark.parametrize("question", ["régler le bluterau", "comment regler un blutteau"])
def test_a_slip_in_a_word_of_an_own_passage_alone_is_corrected(files: Retriever, question: str) -> None:
    own = (passage("bluteau", "Le bluteau", "Un bluteau se règle à la vis du bas.", "comment régler le bluteau ?"),)
    assert files.rank("bluteau", None, 1).confidence == 0
    beside, alone = (
        each.rank(question, None, 1).evidence
        for each in (files.with_own(own), Retriever(Corpus(own), read_parameters()))
    )
    assert beside
    assert alone
    assert alone.coverage > 0.8
    assert beside.coverage > 0.8


def test_a_word_of_an_own_passage_is_not_corrected_into_one_of_the_files() -> None:
    bread = passage("pain", "Le pain", "Le pain se garde dans un linge.", "garder du pain")
    base = Retriever(Corpus((bread,)), read_parameters())
    assert ids(base.rank("les pins", None, 1)) in ([], ["pain"])
    both = base.with_own((passage("pin", "Les pins", "Les pins bordent la route.", "où sont les pins ?"),))
    assert ids(both.rank("les pins", None, 2))[0] == "pin"
    assert both.rank("les pins", None, 1).confidence > base.rank("les pins", None, 1).confidence


def test_what_a_word_is_read_as_beside_own_passages_is_not_what_it_is_read_as_without() -> None:
    bread = passage("levain", "Nourrir un levain", "Nourris-le chaque matin.", "nourrir mon levain")
    name = passage("levin", "Madame Levin", "Elle tient la caisse.", "qui est madame Levin")
    one, other = (Retriever(Corpus((bread,)), read_parameters()) for _ in range(2))
    # Whoever asks first, in one place or the other, changes nothing for the rest.
    without_first = one.rank("levin", None, 2), one.with_own((name,)).rank("levin", None, 2)
    both = other.with_own((name,))
    within_first = both.rank("levin", None, 2), other.rank("levin", None, 2)
    assert within_first == without_first[::-1]
    corrected, known = without_first
    assert (ids(corrected)[0], ids(known)[0]) == ("levain", "levin")
    assert corrected.confidence < known.confidence


@pytest.mark.parametrize("question", QUESTIONS)
def test_other_questions_are_ranked_as_before(files: Retriever, both: Retriever, question: str) -> None:
    before, after = files.rank(question, None, 5), both.rank(question, None, 5)
    assert [hit for hit in after.hits if hit.passage not in OWN][:3] == list(before.hits[:3])
    assert judge(both, question, None).status is judge(files, question, None).status
    if before.hits:
        assert ids(after)[0] == ids(before)[0]


def test_the_retriever_over_the_files_stays_as_it_was(library: Library) -> None:
    files = library.current()
    before = [files.rank(question, None, 5) for question in QUESTIONS]
    size = len(files.corpus.passages)
    extended = files.with_own(OWN)
    for question in (*QUESTIONS, "Où garer ma camionnette ?"):
        extended.rank(question, None, 5)
    assert [files.rank(question, None, 5) for question in QUESTIONS] == before
    assert len(files.corpus.passages) == size
    assert "garer" not in files.corpus.by_id
    assert judge(files, "Où garer ma camionnette ?", None).status is not Status.ANSWER


def test_an_own_passage_does_not_win_for_standing_among_few(files: Retriever) -> None:
    lone = passage("un-mot", "Le profil de notre pain", "Le profil d'une baguette se juge à la lame.", "profil du pain")
    both = files.with_own((lone,))
    for question in ("comment faire un bon profil linkedin", "quelle photo de profil choisir", "profil linkedin"):
        assert ids(both.rank(question, None, 1)) == ids(files.rank(question, None, 1))


@pytest.mark.parametrize("position", range(0, 200, 23))
def test_a_passage_scores_beside_the_files_about_what_it_scores_among_them(files: Retriever, position: int) -> None:
    """Every word of it weighs the same; what differs is how long the others around it are."""
    copied = files.corpus.passages[position]
    own = passage("copie", copied.title, f"{copied.text} Fin.")
    hits = files.with_own((own,)).search(copied.title, 400)
    scores = {hit.passage.id: hit.score for hit in hits}
    assert 0.4 < scores["copie"] / scores[copied.id] < 1.6


def test_passages_of_the_files_and_own_ones_are_rivals() -> None:
    bread = passage("levain", "Nourrir un levain", "Nourris-le chaque matin.", "nourrir mon levain")
    rival = passage("soir", "Nourrir un levain le soir", "Nourris-le au coucher du soleil.", "nourrir mon levain")
    base = Retriever(Corpus((bread,)), read_parameters())
    alone = base.rank("nourrir mon levain", None, 2).evidence
    beside = base.with_own((rival,)).rank("nourrir mon levain", None, 2).evidence
    assert alone
    assert beside
    assert (alone.runner_up, beside.strength) == (0, alone.strength)
    assert 0 < beside.runner_up < beside.strength


def test_what_is_not_treated_stays_so_beside_own_passages() -> None:
    outside = (OutsideTopic("papiers", ("refaire mon passeport", "photo de passeport")),)
    base = Retriever(
        Corpus((passage("photo", "Une photo nette", "Souris.", "quelle photo"),), outside=outside), read_parameters()
    )
    both = base.with_own(OWN)
    question = "quelle photo pour mon passeport"
    assert both.rank(question, None, 1).confidence == pytest.approx(base.rank(question, None, 1).confidence)
    assert all(hit.passage.id != "papiers" for hit in both.search(question, 9))


def test_an_empty_corpus_has_room_for_own_passages() -> None:
    both = Retriever(Corpus(()), read_parameters()).with_own(OWN)
    assert ids(both.rank("où garer ma camionnette", None, 2))[0] == "garer"


def test_an_own_passage_without_questions_is_found_by_its_text(files: Retriever) -> None:
    both = files.with_own((passage("sans", "Le lavoir", "Le lavoir se vide à marée basse."),))
    assert ids(both.rank("lavoir marée basse", None, 1)) == ["sans"]


def test_a_follow_up_is_read_with_the_question_before(both: Retriever) -> None:
    ranking = both.rank("et pourquoi ?", "où garer ma camionnette", 1)
    assert ranking.followed_up
    assert ids(ranking) == ["garer"]


def test_questions_are_shown_to_nobody(both: Retriever) -> None:
    assert all(not each.questions for each in both.corpus.passages)
    assert all(not hit.passage.questions for hit in both.rank("où garer ma camionnette", None, 5).hits)


def test_the_same_question_has_the_same_answer_every_time(files: Retriever) -> None:
    one, other = files.with_own(OWN), files.with_own(OWN)
    for question in (*QUESTIONS, "ou garé ma camionette"):
        assert one.rank(question, None, 5) == other.rank(question, None, 5) == one.rank(question, None, 5)


def test_which_of_them_is_first_does_not_hang_on_their_order(files: Retriever) -> None:
    one, other = files.with_own(OWN), files.with_own(OWN[::-1])
    for question in ("où garer ma camionnette", "qui détient les clés du placard"):
        assert ids(one.rank(question, None, 1)) == ids(other.rank(question, None, 1))
        assert one.rank(question, None, 1).confidence == pytest.approx(other.rank(question, None, 1).confidence)


def test_what_is_being_typed_proposes_own_passages_too(both: Retriever) -> None:
    assert both.complete("garer ma camionnette ", 3)[0].id == "garer"
    assert both.complete("une camionn", 3)[0].id == "garer"


def test_own_passages_are_added_to_the_files_and_not_to_one_another(files: Retriever) -> None:
    first, second = files.with_own(OWN[:1]), files.with_own(OWN[1:])
    assert "cles" not in first.corpus.by_id
    assert "garer" not in second.corpus.by_id
    assert judge(second, "où garer ma camionnette", None).status is not Status.ANSWER
