"""Translators: what is promised of every backend, held on tiny models with random weights."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import tiny_models

from mtaudit.errors import HostError, ModelError
from mtaudit.modelstore import file_sha256, model_path, verify
from mtaudit.translate import Store, load_translator
from mtaudit.translate.base import prepare
from mtaudit.translate.batching import plan, run_grouped
from mtaudit.translate.cache import CachedEncoder, CachedTranslator
from mtaudit.translate.languages import direction_of_name, marian_tag, multilingual_code
from mtaudit.translate.split import split_long
from mtaudit.types import Translation, Translator

AR = tiny_models.ARABIC.splitlines()
EN = tiny_models.ENGLISH.splitlines()
MARIAN_FILES = ["source.spm", "target.spm", "tokenizer_config.json"]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tiny models: Marian both ways, one converted, and the embedded layout."""
    base = tmp_path_factory.mktemp("models")
    tiny_models.marian(base / "opus-mt-ar-en", "ar", "en")
    tiny_models.marian(base / "opus-mt-en-ar", "en", "ar", tag=">>ara<<")
    tiny_models.convert(base / "opus-mt-ar-en", base / "ct2-ar-en", MARIAN_FILES)
    tiny_models.embedded(base / "translator")
    return base


@pytest.fixture(scope="session")
def both_ways(models: Path) -> Translator:
    return load_translator(str(models / "translator"), "cpu", threads=1)


# -- what every translator promises ------------------------------------------------------------


@pytest.mark.parametrize("name", ["opus-mt-ar-en", "ct2-ar-en", "translator"])
def test_as_many_results_as_texts_in_order(models: Path, name: str) -> None:
    translator = load_translator(str(models / name), "cpu", threads=1)
    alone = [translator.translate([text], "ar", "en")[0] for text in AR[:3]]
    assert translator.translate(AR[:3], "ar", "en") == alone
    assert translator.translate([AR[1], "", AR[0], AR[1]], "ar", "en") == [
        alone[1], Translation("", 0.0), alone[0], alone[1],
    ]  # fmt: skip
    assert translator.translate([], "ar", "en") == []
    assert all(t.score < 0 for t in alone)


def test_results_do_not_depend_on_the_batch(models: Path) -> None:
    texts = [*AR, " ".join(AR[:2]), *AR[:4]]
    folder = str(models / "translator")
    answers = [
        load_translator(folder, "cpu", threads=threads, batch_size=size).translate(
            texts, "ar", "en"
        )
        for size, threads in ((1, 1), (7, 2), (64, 1))
    ]
    assert answers[0] == answers[1] == answers[2]


