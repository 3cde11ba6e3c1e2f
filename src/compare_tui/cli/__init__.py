"""The command line: headless commands, and the way into the panes. Never loads Textual."""
