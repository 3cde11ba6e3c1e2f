"""Send one prompt to several models at once and read every answer live, side by side."""

__version__ = "0.1.0"
