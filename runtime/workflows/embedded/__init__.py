"""The workflow engine that needs nothing: histories in SQLite, activities as calls of functions."""
