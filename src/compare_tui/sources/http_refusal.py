"""An answer that is neither a stream nor what was asked for: a refusal, a redirect, a proxy's page."""

from __future__ import annotations

import httpx

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.sources.byte_stream import media_type, read_bounded
from compare_tui.sources.endpoint import shown_url
from compare_tui.sources.openai_error_wire import ErrorContext, error_from_response
from compare_tui.sources.redaction import Redactor
from compare_tui.sources.settings import OpenAISettings

MAX_ERROR_BYTES = 64 * 1024
_ERROR_BODY_S = 5.0


async def refusal_of(response: httpx.Response, redactor: Redactor, context: ErrorContext) -> AnswerError:
    """Return what a response with an error status says; its body is read to a bound only."""
    body = await read_bounded(response, max_bytes=MAX_ERROR_BYTES, within_s=_ERROR_BODY_S)
    return error_from_response(redactor.clean_bytes(body), media_type(response), context)


def redirect_of(response: httpx.Response, redactor: Redactor, settings: OpenAISettings) -> AnswerError | None:
    """Return why a redirect is not followed, or None if the response is none."""
    if not (response.is_redirect or response.has_redirect_location):
        return None
    target = shown_url(redactor.clean(response.headers.get("location", "")))
    return AnswerError(
        ErrorKind.PROTOCOL,
        f"The server redirects to {target or 'nowhere'}; that was not followed.",
        code=response.status_code,
        hint=f"Correct base_url of backend {settings.name}.",
    )
