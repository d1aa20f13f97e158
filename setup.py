"""Compile `runtime/lua` with Cython where a C compiler is present; all else is in pyproject.toml."""

import os
from pathlib import Path

from setuptools import Extension, setup

# Each of these has an augmenting .pxd beside it, which is what makes compiling it worth while.
COMPILED = sorted(path.stem for path in Path("runtime/lua").glob("*.pxd"))


def extensions() -> list[Extension]:
    if os.environ.get("WIPPY_NO_EXTENSIONS"):
        return []
    from Cython.Build import cythonize

    modules = [
        Extension(f"runtime.lua.{name}", [f"runtime/lua/{name}.py"], optional=True, extra_compile_args=["-O2", "-fwrapv"])
        for name in COMPILED
    ]
    return cythonize(
        modules,
        build_dir="build/cython",
        compiler_directives={"language_level": "3", "annotation_typing": False, "binding": False},
    )


setup(ext_modules=extensions())
