"""A walk along the way of a request to a compare server: each step, and the likely cause where it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator

from compare_tui.domain.answers import AnswerError
from compare_tui.domain.check_steps import CheckStep, Finding
from compare_tui.domain.quota import Quota
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.ports import Clock
from compare_tui.sources.compare_http import CompareHttp, open_compare
from compare_tui.sources.compare_link import CompareLink, Ready
from compare_tui.sources.compare_live import live_steps
from compare_tui.sources.compare_session import TokenStore
from compare_tui.sources.endpoint import shown_url
from compare_tui.sources.error_text import page_title
from compare_tui.sources.lenient import as_object, as_text
from compare_tui.sources.settings import OpenAISettings


async def check_server(
    settings: OpenAISettings, tokens: TokenStore, clock: Clock, *, live: bool, model: str | None = None
) -> AsyncIterator[CheckStep]:
    """Yield the steps until one fails. `live` sends one tiny prompt, to `model` or the first one that is open."""
    http = open_compare(settings, clock)
    if isinstance(http, AnswerError):
        yield _failed("settings", http)
        return
    link = CompareLink(settings, tokens, clock=clock)
    try:
        health = await _health(http)
        yield health
        if health.finding is Finding.FAILED:
            return
        ready = await link.ready()
        if isinstance(ready, AnswerError):
            yield _failed("prefix" if "compare server" in ready.message else "signed in", ready)
            return
        for step in _shape_steps(ready):
            yield step
        for step in await _account_steps(link, ready):
            yield step
        if not live:
            yield CheckStep("stream", Finding.NOTE, "Not tried: --live sends one tiny prompt.")
            return
        async for step in live_steps(link, ready, model):
            yield step
    finally:
        await http.aclose()
        await link.aclose()


async def _health(http: CompareHttp) -> CheckStep:
    began = http.clock.monotonic()
    reply = await http.get("/health")
    took_ms = (http.clock.monotonic() - began) * 1000
    where = shown_url(http.settings.base_url)
    if isinstance(reply, AnswerError):
        return _failed("reachable", reply)
    if reply.media_type == "text/html":
        title = page_title(reply.body.decode("utf-8", "replace"))
        text = f"{where} answers with a web page, HTTP {reply.status}: {title}"
        if reply.status >= 500:
            return CheckStep("reachable", Finding.FAILED, text, "A proxy is there, but the server behind it is not.")
        return CheckStep("reachable", Finding.ODD, text, "Is it the address of the server, or of its web pages?")
    status = make_safe_line(as_text(as_object(reply.json).get("status")), 40)
    text = f"{where} answered in {took_ms:.0f} ms{f', health: {status}' if status else ''}."
    if status and status not in ("healthy", "ok"):
        return CheckStep("reachable", Finding.ODD, text, "The server says that it is not well.")
    return CheckStep("reachable", Finding.OK, text)


def _shape_steps(ready: Ready) -> list[CheckStep]:
    shape = ready.shape
    prefix = shape.prefix or "none"
    steps = [CheckStep("prefix", Finding.OK, f"Prefix {prefix}: {shape.prefix}/compare-stream.")]
    if not shape.streams:
        hint = "Every turn waits for whole answers from /compare."
        steps = [CheckStep("prefix", Finding.ODD, f"Prefix {prefix}, but there is no /compare-stream.", hint)]
    found = Finding.OK if shape.generation else Finding.ODD
    text = f"Generation {shape.title}, guessed from {shape.guessed_from}."
    hint = "" if shape.generation else "Follow-ups are sent one by one, and nothing is relied upon."
    return [*steps, CheckStep("generation", found, text, hint)]


async def _account_steps(link: CompareLink, ready: Ready) -> list[CheckStep]:
    name = link.settings.name
    quota = await link.ask_quota()
    account = f" ({quota.account})" if isinstance(quota, Quota) else ""
    if ready.warning:
        who = CheckStep("signed in", Finding.FAILED, f"Not signed in{account}.", ready.warning)
    elif ready.token is None:
        who = CheckStep("signed in", Finding.NOTE, f"Nobody is signed in{account}: compare-tui login {name}.")
    elif isinstance(quota, Quota) and quota.signed_in:
        who = CheckStep("signed in", Finding.OK, f"The token is accepted{account}.")
    else:
        who = CheckStep("signed in", Finding.ODD, "There is a token, but the server does not say if it accepts it.")
    if isinstance(quota, Quota):
        return [who, CheckStep("quota", Finding.ODD if quota.is_low else Finding.OK, quota.in_words())]
    return [who, CheckStep("quota", Finding.NOTE, "The server does not say what is left.")]


def _failed(name: str, error: AnswerError) -> CheckStep:
    return CheckStep(name, Finding.FAILED, error.message, error.hint)
