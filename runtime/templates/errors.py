"""What goes wrong in templates."""


class TemplateError(Exception):
    """A mistake in a template, or in what it does with its data; `line` is 1-based, 0 when unknown."""

    def __init__(self, message: str, template: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.template = template
        self.line = line

    def __str__(self) -> str:
        place = f"template '{self.template}' line {self.line}: " if self.template else ""
        return place + self.message


class MissingTemplateError(TemplateError):
    """A template that the set does not have."""
