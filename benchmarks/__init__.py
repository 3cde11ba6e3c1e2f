"""Measurements that a person runs and reads; each prints its floor from the same run."""
