"""One Markdown file for each construct, by name."""

from __future__ import annotations

from pathlib import Path

CONSTRUCTS = {
    path.stem: path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent / "constructs").glob("*.md"))
}
