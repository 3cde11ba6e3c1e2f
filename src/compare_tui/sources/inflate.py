"""Compressed bodies, taken apart within bounds: sans-I/O.

Every request asks for `identity`; a proxy may compress all the same, and a small body may hide a huge one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_PIECE_BYTES = 64 * 1024
_GZIP_WBITS = zlib.MAX_WBITS | 16
_WBITS = {"gzip": _GZIP_WBITS, "x-gzip": _GZIP_WBITS, "deflate": zlib.MAX_WBITS}


class EncodingError(Exception):
    """The body is not in the encoding that its header names, or in one that was not asked for."""


class Inflater:
    """Undoes one Content-Encoding; gives pieces of at most 64 KiB where there is one to undo."""

    __slots__ = ("_encoding", "_inflate", "_is_later_part", "_started")

    def __init__(self, content_encoding: str) -> None:
        self._encoding = content_encoding.strip().lower()
        self._started = False
        self._is_later_part = False
        self._inflate = None
        if self._encoding in _WBITS:
            self._inflate = zlib.decompressobj(_WBITS[self._encoding])
        elif self._encoding not in ("", "identity"):
            raise EncodingError("it is compressed in a way that was not asked for")

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        """Yield what `raw` adds to the body. Raises EncodingError."""
        if self._inflate is None:
            yield raw
            return
        if self._encoding == "deflate" and not self._started and raw and raw[0] & 0x0F != 8:
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)  # without the zlib header, as some servers send it
        self._started = self._started or bool(raw)
        while raw:
            if self._inflate.eof:
                if self._encoding == "deflate":
                    return
                self._inflate = zlib.decompressobj(_GZIP_WBITS)  # some servers compress each part by itself
                self._is_later_part = True
            try:
                piece = self._inflate.decompress(raw, _PIECE_BYTES)
            except zlib.error:
                if self._is_later_part:  # padding
                    return
                raise EncodingError(f"it is not the {self._encoding} that its header names") from None
            raw = self._inflate.unconsumed_tail or self._inflate.unused_data
            if piece:
                yield piece
