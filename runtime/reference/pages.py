"""The pages of the reference, in Markdown."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

from runtime.binding import Table, Userdata
from runtime.reference import examples
from runtime.reference.fields import described, known_meanings
from runtime.reference.signatures import signature, type_name
from runtime.supervisor.lifecycle import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runtime.binding import Module
    from runtime.binding.wrapper import Wrapper
    from runtime.registry.kinds import KindHandler

_HEAD = re.compile(r"^(?:The `[\w.]+` module|The module `[\w.]+`|The global `[\w.]+`): ")
_PAGE = re.compile(r" \((?:documentation )?page [\w/]+\)")
_ALLOWED = ("process", "storage", "network")
_TYPES = (
    "A duration is text such as `30s`, or a number of seconds. An entry is `namespace:name`, or a name alone for one "
    "of the same namespace."
)
_FAILURES = (
    "* What fails gives `nil` and an error, which has `kind()`, `message()`, `retryable()` and `details()`; a wrong "
    "argument raises, as does what is marked so."
)
NOTICE = "<!-- Made by `wippy docs --write`; the declarations in the sources are what to change. -->\n"


def module_page(module: Module, *, always: bool) -> str:
    """Write the page of a module; `always` says that every environment has it."""
    doc = inspect.getdoc(_source(module)) or ""
    first, _, rest = _PAGE.sub("", doc).partition("\n")
    lines = [NOTICE, f"# {module.name}", "", _capital(_HEAD.sub("", first)), ""]
    if rest.strip():
        lines += [rest.strip(), ""]
    lines += [_access(module, always=always), ""]
    lines += _module_example(module)
    lines += ["## Functions", ""] if module.functions or module.parts else []
    lines += _entries(module.functions, f"{module.name}.")
    for name, part in module.parts.items():
        lines += _entries(part.functions, f"{module.name}.{name}.")
    lines += _handles(module)
    lines += _constants(module)
    lines += _permissions(module)
    return _joined(lines)


def _source(module: Module) -> object:
    wrappers = module.functions or [each for part in module.parts.values() for each in part.functions]
    if not wrappers:
        wrappers = [each for handle in module.handles for each in module.methods(handle)]
    return inspect.getmodule(wrappers[0].body)


def _access(module: Module, *, always: bool) -> str:
    if always:
        access = f"`{module.name}` is a global of every entry; nothing need be listed."
    else:
        access = f'An entry lists it, `modules: [{module.name}]`, and the code says `require("{module.name}")`.'
    wanted = [f"`{each}`" for each in module.classes if each in _ALLOWED]
    if wanted:
        access += f" Code evaluated at run time gets it with `allow_classes` {' and '.join(wanted)} only."
    if module.deterministic:
        access += " Its functions give the same for the same arguments, or are carried out by the workflow."
    return access


def _module_example(module: Module) -> list[str]:
    code = examples.of_module(module.name)
    if not code:
        return []
    lines = ["## Example", ""]
    shown = examples.entries_named_in(code)
    if shown:
        lines += ["```yaml", *[text.rstrip() for text in shown], "```", ""]
    return [*lines, "```lua", code.rstrip(), "```", ""]


def _entries(wrappers: Iterable[Wrapper], prefix: str) -> list[str]:
    lines: list[str] = []
    for wrapper in wrappers:
        lines += [f"### `{signature(wrapper, prefix)}`", "", _about(wrapper), ""]
    return lines


def _about(wrapper: Wrapper) -> str:
    text = inspect.getdoc(wrapper.body) or ""
    marks = []
    if wrapper.options.blocks:
        marks.append("may wait")
    if wrapper.options.raises:
        marks.append("raises what fails")
    return text + (f" *({', '.join(marks)})*" if marks else "")


def _handles(module: Module) -> list[str]:
    lines: list[str] = []
    for handle in module.handles:
        lines += [f"## `{type_name(handle)}`", "", inspect.getdoc(handle) or "", ""]
        lines += _entries(module.methods(handle), ":")
    return lines


def _constants(module: Module) -> list[str]:
    rows = []
    functions = {id(wrapper.function) for wrapper in module.functions}
    for name, value in module.members.items():
        if id(value) in functions or name in module.parts or callable(value):
            continue
        shown = f"`{value}`"
        if isinstance(value, Table):
            shown = ", ".join(f"`{key}`" for key, _ in value.items())
        elif isinstance(value, Userdata):
            shown = f"a `{value.lua_name}`"
        rows.append(f"| `{module.name}.{name}` | {shown} |")
    return ["## Constants", "", "| Name | Values |", "|---|---|", *rows, ""] if rows else []


def _permissions(module: Module) -> list[str]:
    if not module.permissions:
        return []
    rows = [f"| `{action}` | {resource} |" for action, resource in module.permissions.items()]
    asked = (
        "Asked of the scope of the code that calls; without an actor and a scope everything passes, but in strict mode."
    )
    return ["## Permissions", "", asked, "", "| Action | Resource |", "|---|---|", *rows, ""]


def kind_page(kind: str, handler: type[KindHandler]) -> str:
    """Write the page of an entry kind."""
    about = known_meanings()["kinds"].get(kind) or inspect.getdoc(handler) or ""
    lines = [NOTICE, f"# {kind}", "", about, ""]
    shown = examples.of_kind(kind)
    if shown:
        lines += ["## Example", "", "```yaml", *[text.rstrip() for text in shown], "```", ""]
    return _joined([*lines, *_field_table(kind, handler.config)])


def lifecycle_page() -> str:
    """Write the page of the block that all services have in common."""
    lines = [NOTICE, "# lifecycle", "", inspect.getdoc(Lifecycle) or "", ""]
    return _joined([*lines, *_field_table("lifecycle", Lifecycle)])


def _field_table(kind: str, config: type) -> list[str]:
    fields = described(kind, config)
    if not fields:
        return ["The kind has no fields of its own.", ""]
    lines = ["## Fields", ""]
    if any(field.about for field in fields):
        lines += ["| Field | Holds | Default | Meaning |", "|---|---|---|---|"]
        lines += [f"| `{field.path}` | {field.type} | {field.default} | {field.about} |" for field in fields]
    else:
        lines += ["| Field | Holds | Default |", "|---|---|---|"]
        lines += [f"| `{field.path}` | {field.type} | {field.default} |" for field in fields]
    return [*lines, "", _TYPES, ""]


def index_page(modules: Mapping[str, Module], kinds: Iterable[str]) -> str:
    """Write the page that leads to all others."""
    lines = [
        NOTICE,
        "# Reference",
        "",
        "Made of the declarations in the sources. `wippy docs NAME` shows a page on the terminal.",
        "",
    ]
    lines += [
        "* A parameter with a question mark may be left out; what stands behind `=` is meant then.",
        _FAILURES,
        "* A function that *may wait* lets other processes run meanwhile.",
        "",
        "## Modules",
        "",
        *[f"* [{name}](modules/{name}.md): {_summary(module)}" for name, module in sorted(modules.items())],
        "",
        "## Kinds of entries",
        "",
        *[
            f"* [{kind}](kinds/{kind}.md): {known_meanings()['kinds'].get(kind, '').rstrip('.')}"
            for kind in sorted(kinds)
        ],
        "* [lifecycle](kinds/lifecycle.md), of all that run as services",
        "",
    ]
    return _joined(lines)


def _summary(module: Module) -> str:
    return _HEAD.sub("", _PAGE.sub("", module.description)).rstrip(".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _joined(lines: Iterable[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"
