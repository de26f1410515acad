"""French text analysis: from what a person typed to the stems that the index knows.

Accents are folded before stemming, so that a question typed without accents meets a passage written with them.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import Stemmer

from bot.retrieval.tokens import Tokens, number

LOCALE = "fr"
"""The language that Vigie speaks, as babel names it."""
_SPELLED_OUT = {"œ": "oe", "æ": "ae", "ø": "o", "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'"}
_THOUSANDS = re.compile(r"[ \u00a0\u202f](?<=\d.)(?=\d{3}(?!\d))")
_WORD = re.compile(r"[^\W_]+")
_WORD_OR_END = re.compile(r"[^\W_]+|\n")
# In chat, "je" is glued to its verb ("jveux", "jfais"): no French word begins with j and a consonant.
_GLUED_PRONOUN = re.compile(r"^j(?=[bcdfghklmnpqrstvwxz]\w{2})")
# And letters are drawn out ("merciiii"): no French word holds the same letter three times in a row.
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")

# Elided forms are among them (l, qu, jusqu…): an apostrophe parts words like a blank.
STOP_WORDS = frozenset(
    """
    a ai aie ait alors as au aucun aujourd aura aurai aurait aussi autre aux avaient avais avait avec avez avoir
    avons ayant bah ben bon c ca car ce ceci cela celle celles celui ces cet cette ceux chez ci d dans de deja des
    donc du e elle elles en encore enfin est et etaient etais etait etant ete etes etre eu eux f fait fus fut g h
    hein hui i ici il ils j je jusqu k l la le les leur leurs lorsqu lui m ma mais me meme memes mes mon n ne ni nos
    notre nous o on ont ou p par pas peu plait plus pour presqu puisqu q qu que quel quelle quelles quelqu quels qui
    quoiqu r s sa sans se sera serait ses si soi soit sommes son sont stp suis sur svp t ta te tel telle tes toi ton
    tous tout toute toutes tres tu u un une v va vers voila vos votre vous vraiment w y z
    """.split()  # noqa: SIM905
)

_stemmer = Stemmer.Stemmer("french")


class _Folding(dict[int, str]):
    """Maps each character to its base letters, working each one out once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        decomposed = unicodedata.normalize("NFKD", _SPELLED_OUT.get(character, character))
        self[code] = "".join(part for part in decomposed if not unicodedata.combining(part)).casefold()
        return self[code]


_folding = _Folding()


def fold(text: str) -> str:
    """Return the text in lower case, without accents or ligatures, with straight apostrophes."""
    return text.casefold().translate(_folding)


def words(text: str) -> list[str]:
    """Return the folded words of a text in order: thousands joined ("10 000"), "jveux" and "ouiii" made plain."""
    return [word for piece in _WORD.findall(_composed(text)) for word in _words_of_piece(piece)]


def tokens_of(texts: Sequence[str]) -> Tokens:
    """Return the words of many texts, those of `words` for each: every different piece of text is read once."""
    lines = "".join(" ".join(text.splitlines()) + "\n" for text in texts)
    pieces = _WORD_OR_END.findall(_composed(lines))
    vocabulary = number(pieces)
    terms = np.fromiter(map(vocabulary.__getitem__, pieces), np.int64, len(pieces))
    is_end = terms == vocabulary.get("\n", -1)
    found = Tokens(vocabulary, terms, np.cumsum(is_end), len(texts))
    return found.where(~is_end).spread([_words_of_piece(piece) for piece in vocabulary])


def _composed(text: str) -> str:
    """Return the text with composed letters, so that an accent does not part a word, and with thousands joined."""
    return _THOUSANDS.sub("", unicodedata.normalize("NFC", text))


@lru_cache(maxsize=1 << 18)
def _words_of_piece(piece: str) -> tuple[str, ...]:
    """Return the words that a piece of text without blanks or signs folds to: one, but for rare characters."""
    if piece.isascii():
        return (_GLUED_PRONOUN.sub("", _DRAWN_OUT.sub(r"\1", piece.casefold())),)
    return tuple(_GLUED_PRONOUN.sub("", _DRAWN_OUT.sub(r"\1", word)) for word in _WORD.findall(fold(piece)))


@lru_cache(maxsize=1 << 18)
def stem(word: str) -> str:
    """Return the Snowball stem of a folded word."""
    return str(_stemmer.stemWord(word))


def stem_each(folded: list[str]) -> list[str]:
    """Return the stem of each folded word: the same as `stem` for one after the other, in one call."""
    return list(_stemmer.stemWords(folded))


def stems(text: str) -> list[str]:
    """Return the stems of a text's words in order, without the stop words."""
    return [stem(word) for word in words(text) if word not in STOP_WORDS]