def test_a_hub_model_loads_like_a_folder_in_both_backends(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub cache is laid out as a download leaves it; nothing is fetched."""
    checkpoint = models / "opus-mt-ar-en"
    tiny_models.hub_entry(tmp_path, "someone/opus-mt-ar-en", checkpoint)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    hub = load_translator("someone/opus-mt-ar-en", "cpu", threads=1)
    local = load_translator(str(checkpoint), "cpu", threads=1)
    converted = load_translator(str(models / "ct2-ar-en"), "cpu", threads=1)
    assert hub.revision == "a" * 40
    assert hub.directions() == local.directions() == converted.directions() == {("ar", "en")}
    assert hub.translate(AR[:3], "ar", "en") == local.translate(AR[:3], "ar", "en")
    floats = [x for x in hub.score(AR, EN, "ar", "en") if x is not None]
    int8 = [x for x in converted.score(AR, EN, "ar", "en") if x is not None]
    # The same model: int8 weights move a mean log-probability a little, not by a whole nat.
    assert len(floats) == len(int8) == len(AR)
    assert floats == pytest.approx(int8, abs=0.5)


def test_a_many_languages_model_goes_both_ways_in_both_backends(tmp_path: Path) -> None:
    """NLLB's codes: the source's before the source, the target's as the decoder's prefix."""
    checkpoint = tiny_models.nllb(tmp_path / "nllb")
    files = ["tokenizer.json", "tokenizer_config.json"]
    converted = tiny_models.convert(checkpoint, tmp_path / "nllb-ct2", files)
    one, other = (load_translator(str(f), "cpu", threads=1) for f in (checkpoint, converted))
    assert one.directions() == other.directions() == {("ar", "en"), ("en", "ar")}
    for source, target, left, right in (("ar", "en", AR, EN), ("en", "ar", EN, AR)):
        scores = [m.score(left, right, source, target) for m in (one, other)]
        assert [x for x in scores[0] if x is not None] == pytest.approx(scores[1], abs=0.1)
    assert not any("arb_Arab" in t.text for t in one.translate(EN[:2], "en", "ar"))


def test_the_model_prefers_what_it_wrote(both_ways: Translator) -> None:
    """Greedy output must be likelier to the model than a sentence that it did not write."""
    done = both_ways.translate(AR, "ar", "en")
    others = both_ways.score(AR, EN, "ar", "en")
    assert all(t.score > s for t, s in zip(done, others, strict=True) if s is not None)
    assert None not in others


def test_scores_of_nothing_are_unknown(both_ways: Translator) -> None:
    assert both_ways.score(["", AR[0]], [EN[0], " "], "ar", "en") == [None, None]
    assert both_ways.score([AR[0]], [" ".join(EN * 20)], "ar", "en") == [None]
    with pytest.raises(ValueError, match="1 sources and 2 targets"):
        both_ways.score(AR[:1], EN[:2], "ar", "en")


def test_the_tag_chooses_the_language_and_does_not_show(both_ways: Translator) -> None:
    english = both_ways.translate(AR[:3], "ar", "en")
    forced = both_ways.score(AR[:3], AR[:3], "en", "ar")
    other = both_ways.score(AR[:3], AR[:3], "ar", "en")
    assert not any("<2" in t.text for t in english)
    assert forced != other


def test_two_models_make_a_pair(models: Path) -> None:
    spec = f"{models / 'opus-mt-ar-en'}+{models / 'opus-mt-en-ar'}"
    pair = load_translator(spec, "cpu", threads=1)
    assert pair.directions() == {("ar", "en"), ("en", "ar")}
    assert len(pair.translate(EN[:2], "en", "ar")) == 2
    turned = f"{models / 'opus-mt-en-ar'}+{models / 'opus-mt-ar-en'}"
    with pytest.raises(ModelError, match="en→ar by its name"):
        load_translator(turned, "cpu")


def test_a_direction_that_is_not_offered_is_an_error(models: Path) -> None:
    translator = load_translator(str(models / "ct2-ar-en"), "cpu", threads=1)
    with pytest.raises(ModelError, match=r"does not translate en→ar.*FIRST\+SECOND"):
        translator.translate(["x"], "en", "ar")


def test_long_text_is_split_and_nothing_is_dropped(both_ways: Translator) -> None:
    text = "، ".join([AR[0].rstrip(".")] * 30) + "."
    whole = both_ways.translate([text], "ar", "en")[0]
    parts, broken = split_long(text, lambda part: len(part) <= 300)
    assert not broken
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert whole.text


def test_rows_as_long_as_the_model_can_read(tmp_path: Path) -> None:
    """Batches are padded to a multiple of 16 pieces, but never beyond the model's positions."""
    folder = tiny_models.embedded(tmp_path / "translator", positions=44)
    calling = {"calling": {"max_source_pieces": 42}}
    (folder / "manifest.json").write_text(json.dumps(calling), encoding="utf-8")
    translator = load_translator(str(folder), "cpu", threads=1)
    texts = [" ".join(AR[0].split()[:n]) for n in range(1, 20)] + [" ".join(AR[:3])]
    together = translator.translate(texts, "ar", "en")
    assert together == [translator.translate([text], "ar", "en")[0] for text in texts]


def test_loops_end_at_the_limit_and_say_so(both_ways: Translator) -> None:
    """A model with random weights never stops by itself: the output limit must."""
    done = both_ways.translate(AR, "ar", "en")
    assert any(t.truncated for t in done)
    assert all(len(t.text) < 4000 for t in done)


# -- errors ------------------------------------------------------------------------------------


def test_a_hub_model_without_network_fails_clearly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError) as caught:
        load_translator("nobody/no-such-model", "cpu")
    message = str(caught.value)
    assert "nobody/no-such-model" in message
    assert "HF_HUB_OFFLINE" in message
    assert "local folder" in message


