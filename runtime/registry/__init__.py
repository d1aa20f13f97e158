"""Entries: loading and finding them, decoding their data, and the live registry that runs them by kind."""
