"""The table of commands and what is made from it."""

from __future__ import annotations

import pytest

from compare_tui.tui.commands import COMMANDS, Mode, Situation
from compare_tui.tui.keymap import SWAPPED_ENTER, Keymap, display_key
from compare_tui.tui.screens.help import help_lines
from compare_tui.tui.screens.palette import matching
from compare_tui.tui.widgets.footer import MAX_HINTS, hints

_TAKEN_ON_THE_WAY = {"ctrl+a", "ctrl+b", "ctrl+i", "ctrl+m", "ctrl+h", "ctrl+s", "ctrl+left_square_bracket"}
_BUSY = Situation(
    mode=Mode.REVIEW,
    n_lanes=3,
    n_turns=2,
    any_live=True,
    lane_live=True,
    any_failed=True,
    lane_asked=True,
    lane_has_text=True,
    lane_has_reasoning=True,
    n_alternatives=2,
)


def test_every_id_is_used_once() -> None:
    ids = [command.id for command in COMMANDS]
    assert len(ids) == len(set(ids))


def test_no_key_is_bound_that_a_terminal_or_multiplexer_swallows() -> None:
    keys = {key for command in COMMANDS for mode in Mode for key in command.keys(mode)}
    assert not keys & _TAKEN_ON_THE_WAY


def test_no_action_hangs_on_a_key_alone_that_does_not_arrive_everywhere() -> None:
    fragile = {"shift+enter", "alt+enter", "escape", "f1"}
    for command in COMMANDS:
        keys = set(command.write) | set(command.review)
        # Esc leaves what is open, and q does the same.
        assert keys - fragile or command.id == "leave", command.id


def test_in_write_no_letter_is_a_command() -> None:
    assert not [command.id for command in COMMANDS for key in command.write if len(key) == 1]


@pytest.mark.parametrize("mode", Mode)
def test_a_key_that_two_commands_share_means_only_one_of_them_at_a_time(mode: Mode) -> None:
    by_key: dict[str, list[str]] = {}
    for command in COMMANDS:
        for key in command.keys(mode):
            by_key.setdefault(key, []).append(command.id)
    assert not {key: ids for key, ids in by_key.items() if len(ids) > 1}


def test_a_command_that_is_not_available_leaves_its_key_alone() -> None:
    keymap = Keymap()
    assert keymap.find("tab", Situation(has_text=True)) is None
    found = keymap.find("tab", Situation(has_text=False))
    assert found is not None
    assert found.id == "review-when-empty"


def test_keys_are_rebound_by_id_in_the_modes_that_have_the_command() -> None:
    keymap = Keymap(own_keys={"zoom": ["x"]})
    found = keymap.find("x", _BUSY)
    assert found is not None
    assert found.id == "zoom"
    assert keymap.find("z", _BUSY) is None
    assert keymap.shown_key("zoom", Mode.WRITE) == ""


def test_enter_and_its_newline_can_be_swapped() -> None:
    keymap = Keymap(own_keys=SWAPPED_ENTER)
    sends = keymap.find("ctrl+j", Situation(has_text=True))
    breaks = keymap.find("enter", Situation(has_text=True))
    assert sends is not None
    assert breaks is not None
    assert (sends.id, breaks.id) == ("send", "new-line")


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("ctrl+j", "Ctrl+J"),
        ("question_mark", "?"),
        ("shift+tab", "Shift+Tab"),
        ("G", "G"),
        ("g", "g"),
        ("pageup", "PgUp"),
        ("f1", "F1"),
        ("escape", "Esc"),
    ],
)
def test_keys_are_shown_as_a_person_reads_them(key: str, shown: str) -> None:
    assert display_key(key) == shown


@pytest.mark.parametrize("mode", Mode)
def test_the_footer_has_at_most_eight_hints_and_only_available_ones(mode: Mode) -> None:
    shown = list(hints(Keymap(), Situation(mode=mode)))
    assert 0 < len(shown) <= MAX_HINTS
    busy = dict(hints(Keymap(), _BUSY))
    assert len(busy) == MAX_HINTS
    assert busy["c"] == "stop"
    assert "r" not in dict(hints(Keymap(), _BUSY))


@pytest.mark.parametrize("mode", Mode)
def test_the_help_names_every_command_that_has_a_key_in_the_mode(mode: Mode) -> None:
    with_keys = [command for command in COMMANDS if command.keys(mode)]
    assert len(help_lines(Keymap(), mode)) == len(with_keys)
    assert all(len(keys) < 30 and len(text) <= 46 for keys, text in help_lines(Keymap(), mode))


def test_the_palette_finds_by_every_word_and_puts_the_nearest_label_first() -> None:
    assert matching(list(COMMANDS), "stop all")[0].id == "stop-all"
    assert matching(list(COMMANDS), "stop")[0].id == "stop"
    assert matching(list(COMMANDS), "no such thing") == []
