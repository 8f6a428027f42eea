"""YAML of data: no aliases, text of several lines as a block, and parameters where YAML wants numbers."""

from __future__ import annotations

import re
from typing import Any

import yaml


class Number(str):
    """An Argo parameter that stands for a number: written without quotes, so that what replaces it is a number."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 - the signature is PyYAML's
        """Write shared data out each time: an alias across a manifest's text means nothing to Argo."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent the entries of a list below its key."""
        super().increase_indent(flow, False)


_MARK = "number-of "
# Text to PyYAML, something else to the parser of Kubernetes.
_BOOLEANS = frozenset("yYnN")
_NUMERIC = re.compile(r"[-+.]?[0-9][-+._0-9a-fxA-FX]*")


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    ambiguous = text in _BOOLEANS or _NUMERIC.fullmatch(text)
    style = "|" if "\n" in text else "'" if ambiguous else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_number(dumper: yaml.SafeDumper, text: Number) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", f"{_MARK}{text}", style="'")


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(Number, _represent_number)


def dump(data: Any) -> str:  # noqa: ANN401 - what YAML can hold
    """Return a document in the order in which the data is given."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=10_000, allow_unicode=True)
    return re.sub(rf"'{_MARK}({{{{[^']*}}}})'", r"\1", text)
