"""`manifest.json` of a reward model, `reward-model/1`: written last, it says that an epoch is fitted, and on what."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zelda_rm.errors import ArtifactError
from zelda_rm.gate import Gate
from zelda_rm.link import Link
from zelda_rm.store import Store, StoreError

SCHEMA: Final = "reward-model/1"

Count = Annotated[int, Field(ge=0)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Manifest(BaseModel):
    """What is recorded of a fit beside the model."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    epoch: Count
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of rm.pt."""
    layout: str
    link: Link
    epochs: tuple[Count, ...] = Field(min_length=1)
    """Whose scores it saw, ascending."""
    segments: Count
    """Usable segments that were read."""
    pairs: Count
    """Lines of preferences.jsonl: both targets, both sides of the split."""
    heldout_pairs: Count
    """How many of them were held out."""
    seed: int
    metrics: dict[str, int | Finite | None]
    """See `zelda_rm.fitting.fit`; and `gain_pairs`, `level_pairs`, `eligible_pairs`, `ties`, `refused`."""
    accepted: bool = True
    """Whether the model may shape rewards; a manifest of before the gate says nothing, and is accepted."""
    gate: Gate | None = None
    """What that was decided on; None in a manifest of before the gate."""

    def record(self) -> dict[str, Any]:
        """Return the `reward-model/1` record."""
        return {"schema": SCHEMA} | self.model_dump(mode="json")


def accepted_epoch(store: Store, epoch: int) -> int | None:
    """Return the epoch whose model is in force once an epoch is fitted: the last accepted one up to it.

    Args:
        store: The run's store.
        epoch: The last epoch that is fitted.

    Returns:
        The epoch, or None if every model so far was refused.

    Raises:
        ArtifactError: The epoch, or one before it, is not fitted, or its manifest is not such a record.
    """
    return next((each for each in range(epoch, -1, -1) if read_manifest(store, each).accepted), None)


def folder(epoch: int) -> str:
    """Return the path of an epoch's reward model below the store."""
    return f"zelda-models/reward_model/epoch_{epoch}"


def read_manifest(store: Store, epoch: int) -> Manifest:
    """Return the manifest of an epoch.

    Raises:
        ArtifactError: The epoch is not fitted, or its manifest is not such a record.
    """
    path = f"{folder(epoch)}/manifest.json"
    try:
        manifest = Manifest.model_validate(store.read_json(path, SCHEMA))
    except FileNotFoundError as error:
        raise ArtifactError(
            f"{store.url}/{path} is not there: epoch {epoch} is not fitted; "
            f"fit it with `zelda-rm fit --store {store.url} --epoch {epoch}`"
        ) from error
    except StoreError as error:
        raise ArtifactError(str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ArtifactError(f"{path}: {field}: {first['msg']}; delete {folder(epoch)} and fit again") from error
    if manifest.epoch != epoch:
        raise ArtifactError(f"{path} is of epoch {manifest.epoch}, expected {epoch}; delete it and fit again")
    return manifest
