"""A whole bundle of a small random model: what it says cannot be understood, how it behaves can."""

import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosyvoice_checkpoint import SMALL, a_bundle, a_checkpoint, a_tokenizer
from voxpod_inference import probe
from voxpod_inference.bundle import Bundle, open_bundle
from voxpod_inference.cli import main
from voxpod_inference.engines import vocoder as native
from voxpod_inference.engines.base import Synthesizer
from voxpod_inference.engines.cosyvoice.conversion.bundle import Choices, convert
from voxpod_inference.engines.cosyvoice.engine import LIMITS
from voxpod_inference.engines.registry import load_engine
from voxpod_inference.errors import BundleError, InputError, SpeechError
from voxpod_inference.prepare import prepare
from voxpod_inference.prepared import fit_of, folder_of, verify
from voxpod_inference.settings import BundleSettings

TEXT = "Hello there. 你好！"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return a_bundle(tmp_path_factory.mktemp("cosyvoice"), eight_bits=True)


@pytest.fixture(scope="module")
def engine(bundle: Bundle) -> Synthesizer:
    return load_engine(bundle, 1, tell=lambda *_: None)


def said(engine: Synthesizer, text: str = TEXT, **asked: Any) -> np.ndarray:
    return np.concatenate([u.samples for u in engine.speak(engine.prepare(text, **asked))])


def test_the_manifest_tells_what_the_checkpoint_is(bundle: Bundle) -> None:
    manifest = bundle.manifest
    assert (manifest.engine, manifest.licence, manifest.sample_rate) == ("cosyvoice", "Apache-2.0", 22_050)
    assert manifest.languages == ("en", "ja", "ko", "yue", "zh")
    assert manifest.voices == {"zh_female": "zh", "en_male": "en"}
    assert manifest.default_voices == dict.fromkeys(("zh", "ja", "ko", "yue"), "zh_female") | {"en": "en_male"}
    sources = json.loads((bundle.root / "manifest.json").read_text())["sources"]
    assert [source.split()[0] for source in sources] == [
        "file:llm.pt",
        "file:flow.pt",
        "file:hift.pt",
        "file:spk2info.pt",
    ]


def test_the_same_checkpoint_makes_the_same_bundle(bundle: Bundle, tmp_path: Path) -> None:
    assert a_bundle(tmp_path, eight_bits=True).manifest.digest == bundle.manifest.digest


def test_a_seed_makes_the_same_sound_again_and_another_another(engine: Synthesizer) -> None:
    first = said(engine, seed=7)
    assert first.dtype == np.float32
    assert np.abs(first).max() > 0.01
    assert np.array_equal(first, said(engine, seed=7))
    assert np.array_equal(said(engine), said(engine, seed=0))
    assert not np.array_equal(first, said(engine, seed=8))


def test_a_model_may_ask_for_another_number_of_steps(bundle: Bundle) -> None:
    assert bundle.manifest.flow_steps == 3
    few = load_engine(bundle.with_flow_steps(1), 1, tell=lambda *_: None)
    own, asked = (load_engine(bundle.with_flow_steps(steps), 1, tell=lambda *_: None) for steps in (None, 3))
    assert np.array_equal(said(own), said(asked))
    assert said(few).shape == said(own).shape
    assert not np.array_equal(said(few), said(own))
    with pytest.raises(BundleError, match="101 flow steps are asked for; 1 to 100 are accepted"):
        bundle.with_flow_steps(101)


def test_voices_and_speeds_make_a_difference(engine: Synthesizer) -> None:
    (spoken,) = engine.speak(engine.prepare(TEXT))
    (slower,) = engine.speak(engine.prepare(TEXT, speed=0.5))
    assert slower.spoken_seconds == pytest.approx(2 * spoken.spoken_seconds, rel=0.1)
    assert (spoken.start, spoken.end, spoken.words) == (0, len(TEXT), ())
    assert engine.prepare(TEXT).voice == "en_male"
    assert engine.prepare("你好。").voice == engine.prepare("안녕하세요.").voice == "zh_female"
    assert not np.array_equal(said(engine, voice="zh_female"), said(engine, voice="en_male"))


