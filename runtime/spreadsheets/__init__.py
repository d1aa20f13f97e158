"""Spreadsheets in the format of Excel."""
