"""What may be under way to a terminal, and when it counts as slow."""

from __future__ import annotations

from compare_tui.tui.output.pacing import LIMIT_S, Pacer
from compare_tui.tui.output.thrift import Thrift
from compare_tui.tui.panes.scroll import Scroll


def test_what_is_not_answered_takes_the_room_of_what_follows() -> None:
    pacer = Pacer()
    whole = pacer.room(0.0)
    pacer.sent(1_000, 0.0)
    pacer.sent(500, 0.1)
    assert pacer.room(0.2) == whole - 1_500
    pacer.answered(0.2)
    assert pacer.room(0.2) == whole - 500
    pacer.is_thrifty = True
    assert 0 < pacer.room(0.2) < whole / 4


def test_an_answer_that_never_comes_is_not_waited_for() -> None:
    pacer = Pacer()
    whole = pacer.room(0.0)
    pacer.sent(whole, 0.0)
    assert pacer.room(LIMIT_S - 0.1) == 0
    assert pacer.room(LIMIT_S + 0.1) == whole
    assert pacer.is_late(LIMIT_S + 0.1)


def test_one_late_answer_is_a_hiccup_and_three_are_a_slow_terminal() -> None:
    pacer = Pacer()
    for at in (0.0, 1.0, 2.0):
        assert not pacer.is_late(at)
        pacer.sent(100, at)
        pacer.answered(at + 0.6)
    assert pacer.is_late(3.0)
    pacer.sent(100, 3.0)
    pacer.answered(3.01)
    assert not pacer.is_late(3.1)


def test_a_way_that_stays_full_is_slow() -> None:
    pacer = Pacer()
    pacer.held(0.0, is_held=True)
    pacer.held(0.3, is_held=True)
    assert not pacer.is_late(0.3)
    assert pacer.is_late(0.6)
    pacer.held(0.6, is_held=False)
    assert not pacer.is_late(0.7)


def test_thrift_comes_by_itself_unless_a_person_has_decided() -> None:
    told: list[bool] = []
    thrift = Thrift()
    thrift.listen(told.append)
    thrift.turn(is_on=True, by_itself=True)
    assert thrift.jump_rows > 1
    thrift.turn(is_on=False)
    thrift.turn(is_on=True, by_itself=True)
    assert thrift.jump_rows == 1
    assert told == [True, False]


def test_a_pane_that_follows_its_end_jumps_and_shows_the_end_all_the_time() -> None:
    scroll = Scroll(jump=lambda: 8)
    tops = []
    for height in range(1, 100):
        scroll.measure(height, 30)
        assert scroll.top <= height - 1 < scroll.top + 30
        assert scroll.at_end
        assert scroll.follows
        tops.append(scroll.top)
    assert len(set(tops)) == 1 + -(-70 // 8)
    scroll.by(-3)
    assert not scroll.follows


def test_a_low_pane_jumps_less() -> None:
    scroll = Scroll(jump=lambda: 8)
    for height in range(1, 40):
        scroll.measure(height, 3)
        assert scroll.top == scroll.end
