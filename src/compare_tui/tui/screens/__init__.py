"""Screens: each one routes what happens to those who do it."""
