"""The translator's training scripts on a toy: train, be killed, resume, export, translate."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
ctranslate2 = pytest.importorskip("ctranslate2")
spm = pytest.importorskip("sentencepiece")
pytest.importorskip("google.protobuf")
safetensors_torch = pytest.importorskip("safetensors.torch")

SCRIPTS = Path(__file__).parent.parent / "scripts"
sys.path.insert(0, str(SCRIPTS))

from train_translator import make_model  # noqa: E402
from translator import checkpoint, ct2, data, sampling, vocabulary  # noqa: E402 - path set just above
from translator.decoder import Decoder, output_loss, split  # noqa: E402
from translator.encoder import Encoder, Sizes  # noqa: E402
from translator.links import symmetrise  # noqa: E402
from translator.team import forward  # noqa: E402
from translator.text import acceptable, fold, key  # noqa: E402

WORDS = {
    "الوزير": "minister",
    "المدينة": "city",
    "زار": "visited",
    "أمس": "yesterday",
    "الرئيس": "president",
    "القرية": "village",
    "غادر": "left",
    "اليوم": "today",
}
SUBJECTS, VERBS = ("الوزير", "الرئيس"), ("زار", "غادر")
PLACES, TIMES = ("المدينة", "القرية"), ("أمس", "اليوم")
CONFIG = """
seed = 3
max_pieces = 60
holdout = 2
strip_harakat = 1.0
drop_final = 0.0
never = []
[decoder]
layers = 1
heads = 2
ffn = 64
frozen = 1
start_layers = [0]
guided_layers = [0]
guided_heads = 1
[train]
batch_tokens = 128
round_items = 16
copies = 0.5
copies_until = 2000
guide = 0.1
guide_until = 8000
peak_lr = 1.0e-2
upper_rate = 0.5
warmup_steps = 10
beta2 = 0.98
weight_decay = 0.0
clip = 1.0
smoothing = 0.0
dropout = 0.1
negatives = 4
late_from = 6000
checkpoint_minutes = 60
average = 1
keep = 9
[sets]
toy = { early = 1, late = 1 }
"""


def sentences() -> list[tuple[str, str]]:
    """Sixteen pairs in a fixed word order."""
    return [
        (
            f"{verb} {subject} {place} {time_}.",
            f"The {WORDS[subject]} {WORDS[verb]} the {WORDS[place]} {WORDS[time_]}.",
        )
        for subject in SUBJECTS
        for verb in VERBS
        for place in PLACES
        for time_ in TIMES
    ]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random two-layer encoder over whole words, the corpus and a configuration."""
    folder = tmp_path_factory.mktemp("toy")
    found = sentences()
    words = sorted({"▁" + w.rstrip(".") for pair in found for side in pair for w in side.split()})
    pieces = [*vocabulary.SPECIALS, *vocabulary.TAGS, ".", *words]
    model = vocabulary.build(pieces, [0.0] * 6 + [-1.0] * (len(pieces) - 6))
    (folder / "sentencepiece.model").write_bytes(model)
    (folder / "vocabulary.json").write_text(json.dumps(pieces))
    (folder / "encoder.json").write_text(
        json.dumps(
            {"hidden": 32, "layers": 2, "heads": 2, "ffn": 64, "positions": 100, "eps": 1e-5}
        )
    )
    torch.manual_seed(1)
    encoder = Encoder(Sizes(len(pieces), 32, 2, 2, 64, 100)).eval()
    safetensors_torch.save_file(dict(encoder.state_dict()), folder / "encoder.safetensors")
    rows = [data.Pair(a, e, a, "toy") for a, e in found]
    tokenizer = spm.SentencePieceProcessor(str(folder / "sentencepiece.model"))
    tokens = data.tokenise(rows, tokenizer, 60)
    # Verb, subject, place, time against "The subject verb the place time."
    links = [[[0, 2], [1, 1], [2, 4], [3, 5], [4, 6]] for _ in rows]
    for name in ("train", "held"):
        data.write_corpus(tokens, links, folder / "corpus" / f"{name}.json")
    (folder / "toy.toml").write_text(CONFIG)
    return folder


def command(base: Path, run: Path, steps: int) -> list[str]:
    """The training script's command line."""
    return [
        sys.executable,
        str(SCRIPTS / "train_translator.py"),
        "--base",
        str(base),
        "--corpus",
        str(base / "corpus"),
        "--run",
        str(run),
        "--config",
        str(base / "toy.toml"),
        "--steps",
        str(steps),
        "--cooldown",
        "80",
        "--checkpoint-steps",
        "20",
        "--workers",
        "2",
    ]


