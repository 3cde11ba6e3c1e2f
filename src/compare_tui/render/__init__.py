"""Text that grows in, lines of Rich segments out. No I/O, no clock, no widget."""
