"""Databases: what the `sql` module runs statements on, and the entry kinds that open them."""
