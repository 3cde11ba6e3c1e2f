"""Words and tables for what was kept: history and usage, without any widget."""
