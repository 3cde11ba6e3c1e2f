"""The engine: sends a turn to every lane, listens, retries, records. Owns the ports that the outside fills."""
