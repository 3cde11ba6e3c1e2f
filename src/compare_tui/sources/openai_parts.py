"""The parts of a chat completion's choice that are not plain text: reasoning, images, citations, usage. Sans-I/O."""

from __future__ import annotations

from collections.abc import Iterator

from compare_tui.domain.answers import Citation, ImageMark, Usage
from compare_tui.domain.events import UsageReported
from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.sources.lenient import as_float, as_int, as_list, as_object, as_text

_MAX_TOKENS = 10**12
_MAX_USD = 1e6
"""What no answer uses: beyond it a number is a fault, and sums of such would not fit anywhere."""
_SUFFIXES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif"}


def reasoning_of(delta: JsonObject, details: list[Json]) -> str:
    """Return a delta's reasoning once.

    OpenRouter and Ollama say `reasoning`, llama.cpp and older vLLM `reasoning_content`; OpenRouter repeats the same
    text in `reasoning_details`, where some models send it alone. Encrypted blocks and signatures are no text.
    """
    plain = as_text(delta.get("reasoning")) or as_text(delta.get("reasoning_content"))
    if plain:
        return plain
    if not details:
        return ""
    objects = map(as_object, details)
    return "".join(as_text(detail.get("text")) or as_text(detail.get("summary")) for detail in objects)


def content_parts(content: Json) -> tuple[str, str, list[Json]]:
    """Return text, reasoning and images of a `content`, which is a string, null or a list of parts."""
    if isinstance(content, str):
        return content, "", []
    text, reasoning, images = [], [], list[Json]()
    for part in as_list(content):
        match part:
            case str():
                text.append(part)
            case {"type": "image_url" | "image"}:
                images.append(part)
            case {"type": "thinking", "thinking": thinking}:
                reasoning.append(as_text(thinking) or content_parts(thinking)[0])
            case {"text": str(words)}:
                text.append(words)
    return "".join(text), "".join(reasoning), images


def image_url_of(image: Json) -> str:
    """Return where an image is, or its data URL."""
    entry = as_object(image)
    url = entry.get("image_url") or entry.get("url")
    return as_text(url) or as_text(as_object(url).get("url")) or as_text(entry.get("b64_json"))


def image_mark(url: str) -> ImageMark:
    """Return what can be said of an image without decoding or fetching it; 0 bytes: it is elsewhere."""
    if url.startswith(("http://", "https://")):
        suffix = url.partition("?")[0].rpartition(".")[2].lower()
        return ImageMark(_SUFFIXES.get(suffix, "image"), 0)
    head, comma, data = url.partition(",")
    if not comma:
        head, data = "data:image/png", url
    media_type = make_safe_line(head.removeprefix("data:").partition(";")[0], 60)
    return ImageMark(media_type or "image", len(data) * 3 // 4 - data[-2:].count("="))


def citations_of(delta: JsonObject, chunk: JsonObject) -> Iterator[Citation]:
    """Yield the sources that a delta names in `annotations`, or a chunk in `citations`, a list of addresses."""
    for annotation in map(as_object, as_list(delta.get("annotations"))):
        named = as_object(annotation.get("url_citation")) or annotation
        if url := as_text(named.get("url")):
            yield Citation(make_safe_line(url, 2_000), make_safe_line(as_text(named.get("title"))))
    for address in map(as_text, as_list(chunk.get("citations"))):
        if address:
            yield Citation(make_safe_line(address, 2_000), "")


def usage_of(chunk: JsonObject) -> UsageReported | None:
    """Return the token counts of a chunk, and the cost in USD where it is told.

    With a key of one's own at the provider (BYOK) OpenRouter's `cost` is its fee; the provider's bill comes on top.
    """
    usage = as_object(chunk.get("usage"))
    prompt, completion = as_int(usage.get("prompt_tokens")), as_int(usage.get("completion_tokens"))
    cost = as_float(usage.get("cost"))
    if prompt is None and completion is None and cost is None:
        return None
    if cost is not None and usage.get("is_byok") is True:
        cost += as_float(as_object(usage.get("cost_details")).get("upstream_inference_cost")) or 0.0
    reasoning = as_int(as_object(usage.get("completion_tokens_details")).get("reasoning_tokens"))
    counts = Usage(_count(prompt), _count(completion), _count(reasoning))
    return UsageReported(counts, cost if cost is not None and 0 <= cost <= _MAX_USD else None)


def _count(tokens: int | None) -> int:
    return min(max(tokens or 0, 0), _MAX_TOKENS)
