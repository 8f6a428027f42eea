"""Golden examples of every record: they obey their schema, and every reader takes them and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import shutil

import pytest
from jsonschema import ValidationError
from zelda_env import LAYOUT, SegmentRecorder, SegmentWriter, ZeldaEnv, read_episodes
from zelda_env import Store as EnvStore
from zelda_env import read_segment as env_read_segment
from zelda_judges import Store as JudgesStore
from zelda_judges import read_scores as judges_read_scores
from zelda_judges import read_segment as judges_read_segment
from zelda_judges import rules_panel, score_epoch
from zelda_rm.score import read_scores as rm_read_scores
from zelda_rm.segment import read_manifest, read_observations
from zelda_workflows.store import Store, dump_record, parse_record

from .record import FOLDER, check, check_record

GOLDEN = FOLDER / "golden"
REFERENCE = "e0000-w00-v00-000000/s0000"
SINGLE = sorted(path.stem for path in GOLDEN.glob("*.json"))


@pytest.fixture
def store(tmp_path):
    """A copy of the golden store: two episodes of six steps, recorded and scored."""
    shutil.copytree(GOLDEN / "store", tmp_path / "store")
    return Store(str(tmp_path / "store"))


def example(kind):
    return json.loads((GOLDEN / f"{kind}.json").read_text())


PLAYED = {5: (5, 6, 0, 6, 3, 4), 6: (1, 6, 6, 3, 7, 5)}
"""Seed of each episode, and its actions."""


def write_anew(base):
    """Record and score the golden store's two episodes."""
    writer = SegmentWriter(EnvStore(str(base)))
    recorder = SegmentRecorder(ZeldaEnv(episode_length=6), writer, epoch=0, frame_every=5)
    for seed, actions in PLAYED.items():
        recorder.reset(seed=seed)
        for action in actions:
            recorder.step(action)
    recorder.close()
    writer.close()
    asyncio.run(score_epoch(JudgesStore(str(base)), 0, rules_panel()))


EVENTFUL = {"rewards", "rooms", "scene", "place", "link", "inventory", "story", "puzzle"}
"""Objects whose keys follow from what happened."""


def outline(value):
    """Return what a record looks like without its values."""
    if isinstance(value, dict):
        return {key: "object" if key in EVENTFUL else outline(part) for key, part in value.items()}
    return type(value).__name__


def outlines(store):
    """Return the outlines of all records, by path."""
    records = {path: store.read(path).splitlines() for path in store.list("") if path.endswith((".json", ".jsonl"))}
    return {path: [outline(json.loads(line)) for line in lines] for path, lines in records.items()}


def test_the_golden_store_is_what_the_packages_write_today(tmp_path):
    write_anew(tmp_path / "anew")
    if os.environ.get("REGENERATE"):
        shutil.rmtree(GOLDEN / "store")
        shutil.copytree(tmp_path / "anew", GOLDEN / "store")
    golden, anew = Store(str(GOLDEN / "store")), Store(str(tmp_path / "anew"))
    assert outlines(golden) == outlines(anew), "REGENERATE=1 pytest tests/contracts writes the golden store anew"


def test_the_golden_layout_is_that_of_today(store):
    manifests = [path for path in store.list("") if path.endswith("s0000/manifest.json")]
    records = [*(json.loads(store.read(path)) for path in manifests), example("checkpoint"), example("reward-model")]
    assert {record["layout"] for record in records} == {LAYOUT}


def test_every_schema_has_an_example(store):
    kinds = {kind for path in store.list("") for kind in check_record(store, path)}
    assert kinds | set(SINGLE) == {path.stem for path in (FOLDER / "schemas").glob("*.json")}


@pytest.mark.parametrize("kind", SINGLE)
def test_an_example_obeys_its_schema(kind):
    assert check(example(kind)) == kind


@pytest.mark.parametrize("kind", SINGLE)
def test_a_schema_refuses_an_example_with_a_field_missing(kind):
    for field in set(example(kind)) - {"schema"}:
        with pytest.raises(ValidationError, match=field):
            check({name: value for name, value in example(kind).items() if name != field})


@pytest.mark.parametrize("kind", SINGLE)
def test_another_major_version_is_refused_by_name(kind):
    record = example(kind) | {"schema": f"{kind}/2"}
    with pytest.raises(OSError, match=f"'{kind}/2'; expected '{kind}/1'"):
        parse_record(dump_record(record), f"{kind}/1", "here")


def test_the_environment_reads_the_golden_segment(store):
    segment = env_read_segment(store, REFERENCE)
    assert len(segment.steps) == 6
    assert segment.observations.shape == (6, 128)
    assert [episode.episode_id for episode in read_episodes(store, 0)] == [
        REFERENCE.split("/", maxsplit=1)[0],
        "e0000-w00-v00-000001",
    ]


def test_the_judges_read_the_golden_segment_and_scores(store):
    assert len(judges_read_segment(store, REFERENCE).steps) == 6
    assert [record.segment_id for record in judges_read_scores(store, 0)] == ["s0000", "s0000"]


def test_the_reward_model_reads_the_golden_scores_and_observations(store):
    scores, refused = rm_read_scores(store, 0)
    assert (len(scores), refused) == (2, [])
    manifest = read_manifest(store, scores[0])
    assert read_observations(store, scores[0].reference, manifest).shape == (6, 128)


def edit(store, path, **changed):
    store.write(path, dump_record(json.loads(store.read(path)) | changed))


@pytest.mark.parametrize("read", [env_read_segment, judges_read_segment])
def test_readers_ignore_a_field_they_do_not_know(store, read):
    edit(store, f"zelda-episodes/{REFERENCE}/manifest.json", colour="green")
    assert len(read(store, REFERENCE).steps) == 6


@pytest.mark.parametrize("read", [env_read_segment, judges_read_segment])
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"schema": "segment/2"}, "segment/1"),
        ({"steps": 7}, "6|7"),
        ({"steps": "six"}, "steps"),
        ({"files": {}}, "files|states"),
    ],
)
def test_readers_refuse_a_manifest_that_does_not_hold(store, read, changed, message):
    edit(store, f"zelda-episodes/{REFERENCE}/manifest.json", **changed)
    with pytest.raises(Exception, match=message) as error:
        read(store, REFERENCE)
    assert type(error.value).__module__.startswith("zelda_")


@pytest.mark.parametrize("read", [env_read_segment, judges_read_segment])
def test_readers_refuse_a_file_that_was_changed(store, read):
    path = f"zelda-episodes/{REFERENCE}/states.jsonl"
    store.write(path, store.read(path).replace(b'"step":0', b'"step":1', 1))
    with pytest.raises(Exception, match=r"sha256|hash"):
        read(store, REFERENCE)
