"""Cut a unigram vocabulary to the pieces that Arabic and English use; write it as sentencepiece."""

from __future__ import annotations

import collections
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

import sentencepiece as spm
from sentencepiece import sentencepiece_model_pb2 as proto

SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")
TAGS = ("<2en>", "<2ar>")
ARABIC_CHARS = [chr(c) for c in [*range(0x060C, 0x0653), 0x0670, 0x067E, 0x0686, 0x06A4, 0x06AF]]
LATIN_CHARS = [chr(c) for c in range(0x21, 0x7F)] + list("«»“”‘’–—…€£°éèüöáíóñçäãâêô×%")
HAS_ARABIC = re.compile("[\u0600-\u06ff]")
HAS_LATIN = re.compile("[A-Za-zÀ-ɏ]")


@dataclass(frozen=True)
class Cut:
    """The kept pieces: `source_ids[i]` is piece i's row in the old table (-1 for a new piece)."""

    pieces: list[str]
    scores: list[float]
    source_ids: list[int]


def normaliser_of(rule: str) -> proto.NormalizerSpec:
    """A compiled normaliser specification, taken from a throw-away model."""
    out = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c d e f"] * 20),
        model_writer=out,
        vocab_size=12,
        model_type="unigram",
        normalization_rule_name=rule,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    model = proto.ModelProto()
    model.ParseFromString(out.getvalue())
    return model.normalizer_spec


def build(pieces: list[str], scores: Iterable[float]) -> bytes:
    """A serialised sentencepiece model over exactly these pieces (special ones first)."""
    model = proto.ModelProto()
    for piece, score in zip(pieces, scores, strict=True):
        entry = model.pieces.add()
        entry.piece, entry.score = piece, float(score)
        if piece == "<unk>":
            entry.type = proto.ModelProto.SentencePiece.UNKNOWN
        elif piece in SPECIALS or piece in TAGS or piece == "<mask>":
            entry.type = proto.ModelProto.SentencePiece.CONTROL
        else:
            entry.type = proto.ModelProto.SentencePiece.NORMAL
    spec = model.trainer_spec
    spec.model_type, spec.vocab_size = proto.TrainerSpec.UNIGRAM, len(pieces)
    spec.bos_id, spec.pad_id, spec.eos_id, spec.unk_id = 0, 1, 2, 3
    spec.bos_piece, spec.pad_piece, spec.eos_piece, spec.unk_piece = SPECIALS
    model.normalizer_spec.CopyFrom(normaliser_of("nmt_nfkc"))
    model.normalizer_spec.add_dummy_prefix = True
    return model.SerializeToString()


def script_of(piece: str) -> int:
    """0 shared (digits, punctuation), 1 Arabic, 2 Latin: the order of the cut table."""
    if HAS_ARABIC.search(piece) and not re.fullmatch("[▁،؛؟٪٠-٩٫٬]+", piece):
        return 1
    return 2 if HAS_LATIN.search(piece) else 0


def cut(
    pieces: list[str], scores: Iterable[float], counts: collections.Counter[int], size: int
) -> Cut:
    """Keep every basic character and the most frequent pieces, `size` in all."""
    table = dict(zip(pieces, scores, strict=True))
    ids = {piece: i for i, piece in enumerate(pieces)}
    kept = {ids[c] for c in [*ARABIC_CHARS, *LATIN_CHARS, "▁"] if c in ids}
    for number, _count in counts.most_common():
        if len(kept) >= size - len(SPECIALS) - len(TAGS):
            break
        piece = pieces[number]
        foreign = script_of(piece) == 0 and any(c.isalpha() for c in piece)
        if number > 3 and piece != "<mask>" and not foreign:
            kept.add(number)
    chosen = sorted(kept, key=lambda i: (script_of(pieces[i]), i))
    names = [*SPECIALS, *TAGS, *(pieces[i] for i in chosen)]
    rows = [ids[s] for s in SPECIALS] + [-1] * len(TAGS) + chosen
    return Cut(names, [0.0] * 6 + [table[pieces[i]] for i in chosen], rows)
