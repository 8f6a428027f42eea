import threading
import time

import pytest
from zelda_env import RecordingError, SegmentWriter, Store, StoreError, read_episodes
from zelda_env.testing import check_episode


class WatchedStore(Store):
    """Notes the order of writes, and can be held up or made to fail."""

    def __init__(self, url):
        super().__init__(url)
        self.order = []
        self.gate = threading.Event()
        self.gate.set()
        self.fails_on = None

    def write(self, path, data):
        assert self.gate.wait(30)
        if self.fails_on and self.fails_on in path:
            raise StoreError(f"cannot write {path}: the disk is full")
        self.order.append(path)
        super().write(path, data)


@pytest.fixture
def watched(tmp_path):
    return WatchedStore(str(tmp_path / "watched"))


def test_the_manifest_is_written_last_and_the_episode_after_its_segments(run, env, watched):
    with SegmentWriter(watched) as writer:
        run(env, writer, 25, segment_steps=10)
    manifests = [number for number, path in enumerate(watched.order) if path.endswith("manifest.json")]
    folders = [path.rsplit("/manifest.json", 1)[0] for path in watched.order if path.endswith("manifest.json")]
    for folder, at in zip(folders, manifests, strict=True):
        assert max(number for number, path in enumerate(watched.order) if path.startswith(folder)) == at
    assert watched.order[-1] == "zelda-episodes/index/epoch_2/e0002-w01-v03-000000.json"
    assert len(watched.order) == len(set(watched.order))


def test_a_full_queue_drops_and_counts_and_never_waits(run, env, watched):
    watched.gate.clear()
    writer = SegmentWriter(watched, capacity=1)
    started = time.monotonic()
    run(env, writer, 60, segment_steps=10)
    assert time.monotonic() - started < 20  # the gate holds a write for 30
    dropped = writer.dropped
    assert dropped in {4, 5}  # one waits, and one may be in the writer's hands
    watched.gate.set()
    writer.close()
    assert writer.stats.segments == 6 - dropped
    (record,) = read_episodes(watched, 2)
    assert (len(record.segments), record.steps) == (6 - dropped, 60)
    check_episode(watched, record)


@pytest.mark.parametrize("when", ["flush", "close"])
def test_a_write_error_is_kept_and_raised(run, env, watched, when):
    watched.fails_on = "s0001/observations"
    writer = SegmentWriter(watched)
    run(env, writer, 30, segment_steps=10)
    with pytest.raises(StoreError, match="the disk is full"):
        getattr(writer, when)()
    if when == "flush":
        with pytest.raises(StoreError, match="the disk is full"):
            writer.close()
    assert (writer.stats.segments, writer.stats.failed) == (1, 3)
    assert [path for path in watched.order if "manifest" in path or "index" in path] == [
        "zelda-episodes/e0002-w01-v03-000000/s0000/manifest.json"
    ]


def test_flush_waits_for_everything(run, env, store):
    writer = SegmentWriter(store)
    run(env, writer, 20, segment_steps=10)
    writer.flush()
    assert writer.stats.segments == 2
    writer.close()
    writer.close()
    with pytest.raises(RecordingError, match="closed"):
        run(env, writer, 5)
