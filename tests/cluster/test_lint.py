"""Argo's own linter takes the workflows as each overlay fills them in."""

from __future__ import annotations

import shutil
import subprocess

import pytest
import yaml

from .manifest import OVERLAYS, render

KINDS = {"WorkflowTemplate", "CronWorkflow"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_argo_lints_what_an_overlay_renders(overlay, tmp_path):
    argo = shutil.which("argo")
    if argo is None:
        pytest.skip("there is no `argo` on the PATH")
    workflows = [item for item in render(f"overlays/{overlay}") if item["kind"] in KINDS]
    assert len(workflows) == 4
    (tmp_path / "workflows.yaml").write_text(yaml.safe_dump_all(workflows))
    words = [argo, "lint", "--offline", "--no-color", str(tmp_path / "workflows.yaml")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no linting errors found" in done.stdout
