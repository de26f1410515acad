"""French analysis: the spellings of one word meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retrieval.french import fold, stem, stem_each, stems, tokens_of, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L'été, j'écoute d'abord", ["l", "ete", "j", "ecoute", "d", "abord"]),
        ("l’identité qu’on subit", ["l", "identite", "qu", "on", "subit"]),
        ("Cœur, œuvre, ex æquo", ["coeur", "oeuvre", "ex", "aequo"]),
        ("e-réputation", ["e", "reputation"]),
        ("jveux, jsais pas, jfais", ["veux", "sais", "pas", "fais"]),
        ("Merciiii, trooop bien", ["merci", "trop", "bien"]),
        ("jeune joie json", ["jeune", "joie", "son"]),
        ("10 000 abonnés", ["10000", "abonnes"]),
        ("10\u202f000", ["10000"]),
        ("1 000 000 de vues, 300 m", ["1000000", "de", "vues", "300", "m"]),
        ("e\u0301te\u0301", ["ete"]),
        ("aujourd'hui", ["aujourd", "hui"]),
        ("#DéClics @nom snake_case", ["declics", "nom", "snake", "case"]),
        ("СМИ 日本", ["сми", "日本"]),
        ("🔥 !!", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("recommandations", "recommandation"),
        ("réseaux", "reseau"),
        ("recruteur", "recruteurs"),
        ("visible", "visibles"),
        ("l'e-réputation", "e reputation"),
    ],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_stop_words_are_left_out() -> None:
    assert stems("est-ce que je suis sur la toile") == stems("toile")


@given(st.text())
def test_any_text_is_read_and_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert all(word and not word.isspace() for word in words(text))


@given(st.lists(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1)))
def test_words_stemmed_together_are_stemmed_as_one_by_one(folded: list[str]) -> None:
    assert stem_each(folded) == [stem(word) for word in folded]


@given(st.lists(st.text()))
def test_texts_read_together_are_read_as_one_by_one(texts: list[str]) -> None:
    tokens = tokens_of(texts)
    names = list(tokens.vocabulary)
    read = [[names[term] for term in tokens.terms[tokens.documents == place]] for place in range(len(texts))]
    assert read == [words(" ".join(text.splitlines())) for text in texts]
