"""The only place with HTTP: one module per kind of backend; `*_wire.py` modules are sans-I/O."""
