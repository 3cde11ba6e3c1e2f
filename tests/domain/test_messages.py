from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.messages import AnswerRequest, Exchange, Message, Role, build_messages
from compare_tui.domain.tiers import TIER_LIMITS, Tier

SYSTEM, USER, ASSISTANT = Role.SYSTEM, Role.USER, Role.ASSISTANT


def test_a_first_turn_is_the_prompt() -> None:
    assert build_messages(None, [], "a") == (Message(USER, "a"),)
    assert build_messages("", [], "a") == (Message(USER, "a"),)
    assert build_messages("s", [], "a") == (Message(SYSTEM, "s"), Message(USER, "a"))


def test_history_is_what_was_said_in_turn() -> None:
    details = ({"type": "reasoning.encrypted", "data": "x"},)
    assert build_messages("s", [Exchange("a", "b", details), Exchange("c", "d")], "e") == (
        Message(SYSTEM, "s"),
        Message(USER, "a"),
        Message(ASSISTANT, "b", details),
        Message(USER, "c"),
        Message(ASSISTANT, "d"),
        Message(USER, "e"),
    )


def test_an_answer_without_text_does_not_go_in_but_its_prompt_does() -> None:
    history = [Exchange("a", ""), Exchange("b", " \n"), Exchange("c", "d"), Exchange("e", "")]
    assert build_messages(None, history, "f") == (
        Message(USER, "a\n\nb\n\nc"),
        Message(ASSISTANT, "d"),
        Message(USER, "e\n\nf"),
    )


@given(st.lists(st.builds(Exchange, st.text(min_size=1), st.text()), max_size=6), st.text(min_size=1))
def test_roles_alternate_and_the_last_word_is_the_users(history: list[Exchange], prompt: str) -> None:
    messages = build_messages(None, history, prompt)
    roles = [message.role for message in messages]
    assert roles == [USER, ASSISTANT] * (len(roles) // 2) + [USER]
    assert messages[-1].content.endswith(prompt)
    assert [message.content for message in messages if message.role is ASSISTANT] == [
        exchange.answer for exchange in history if exchange.answer.strip()
    ]


def test_a_request_knows_its_size_and_its_tiers_limit() -> None:
    lane = Lane(LaneId(0), LaneSpec("m", "b"))
    messages = (Message(SYSTEM, "abc"), Message(USER, "de"))
    assert AnswerRequest(lane, messages).prompt_chars == 5
    assert AnswerRequest(lane, messages).answer_tokens is None
    for tier, limits in TIER_LIMITS.items():
        assert AnswerRequest(lane, messages, tier).answer_tokens == limits.answer_tokens


def test_the_tiers_are_those_of_the_design() -> None:
    assert [(tier.value, limits.input_characters, limits.answer_tokens) for tier, limits in TIER_LIMITS.items()] == [
        ("brief", 1_000, 2_000),
        ("standard", 5_000, 4_000),
        ("extended", 15_000, 8_192),
    ]
    assert set(TIER_LIMITS) == set(Tier)
