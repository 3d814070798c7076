"""The Ray engine writes what the local one writes, also when a worker is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_corpus import tree, write_corpus

from mtaudit.batch.progress import Watcher
from mtaudit.batch.run import Plan, run_batch
from mtaudit.config import Options

ray = pytest.importorskip("ray", reason="needs Ray: pip install 'mtaudit[ray]'")
pytest.importorskip("ray.data", reason="needs Ray Data: pip install 'mtaudit[ray]'")

DOCUMENTS = 30
# Ray leaves sockets and log files to the interpreter's end.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A head that does no work, and two workers."""
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    try:
        found.workers = [found.add_node(num_cpus=2) for _ in range(2)]
        found.wait_for_nodes()
        ray.init(address=found.address, log_to_driver=False)
        yield found
    finally:
        ray.shutdown()
        found.shutdown()


class Saboteur(Watcher):
    """Takes a worker with all its processes away when the first shard has been written."""

    def __init__(self, cluster: Any) -> None:
        super().__init__(quiet=True, lang="en", log=None)
        self.cluster = cluster

    def finished(self, about: dict[str, Any]) -> None:
        super().finished(about)
        if len(self.cluster.workers) == 2:
            self.cluster.remove_node(self.cluster.workers.pop(), allow_graceful=False)


def run(engine: str, source: Path, out: Path, options: Options, watcher: Watcher) -> None:
    plan = Plan(places=(str(source),), out=str(out), engine=engine, shard_size=3)
    run_batch(plan, options, watcher)


@pytest.mark.parametrize("roundtrip", [False, True], ids=["text-alone", "round-trip"])
def test_with_a_worker_killed_row_for_row_the_local_run(
    tmp_path: Path, cluster: Any, roundtrip: bool
) -> None:
    source = write_corpus(tmp_path / "news.jsonl", 6 if roundtrip else DOCUMENTS)
    options = Options(roundtrip=roundtrip, cache=False, jobs=2)
    watcher = Saboteur(cluster)
    run("ray", source, tmp_path / "ray", options, watcher)
    assert len(cluster.workers) == 1, "no worker was killed"
    run("local", source, tmp_path / "local", options, Watcher(quiet=True, lang="en", log=None))
    assert tree(tmp_path / "ray") == tree(tmp_path / "local")
    assert watcher.records == sum(1 for _ in source.open(encoding="utf-8"))
