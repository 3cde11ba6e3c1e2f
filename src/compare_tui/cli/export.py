"""`export`: a comparison as a document, on standard output or in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from compare_tui.cli.output import Output
from compare_tui.domain.errors import UsageError
from compare_tui.domain.safe_text import make_safe, make_safe_line
from compare_tui.engine.history import ComparisonRecord
from compare_tui.export.figures_csv import figures_csv
from compare_tui.export.markdown import record_markdown
from compare_tui.export.record_json import record_document


def _json(record: ComparisonRecord) -> str:
    return make_safe(json.dumps(record_document(record), ensure_ascii=False, indent=2)) + "\n"


def _html(record: ComparisonRecord) -> str:
    from compare_tui.export.html import record_html  # a Markdown parser: 30 ms that the other commands need not pay

    return record_html(record)


EXPORTS: Mapping[str, Callable[[ComparisonRecord], str]] = {
    "md": record_markdown,
    "html": _html,
    "json": _json,
    "csv": figures_csv,
}


def export(record: ComparisonRecord, form: str, to: Path | None, output: Output) -> None:
    """Write the document to `to`, else to standard output. Raises UsageError if the file cannot be written."""
    text = EXPORTS[form](record)
    if to is None:
        output.write_utf8(text)
        return
    try:
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "a NUL in its name"
        raise UsageError(f"{make_safe_line(str(to), 200)} cannot be written: {reason}.") from None
