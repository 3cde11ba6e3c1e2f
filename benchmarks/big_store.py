"""Make a store of 10,000 comparisons and measure what its history costs: `python -m benchmarks.big_store [N]`."""

from __future__ import annotations

import random
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from compare_tui.domain.answers import AnswerStatus
from compare_tui.engine.clock import SystemClock
from compare_tui.engine.comparison import Comparison, Turn
from compare_tui.engine.history import HistoryFilter
from compare_tui.storage.arrivals import Arrival, pack_arrivals
from compare_tui.storage.database import Database
from compare_tui.storage.history import SqliteHistory
from compare_tui.storage.rows import end_answer, put_answer, put_comparison, put_lanes, put_turn
from compare_tui.storage.usage import SqliteUsage

_TEXT = """
the of and a to in is you that it he was for on are as with his they at be this have from or one had by word but
not what all were we when your can said there use an each which she do how their if will up other about out many
then them these so some her would make like him into time has look two more write go see number no way could
people my than first water been call who oil its now find long down day did get come made may part replica merge
transaction borrow closure iterator kernel vector gradient tensor socket packet schema index journal checkpoint
"""
_CJK = "天气今很好的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后"
_LANES = (("anthropic/claude-sonnet-4.5", "openrouter"), ("openai/gpt-5", "openrouter"), ("qwen3:8b", "ollama"))
_NEEDLE = "zugzwang"


def make_store(path: Path, n_comparisons: int) -> int:
    """Fill the store; return how many characters of text it holds."""
    chance = random.Random(7)
    database = Database(path, clock=SystemClock(), new_id=lambda: secrets.token_hex(8), on_notice=print)
    begin = time.time() - 365 * 86_400
    n_chars = 0
    for first in range(0, n_comparisons, 500):
        with database.write() as db:
            for number in range(first, min(first + 500, n_comparisons)):
                at = begin + number * 86_400 * 365 / n_comparisons
                comparison = Comparison(secrets.token_hex(8), at, ())
                put_comparison(db, comparison, database.owner)
                db.execute("UPDATE comparisons SET owner = NULL WHERE id = ?", (comparison.id,))
                put_lanes(db, comparison.id, [(lane, *names, "{}") for lane, names in enumerate(_LANES)])
                prompt = _text(chance, 30) + (f" {_NEEDLE}" if number % 1000 == 0 else "")
                put_turn(db, comparison.id, Turn(1, prompt, at))
                n_chars += len(prompt)
                for lane, (model, backend) in enumerate(_LANES):
                    text = _text(chance, 250)
                    n_chars += len(text)
                    row = put_answer(db, _columns(comparison, lane, model, backend, at, chance))
                    end_answer(db, row, {"text": text, "reasoning": "", "arrivals": _arrivals(chance, len(text))})
    database.close()
    return n_chars


def _text(chance: random.Random, n_words: int) -> str:
    if chance.random() < 0.1:
        return "".join(chance.choices(_CJK, k=n_words * 2))
    return " ".join(chance.choices(_TEXT.split(), k=n_words))


def _arrivals(chance: random.Random, n_chars: int) -> bytes:
    """Return the times of some 4 characters each, as a model's deltas come."""
    at_ms, pieces = 0, []
    for _ in range(n_chars // 4):
        at_ms += chance.randint(1, 25)
        pieces.append(Arrival(at_ms, 4, False))
    return pack_arrivals(pieces)


def _columns(
    comparison: Comparison, lane: int, model: str, backend: str, at: float, chance: random.Random
) -> dict[str, str | int | float | None]:
    return {
        "uid": secrets.token_hex(8),
        "comparison": comparison.id,
        "turn": 1,
        "lane": lane,
        "position": lane,
        "owner": None,
        "status": chance.choices([AnswerStatus.COMPLETE.value, AnswerStatus.ERROR.value], (97, 3))[0],
        "model": model,
        "backend": backend,
        "attempts": 1,
        "prompt_tokens": 40,
        "completion_tokens": 330,
        "reasoning_tokens": 0,
        "tokens_estimated": 0,
        "cost_usd": 0.005,
        "cost_source": "provider",
        "started_ms": int(at * 1000),
        "ttft_ms": chance.randint(200, 3000),
        "duration_ms": 5000,
        "tokens_per_second": 60.0,
        "params": "{}",
    }


def best_ms(measure: Callable[[], object], times: int = 7) -> float:
    """Return the median of several runs in milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        measure()
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)[times // 2]


def main() -> None:
    """Make the store in a temporary directory and print what was measured."""
    n_comparisons = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "compare-tui.db"
        began = time.perf_counter()
        n_chars = make_store(path, n_comparisons)
        print(f"{n_comparisons:,} comparisons made in {time.perf_counter() - began:.1f} s")
        size = path.stat().st_size
        n_bytes = sum(file.stat().st_size for file in Path(directory).iterdir() if file.is_file())
        n_answers = n_comparisons * len(_LANES)
        print(
            f"file {size / 1e6:.1f} MB ({n_bytes / 1e6:.1f} MB with companions), text {n_chars / 1e6:.1f} M characters"
        )
        began = time.perf_counter()
        database = Database(path, clock=SystemClock(), new_id=lambda: secrets.token_hex(8), on_notice=print)
        history = SqliteHistory(database, clock=SystemClock())
        page = history.page(HistoryFilter())
        print(f"open the file and list a page: {(time.perf_counter() - began) * 1000:.1f} ms")
        n_text_bytes = text_bytes(database)
        print(f"over the text: {(size - n_text_bytes) / n_answers:.0f} bytes per answer")
        print(f"list a page: {best_ms(lambda: history.page(HistoryFilter())):.1f} ms")
        print(f"list the next page: {best_ms(lambda: history.page(HistoryFilter(), after=page[-1])):.1f} ms")
        for query in (_NEEDLE, "zugz", "the", "the transaction borrow", '"of the"', "天气", "天", "nothinglikeit"):
            _measure_list(history, HistoryFilter(query=query), query)
        _measure_list(history, HistoryFilter(model="gpt"), "of a model")
        _measure_list(history, HistoryFilter(model="none"), "of no model")
        _measure_list(history, HistoryFilter(status=AnswerStatus.ERROR), "with an error")
        print(f"read one: {best_ms(lambda: history.record(page[0].id)):.1f} ms")
        print(f"usage report: {best_ms(lambda: SqliteUsage(database).report()):.1f} ms")
        print(f"today: {best_ms(lambda: SqliteUsage(database).today(time.time())):.1f} ms")
        database.close()


def _measure_list(history: SqliteHistory, wanted: HistoryFilter, what: str) -> None:
    page_ms = best_ms(lambda: history.page(wanted))
    count_ms = best_ms(lambda: history.count(wanted))
    print(f"search {what}: {page_ms:.1f} ms; count {history.count(wanted):,}: {count_ms:.1f} ms")


def text_bytes(database: Database) -> int:
    with database.read() as db:
        n_bytes: int = db.execute(
            """SELECT (SELECT sum(length(CAST(text AS BLOB))) FROM answers)
            + (SELECT sum(length(CAST(prompt AS BLOB))) FROM turns)"""
        ).fetchone()[0]
    return n_bytes


if __name__ == "__main__":
    main()
