"""The workbench notebook, executed in a real kernel as far as it goes here."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parent.parent / "notebooks" / "workbench.ipynb"
PATIENCE_S = 120


def tags(cell):
    return set(cell.metadata.get("tags", []))


def execute(cell_ids, environment, folder):
    """Run some cells, in the notebook's order, and return what each printed or showed, by its id."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.id in cell_ids]
    client = NotebookClient(
        notebook, timeout=PATIENCE_S, kernel_name="python3", resources={"metadata": {"path": folder}}
    )
    client.execute(env={**os.environ, **environment})
    return {cell.id: "".join(_text(output) for output in cell.outputs) for cell in notebook.cells}


def _text(output):
    return output.get("text") or output.get("data", {}).get("text/plain", "")


@pytest.fixture(scope="module")
def cells():
    return [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]


def test_the_notebook_is_valid_and_holds_no_output(cells):
    nbformat.validate(nbformat.read(NOTEBOOK, as_version=4))
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


def test_every_cell_that_needs_no_cluster_runs(cells, finished, tmp_path):
    here = {cell.id for cell in cells if not tags(cell)}
    assert here == {"parameters", "steps", "template", "defaults", "results"}
    shown = execute(here, {"STORE": finished.url, "RUN": "run"}, tmp_path)
    assert f"zelda-train epoch --store {finished.url} --epoch 0" in shown["steps"]
    assert "train-shared   resource" in shown["template"]
    assert "'epochs': ('3', '3')" in shown["defaults"]
    assert "nothing written yet" in shown["results"]


@pytest.mark.skipif(not os.environ.get("KUBECONFIG"), reason="cells `submit` and `watch` need a cluster: no KUBECONFIG")
def test_the_cells_that_submit_and_watch_run_on_a_cluster(cells, installed_templates, tmp_path):
    here = {cell.id for cell in cells if "needs-codeflare" not in tags(cell)} - {"results"}
    shown = execute(here, {"NAMESPACE": installed_templates, "RUN": "notebook", "PATIENCE_S": "2"}, tmp_path)
    assert "notebook-run-" in shown["submit"]
    assert shown["watch"].startswith("notebook-run-")


@pytest.mark.skipif(importlib.util.find_spec("codeflare_sdk") is None, reason="cell `ray-clusters` needs codeflare-sdk")
@pytest.mark.skipif(not os.environ.get("KUBECONFIG"), reason="cell `ray-clusters` needs a cluster: no KUBECONFIG")
def test_the_cell_that_lists_ray_clusters_runs_on_a_cluster(installed_templates, tmp_path):
    execute({"parameters", "ray-clusters"}, {"NAMESPACE": installed_templates}, tmp_path)
