"""Writes to the terminal past the screen: for sequences of our own, such as the clipboard's."""

from __future__ import annotations

from textual.app import App


def write_raw(app: App[object], data: str) -> None:
    """Write `data` to the terminal as it is."""
    driver = app._driver
    if driver is not None:
        driver.write(data)
        driver.flush()
