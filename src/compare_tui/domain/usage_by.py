"""What a usage report is grouped by: apart, so that the command line knows its words without loading answers."""

from __future__ import annotations

from enum import StrEnum


class UsageBy(StrEnum):
    """What the rows of a usage report are grouped by."""

    MODEL = "model"
    DAY = "day"
    BACKEND = "backend"
    PROVIDER = "provider"
