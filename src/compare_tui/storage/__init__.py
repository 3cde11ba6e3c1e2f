"""The store: one SQLite file, shared by all running copies of the program. The only place with SQL."""
