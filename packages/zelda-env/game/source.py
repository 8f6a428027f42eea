"""What all readers of text sources share: where things lie, how lines come, what a mistake is."""

from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"


class SourceError(Exception):
    """A mistake in a text source, worded for the person who made it."""


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """Number the lines of a source from 1, without the blanks at their ends."""
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        yield number, line.rstrip()


def entries_of(path: Path) -> Iterator[tuple[int, str]]:
    """Leave out the empty lines and the comments, which start with `# `; a `#` alone may be a cell."""
    for number, line in lines_of(path):
        if line and not line.startswith("# "):
            yield number, line


def options_of(words: Iterable[str], where: str) -> dict[str, str]:
    """Read `key=value` words.

    Raises:
        SourceError: A word has no `=` in it, or more than one.
    """
    options = {}
    for word in words:
        if word.count("=") != 1:
            raise SourceError(f"{where}: want key=value, not {word!r}")
        key, _, value = word.partition("=")
        options[key] = value
    return options
