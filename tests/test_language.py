"""The language statistics: splitting, counting, reading, and what a broken file says."""

from __future__ import annotations

import lzma
import math
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mtaudit.errors import ModelError
from mtaudit.evidence.agreement import Agreement
from mtaudit.evidence.collocation import Collocation
from mtaudit.language import LanguageStats
from mtaudit.language.layout import COUNT_OF, quantise
from mtaudit.language.split import Splitter, Stemmer
from mtaudit.modelstore import model_path
from mtaudit.types import Document, Segment

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def stats() -> LanguageStats:
    return LanguageStats.load()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Statistics that the script makes of sixty small sentences."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "mono").mkdir()
    lines = ["أعلن الوزير قرارا جديدا."] * 30 + ["رفض الوزير قرارا قديما، أعلن البيان."] * 30
    with lzma.open(folder / "mono" / "a.txt.xz", "wt", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\nكلمة نادرة هنا\n")
    command = [sys.executable, str(ROOT / "scripts" / "build_language_stats.py")]
    command += ["--data", str(folder), "--out", str(folder / "out")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.mark.parametrize(
    ("word", "units"),
    [
        ("وقال", ("و+", "قال")),
        ("والد", ("والد",)),
        ("وزير", ("وزير",)),
        ("واحد", ("واحد",)),
        ("بين", ("بين",)),
        ("لكن", ("لكن",)),
        ("بكين", ("بكين",)),
        ("للاتحاد", ("ل+", "الاتحاد")),
        ("وبالتعاون", ("و+", "ب+", "التعاون")),
        ("ستكون", ("س+", "تكون")),
        ("سيارة", ("سيارة",)),
        ("دولتها", ("دولة", "+ها")),
        ("بلاده", ("بلاد", "+ه")),
        ("لدعمها", ("ل+", "دعم", "+ها")),
        ("فيه", ("في", "+ه")),
        ("عليها", ("علي", "+ها")),
    ],
)
def test_clitics_come_off_where_the_rest_is_a_word(
    stats: LanguageStats, word: str, units: tuple[str, ...]
) -> None:
    assert stats.splitter.split(word) == units


def test_splitting_depends_on_counts_alone() -> None:
    """The same word is cut or not, as the counts say."""
    assert Splitter({"وردة": 50}).split("وردة") == ("وردة",)
    assert Splitter({"وردة": 50, "ردة": 50}).split("وردة") == ("و+", "ردة")
    own = Splitter({"وردة": 50, "ردة": 50, "الوردة": 20})
    assert own.split("وردة") == ("وردة",)


def test_stems_fold_article_gender_and_tanwin(stats: LanguageStats) -> None:
    for forms in (("العسكري", "عسكرية", "عسكريا", "العسكرية"), ("تصعيد", "تصعيدا", "التصعيد")):
        assert len({stats.stemmer.stem(form) for form in forms}) == 1
    assert Stemmer({}).stem("قانون") == "قانون"


def test_script_counts_exactly(tiny: Path) -> None:
    found = LanguageStats.load(tiny)
    assert found.count("الوزير") == 60
    assert found.count("قرارا") == 60
    assert found.count("نادرة") == 0  # seen once: not kept
    assert found.pair("الوزير", "قرارا") == 60
    assert found.pair("قرارا", "الوزير") == 0
    # A comma parts what stands on its two sides.
    assert found.pair("قديما", "اعلن") == 0
    assert found.collocates("قرارا", "adj") == [("جديدا", 30), ("قديما", 30)]
    assert found.collocates("جديدا", "adj", reverse=True) == [("قرارا", 30)]


def test_surprisal_is_low_for_what_is_usual(tiny: Path) -> None:
    found = LanguageStats.load(tiny)
    usual = found.surprisal(["اعلن", "الوزير", "قرارا"])
    turned = found.surprisal(["قرارا", "اعلن", "الوزير"])
    assert len(usual) == 3
    assert all(bits >= 0 for bits in usual)
    assert sum(usual) < sum(turned)
    assert found.surprisal(["زلزال"])[0] > max(usual)


def test_probabilities_never_exceed_one(stats: LanguageStats) -> None:
    """Over all known followers of a common context the shares sum to about one at most."""
    context = "وزير"
    followers = range(len(stats.units))
    ids = np.array([[stats.ids([context])[0], i] for i in followers]).ravel()
    bits = stats.surprisal_ids(ids)[1::2]
    # Every second unit stands behind the context; trigrams of this artificial row do not matter.
    assert 0.85 < float((2.0**-bits).sum()) < 1.15


def test_shipped_statistics_know_the_language(stats: LanguageStats) -> None:
    assert stats.pair("وزير", "الخارجية") > 200
    collocates = [word for word, _ in stats.collocates("تصعيد", "adj", 5)]
    assert "خطير" in collocates
    assert stats.related("تصعيدا", "إيجابيا", "adj") == 0
    close, far = stats.npmi("تصعيد", "خطير"), stats.npmi("تصعيد", "ايجابي")
    assert close is not None
    assert far is not None
    assert close > 0.2 > far
    assert stats.log_likelihood_ratio("الجيش", "العسكري") < -10
    assert stats.log_likelihood_ratio("تحقيق", "السلام", "gen") > 10
    assert stats.npmi("زقزقزق", "خطير") is None


def test_heat_covers_every_word_in_order(stats: LanguageStats) -> None:
    text = "  وأعلنَ وزيرُ الخارجية: «تصعيدًا إيجابيًا»، 2022 KYIV."
    heat = stats.heat(text)
    words = [text[start:end] for start, end, _ in heat]
    assert words == ["وأعلنَ", "وزيرُ", "الخارجية", "تصعيدًا", "إيجابيًا", "2022", "KYIV"]
    assert all(math.isfinite(bits) and bits >= 0 for *_, bits in heat)
    assert stats.heat("") == []


def test_counts_survive_one_byte_storage() -> None:
    counts = np.array([1, 2, 200, 201, 5_000, 60_000, 10**7])
    back = COUNT_OF[quantise(counts)]
    assert list(back[:3]) == [1, 2, 200]
    assert all(back <= counts)
    assert all(back[3:6] >= counts[3:6] / 1.12)


@pytest.mark.parametrize("name", ["units.txt", "bigram_keys.npy", "manifest.json"])
def test_missing_file_is_named(tiny: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(tiny, tmp_path / "copy")
    (tmp_path / "copy" / name).unlink()
    with pytest.raises(ModelError) as caught:
        LanguageStats.load(tmp_path / "copy")
    assert name.split(".")[0] in str(caught.value)


def test_damaged_file_is_noticed(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "copy")
    file = tmp_path / "copy" / "bigram_counts.npy"
    data = bytearray(file.read_bytes())
    data[-1] ^= 0xFF
    file.write_bytes(bytes(data))
    with pytest.raises(ModelError, match="bigram_counts"):
        LanguageStats.load(tmp_path / "copy")


def test_witnesses_abstain_without_statistics(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Unknown is never 0: the reason is given instead."""
    (tmp_path / "language").mkdir()
    monkeypatch.setenv("MTAUDIT_MODELS", str(tmp_path))
    text = "أن هذه الضمان قرار جديد"
    for witness in (Agreement(), Collocation()):
        evidence = witness.examine(Document("d", text), [Segment(0, 0, len(text), text)])
        assert [e.value for e in evidence] == [None]
        assert "language statistics" in evidence[0].reason


def test_no_sequence_of_three_is_kept_that_was_seen_less_than_three_times(
    stats: LanguageStats,
) -> None:
    folder = model_path("language")
    counts = COUNT_OF[np.load(folder / "trigram_counts.npy")]
    assert counts.min() >= 3
    assert sum(f.stat().st_size for f in folder.iterdir()) < 40e6
    assert stats.signature.startswith("ant-")
