"""Widgets around the panes: header, tab bar, composer, footer."""
