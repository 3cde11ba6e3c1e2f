"""What is sent to a model: its own history, as it was said (decision 12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from compare_tui.domain.json_types import Json
from compare_tui.domain.lanes import Lane
from compare_tui.domain.tiers import TIER_LIMITS, Tier


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `reasoning_details` goes back unmodified with the assistant's."""

    role: Role
    content: str
    reasoning_details: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One earlier turn of a lane: the prompt and what the lane answered, as it stands."""

    prompt: str
    answer: str
    reasoning_details: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """What a source needs to ask one model once."""

    lane: Lane
    messages: tuple[Message, ...]
    tier: Tier | None = None
    comparison: str = ""
    """The comparison's id: with the lane's it pins a conversation to one provider."""

    @property
    def answer_tokens(self) -> int | None:
        """The tier's limit of answer tokens, or None where no tier is in force."""
        return None if self.tier is None else TIER_LIMITS[self.tier].answer_tokens

    @property
    def prompt_chars(self) -> int:
        return sum(len(message.content) for message in self.messages)


def build_messages(system: str | None, history: Iterable[Exchange], prompt: str) -> tuple[Message, ...]:
    """Return the messages of a lane's next request.

    A cut or cancelled answer goes in as it stands; one without text does not. Its prompt was said all the same, so
    it stands in front of the next one, in one message: many chat templates refuse two user messages in a row.
    """
    messages = [Message(Role.SYSTEM, system)] if system else []
    unanswered: list[str] = []
    for exchange in history:
        unanswered.append(exchange.prompt)
        if not exchange.answer.strip():
            continue
        messages.append(Message(Role.USER, "\n\n".join(unanswered)))
        messages.append(Message(Role.ASSISTANT, exchange.answer, exchange.reasoning_details))
        unanswered.clear()
    messages.append(Message(Role.USER, "\n\n".join((*unanswered, prompt))))
    return tuple(messages)
