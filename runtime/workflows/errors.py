"""What goes wrong with workflows themselves, rather than in their code."""

from __future__ import annotations


class WorkflowError(Exception):
    """A workflow task that cannot be carried out, with what to do about it."""


class DivergenceError(WorkflowError):
    """The code does not do what the history says it did: names what was expected, what was met, and where."""
