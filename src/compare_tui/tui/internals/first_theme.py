"""Sets the theme that an app begins with, without the second round of styles that a change of theme costs."""

from __future__ import annotations

from typing import TypeVar

from textual.app import App
from textual.theme import Theme

ResultT = TypeVar("ResultT")


def begin_with_theme(app: App[ResultT], theme: Theme) -> None:
    """Let `app`, which does not run yet, begin with a registered theme."""
    app.set_reactive(App.theme, theme.name)
    app.stylesheet.set_variables(app.get_css_variables())
    app.set_class(theme.dark, "-dark-mode", update=False)
    app.set_class(not theme.dark, "-light-mode", update=False)
    app._refresh_truecolor_filter(app.ansi_theme)
