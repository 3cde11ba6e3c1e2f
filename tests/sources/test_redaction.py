from __future__ import annotations

import json

import pytest

from compare_tui.domain.secret import Secret
from compare_tui.sources.redaction import Redactor

KEY = 'abc/def"01234+x=='


@pytest.mark.parametrize("key", ["1", "e", "content", "ollama", "EMPTY", "lm-studio", "not-needed", "sk-no-key-needed"])
def test_a_word_that_a_local_server_takes_for_a_key_stays_in_answers(key: str) -> None:
    text = json.dumps({"choices": [{"delta": {"content": f"Set the key to {key}."}}]})
    assert Redactor(Secret(key)).clean(text) == text
    assert Redactor(Secret(key)).clean_bytes(text.encode()) == text.encode()


def test_a_word_as_a_key_is_taken_out_where_the_header_is_sent_back() -> None:
    assert Redactor(Secret("my-pass-word")).clean("You sent Bearer my-pass-word.") == "You sent Bearer ***."


@pytest.mark.parametrize("echo", [KEY, json.dumps(KEY)[1:-1], json.dumps(KEY)[1:-1].replace("/", "\\/")])
def test_a_key_is_found_as_text_and_as_json_has_it(echo: str) -> None:
    redactor = Redactor(Secret(KEY))
    assert redactor.clean(f"bad key {echo}!") == "bad key ***!"
    assert redactor.clean_bytes(f"bad key {echo}!".encode()) == b"bad key ***!"


def test_keys_in_headers_are_taken_out_and_other_headers_are_not() -> None:
    headers = {"X-Api-Key": "header-key-1", "Proxy-Authorization": "Basic dXNlcjpwYXNz1", "X-Team": "research-team-1"}
    said = Redactor(None, headers).clean("header-key-1 dXNlcjpwYXNz1 research-team-1")
    assert said == "*** *** research-team-1"


def test_an_empty_header_takes_nothing_out() -> None:
    assert Redactor(None, {"X-Api-Key": "", "Authorization": " "}).clean("as it is") == "as it is"
