from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from compare_tui.domain.errors import UsageError
from compare_tui.domain.events import AnswerEvent, TextReceived
from compare_tui.domain.json_types import Json
from compare_tui.engine.comparison import Comparison, Turn
from compare_tui.engine.history import ComparisonRecord
from compare_tui.export.record_json import record_document
from compare_tui.export.record_reader import read_record
from tests.support.records import DONE, feed, lane, record


def _document() -> dict[str, Json]:
    return json.loads(json.dumps(record_document(record())))  # type: ignore[no-any-return]


def test_the_document_has_the_agreed_keys() -> None:
    document = _document()
    assert list(document)[:1] == ["schema_version"]
    assert set(document) >= {"comparison", "title", "created", "tags", "lanes", "turns", "votes", "notes"}
    assert document["created"] == "2027-01-15T08:00:00.000Z"
    lanes = document["lanes"]
    assert isinstance(lanes, list)
    assert [(one["model"], one["removed"]) for one in lanes if isinstance(one, dict)] == [
        ("acme/large", False),
        ("acme/large", False),
        ("=cmd()", True),
    ]


def test_an_answer_is_as_ask_gives_it_with_the_times_of_its_pieces() -> None:
    turns = _document()["turns"]
    assert isinstance(turns, list)
    assert isinstance(turns[0], dict)
    assert isinstance(turns[0]["answers"], list)
    first, failed, again, _stopped = turns[0]["answers"]
    assert isinstance(first, dict)
    assert first["chunks"] == [[700, 3], [1334, 17]]
    assert first["reasoning_chunks"] == [[450, 3]]
    assert (first["text"], first["reasoning"], first["ttft_ms"]) == ("A *set* that merges.", "hm ", 350)
    assert isinstance(failed, dict)
    assert isinstance(again, dict)
    assert (failed["alternative"], failed["shown"], again["alternative"], again["shown"]) == (1, False, 2, True)


def test_what_is_read_back_is_written_the_same() -> None:
    document = _document()
    assert record_document(read_record(document)) == document


@pytest.mark.parametrize("seed", range(30))
def test_random_answers_are_read_back_the_same(seed: int) -> None:
    chance = random.Random(seed)
    at = 0.1
    events: list[tuple[float, AnswerEvent]] = []
    for _ in range(chance.randint(0, 12)):
        at += chance.choice((0.0, 0.00049, 0.0301, 0.15, 0.1999, 1.234567))
        events.append((at, TextReceived("x" * chance.randint(1, 9))))
    events += [(at + chance.random(), event) for event in DONE]
    only = lane(0, "m")
    turn = Turn(1, "p", 1.5, {only.id: [feed(1, only, 1, *events)]})
    document = record_document(ComparisonRecord(Comparison("c", 1.25, (only,), turns=[turn]), ""))
    document = json.loads(json.dumps(document))
    assert record_document(read_record(document)) == document


def test_foreign_documents_are_read_harmlessly() -> None:
    text = json.dumps(_document()).replace("short", "\\u001b[2J--").replace("[[500, 5]]", "[[500, 6]]")
    [turn, _] = read_record(json.loads(text)).comparison.turns
    assert "␛[2J--" in [feed.text() for feeds in turn.answers.values() for feed in feeds]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: [],
        lambda document: {**document, "schema_version": 9},
        lambda document: {**document, "comparison": "../x"},
        lambda document: {**document, "turns": "none"},
        lambda document: {**document, "lanes": []},
        lambda document: {**document, "created": "\x1b"},
        lambda document: json.loads(json.dumps(document).replace("[700, 3]", "[700, 4]")),
        lambda document: json.loads(json.dumps(document).replace('"cancelled"', '"\\u001b"')),
    ],
)
def test_anything_else_is_refused_in_one_line(spoil: Callable[[dict[str, Json]], Json]) -> None:
    with pytest.raises(UsageError, match="This is no export of a comparison") as raised:
        read_record(spoil(_document()))
    assert "\x1b" not in str(raised.value)
    assert "\n" not in str(raised.value)
