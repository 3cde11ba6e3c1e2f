from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from compare_tui.storage.words import read_query, searchable

TEXTS = {
    1: "The weather is fine; don't worry about PostgreSQL.",
    2: "今天天气很好",
    3: "天下的气球",
    4: "Ein schönes Wetter, naïve Lösung",
    5: "東京タワーへ行きます。한국어 날씨",
    6: 'He said "never again" and left_pad(x) failed',
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("weather", {1}),
        ("WEATH", {1}),
        ("weather fine", {1}),
        ("weather wetter", set()),
        ('"is fine"', {1}),
        ('"fine is"', set()),
        ("天气", {2}),
        ("天", {2, 3}),
        ("今天", {2}),
        ("天 气", {2, 3}),
        ("schones", {4}),
        ("naive", {4}),
        ("タワー", {5}),
        ("날씨", {5}),
        ("left_pad", {6}),
        ("don't", {1}),
        ("AND", {6}),
        ("NEAR(", set()),
        ('"never again', {6}),
        ("post*", {1}),
        ("text:weather", set()),
    ],
)
def test_a_question_finds_what_a_person_means(query: str, found: set[int]) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE t USING fts5 (text, content = '', tokenize = 'unicode61 remove_diacritics 2')")
        db.executemany(
            "INSERT INTO t (rowid, text) VALUES (?, ?)", [(row, searchable(text)) for row, text in TEXTS.items()]
        )
        hits = set(TEXTS)
        for term in read_query(query):
            hits &= {row for (row,) in db.execute("SELECT rowid FROM t WHERE t MATCH ?", (term.match,))}
        assert hits == found


def test_signs_alone_are_no_words() -> None:
    assert [(term.match, term.plain) for term in read_query('?? "" -')] == [("", "??"), ("", "-")]