def last_loss(run: Path) -> float:
    """The validation nll of the last checkpoint, mean of both directions."""
    state = json.loads((checkpoint.found(run)[-1] / "state.json").read_text())
    return float(sum(state["val"].values())) / 2


@pytest.fixture(scope="module")
def trained(base: Path) -> Path:
    """An uninterrupted run of 160 steps."""
    run = base / "whole"
    subprocess.run(command(base, run, 160), check=True, capture_output=True)
    return run


def test_training_learns_the_toy(trained: Path) -> None:
    """The held-out loss ends far below a uniform guess (about 3 nats over some 20 pieces)."""
    assert last_loss(trained) < 0.5


def test_killed_run_resumes_to_the_same_loss(base: Path, trained: Path) -> None:
    """After kill -9 in the middle, the same command ends where the whole run ended."""
    run = base / "killed"
    process = subprocess.Popen(
        command(base, run, 160), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.time() + 300
    while not checkpoint.found(run) and time.time() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert checkpoint.found(run), "no checkpoint before the deadline"
    done = subprocess.run(command(base, run, 160), check=True, capture_output=True, text=True)
    assert "resumed from" in done.stdout
    assert last_loss(run) == pytest.approx(last_loss(trained), abs=0.02)


def test_export_translates(base: Path, trained: Path) -> None:
    """The exported CTranslate2 model, called as the manifest says, reproduces most toy pairs."""
    out = base / "exported"
    subprocess.run(
        [
            sys.executable,
            str(SCRIPTS / "export_translator.py"),
            "--base",
            str(base),
            "--run",
            str(trained),
            "--out",
            str(out),
            "--config",
            str(base / "toy.toml"),
        ],
        check=True,
        capture_output=True,
    )
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["directions"] == {"ar-en": "<2en>", "en-ar": "<2ar>"}
    assert manifest["training"]["steps"] == 160
    engine = ctranslate2.Translator(str(out), compute_type="int8", intra_threads=1)
    tokenizer = spm.SentencePieceProcessor(str(out / "sentencepiece.model"))
    right = 0
    for arabic, english in sentences():
        for source, goal, tag in ((arabic, english, "<2en>"), (english, arabic, "<2ar>")):
            pieces = ["<s>", *tokenizer.encode(source, out_type=str), "</s>"]
            result = engine.translate_batch([pieces], [[tag]], beam_size=1)[0].hypotheses[0]
            assert result[0] == tag
            right += tokenizer.decode(result[1:]) == goal
    assert right >= 24  # of 32


def test_ct2_scores_match_torch(base: Path, trained: Path) -> None:
    """Forced-decoding scores of the unquantised export equal the torch decoder's."""
    state = checkpoint.average(checkpoint.found(trained)[-1:])
    config = tomllib.loads(CONFIG)
    corpus = data.load_corpus(base / "corpus" / "held.json")
    lower, decoder = make_model(base, config, corpus)
    decoder.load_state_dict(state)
    decoder.dropout.active = False
    with torch.no_grad():
        nll = float(forward(lower, decoder, sampling.assemble(corpus, [0], True), None, 0.0)[1])
    encoder, own = split(safetensors_torch.load_file(base / "encoder.safetensors"), state)
    pieces = json.loads((base / "vocabulary.json").read_text())
    out = base / "float"
    ct2.save_translator(encoder, own, (2, 1), (2, 2), pieces, out, 1e-5, quantization="float32")
    engine = ctranslate2.Translator(str(out), compute_type="float32", intra_threads=1)
    tokenizer = spm.SentencePieceProcessor(str(base / "sentencepiece.model"))
    arabic, english = sentences()[0]
    scored = engine.score_batch(
        [["<s>", *tokenizer.encode(arabic, out_type=str), "</s>"]],
        [["<2en>", *tokenizer.encode(english, out_type=str)]],
    )[0]
    assert scored.tokens[0] == "<2en>"
    assert scored.tokens[-1] == "</s>"
    assert -sum(scored.log_probs[1:]) / len(scored.log_probs[1:]) == pytest.approx(nll, abs=0.05)


def test_transformers_layout_is_complete(base: Path, trained: Path) -> None:
    """Every weight finds its place in Transformers' BART, and greedy decoding gives the toy."""
    transformers = pytest.importorskip("transformers")
    from translator.bart import save_transformers

    config = tomllib.loads(CONFIG)
    state = checkpoint.average(checkpoint.found(trained)[-1:])
    encoder, decoder = split(safetensors_torch.load_file(base / "encoder.safetensors"), state)
    save_transformers(base, encoder, decoder, config, base / "bart")
    model = transformers.BartForConditionalGeneration.from_pretrained(base / "bart").eval()
    tokenizer = spm.SentencePieceProcessor(str(base / "sentencepiece.model"))
    arabic, english = sentences()[0]
    ids = torch.tensor([[data.BOS, *tokenizer.encode(arabic), data.EOS]])
    goal = [data.TO_EN, *tokenizer.encode(english), data.EOS]
    with torch.no_grad():
        logits = model(input_ids=ids, decoder_input_ids=torch.tensor([[data.EOS, *goal[:-1]]]))
    assert logits.logits[0, 1:].argmax(1).tolist() == goal[1:]


def test_output_loss_equals_plain_cross_entropy() -> None:
    """The chunked loss and its gradients equal torch's cross-entropy over the same pieces."""
    torch.manual_seed(0)
    decoder = Decoder(Sizes(50, 16, 0, 2, 8, 10), 1e-5)
    states = torch.randn(700, 16, requires_grad=True)
    subset = torch.arange(0, 50, 2)
    targets = subset[torch.randint(len(subset), (700,))]
    loss, nll = output_loss(decoder, states, targets, subset, 0.1)
    loss.backward()
    ours = [states.grad.clone(), decoder.tokens.weight.grad.clone(), decoder.bias.grad.clone()]
    states.grad = None
    decoder.zero_grad()
    logits = states @ decoder.tokens.weight[subset].t() + decoder.bias[subset]
    places = torch.searchsorted(subset, targets)
    plain = torch.nn.functional.cross_entropy(logits, places, label_smoothing=0.1)
    plain.backward()
    theirs = [states.grad, decoder.tokens.weight.grad, decoder.bias.grad]
    assert float(loss) == pytest.approx(float(plain), abs=1e-4)
    assert float(nll) == pytest.approx(
        float(torch.nn.functional.cross_entropy(logits, places)), abs=1e-4
    )
    for one, other in zip(ours, theirs, strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_sampler_resumes_at_the_same_batch(base: Path) -> None:
    """A restored sampler gives the batches that the first one would have given."""
    config = tomllib.loads(CONFIG)
    corpus = data.load_corpus(base / "corpus" / "train.json")
    one = sampling.Sampler(corpus, config, 3)
    for step in range(7):
        one.next(100 * step, guided=True)
    other = sampling.Sampler(corpus, config, 3)
    other.restore(json.loads(json.dumps(one.state())))
    for step in range(9):
        first, second = (s.next(6000 + 100 * step, guided=True) for s in (one, other))
        assert first is not None
        assert second is not None
        assert torch.equal(first.inputs, second.inputs)
        assert torch.equal(first.source, second.source)


def test_symmetrise_keeps_the_agreed_and_grows() -> None:
    """Links of both directions stay, neighbours of them from one direction join, others do not."""
    forward = {(0, 0), (1, 1), (2, 1), (4, 0)}
    backward = {(0, 0), (1, 1), (3, 3)}
    assert symmetrise(forward, backward) == [[0, 0], [1, 1], [2, 1], [3, 3]]


def test_guide_points_at_linked_pieces(base: Path) -> None:
    """Each written piece's share of attention lies on its linked source pieces, end on end."""
    corpus = data.load_corpus(base / "corpus" / "train.json")
    batch = sampling.assemble(corpus, [0], to_english=True, guided=True)
    assert batch.guide is not None
    # English: tag The minister visited ... ; Arabic: <s> verb subject ...
    assert batch.guide[0, 0].sum() == 0
    assert batch.guide[0, 2].argmax() == 2
    assert batch.guide[0, 3].argmax() == 1
    assert batch.guide[0, -1].argmax() == batch.source.shape[1] - 1


@pytest.mark.parametrize(
    ("arabic", "english", "good"),
    [
        ("قال الوزير إن الاجتماع انتهى.", "The minister said the meeting was over.", True),
        ("The minister said", "The minister said", False),
        ("قال الوزير إن الاجتماع انتهى.", "قال the minister", False),
        ("نعم", "The minister said that the long meeting in the capital was over.", False),
    ],
)
def test_acceptable(arabic: str, english: str, good: bool) -> None:
    """Pairs of the wrong script or an unlikely length ratio are refused."""
    assert acceptable(arabic, english) is good


def test_fold_and_key() -> None:
    """Tatweel, controls and entities go; vowel marks stay in `fold` and go in `key`."""
    assert fold("الـــوزير &amp;\u200f  هنا") == "الوزير & هنا"
    assert key("الوَزير، هنا!") == key("الوزير هنا")
