"""The edge: the one place that names concrete classes and hands them to whoever needs them."""
