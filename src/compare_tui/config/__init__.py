"""The configuration: schema, layers, paths and keys. Read once at the edge and passed down, never looked up."""
