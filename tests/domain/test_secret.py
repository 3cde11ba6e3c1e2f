from __future__ import annotations

import copy
import pickle
import traceback

import pytest

from compare_tui.domain.secret import Secret


def test_a_key_prints_as_stars_wherever_it_is_printed() -> None:
    key = Secret("sk-hidden")
    shown = [str(key), repr(key), f"{key}", f"{key!r}", repr([key]), repr({"key": key}), "%s" % key]  # noqa: UP031
    assert not [text for text in shown if "hidden" in text]
    assert key.reveal() == "sk-hidden"


def test_a_key_is_not_written_out() -> None:
    key = Secret("-".join(["sk", "hidden"]))
    with pytest.raises(TypeError) as caught:
        pickle.dumps(key)
    assert "sk-hidden" not in "".join(traceback.format_exception(caught.value))
    with pytest.raises(TypeError):
        copy.copy(key)


def test_keys_are_equal_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
