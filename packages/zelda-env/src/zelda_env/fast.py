"""The optional compiled module: found and checked here, built by `zelda-env build-fast`, and never needed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Final

import zelda_env._pyboy  # noqa: F401  first, as the compiled module imports PyBoy too
from zelda_env.errors import BuildError

NAME: Final = "zelda_env._fast"
REVISION: Final = 2
"""Of the interface this package expects of the module."""

_SETUP: Final = """
import sys
import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup

source, include, *arguments = sys.argv[1:]
macros = [("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")]
extension = Extension("_fast", [source], include_dirs=[numpy.get_include()], define_macros=macros)
setup(
    name="fast",
    script_args=arguments,
    ext_modules=cythonize([extension], include_path=[include], language_level=3),
)
"""


def find() -> tuple[ModuleType | None, str]:
    """Return the compiled module, or None, and the reason there is none."""
    if find_spec(NAME) is None:
        return None, "not built: run `zelda-env build-fast`"
    try:
        module = import_module(NAME)
    except (ImportError, ValueError, TypeError, AttributeError) as error:
        # What Cython raises when PyBoy's or numpy's classes are not those it was compiled against.
        return None, f"does not fit this Python, numpy or PyBoy ({error}): run `zelda-env build-fast`"
    if (REVISION, version("pyboy")) != (module.REVISION, module.PYBOY):
        return None, f"made for revision {module.REVISION}, PyBoy {module.PYBOY}: run `zelda-env build-fast`"
    return module, ""


MODULE, MISSING = find()
"""The compiled module or None, and why it is missing; looked for once, on import."""


def build(folder: Path | None = None) -> Path:
    """Compile the module.

    Args:
        folder: Where to put it; without one, into this package, where the next process finds it.

    Returns:
        The file.

    Raises:
        BuildError: A tool is missing, or the compiler fails; what is installed goes on working without.
    """
    missing = [name for name in ("cython", "setuptools") if not _installed(name)]
    if missing:
        raise BuildError(f"{' and '.join(missing)} not installed; expected both: pip install 'zelda-env[fast]'")
    here = Path(__file__).parent
    include = Path(_origin("pyboy")).parent.parent
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "_fast.pyx")
        source.write_bytes((here / "_fast.pyx").read_bytes())
        command = [sys.executable, "-c", _SETUP, str(source), str(include), "build_ext", "--build-lib", scratch]
        command += ["--build-temp", scratch]
        result = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
        made = [path for path in Path(scratch).glob("_fast.*") if path.suffix in {".so", ".pyd"}]
        if result.returncode or not made:
            last = " ".join((result.stderr or result.stdout).strip().splitlines()[-3:])
            raise BuildError(f"the compiler failed ({last}); expected a C compiler and Python's headers: install them")
        target = (folder or here) / made[0].name
        fresh = target.with_suffix(".new")
        fresh.write_bytes(made[0].read_bytes())
        fresh.replace(target)
    return target


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _origin(name: str) -> str:
    """Return the file a package is imported from."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise BuildError(f"{name} is not installed as files; expected a wheel")
    return spec.origin