def test_the_tag_of_a_language_goes_before_what_a_voice_was_not_recorded_in(
    engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = []

    def say(tokens: list[int], tag: int | None, *_: Any, **_asked: Any) -> list[int]:
        tags.append(tag)
        return [1, 2, 3]

    monkeypatch.setattr(engine._language, "say", say)
    for text, voice in (
        ("Hello.", "en_male"),
        ("Hello.", "zh_female"),
        ("你好。", "en_male"),
        ("<lang=yue>你好。</lang>", "zh_female"),
    ):
        said(engine, text, voice=voice)
    first = 280 + 2
    assert tags == [None, first, first + 1, first + 99]


@pytest.mark.parametrize(
    ("text", "asked", "message"),
    [
        pytest.param("Привет", {}, "a language written in Cyrillic script", id="a language that it does not speak"),
        pytest.param("OK", {"language": "fr"}, "language is 'fr'; this model speaks auto, en, ja, ko, yue, zh", id="named"),
        pytest.param("OK", {"voice": "zh_female+en_male"}, "does not mix voices", id="a mix"),
        pytest.param("OK", {"voice": "zh_femail"}, "zh_female, to name the nearest", id="a voice that it has not"),
        pytest.param("tomato", {"lexicon": {"tomato": "/təˈmɑːtəʊ/"}}, "reads letters and takes no ipa; a spelling", id="IPA"),
        pytest.param("重庆", {"lexicon": {"重庆": "pinyin:chong2 qing4"}}, "takes no pinyin", id="pinyin"),
        pytest.param("...", {}, "none of them can be spoken", id="nothing"),
        pytest.param("OK", {"speed": 5.0}, "speed is 5.0", id="a speed"),
        pytest.param("OK", {"instructions": "Whisper."}, "cosyvoice-300m-sft takes none; leave them out", id="instructions"),
    ],
)  # fmt: skip
def test_what_it_cannot_do_is_refused_before_it_speaks(
    engine: Synthesizer, text: str, asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        engine.prepare(text, **asked)


def test_a_lexicon_of_spellings_and_markup_are_read(engine: Synthesizer) -> None:
    prepared = engine.prepare("k8s", lexicon={"k8s": "Kubernetes"})
    assert prepared.script.chunks[0].phonemes.endswith("Kubernetes")
    slow = engine.prepare('<speak><prosody rate="50%">one</prosody><break time="2s"/>two</speak>', ssml=True)
    assert [chunk.rate for chunk in slow.script.chunks] == [0.5, 1.0]
    assert sum(len(u.samples) for u in engine.speak(slow)) > 2 * engine.sample_rate


@pytest.mark.parametrize("text", ["Word after word goes by. " * 400, "没有停顿的长句子" * 1_250, "x" * 10_000])
def test_ten_thousand_characters_are_said_in_chunks_of_a_bounded_size(engine: Any, text: str) -> None:
    chunks = engine.prepare(text[:10_000]).script.chunks
    assert "".join(chunk.text for chunk in chunks) == text[:10_000]
    assert max(engine._count(chunk.phonemes) for chunk in chunks) <= LIMITS.most


def test_it_stops_in_the_middle_of_a_chunk(bundle: Bundle) -> None:
    engine = load_engine(bundle, 1, tell=lambda *_: None)
    prepared = engine.prepare("Word after word goes by. " * 100)
    threading.Timer(0.2, engine.stop).start()
    started = time.monotonic()
    with pytest.raises(SpeechError) as caught:
        list(engine.speak(prepared))
    assert caught.value.fault == "engine"
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("base", "kind"),
    [
        pytest.param(SMALL.base, "none", id="all by ONNX Runtime"),
        pytest.param(512, native.cpu_class(), id="the vocoder by the native library"),
    ],
)
def test_prepared_weights_say_the_same(tmp_path: Path, base: int, kind: str | None) -> None:
    if kind is None:
        pytest.skip("the native library was not built: make native")
    bundle = a_bundle(tmp_path, sizes=replace(SMALL, base=base))
    plain = load_engine(bundle, 1, tell=lambda *_: None)
    weights = prepare(bundle, folder_of(bundle), lambda _: None)
    assert fit_of(bundle).vocoder.partition(".")[0] == kind
    assert ("sound.packed" in weights.files) == (base == 512)
    assert verify(weights) == []
    prepared = load_engine(bundle, 1)
    assert (plain.weights, prepared.weights) == ("plain", "prepared")
    first, second = said(plain, "the"), said(prepared, "the")
    assert np.abs(first).max() > 0.01
    assert np.allclose(first, second, atol=0.02 * np.abs(first).max())


def test_the_probe_tells_what_it_is_and_can(bundle: Bundle, tmp_path: Path) -> None:
    facts = probe.facts(BundleSettings(bundle.root, f"sha256:{bundle.manifest.digest}", 1, tmp_path / "log"))
    assert (facts.engine, facts.sample_rate) == ("cosyvoice", 22_050)
    assert (facts.mixes_voices, facts.tells_words, facts.takes_instructions, facts.flow_steps) == (
        False,
        False,
        False,
        3,
    )


def test_the_commands_say_list_and_verify_it(
    bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    times, root = tmp_path / "t.json", str(bundle.root)
    assert (
        main(["say", TEXT, "-o", str(tmp_path / "x.wav"), "--timestamps", str(times), "--seed", "3", "--bundle", root])
        == 0
    )
    assert [s["text"] for s in json.loads(times.read_text())["sentences"]] == [TEXT]
    assert main(["say", TEXT, "-o", str(tmp_path / "y.wav"), "--seed", "-1", "--bundle", root]) == 2
    assert "--seed is -1, expected 0 to 2147483647" in capsys.readouterr().err
    assert main(["voices", root]) == 0
    listed = capsys.readouterr()
    assert listed.out.splitlines() == [
        "zh_female       zh      default for ja, ko, yue, zh",
        "en_male         en      default for en",
    ]
    assert (
        "engine cosyvoice: mixes of them are not; tells when each sentence is heard, not each word; 3 flow steps\n"
        in listed.err
    )
    assert main(["verify", root]) == 0
    capsys.readouterr()
    (bundle.root / "step.onnx").write_bytes((bundle.root / "step.onnx").read_bytes() + b" ")
    try:
        assert main(["verify", root]) == 1
    finally:
        (bundle.root / "step.onnx").write_bytes((bundle.root / "step.onnx").read_bytes()[:-1])
    assert "step.onnx has" in capsys.readouterr().out


def test_convert_makes_the_bundle_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("voxpod_inference.engines.cosyvoice.conversion.bundle.convert.__defaults__", (SMALL,))
    checkpoint, pairs = a_checkpoint(tmp_path / "checkpoint"), a_tokenizer(tmp_path / "pairs.tiktoken")
    command = [
        "convert-cosyvoice",
        str(checkpoint),
        "--to",
        str(tmp_path / "made"),
        "--tokenizer",
        str(pairs),
        "--steps",
        "5",
    ]
    with monkeypatch.context() as broken:
        broken.setattr("voxpod_inference.engines.cosyvoice.conversion.vocoder.sound_graph", full_disk)
        assert main(command) == 1
    assert "cannot write" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint", "pairs.tiktoken"]
    assert main(command) == 0
    told = capsys.readouterr()
    assert f"bundle: {tmp_path / 'made'}" in told.out
    assert "writing step.onnx" in told.err
    assert json.loads((tmp_path / "made" / "manifest.json").read_text())["flow_steps"] == 5
    assert main(command) == 1
    assert "made is there already: name another folder, or remove it first" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*command, "--steps", "0"])
    assert "'0' is no number from 1 to 100" in capsys.readouterr().err


def full_disk(*_: Any) -> Any:
    raise OSError(28, "No space left on device")


def test_a_speaker_of_ones_own_is_a_voice_under_the_name_given(tmp_path: Path) -> None:
    from cosyvoice_checkpoint import save_speakers

    checkpoint = a_checkpoint(tmp_path / "checkpoint")
    save_speakers(checkpoint, ("中文女", "Ánna 2"))
    choices = Choices(1, True, a_tokenizer(tmp_path / "pairs.tiktoken"), ("Ánna 2=anna:en-GB",))
    convert(checkpoint, tmp_path / "made", choices, lambda _what, _share: None, SMALL)
    manifest = open_bundle(tmp_path / "made").manifest
    assert (manifest.voices, manifest.default_voices["en"]) == ({"zh_female": "zh", "anna": "en-GB"}, "anna")
