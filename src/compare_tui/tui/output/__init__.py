"""What goes out to the terminal: changed cells only, in as few bytes as they take, no faster than it is read."""
