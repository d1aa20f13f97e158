"""Compile `runtime/lua` with Cython where a C compiler is present; all else is in pyproject.toml."""

import os
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CCompilerError, ExecError, PlatformError

# Each of these has an augmenting .pxd beside it, which is what makes compiling it worth while. `native.pxd`, which has
# no `.py`, and those of INCLUDED are C that the others include: no modules.
INCLUDED = ("fresh", "generators", "greenlets")
COMPILED = sorted(
    path.stem
    for path in Path("runtime/lua").glob("*.pxd")
    if path.with_suffix(".py").exists() and path.stem not in INCLUDED
)

# Cython makes more of what is included than is used.
FLAGS = ["-O2", "-fwrapv", "-g0", "-Wno-unused-function"]


class AllOrNone(build_ext):
    """Compile every module or, where that fails, none: they call one another in C and cannot be mixed."""

    def finalize_options(self) -> None:
        """Use all processors."""
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def run(self) -> None:
        """Build; without a working C compiler leave the modules interpreted."""
        try:
            super().run()
        except (CCompilerError, ExecError, PlatformError) as error:
            sys.stderr.write(f"warning: runtime.lua stays interpreted, which is slower: {error}\n")
            for output in self.get_outputs():
                Path(output).unlink(missing_ok=True)
            self.extensions = []


def extensions() -> list[Extension]:
    """List the modules to compile; none when WIPPY_NO_EXTENSIONS is set."""
    if os.environ.get("WIPPY_NO_EXTENSIONS"):
        return []
    from Cython.Build import cythonize
    from Cython.Compiler import Options

    # A chain of a million tables must not exhaust the C stack when it is freed. Cython knows this directive only as a
    # decorator of a class, which would need Cython at run time in modules that also run interpreted.
    Options._directive_defaults["trashcan"] = True  # noqa: SLF001
    modules = [
        Extension(f"runtime.lua.{name}", [f"runtime/lua/{name}.py"], extra_compile_args=FLAGS) for name in COMPILED
    ]
    return cythonize(
        modules,
        build_dir="build/cython",
        compiler_directives={"language_level": "3", "annotation_typing": False, "binding": False},
    )


setup(ext_modules=extensions(), cmdclass={"build_ext": AllOrNone})
