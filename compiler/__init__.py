"""Compile typed Lua to Python code objects; imports nothing of the other packages but the grammar text."""
