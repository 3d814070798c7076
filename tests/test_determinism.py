"""Byte for byte the same record for any batch size and number of processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mtaudit.config import Options
from mtaudit.pipeline import audit
from mtaudit.report import write_run

# Sentences of many lengths, some twice: what padding and batching could make a difference to.
ARTICLE = (
    "أعلن وزير الخارجية الأردني أيمن الصفدي، الأربعاء، أن بلاده مستعدة لاستضافة المحادثات. "
    "قال ذلك في عمان. "
    "وأضاف أن نحو عشر دول ستشارك في المؤتمر الذي يعقد في 12 مارس 2024 على مدى يومين كاملين، "
    "وأن جدول الأعمال يتضمن الأمن والاقتصاد والمياه وعودة اللاجئين إلى بلداتهم. "
    "لم يعلق الجانب الآخر.\n"
)
SECOND = (
    "وفقًا لاتفاق HOA BINH ، ستكون القوات من إنجلترا وفرنسا "
    "من الاتحاد الأوروبي من الاتحاد الأوروبي. "
    "قال ذلك في عمان. ورفض الوزير هذه الضمان في مؤتمر صحفي مشترك. "
    "وارتفعت الأسعار بنسبة 3.5 في المئة خلال الشهر الماضي، بحسب الأرقام الرسمية.\n"
)


DISMISSED = (
    ("residue.foreign-word", "HOA BINH"),
    ("repetition.phrase", "من الاتحاد الأوروبي من الاتحاد الأوروبي"),
)
BASELINE = {
    "kind": "mtaudit-baseline",
    "schema": "1.0",
    "entries": [
        {"target": "finding", "code": code, "text": text, "sentence": SECOND.split(". ")[0]}
        for code, text in DISMISSED
    ],
}


@pytest.mark.parametrize("reference", [(), ("a.txt",)], ids=["alone", "with-reference"])
def test_records_do_not_depend_on_batches_or_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "b.txt").write_text(SECOND, encoding="utf-8")
    (tmp_path / "baseline.json").write_text(json.dumps(BASELINE), encoding="utf-8")
    # With the references, so that the models run no oftener than they have to.
    baseline = "baseline.json" if reference else ""
    seen = set()
    for batch_size, jobs in ((1, 1), (7, 1), (64, 1), (64, 2)):
        options = Options(
            batch_size=batch_size, jobs=jobs, reference=reference, cache=False, baseline=baseline
        )
        out = tmp_path / f"{batch_size}-{jobs}"
        write_run(audit(["a.txt", "b.txt"], options), out, ("jsonl", "html"))
        names = ("segments.jsonl", "documents.jsonl", "run.json", "report.html")
        seen.add(tuple((out / name).read_bytes() for name in names))
    assert len(seen) == 1
    assert (b'"reason":"dismissed"' in seen.pop()[0]) is bool(baseline)
