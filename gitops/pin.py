"""Turn the tags of an overlay's images.env into digests, so that what was tested is what runs.

Usage: python gitops/pin.py gitops/overlays/prod/images.env …

Asks the registries by `skopeo` or `crane`, whichever is on the PATH. A line that names a digest already is left as it
is; nothing is written unless every tag of the file was found.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
TIMEOUT_S = 120.0


class PinError(Exception):
    """A tag could not be turned into a digest: what was asked, and what came back."""


def pin(text: str, tool: str) -> str:
    """Return the lines of an images.env with a digest behind every image.

    Args:
        text: Lines `name=registry/image:tag`; comments and empty lines stay.
        tool: Path of `skopeo` or `crane`.

    Raises:
        PinError: A line names no tag, or the registry did not give its digest.
    """
    return "".join(_pin_line(line, tool) for line in text.splitlines(keepends=True))


def _pin_line(line: str, tool: str) -> str:
    name, separator, image = line.strip().partition("=")
    if not separator or line.startswith("#") or "@sha256:" in image:
        return line
    if ":" not in image.rsplit("/", 1)[-1]:
        raise PinError(f"{name}={image} names no tag; expected registry/image:tag")
    return f"{name}={image}@{find_digest(image, tool)}\n"


def find_digest(image: str, tool: str) -> str:
    """Return the digest, `sha256:…`, that a tag stands for now.

    Raises:
        PinError: The tool failed, or what it printed is no digest.
    """
    asks = {
        "skopeo": ["inspect", "--no-tags", "--format", "{{.Digest}}", f"docker://{image}"],
        "crane": ["digest", image],
    }[Path(tool).name]
    try:
        done = subprocess.run([tool, *asks], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise PinError(f"{tool} did not answer for {image} in {TIMEOUT_S:.0f} s") from error
    digest = done.stdout.strip()
    if done.returncode or not DIGEST.fullmatch(digest):
        said = (done.stderr.strip() or digest or "nothing").splitlines()[-1]
        raise PinError(f"{Path(tool).name} found no digest of {image}; it said: {said}")
    return digest


def main() -> int:
    """Run the command line; returns 0 when all is pinned, 2 when something was not found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="images.env")
    files: list[Path] = parser.parse_args().files
    tool = shutil.which("skopeo") or shutil.which("crane")
    if tool is None:
        print("pin.py: neither skopeo nor crane is on the PATH; install one of them", file=sys.stderr)
        return 2
    try:
        pinned = {file: pin(file.read_text(), tool) for file in files}
    except (PinError, OSError) as error:
        print(f"pin.py: {error}", file=sys.stderr)
        return 2
    for file, text in pinned.items():
        file.write_text(text)
        print(f"{file}: {text.count('@sha256:')} images by digest")
    return 0


if __name__ == "__main__":
    sys.exit(main())
