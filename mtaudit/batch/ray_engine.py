"""The engine for several machines: the same stages on Ray Data.

One task reads the source and hands out its shards; actors prepare them, ask the models that they
hold, finish and write them.  A shard is one row all the way, so that what Ray repeats after the
loss of a worker is a whole shard, and a shard that is written twice is written the same.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import threading
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Self

from .. import pipeline
from ..config import Options
from ..errors import HostError, MtauditError
from .answers import Cards, steps
from .progress import Watcher
from .shards import Shard
from .stages import Terms, prepare
from .work import Work
from .workers import ModelStage, Waiting, Writing, wait_for_models, work_on, write

# Processor shares that the stages ask Ray for: one actor of each fits on two cores, and the reader,
# which mostly waits, beside them.
_READ, _WHOLE, _PREPARE, _MODEL, _FINISH = 0.0, 1.0, 0.5, 1.0, 0.5
Row = dict[str, Any]


class RayEngine:
    """Use as a context manager.  ``RAY_ADDRESS`` names the cluster; without it Ray is started on
    this machine alone."""

    def __init__(self, options: Options, grounds: pipeline.Grounds) -> None:
        try:
            self._ray = import_module("ray")
            self._data = import_module("ray.data")
        except ImportError as error:
            raise HostError(
                "the Ray engine needs Ray Data",
                where="--engine ray",
                mend="pip install 'mtaudit[ray]'",
            ) from error
        self._options = options
        self._grounds = grounds
        self._started = False

    def __enter__(self) -> Self:
        # Nothing is reported to anybody unless the user has asked for it.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        if not self._ray.is_initialized():
            self._ray.init(log_to_driver=False, include_dashboard=None)
            self._started = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._started:
            self._ray.shutdown()

    def cards(self) -> Cards:
        """Load the models here to learn which they are; the workers load their own."""
        if not self._options.roundtrip and not self._grounds.reports.present:
            return Cards(None, None)
        here = dataclasses.replace(self._options, device="cpu")
        return ModelStage(here, self._grounds).cards

    def run(self, work: Work, terms: Terms, writing: Writing, watcher: Watcher) -> int:
        """Work on every shard; returns how many there are.  Raises what a stage raised."""
        context = self._data.DataContext.get_current()
        context.enable_progress_bars = False
        jobs = self._options.jobs
        here = os.getcwd()
        source = _datasource(self._data, work, here)
        rows = self._data.read_datasource(source, num_cpus=_READ, override_num_blocks=1)
        pool = self._data.ActorPoolStrategy
        gpus = int(self._ray.cluster_resources().get("GPU", 0))
        plan: list[tuple[type, tuple[Any, ...], dict[str, Any]]]
        if not terms.translated and not terms.compared:
            plan = [(Whole, (terms, writing, here), {"num_cpus": _WHOLE})]
        else:
            on_gpu = gpus > 0 and self._options.device != "cpu"
            where = {"num_gpus": 1} if on_gpu else {"num_cpus": _MODEL}
            # On the processor one thread an actor, and as many actors as there are cores.
            threads = self._options.threads or (0 if on_gpu else 1)
            models = dataclasses.replace(self._options, threads=threads)
            plan = [
                (Prepare, (terms, here), {"num_cpus": _PREPARE}),
                (Ask, (models, self._grounds, terms, here), where),
                (Finish, (terms, writing, here), {"num_cpus": _FINISH}),
            ]
        for stage, arguments, resources in plan:
            actors = gpus if "num_gpus" in resources else jobs
            strategy = pool(min_size=1, max_size=actors)
            rows = rows.map(stage, fn_constructor_args=arguments, compute=strategy, **resources)
        # Only read, and beside the work: the time left is unknown until it is done.
        count = threading.Thread(target=lambda: watcher.total(work.source.count()), daemon=True)
        count.start()
        number = 0
        try:
            for row in rows.iter_rows():
                about = json.loads(row["about"])
                number += 1
                if row["kept"]:
                    watcher.was_there(about)
                else:
                    watcher.started(about["number"], about["counts"]["records"])
                    watcher.finished(about)
                watcher.tick()
        except self._ray.exceptions.RayTaskError as error:
            cause = error.cause
            if isinstance(cause, MtauditError):
                raise cause from error
            raise
        return number


def _row(**values: Any) -> Row:
    """One shard on its way: packed, or already written (``about`` is ``shard.json``)."""
    return {"packed": b"", "asked": b"", "about": "", "kept": False} | values


def _datasource(data: Any, work: Work, folder: str) -> Any:
    """The shards of ``work`` as a Ray data source of one task, one row a block."""
    import pyarrow as pa
    from ray.data.block import BlockMetadata

    def read() -> Iterator[Any]:
        os.chdir(folder)
        for item in work.shards():
            if isinstance(item, Shard):
                row = _row(packed=pickle.dumps(item, pickle.HIGHEST_PROTOCOL))
            else:
                row = _row(about=json.dumps(item), kept=True)
            yield pa.Table.from_pylist([row])

    class Shards(data.Datasource):  # type: ignore[misc]
        def estimate_inmemory_data_size(self) -> int | None:
            return None

        def get_read_tasks(self, parallelism: int, *_: Any, **__: Any) -> list[Any]:
            metadata = BlockMetadata(num_rows=None, size_bytes=None, exec_stats=None)
            return [data.ReadTask(read, metadata)]

    return Shards()


class Whole:
    """An actor that does a whole shard where no model is asked."""

    def __init__(self, terms: Terms, writing: Writing, folder: str) -> None:
        os.chdir(folder)
        self._terms, self._writing = terms, writing

    def __call__(self, row: Row) -> Row:
        if row["kept"]:
            return row
        about = work_on(pickle.loads(row["packed"]), self._terms, self._writing)
        return _row(about=json.dumps(about))


class Prepare:
    """An actor for the text-alone stages."""

    def __init__(self, terms: Terms, folder: str) -> None:
        os.chdir(folder)
        self._terms = terms

    def __call__(self, row: Row) -> Row:
        if row["kept"]:
            return row
        waiting = wait_for_models(prepare(pickle.loads(row["packed"])), self._terms)
        return _row(packed=pickle.dumps(waiting, pickle.HIGHEST_PROTOCOL))


class Ask:
    """An actor that holds the models."""

    def __init__(
        self, options: Options, grounds: pipeline.Grounds, terms: Terms, folder: str
    ) -> None:
        os.chdir(folder)
        self._models = ModelStage(options, grounds)
        self._compared = terms.compared
        theirs, ours = self._models.cards, terms.cards
        if (theirs.translator, theirs.encoder) != (ours.translator, ours.encoder):
            raise HostError(
                "a worker has other models than the machine that began the run",
                where="--engine ray",
                mend="install the same version of mtaudit and its models everywhere",
            )

    def __call__(self, row: Row) -> Row:
        if row["kept"]:
            return row
        waiting: Waiting = pickle.loads(row["packed"])
        answers = [self._models.answer(texts) for texts in steps(waiting.sentences)]
        compared = self._models.compare(waiting.examined) if self._compared else None
        asked = pickle.dumps((answers, compared), pickle.HIGHEST_PROTOCOL)
        return _row(packed=waiting.packed, asked=asked)


class Finish:
    """An actor that scores and writes."""

    def __init__(self, terms: Terms, writing: Writing, folder: str) -> None:
        os.chdir(folder)
        self._terms, self._writing = terms, writing

    def __call__(self, row: Row) -> Row:
        if row["kept"]:
            return row
        answers, compared = pickle.loads(row["asked"])
        prepared = pickle.loads(row["packed"])
        about = write(prepared, answers, compared, self._terms, self._writing)
        return _row(about=json.dumps(about))
