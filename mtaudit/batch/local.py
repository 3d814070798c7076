"""The engine for one machine: text evidence in processes, each model in a process of its own.

A shard goes ``prepare`` (a text process) → steps of ``answer`` and ``compare`` (a model process,
one for the processor or one a GPU) → ``finish`` (a text process).  While the models work on one
shard the text processes read the next ones; a bounded number is on its way at a time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any, Self

from .. import pipeline
from ..comparison import Compared
from ..config import Options
from ..errors import HostError
from . import workers
from .answers import Answers, Cards, steps
from .processes import Pools
from .progress import Watcher
from .shards import Shard
from .stages import Terms
from .work import Work
from .workers import Waiting, Writing

# Documents compared in one call: what progress counts in.
_COMPARED = 20
# Seconds after which the progress line is drawn again although nothing has ended.
_TICK = 1.0


@dataclass(slots=True)
class _Asked:
    """A shard whose answers are being gathered, by their place in it."""

    waiting: Waiting
    answers: dict[int, Answers] = field(default_factory=dict)
    compared: dict[int, list[Compared]] = field(default_factory=dict)
    steps: int = 0

    @property
    def done(self) -> int:
        return len(self.answers) + len(self.compared)


class LocalEngine:
    """Use as a context manager; leaving it ends the processes."""

    def __init__(self, options: Options, grounds: pipeline.Grounds) -> None:
        self._options = options
        self._grounds = grounds
        self._pools = Pools()
        self._models: list[ProcessPoolExecutor] = []
        # Steps given to each model process and not answered yet.
        self._load: list[int] = []
        # What to do with a result, by the future that brings it.
        self._then: dict[Future[Any], Callable[[Any], None]] = {}
        self._on_its_way: set[int] = set()

    def __enter__(self) -> Self:
        self._pools.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._pools.__exit__(*error)

    def cards(self) -> Cards:
        """Load the models and say which they are.  Raises what loading them raises."""
        if not self._options.roundtrip and not self._grounds.reports.present:
            return Cards(None, None)
        for environment in _devices(self._options.device):
            begin = (self._options, self._grounds)
            pool = self._pools.start(1, workers.begin_model, begin, environment)
            self._models.append(pool)
            self._load.append(0)
        found = [pool.submit(workers.model_cards) for pool in self._models]
        try:
            return [future.result() for future in found].pop()
        except BrokenProcessPool:
            # An error in a process's first step reaches us without its reason.
            workers.ModelStage(self._options, self._grounds)
            raise _died("the models were loaded") from None

    def run(self, work: Work, terms: Terms, writing: Writing, watcher: Watcher) -> int:
        """Work on every shard; returns how many there are.  Each is on the disk before
        ``watcher`` hears of it."""
        text = self._pools.start(self._options.jobs, workers.begin_text, (terms, writing))
        # One more than can be worked on, so that nobody waits for the reader.
        most = self._options.jobs + 1 + len(self._models)
        self._await(text.submit(workers.count, work.source), watcher.total)
        shards, more, number = work.shards(), True, 0
        try:
            while more or self._on_its_way:
                while more and len(self._on_its_way) < most:
                    item = next(shards, None)
                    if item is None:
                        more = False
                        break
                    number += 1
                    if isinstance(item, Shard):
                        self._on_its_way.add(item.number)
                        watcher.started(item.number, len(item.entries))
                        self._begin(item, text, terms, watcher)
                    else:
                        watcher.was_there(item)
                done, _ = wait(self._then, timeout=_TICK, return_when=FIRST_COMPLETED)
                for future in done:
                    self._then.pop(future)(future.result())
                watcher.tick()
        except BrokenProcessPool:
            raise _died("it was working") from None
        return number

    def _await(self, future: Future[Any], then: Callable[[Any], None]) -> None:
        self._then[future] = then

    def _begin(
        self, shard: Shard, text: ProcessPoolExecutor, terms: Terms, watcher: Watcher
    ) -> None:
        def finished(about: dict[str, Any]) -> None:
            self._on_its_way.discard(shard.number)
            watcher.finished(about)

        def finish(asked: _Asked) -> None:
            answers = [asked.answers[i] for i in sorted(asked.answers)]
            found = [one for i in sorted(asked.compared) for one in asked.compared[i]]
            compared = found if terms.compared else None
            packed = asked.waiting.packed
            self._await(text.submit(workers.text_finish, packed, answers, compared), finished)

        def prepared(waiting: Waiting) -> None:
            self._ask(_Asked(waiting), finish, watcher)

        if not terms.translated and not terms.compared:
            self._await(text.submit(workers.text_whole, shard), finished)
        else:
            self._await(text.submit(workers.text_prepare, shard), prepared)

    def _ask(self, asked: _Asked, finish: Callable[[_Asked], None], watcher: Watcher) -> None:
        waiting = asked.waiting
        sentences = list(steps(waiting.sentences))
        places = range(0, len(waiting.examined), _COMPARED)
        parts = [waiting.examined[i : i + _COMPARED] for i in places]
        asked.steps = len(sentences) + len(parts)

        def keep(into: dict[int, Any], place: int, sentences: int) -> Callable[[Any], None]:
            def then(result: Any) -> None:
                into[place] = result
                watcher.step(waiting.number, asked.done / asked.steps, sentences)
                if asked.done == asked.steps:
                    finish(asked)

            return then

        for i, texts in enumerate(sentences):
            self._give(workers.model_answer, texts, keep(asked.answers, i, len(texts)))
        for i, part in enumerate(parts):
            self._give(workers.model_compare, part, keep(asked.compared, i, 0))
        if not asked.steps:
            finish(asked)

    def _give(
        self, function: Callable[[Any], Any], argument: Sequence[Any], then: Callable[[Any], None]
    ) -> None:
        """Let the model process that has least to do call ``function``."""
        chosen = min(range(len(self._models)), key=self._load.__getitem__)
        self._load[chosen] += 1

        def answered(result: Any) -> None:
            self._load[chosen] -= 1
            then(result)

        self._await(self._models[chosen].submit(function, argument), answered)


def _devices(device: str) -> list[dict[str, str]]:
    """The environment of each model process: one for the processor, or one a GPU."""
    from ..translate.ctranslate2_backend import gpus

    number = gpus(device)
    if number < 2:
        return [{}]
    seen = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    names = [n.strip() for n in seen.split(",")] if seen else [str(i) for i in range(number)]
    return [{"CUDA_VISIBLE_DEVICES": name} for name in names[:number]]


def _died(when: str) -> HostError:
    return HostError(
        f"a worker process died while {when}",
        where="batch",
        mend="it may have been killed for memory: give fewer --jobs or a smaller --shard-size and"
        " go on with --resume",
    )
