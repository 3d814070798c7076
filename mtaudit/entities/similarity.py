"""How alike two Arabic spellings of a name are, knowing how foreign names get spelt by ear.

A weighted edit distance over folded letters.  The weights below are set by hand from what Arabic
newsrooms vary on (سيرغي/سيرجي, ترامب/ترمب, زيلينسكي/زيلنسكي) and what keeps names apart
(فلاديمير/فولوديمير, محمد/محمود); ``tests/test_entities.py`` holds the pairs they must order.
"""

from __future__ import annotations

from functools import lru_cache

from ..normalize import fold
from .gazetteer import gazetteer

# Letters that stand for one foreign sound; swapping inside a group costs CHEAP.
_SOUNDS = ("غجقك", "تط", "سص", "دض", "ذز", "زظ", "حه", "يئ", "وؤ", "هة", "اة", "اه", "ثت", "ثس")
CHEAP = 0.15
NEAR = {frozenset("زس"): 0.3, frozenset("خك"): 0.3, frozenset("خه"): 0.4, frozenset("اع"): 0.3,
        frozenset("ذد"): 0.3, frozenset("فب"): 0.5, frozenset("شس"): 0.5, frozenset("فو"): 0.4,
        # A vowel heard differently is often another name (فلاديمير is not فولوديمير).
        frozenset("وي"): 0.4, frozenset("اي"): 0.5, frozenset("او"): 1.0}  # fmt: skip
VOWEL_GAP = 0.25  # a long vowel written or not: ترامب/ترمب
FINAL_GAP = 0.15  # ... at the end, or a letter written twice: سيرج/سيرجي, فيسا/فيسة
SILENT_GAP = 0.1  # hamza alone
TSH_GAP = 0.3  # تش/ش
OTHER_VOWEL = 0.6  # a vowel dropped on both sides in one place: another vowel
_VOWELS = frozenset("اويةه")
_CHEAP_PAIRS = frozenset(
    frozenset((a, b)) for group in _SOUNDS for a in group for b in group if a != b
)
# Words inside a name that say nothing about who it is.
PARTICLES = frozenset(("بن", "ابن", "ابو", "بنت", "ال"))
# Two different Arabic given names stay below every threshold in use.
DIFFERENT_ARABIC = 0.6


@lru_cache(maxsize=8192)
def _swap(a: str, b: str) -> float:
    if a == b:
        return 0.0
    pair = frozenset((a, b))
    return CHEAP if pair in _CHEAP_PAIRS else NEAR.get(pair, 1.0)


def _gap(word: str, i: int) -> float:
    """Cost of letter ``i`` of ``word`` missing on the other side."""
    letter = word[i]
    if letter == "ء":
        return SILENT_GAP
    if i and word[i - 1] == letter:
        return FINAL_GAP
    if letter in _VOWELS and i:
        return FINAL_GAP if i == len(word) - 1 else VOWEL_GAP
    if letter == "ت" and word[i + 1 : i + 2] == "ش":
        return TSH_GAP
    return 1.0


def _distance(a: str, b: str) -> float:
    """Weighted edit distance with one state for "a letter of ``a`` was just dropped" and one for
    ``b``: dropping on both sides in one place is a swap and costs OTHER_VOWEL more."""
    inf = float("inf")
    gaps = [_gap(b, j) for j in range(len(b))]
    # row[j] = (after a match, after dropping from a, after dropping from b), and the least of them
    row = [(0.0, inf, inf, 0.0)]
    for gap in gaps:
        cost = row[-1][3] + gap
        row.append((inf, inf, cost, cost))
    for i, letter in enumerate(a):
        drop = _gap(a, i)
        cost = row[0][3] + drop
        match, up, left, least = inf, cost, inf, cost
        new = [(match, up, left, least)]
        for j, other in enumerate(b):
            over, gap = row[j + 1], gaps[j]
            left = min(match, left, up + OTHER_VOWEL) + gap
            match = row[j][3] + _swap(letter, other)
            up = min(over[0], over[1], over[2] + OTHER_VOWEL) + drop
            least = min(match, up, left)
            new.append((match, up, left, least))
        row = new
    return row[-1][3]


@lru_cache(maxsize=16384)
def spelling_similarity(a: str, b: str) -> float:
    """Similarity of two single folded words by spelling alone, 0–1: sees no difference between
    a foreign name spelt by ear and two Arabic names (إيمان/أيمن)."""
    if a == b:
        return 1.0
    mean = (len(a) + len(b)) / 2
    if abs(len(a) - len(b)) > 0.6 * mean:
        return 0.0
    return max(0.0, 1.0 - _distance(a, b) / mean)


def _token(a: str, b: str) -> float:
    score = spelling_similarity(a, b)
    origins = gazetteer().given
    if a != b and origins.get(a) == "ar" and origins.get(b) == "ar":
        return min(score, DIFFERENT_ARABIC)
    return score


def name_words(name: str) -> tuple[str, ...]:
    """Folded words of a name, ``عبد``/``أبو`` joined to the next word and particles dropped."""
    words: list[str] = []
    for word in fold(name).text.replace("-", " ").replace(".", " ").split():
        if words and words[-1] in ("عبد", "ابو"):
            words[-1] += word
        else:
            words.append(word)
    kept = tuple(w for w in words if w not in PARTICLES)
    return kept or tuple(words)


def token_similarity(a: str, b: str) -> float:
    """Similarity of two single words (given or family name), 0–1; symmetric."""
    return _token(a, b) if a <= b else _token(b, a)


@lru_cache(maxsize=16384)
def same_name(a: str, b: str) -> float:
    """How surely ``a`` and ``b`` are one name spelt by different ears, 0–1; symmetric.

    A surname alone is compared with the other's last word.  From 0.88 up a difference is one of
    spelling; below 0.8 the names differ.
    """
    left, right = name_words(a), name_words(b)
    if not left or not right:
        return 0.0
    if left == right:
        return 1.0
    joined = token_similarity("".join(left), "".join(right))
    if len(left) == 1 or len(right) == 1:
        short, long = (left, right) if len(left) <= len(right) else (right, left)
        tail = token_similarity(short[0], long[-1])
        return max(tail, joined) if len(long) == 1 or short[0] not in long[:-1] else joined
    ends = [token_similarity(left[0], right[0]), token_similarity(left[-1], right[-1])]
    if len(left) == len(right):
        ends += [token_similarity(x, y) for x, y in zip(left[1:-1], right[1:-1], strict=True)]
    apart = 0.5 * min(ends) + 0.5 * sum(ends) / len(ends)
    return max(apart, joined if min(ends) > DIFFERENT_ARABIC else 0.0)


def skeleton(word: str) -> str:
    """Consonant classes of a folded word: spellings of one foreign name mostly share it."""
    out: list[str] = []
    for letter in word:
        if letter in "اويىءئؤةه":
            continue
        key = _CLASSES.get(letter, letter)
        if not out or out[-1] != key:
            out.append(key)
    return "".join(out)


_CLASSES = {letter: group[0] for group in ("كغجقخ", "تطث", "سصزظذ", "دض", "حه") for letter in group}
