"""Jet templates: read into closures, rendered over plain data. Nothing of Python can be reached from a template."""
