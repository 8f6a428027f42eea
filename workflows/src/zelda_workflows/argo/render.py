"""The rendered files: what GitOps applies, and what a test compares with the code."""

from __future__ import annotations

from pathlib import Path

from zelda_workflows.argo.document import dump
from zelda_workflows.argo.workflow import loop, nightly, score_epoch, train_epoch
from zelda_workflows.errors import RenderError

_HEADER = "# Written by `zelda-rlaif render`; change workflows/src/zelda_workflows/argo, not this file.\n"


def render() -> dict[str, str]:
    """Return the text of each file under its name."""
    objects = (loop(), train_epoch(), score_epoch(), nightly())
    return {f"{item.name}.yaml": _HEADER + dump(item.to_dict()) for item in objects}


def write(folder: Path) -> list[Path]:
    """Write all files into a folder and return their paths.

    Raises:
        OSError: The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in render().items():
        (folder / name).write_text(text, encoding="utf-8")
        paths.append(folder / name)
    return paths


def check(folder: Path) -> list[Path]:
    """Return the paths of the files if they are what this version renders.

    Raises:
        RenderError: One is missing or differs, or there is one too many.
    """
    wanted = render()
    found = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        raise RenderError(
            f"{folder}: {', '.join(wrong)} differ from what this version renders; "
            f"run: zelda-rlaif render --output {folder}"
        )
    return [folder / name for name in wanted]
