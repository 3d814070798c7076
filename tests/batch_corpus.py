"""A small corpus for the batch's tests, and how its outputs are compared."""

from __future__ import annotations

import json
from pathlib import Path

_SENTENCES = (
    "أعلنت وزارة الصحة في تونس، اليوم الثلاثاء، افتتاح مستشفى جديد في مدينة صفاقس.",
    "وقال الوزير إن المستشفى سيخدم سكان الجنوب، وإن العمل فيه يبدأ الشهر المقبل.",
    "وارتفعت أسعار القمح بنسبة 3.5 في المئة خلال الأسبوع الماضي، بحسب الأرقام الرسمية.",
    "وفقًا لاتفاق HOA BINH ، ستكون القوات من إنجلترا وفرنسا من إنجلترا وفرنسا.",
    "ورفض المتحدث باسم الحكومة هذه الضمان في مؤتمر صحفي مشترك.",
    "ووصل الوفد إلى العاصمة مساء الأربعاء لإجراء محادثات تستمر يومين.",
    "وتستعد المدينة لاستقبال الزوار في الموسم المقبل بعد ترميم الميناء القديم.",
)
BROKEN = ('{"text": 3}', "not json", '{"text": "Nothing but English stands here, sadly."}')


def article(number: int) -> str:
    """An article of three sentences; every one shares some with others, none is another's copy."""
    chosen = [_SENTENCES[(number * step + step) % len(_SENTENCES)] for step in (1, 2, 4)]
    return " ".join(chosen) + f" وكان ذلك البيان رقم {number} هذا العام.\n"


def lines(documents: int) -> list[str]:
    """JSON Lines of a corpus: ``documents`` articles and a broken line after every fifth."""
    found = []
    for number in range(documents):
        found.append(json.dumps({"id": f"a{number}", "text": article(number)}, ensure_ascii=False))
        if number % 5 == 4:
            found.append(BROKEN[number // 5 % len(BROKEN)])
    return found


def write_corpus(path: Path, documents: int) -> Path:
    path.write_text("\n".join(lines(documents)) + "\n", encoding="utf-8")
    return path


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` by its relative path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def joined(folder: Path, table: str) -> bytes:
    """A table's JSON Lines of all shards, in order."""
    return b"".join(p.read_bytes() for p in sorted(folder.glob(f"shards/*/{table}.jsonl")))


def rows(folder: Path, table: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in joined(folder, table).decode("utf-8").splitlines()]
