"""Vigie and her peers behind one shape: built over tokens or over text, asked for the best five."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
import tantivy
from rank_bm25 import BM25Okapi

from bot.content.corpus import Corpus, Location, Passage
from bot.retrieval.index import PostingIndex
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever
from bot.retrieval.tokens import Tokens

BEST = 5

Ask = Callable[[Sequence[str]], object]
"""Asks a query, as words: what comes back is not looked at."""

logging.getLogger("bm25s").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Engine:
    """How an engine is built from the words of the passages, or from the same words as text."""

    name: str
    from_tokens: Callable[[list[list[str]]], Ask]
    from_text: Callable[[list[list[str]]], Ask]


def _vigie_tokens(passages: list[list[str]]) -> Ask:
    parameters = read_parameters()
    index = PostingIndex(Tokens.of(passages), parameters.k1, parameters.b)
    return lambda query: index.top(query, BEST)


def _vigie_text(passages: list[list[str]]) -> Ask:
    where = Location(Path("synthetic"), 1)
    corpus = Corpus(tuple(Passage(str(number), "", " ".join(each), where) for number, each in enumerate(passages)))
    retriever = Retriever(corpus, read_parameters())
    return lambda query: retriever.search(" ".join(query), BEST)


def _rank_bm25_tokens(passages: list[list[str]]) -> Ask:
    index = BM25Okapi(passages)
    return lambda query: np.argsort(index.get_scores(query))[::-1][:BEST]


def _rank_bm25_text(passages: list[list[str]]) -> Ask:
    index = BM25Okapi([" ".join(each).lower().split() for each in passages])
    return lambda query: np.argsort(index.get_scores(" ".join(query).lower().split()))[::-1][:BEST]


def _bm25s_tokens(passages: list[list[str]]) -> Ask:
    index = bm25s.BM25()
    index.index(passages, show_progress=False)
    return lambda query: index.retrieve([list(query)], k=BEST, show_progress=False)


def _bm25s_text(passages: list[list[str]]) -> Ask:
    stemmer = Stemmer.Stemmer("french")
    tokens = bm25s.tokenize([" ".join(each) for each in passages], stopwords="fr", stemmer=stemmer, show_progress=False)
    index = bm25s.BM25()
    index.index(tokens, show_progress=False)

    def ask(query: Sequence[str]) -> object:
        read = bm25s.tokenize(
            " ".join(query), stopwords="fr", stemmer=stemmer, return_ids=False, show_progress=False, allow_empty=True
        )
        return index.retrieve(read, k=BEST, show_progress=False)

    return ask


def _tantivy(passages: list[list[str]], tokenizer: str) -> Ask:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name=tokenizer)
    index = tantivy.Index(builder.build())
    filters = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    filters = filters.filter(tantivy.Filter.ascii_fold()).filter(tantivy.Filter.stopword("french"))
    index.register_tokenizer("french", filters.filter(tantivy.Filter.stemmer("french")).build())
    writer = index.writer(num_threads=1)
    for each in passages:
        writer.add_document(tantivy.Document(text=" ".join(each)))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    return lambda query: searcher.search(index.parse_query_lenient(" ".join(query), ["text"])[0], BEST).hits


def _fts5(passages: list[list[str]]) -> Ask:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE passages USING fts5(text, tokenize = 'unicode61 remove_diacritics 2')")
    connection.executemany("INSERT INTO passages VALUES (?)", ((" ".join(each),) for each in passages))
    sql = f"SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY bm25(passages) LIMIT {BEST}"  # noqa: S608
    return lambda query: connection.execute(sql, (" OR ".join(query),)).fetchall()


ENGINES = (
    Engine("vigie", _vigie_tokens, _vigie_text),
    Engine("rank-bm25", _rank_bm25_tokens, _rank_bm25_text),
    Engine("bm25s", _bm25s_tokens, _bm25s_text),
    Engine("tantivy", lambda each: _tantivy(each, "whitespace"), lambda each: _tantivy(each, "french")),
    Engine("sqlite-fts5", _fts5, _fts5),
)
