"""The arrival times of an answer's chunks, packed: about one byte a chunk instead of a row.

Format 1: the byte 1, then zlib over pairs of varints (LEB128): milliseconds since the chunk before, shifted left by
one, with the lowest bit set for reasoning; and the number of characters.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_FORMAT: Final = 1
_MAX_UNPACKED_BYTES: Final = 64 * 1024 * 1024
_MAX_SHIFT: Final = 63


class Arrival(NamedTuple):
    """When a chunk came and how long it is."""

    at_ms: int
    n_chars: int
    is_reasoning: bool


def pack_arrivals(arrivals: Iterable[Arrival]) -> bytes:
    """Pack arrivals; times never run back."""
    packed = bytearray()
    before = 0
    for at_ms, n_chars, is_reasoning in arrivals:
        passed = max(0, at_ms - before)
        before += passed
        _put(packed, passed << 1 | is_reasoning)
        _put(packed, n_chars)
    return bytes((_FORMAT,)) + zlib.compress(packed)


def unpack_arrivals(packed: bytes) -> list[Arrival]:
    """Unpack what `pack_arrivals` made. Raises ValueError for anything else."""
    if not packed or packed[0] != _FORMAT:
        raise ValueError("unknown format of arrival times")
    try:
        numbers = _numbers(zlib.decompressobj().decompress(packed[1:], _MAX_UNPACKED_BYTES))
        arrivals = []
        at_ms = 0
        for number in numbers:
            at_ms += number >> 1
            arrivals.append(Arrival(at_ms, next(numbers), bool(number & 1)))
    except (zlib.error, StopIteration) as fault:
        raise ValueError("damaged arrival times") from fault
    return arrivals


def _put(packed: bytearray, number: int) -> None:
    while number > 0x7F:
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)


def _numbers(data: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in data:
        if shift > _MAX_SHIFT:
            raise ValueError("damaged arrival times")
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0
