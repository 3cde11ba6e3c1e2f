"""The words of the house as types and pure functions: no I/O, no clock, no asyncio."""