def test_pickled_weights_are_refused(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "opus-mt-ar-en"
    folder.mkdir()
    for file in (models / "opus-mt-ar-en").iterdir():
        if file.suffix != ".safetensors":
            (folder / file.name).write_bytes(file.read_bytes())
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(ModelError, match="safetensors"):
        load_translator(str(folder), "cpu")


@pytest.mark.parametrize("spec", ["", "a+b+c", "no such folder", "embedded+"])
def test_a_bad_name_is_refused(spec: str) -> None:
    with pytest.raises(ModelError):
        load_translator(spec, "cpu")


def test_a_damaged_model_is_named(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ct2-ar-en"
    folder.mkdir()
    for file in (models / "ct2-ar-en").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "model.bin").write_bytes((folder / "model.bin").read_bytes()[:500])
    with pytest.raises(ModelError, match="ct2-ar-en"):
        load_translator(str(folder), "cpu")
    digest = file_sha256(models / "ct2-ar-en" / "model.bin")
    (folder / "manifest.json").write_text(json.dumps({"files": {"model.bin": {"sha256": digest}}}))
    with pytest.raises(ModelError, match=r"model\.bin is damaged"):
        verify(folder)


def test_models_are_looked_up_where_the_variable_says(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTAUDIT_MODELS", str(models))
    assert model_path("translator") == models / "translator"
    with pytest.raises(ModelError, match="MTAUDIT_MODELS"):
        model_path("no-such-model")


def test_a_gpu_that_is_not_there_is_an_error(models: Path) -> None:
    ctranslate2 = pytest.importorskip("ctranslate2")
    if ctranslate2.get_cuda_device_count():
        pytest.skip("this machine has one")
    with pytest.raises(HostError, match="CUDA"):
        load_translator(str(models / "ct2-ar-en"), "cuda")


# -- parts -------------------------------------------------------------------------------------


def test_only_equal_lengths_share_a_batch() -> None:
    lengths = [3, 5, 3, 3, 5, 9]
    batches = plan(lengths, lengths, budget=6, most=64)
    assert sorted(i for batch in batches for i in batch) == list(range(6))
    assert all(len({lengths[i] for i in batch}) == 1 for batch in batches)
    assert all(sum(lengths[i] for i in batch) <= 6 or len(batch) == 1 for batch in batches)


def test_a_row_is_worked_on_once() -> None:
    seen: list[str] = []

    def work(batch: list[str]) -> list[str]:
        seen.extend(batch)
        return [row.upper() for row in batch]

    assert run_grouped(["b", "a", "b", "cc"], len, len, work) == ["B", "A", "B", "CC"]
    assert sorted(seen) == ["a", "b", "cc"]


def test_cuts_prefer_pauses_and_break_only_giants() -> None:
    text = "قال الوزير إن بلاده مستعدة، وأضاف المتحدث أن النتائج ستنشر قريبا"
    parts, broken = split_long(text, lambda part: len(part) <= 45)
    assert parts[0].endswith("،")
    assert not broken
    giant = "ا" * 100
    parts, broken = split_long(giant, lambda part: len(part) <= 30)
    assert broken
    assert "".join(parts) == giant
    assert split_long("  ", lambda part: True) == ([], False)


def test_directions_and_codes() -> None:
    assert direction_of_name("Helsinki-NLP/opus-mt-tc-big-ar-en") == ("ar", "en")
    assert direction_of_name("en-models/opus_mt_ara_eng/") == ("ar", "en")
    assert direction_of_name("facebook/nllb-200-distilled-600M") is None
    assert marian_tag("ar", {">>ara<<", "x"}) == ">>ara<<"
    assert marian_tag("ar", {"x"}) == ""
    assert multilingual_code("ar", {"arb_Arab", "ar_AR"}) == "arb_Arab"
    assert multilingual_code("en", {"__en__"}) == "__en__"
    assert multilingual_code("en", {"en"}) == ""


def test_sources_are_cleaned_as_in_training() -> None:
    assert prepare("دائمًا  كـــبير\u200f", "ar") == "دائما كبير"
    assert prepare(" a\u200bb\n c ", "en") == "ab c"


def test_the_manifest_states_directions_and_limit(models: Path) -> None:
    from mtaudit.translate.codec import SentencePieceCodec

    manifest = {"directions": {"en-ar": "<2ar>"}, "calling": {"max_source_pieces": 7}}
    codec = SentencePieceCodec(models / "translator", manifest)
    assert codec.directions() == {("en", "ar")}
    assert codec.prefix(("en", "ar")) == ["<2ar>"]
    assert codec.soft_limit == 9
    silent = SentencePieceCodec(models / "translator", {})
    assert silent.directions() == {("ar", "en"), ("en", "ar")}


def test_one_script_keeps_foreign_letters_out(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "translator"
    shutil.copytree(models / "translator", folder)
    manifest = {"calling": {"decoding": {"one_script": True}}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    texts = ["أعلن الوزير أن المدينة هادئة.", "زار الرئيس القرية أمس."]
    for source, target, foreign in (("ar", "en", "[ء-ي]"), ("en", "ar", "[A-Za-z]")):
        mixed = load_translator(str(models / "translator")).translate(texts, source, target)
        assert any(re.search(foreign, found.text) for found in mixed), "the test needs a mixed one"
        for found in load_translator(str(folder)).translate(texts, source, target):
            assert not re.search(foreign, found.text)


def test_the_tiny_multilingual_marian_gets_its_tag(models: Path) -> None:
    from mtaudit.translate.codec import TransformersCodec

    codec = TransformersCodec(models / "opus-mt-en-ar", "x/opus-mt-en-ar", None)
    assert codec.source("grain prices", ("en", "ar"))[0] == ">>ara<<"


# -- the cache ---------------------------------------------------------------------------------


class Counting:
    """Upper-cases, and counts what it is asked."""

    name = "counting"
    revision = "1"
    signature = "counting-1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def directions(self) -> frozenset[tuple[str, str]]:
        return frozenset({("ar", "en")})

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        self.asked += texts
        return [Translation(t.upper(), -1 / 3, truncated=t == "x") for t in texts]

    def score(
        self, sources: Sequence[str], targets: Sequence[str], source: str, target: str
    ) -> list[float | None]:
        self.asked += targets
        return [-1 / 7 if t else None for t in targets]


def test_the_cache_gives_the_same_answers_and_asks_once(tmp_path: Path) -> None:
    inner = Counting()
    store = Store(tmp_path)
    cached = CachedTranslator(inner, store)
    first = cached.translate(["a", "x", "a"], "ar", "en")
    assert first == Counting().translate(["a", "x", "a"], "ar", "en")
    assert inner.asked == ["a", "x"]
    assert cached.score(["a", "b"], ["q", ""], "ar", "en") == [-1 / 7, None]
    store.close()
    fresh = Counting()
    again = CachedTranslator(fresh, Store(tmp_path))
    assert again.translate(["a", "x", "a"], "ar", "en") == first
    assert again.score(["a", "b"], ["q", ""], "ar", "en") == [-1 / 7, None]
    assert fresh.asked == []
    fresh.signature = "counting-2"
    other = CachedTranslator(fresh, Store(tmp_path))
    other.translate(["a"], "ar", "en")
    assert fresh.asked == ["a"], "another model must not get this model's answers"
    again.store.close()
    other.store.close()


def test_embeddings_are_kept_to_the_last_bit(tmp_path: Path) -> None:
    import numpy as np

    class Fake:
        name = "fake"
        revision = "1"
        dimension = 3
        calls = 0

        def encode(self, texts: Sequence[str]) -> object:
            self.calls += len(texts)
            return np.array([[len(t), 1 / 3, 0.1] for t in texts], dtype=np.float32)

    inner = Fake()
    cached = CachedEncoder(inner, Store(tmp_path))
    first = cached.encode(["a", "bb"])
    assert np.array_equal(cached.encode(["bb", "a"]), first[::-1])
    assert inner.calls == 2
    assert cached.encode([]).shape == (0, 3)
    cached.store.close()


def test_a_damaged_cache_is_moved_aside(tmp_path: Path) -> None:
    (tmp_path / "translations.sqlite3").write_bytes(b"this is not a database" * 100)
    store = Store(tmp_path)
    cached = CachedTranslator(Counting(), store)
    assert cached.translate(["a"], "ar", "en")[0].text == "A"
    assert [note.code for note in store.notes] == ["cache-damaged"]
    assert list(tmp_path.glob("*.damaged-1"))
    cached.translate(["a"], "ar", "en")
    assert store.get([b"none"]) == {}
    store.close()


def test_a_folder_that_cannot_be_written_means_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "cache")
    inner = Counting()
    cached = CachedTranslator(inner, store)
    assert cached.translate(["a"], "ar", "en") == cached.translate(["a"], "ar", "en")
    assert inner.asked == ["a", "a"]
    assert [note.code for note in store.notes] == ["no-cache"]


def test_the_cache_stays_within_its_bound(tmp_path: Path) -> None:
    store = Store(tmp_path, max_bytes=50_000)
    for n in range(100):
        store.put({bytes([n, i]): b"v" * 1000 for i in range(5)})
    with sqlite3.connect(tmp_path / "translations.sqlite3") as connection:
        total = connection.execute("SELECT SUM(size) FROM entry").fetchone()[0]
    connection.close()
    assert 0 < total <= 50_000 + 5 * 1100
    store.close()


def test_entries_in_use_outlive_idle_ones(tmp_path: Path) -> None:
    old = Store(tmp_path, max_bytes=20_000)
    old.put({b"used": b"v" * 500, b"idle": b"v" * 500})
    old.close()
    new = Store(tmp_path, max_bytes=20_000)
    assert set(new.get([b"used"])) == {b"used"}
    for n in range(40):
        new.put({b"n%d" % n: b"v" * 500})
        new.get([b"used"])
    assert set(new.get([b"used", b"idle"])) == {b"used"}
    new.close()


def test_processes_share_the_cache(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from mtaudit.translate.store import Store\n"
        "s = Store(Path(sys.argv[1])); n = int(sys.argv[2])\n"
        "for i in range(30): s.put({b'%d-%d' % (n, i): b'v'})\n"
        "s.close(); print([x.message_en for x in s.notes])"
    )
    root = Path(__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(root)}

    def run(n: int) -> str:
        command = [sys.executable, "-c", program, str(tmp_path), str(n)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        return done.stdout.strip() + done.stderr

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(run, range(3))) == ["[]"] * 3
    store = Store(tmp_path)
    keys = [b"%d-%d" % (n, i) for n in range(3) for i in range(30)]
    assert len(store.get(keys)) == 90
    store.close()
