"""Watching a run: a page and a terminal view, live or from a record."""
