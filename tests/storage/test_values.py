from __future__ import annotations

import json
import math

import pytest

from compare_tui.domain.answers import AnswerError, ErrorKind, ToolCall
from compare_tui.domain.secret import Secret
from compare_tui.storage.values import float_value, int_value, json_value, ms_value, text_value


def test_half_a_character_becomes_a_replacement() -> None:
    assert text_value("a\ud800b") == "a\ufffdb"
    assert text_value("naïve 天气 \x00") == "naïve 天气 \x00"


def test_counts_stay_within_what_can_be_summed() -> None:
    assert int_value(10**30) == 2**53
    assert int_value(-(10**30)) == -(2**53)
    assert int_value(41) == 41


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_figure_that_is_no_number_is_unknown(number: float) -> None:
    assert float_value(number) is None
    assert ms_value(number) is None


def test_seconds_become_whole_milliseconds() -> None:
    assert ms_value(1.2346) == 1235
    assert ms_value(None) is None


def test_values_of_the_domain_become_json_objects() -> None:
    error = AnswerError(ErrorKind.RATE_LIMIT, "Too many.", code=429)
    assert json.loads(json_value(error))["kind"] == "rate_limit"
    assert json.loads(json_value((ToolCall("1", "look", "{}"),))) == [{"id": "1", "name": "look", "arguments": "{}"}]


def test_a_secret_is_no_json() -> None:
    with pytest.raises(TypeError, match="Secret is not JSON"):
        json_value({"headers": {"x-key": Secret("sk-nobody")}})
