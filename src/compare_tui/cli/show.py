"""`show`: a comparison of the past as readable text."""

from __future__ import annotations

from datetime import datetime

from compare_tui.cli.answer_text import SIGNS, ending, extras, figures_line
from compare_tui.cli.output import Output, Style
from compare_tui.domain.lane_spelling import spell_lane
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.comparison import AnswerFeed, Turn
from compare_tui.engine.history import ComparisonRecord
from compare_tui.export.record_json import all_lanes

_UNDER_WAY = ("…", "..")


def write_record(record: ComparisonRecord, output: Output, default_backend: str) -> None:
    """Write every turn with the answers that count."""
    comparison = record.comparison
    when = datetime.fromtimestamp(comparison.created_at).strftime("%Y-%m-%d %H:%M")
    output.write(f"{record.title}\n", Style.STRONG)
    tags = "".join(f" #{tag}" for tag in record.tags)
    output.write(f"{comparison.id} · {when}{tags}\n", Style.DIM)
    for turn in comparison.turns:
        output.write("\n")
        for number, line in enumerate(turn.prompt.strip("\n").split("\n")):
            output.write(f"{output.sign('›', '>') if number == 0 else ' '} {line}\n", Style.STRONG)
        for place, lane in enumerate(all_lanes(comparison), 1):
            feed = turn.answer(lane.id)
            if feed is not None:
                _write_answer(place, feed, turn, output, default_backend)


def _write_answer(place: int, feed: AnswerFeed, turn: Turn, output: Output, default_backend: str) -> None:
    rule = output.sign("──", "--")
    spelled = make_safe_line(spell_lane(feed.lane.spec, default_backend), 100)
    alternatives = turn.answers[feed.lane.id]
    which = f" ({alternatives.index(feed) + 1} of {len(alternatives)})" if len(alternatives) > 1 else ""
    output.write(f"\n{rule} {place} {spelled}{which} {rule}\n", Style.STRONG)
    text = feed.text().strip("\n")
    output.write(f"{text}\n" if text else "")
    state = feed.state
    for line in extras(state):
        output.write(f"{line}\n")
    if state.status.is_final:
        figures = figures_line(state, feed.lane.model)
        parts = [f"{output.sign(*SIGNS[state.status])} {ending(state)}", *([figures] if figures else [])]
    else:
        parts = [f"{output.sign(*_UNDER_WAY)} under way in another program"]
    output.write(f"{' · '.join(parts)}\n", Style.BAD if state.error is not None else Style.DIM)
