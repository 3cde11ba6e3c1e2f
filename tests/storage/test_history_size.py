"""A store of many comparisons: quick to list and to search, and small. `benchmarks.big_store` measures 10,000."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.big_store import best_ms, make_store, text_bytes

from compare_tui.domain.answers import AnswerStatus
from compare_tui.engine.history import HistoryFilter
from compare_tui.storage.database import Database
from compare_tui.storage.history import SqliteHistory
from tests.storage.support import open_database
from tests.support.manual_clock import ManualClock

_COMPARISONS = 1_000
_ANSWERS = 3 * _COMPARISONS


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("store") / "compare-tui.db"
    make_store(path, _COMPARISONS)
    database = open_database(path)
    yield database
    database.close()


@pytest.mark.parametrize(
    "wanted",
    [
        HistoryFilter(),
        HistoryFilter(query="zugzwang"),
        HistoryFilter(query="the"),
        HistoryFilter(query='transaction "of the"'),
        HistoryFilter(query="天气"),
        HistoryFilter(model="gpt"),
        HistoryFilter(status=AnswerStatus.ERROR),
    ],
    ids=str,
)
def test_a_page_is_found_in_well_under_50_ms(database: Database, wanted: HistoryFilter) -> None:
    history = SqliteHistory(database, clock=ManualClock())
    assert history.page(wanted)
    assert best_ms(lambda: history.page(wanted)) < 50


def test_the_file_holds_less_than_3_kb_per_answer_over_its_text(database: Database, tmp_path: Path) -> None:
    with database.read() as db:
        pages, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    assert (pages * size - text_bytes(database)) / _ANSWERS < 3_000
