"""Tiny checkpoints with random weights: real files in the real layouts, made in a second."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

ARABIC = """قال الوزير إن بلاده مستعدة للحوار مع جميع الأطراف.
أعلنت الحكومة عن خطة جديدة لدعم المزارعين في الجنوب.
وصل الوفد إلى العاصمة مساء الثلاثاء لإجراء محادثات.
ارتفعت أسعار الحبوب بنسبة كبيرة خلال الشهر الماضي.
تستعد المدينة لاستقبال الزوار في الموسم المقبل.
وأضاف المتحدث أن النتائج ستنشر قبل نهاية العام.
افتتح الرئيس معرض الكتاب بحضور عدد من الأدباء.
شهدت المنطقة أمطارا غزيرة أدت إلى إغلاق الطرق.
فاز الفريق بالمباراة بعد وقت إضافي طويل.
نفى المصرف وجود أي خلل في نظام الدفع الإلكتروني."""
ENGLISH = """The minister said his country was ready for dialogue with all parties.
The government announced a new plan to support farmers in the south.
The delegation arrived in the capital on Tuesday evening for talks.
Grain prices rose sharply during the past month.
The city is preparing to welcome visitors next season.
The spokesman added that the results would be published by year's end.
The president opened the book fair in the presence of several writers.
The region saw heavy rain that closed the roads.
The team won the match after a long extra time.
The bank denied any fault in its electronic payment system."""


def train_sentencepiece(text: str, size: int, **options: Any) -> bytes:
    """A SentencePiece model over ``text``; ``size`` is an upper bound."""
    import sentencepiece

    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text.splitlines()), model_writer=out, vocab_size=size,
        hard_vocab_limit=False, character_coverage=1.0, minloglevel=2, **options,
    )  # fmt: skip
    return out.getvalue()


def pieces_of(model: bytes) -> list[str]:
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    return [processor.id_to_piece(i) for i in range(processor.get_piece_size())]


def marian(folder: Path, source: str = "ar", target: str = "en", tag: str = "") -> Path:
    """A Marian checkpoint as the hub publishes them; with ``tag`` a many-targets one."""
    import torch
    from transformers import MarianConfig, MarianMTModel

    folder.mkdir(parents=True)
    texts = {"ar": ARABIC, "en": ENGLISH}
    models = {side: train_sentencepiece(texts[side], 300) for side in (source, target)}
    (folder / "source.spm").write_bytes(models[source])
    (folder / "target.spm").write_bytes(models[target])
    specials = ["</s>", "<unk>", *([tag] if tag else [])]
    found = dict.fromkeys(p for m in models.values() for p in pieces_of(m))
    ordinary = [p for p in found if p not in ("<s>", "</s>", "<unk>")]
    vocabulary = {p: i for i, p in enumerate([*specials, *ordinary, "<pad>"])}
    pad = vocabulary["<pad>"]
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({
            "tokenizer_class": "MarianTokenizer", "source_lang": source, "target_lang": target,
            "model_max_length": 64, "separate_vocabs": False,
        })
    )  # fmt: skip
    torch.manual_seed(3)
    model = MarianMTModel(MarianConfig(
        vocab_size=len(vocabulary), d_model=16, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, max_position_embeddings=64, pad_token_id=pad, eos_token_id=0,
        decoder_start_token_id=pad, forced_eos_token_id=0, scale_embedding=True,
    ))  # fmt: skip
    _spread(model)
    model.save_pretrained(folder)
    return folder


def _spread(model: Any) -> None:
    # The usual tiny initial weights make every choice a near tie; wider ones give real choices.
    import torch

    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0.0, 0.35)


def convert(checkpoint: Path, folder: Path, files: list[str]) -> Path:
    """``checkpoint`` as a CTranslate2 int8 folder with its tokeniser's ``files``."""
    from ctranslate2.converters import TransformersConverter

    TransformersConverter(str(checkpoint), copy_files=files).convert(
        str(folder), quantization="int8"
    )
    return folder


def hub_entry(cache: Path, name: str, checkpoint: Path) -> Path:
    """``checkpoint`` placed in a hub cache as a download would leave it; its commit is 40 × a."""
    commit = "a" * 40
    home = cache / ("models--" + name.replace("/", "--"))
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text(commit)
    snapshot = home / "snapshots" / commit
    snapshot.mkdir(parents=True)
    for file in checkpoint.iterdir():
        (snapshot / file.name).write_bytes(file.read_bytes())
    return snapshot


def embedded(folder: Path, positions: int = 512) -> Path:
    """A model in the embedded translator's layout: BART-shaped, one SentencePiece model, a tag
    for each direction; converted through Transformers.  ``positions``: the longest row."""
    import torch
    from transformers import BartConfig, BartForConditionalGeneration, PreTrainedTokenizerFast

    checkpoint = folder.with_name(folder.name + "-float")
    checkpoint.mkdir(parents=True)
    model = train_sentencepiece(
        ARABIC + "\n" + ENGLISH, 400, control_symbols=["<2en>", "<2ar>"],
        bos_id=0, pad_id=1, eos_id=2, unk_id=3,
    )  # fmt: skip
    pieces = pieces_of(model)
    from tokenizers import Tokenizer
    from tokenizers.models import Unigram

    raw = Tokenizer(Unigram([(piece, 0.0) for piece in pieces], 3))
    PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token="<s>", eos_token="</s>", unk_token="<unk>",
        pad_token="<pad>",
    ).save_pretrained(checkpoint)  # fmt: skip
    torch.manual_seed(5)
    bart = BartForConditionalGeneration(BartConfig(
        vocab_size=len(pieces), d_model=16, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, max_position_embeddings=positions, pad_token_id=1, bos_token_id=0,
        eos_token_id=2, decoder_start_token_id=2, normalize_before=False, normalize_embedding=True,
    ))  # fmt: skip
    _spread(bart)
    bart.save_pretrained(checkpoint)
    convert(checkpoint, folder, [])
    (folder / "sentencepiece.model").write_bytes(model)
    return folder


def nllb(folder: Path) -> Path:
    """A many-languages checkpoint with NLLB's language codes."""
    import torch
    from transformers import M2M100Config, M2M100ForConditionalGeneration, NllbTokenizer

    folder.mkdir(parents=True)
    pieces = pieces_of(train_sentencepiece(ARABIC + "\n" + ENGLISH, 400))
    tokens = dict.fromkeys(["<s>", "<pad>", "</s>", "<unk>", *pieces])
    tokenizer = NllbTokenizer(vocab={t: i for i, t in enumerate(tokens)}, merges=[])
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    model = M2M100ForConditionalGeneration(M2M100Config(
        vocab_size=len(tokenizer), d_model=16, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, max_position_embeddings=128, pad_token_id=1, bos_token_id=0,
        eos_token_id=2, decoder_start_token_id=2,
    ))  # fmt: skip
    _spread(model)
    model.save_pretrained(folder)
    return folder
