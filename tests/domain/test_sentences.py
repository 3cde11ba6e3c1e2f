from __future__ import annotations

import pytest

from compare_tui.domain.sentences import join_sentences


@pytest.mark.parametrize(
    ("texts", "joined"),
    [
        (("No such key", "Check the key."), "No such key. Check the key."),
        (("No such key.", "Check the key."), "No such key. Check the key."),
        (("Really?", "Yes"), "Really? Yes"),
        (("", "Alone", " "), "Alone"),
        ((), ""),
        (("a", "b", "c."), "a. b. c."),
    ],
)
def test_a_sentence_that_others_follow_has_an_end(texts: tuple[str, ...], joined: str) -> None:
    assert join_sentences(*texts) == joined
