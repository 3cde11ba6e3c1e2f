"""The panes: the only place with Textual. Talks to the engine's thread by calls and reads what it publishes."""
