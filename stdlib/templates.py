"""The `templates` module: rendering the templates of a set (page lua/text/template)."""

from __future__ import annotations

from runtime.binding import Failure, Kind, Module, Table, Text, Userdata, method, to_python
from runtime.offload import offload
from runtime.process.access import permit
from runtime.registry.entry import EntryId
from runtime.templates.errors import MissingTemplateError, TemplateError
from runtime.templates.library import Library

module = Module(
    "templates",
    classes=("deterministic",),
    permissions={
        "template.get": "the template set",
    },
)


@module.handle("template.Set")
class TemplateSet(Userdata):
    """A set of templates in Lua's hands, until it is released."""

    __slots__ = ("_library", "_released")

    def __init__(self, library: Library) -> None:
        self._library = library
        self._released = False

    def lua_tostring(self) -> str:
        """Tell whether it can be used."""
        return "template.Set{released}" if self._released else "template.Set{}"

    @method(blocks=True)
    def render(self, name: Text, data: Table | None = None) -> Text:
        """Render a template with variables; NotFound when there is none, Internal when rendering fails."""
        if self._released:
            raise Failure(Kind.INTERNAL, "the template set is released: get it again with templates.get()")
        if not name:
            raise Failure(Kind.INVALID, "the name of a template is required")
        variables = {} if data is None else to_python(data)
        try:
            return Text(offload(self._library.render, name, variables if isinstance(variables, dict) else {}))
        except MissingTemplateError as error:
            # One that another template asks for is that template's mistake.
            raise Failure(Kind.INTERNAL if error.template else Kind.NOT_FOUND, str(error)) from None
        except TemplateError as error:
            raise Failure(Kind.INTERNAL, str(error)) from None

    @method
    def release(self) -> bool:
        """Give the handle back; releasing again does no harm."""
        self._released = True
        return True


@module.function
def get(id: Text) -> TemplateSet:
    """Give a handle of a set; NotFound when there is none of that id, Invalid for another resource."""
    from runtime import node

    if not id:
        raise Failure(Kind.INVALID, "the id of a template set is required, such as 'app:views'")
    permit("template.get", id)
    found = node.current().resources.get(EntryId.parse(id))
    if not isinstance(found, Library):
        raise Failure(Kind.INVALID, f"resource {id} is not a template set")
    return TemplateSet(found)
