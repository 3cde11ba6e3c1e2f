"""The only place that touches what Textual keeps private; tests/tui/test_internals.py fails if it changes."""
