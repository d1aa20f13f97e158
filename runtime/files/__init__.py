"""Filesystem volumes: directories that nothing outside of them can be reached through."""
