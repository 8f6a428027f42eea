"""The parameters a store was started with: written once, compared ever after."""

from __future__ import annotations

from zelda_workflows.config import RESUMABLE, RunConfig
from zelda_workflows.errors import ParametersError
from zelda_workflows.store import Store

PATH = "zelda-models/pipeline/run.json"


def check_parameters(store: Store, config: RunConfig) -> None:
    """Record the parameters at the start of a run; refuse, later, those that would change what is already there.

    Raises:
        ParametersError: The store was started with other parameters; the message names them.
        StoreError: The store cannot be read or written.
    """
    mine = config.model_dump(exclude=set(RESUMABLE))
    if not store.exists(PATH):
        store.write_json(PATH, {"schema": "run/1", "name": config.name, "parameters": mine})
        return
    theirs = store.read_json(PATH, "run/1")["parameters"]
    changed = [
        f"{key} was {theirs.get(key)!r} and is now {mine[key]!r}"
        for key in sorted(mine)
        if theirs.get(key) != mine[key]
    ]
    if changed:
        raise ParametersError(
            f"{store.url} was started with other parameters ({'; '.join(changed)}); "
            "give the same ones to go on with it, or another --store to start anew"
        )
