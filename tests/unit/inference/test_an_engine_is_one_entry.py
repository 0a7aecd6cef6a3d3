"""What docs/engines.md promises: an engine is its code and one entry; all else follows from the entry and the bundle's manifest."""

import ast
import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import toy_engine
from toy_engine import TOY, make_bundle
from voxpod_inference import probe
from voxpod_inference.bundle import Bundle
from voxpod_inference.cli import main
from voxpod_inference.engines.registry import ENGINES, engine_of, load, load_engine
from voxpod_inference.errors import BundleError, InputError
from voxpod_inference.prepare import prepare, prune
from voxpod_inference.prepared import fit_of, folder_of
from voxpod_inference.settings import BundleSettings
from voxpod_inference.text.pronunciation import ALPHABETS
from voxpod_inference.timestamps import SpokenTimes

ROOT = Path(__file__).parents[3]


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    """A bundle of the toy, which is registered meanwhile."""
    monkeypatch.setitem(ENGINES, TOY.name, TOY)
    return make_bundle(tmp_path / "toy")


def test_it_speaks_with_voices_pauses_speeds_and_word_times(bundle: Bundle) -> None:
    model = load_engine(bundle, 1)
    assert (model.engine, model.weights, model.sample_rate) == (TOY, "plain", 24_000)
    text = "Coffee, toast. OK."
    (utterance,) = model.speak(model.prepare(text))
    assert [text[word.start : word.end] for word in utterance.words] == ["Coffee", "toast", "OK"]
    assert all(0 < word.begins < word.ends <= utterance.spoken_seconds for word in utterance.words)
    assert np.abs(utterance.samples).max() == pytest.approx(0.3, abs=0.01)
    (slower,) = model.speak(model.prepare(text, speed=0.5))
    assert slower.spoken_seconds == pytest.approx(2 * utterance.spoken_seconds, rel=0.1)
    assert model.prepare(text).voice == "beep"
    assert model.prepare(text, voice="boop").voice == "boop"


def test_the_probe_tells_what_it_is_and_can(bundle: Bundle, tmp_path: Path) -> None:
    facts = probe.facts(BundleSettings(bundle.root, f"sha256:{bundle.manifest.digest}", 1, tmp_path / "log"))
    assert (facts.engine, facts.voices, facts.languages) == ("toy", ("beep", "boop"), ("en",))
    assert (facts.mixes_voices, facts.tells_words) == (False, True)
    assert (facts.takes_instructions, facts.flow_steps) == (False, 0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({"voice": "beep+boop"}, "'beep+boop'; toy does not mix voices, it has beep, boop", id="a mix"),
        pytest.param({"voice": "bip"}, "voice is 'bip'; toy has beep", id="a voice that it has not"),
        pytest.param({"language": "zh"}, "language is 'zh'; this model speaks auto, en", id="a language"),
        pytest.param({"speed": 5.0}, "speed is 5.0", id="a speed"),
        pytest.param(
            {"instructions": "Whisper."},
            "instructions are given, but toy takes none; leave them out",
            id="instructions",
        ),
    ],
)
def test_what_it_cannot_do_is_refused_by_name(bundle: Bundle, asked: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        load_engine(bundle, 1).prepare("OK", **asked)  # type: ignore[arg-type]


def test_text_in_a_language_that_it_does_not_speak_is_refused_with_its_place(bundle: Bundle) -> None:
    with pytest.raises(
        InputError, match=r"characters 4 to 6 of the text \('你好'\) are in Mandarin \(zh\); this model speaks en"
    ):
        load_engine(bundle, 1).prepare("OK, 你好")


def test_times_of_words_are_refused_before_anything_is_said(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    wordless = dataclasses.replace(TOY, tells_words=False)
    monkeypatch.setattr(toy_engine.Toy, "engine", wordless)
    monkeypatch.setitem(ENGINES, TOY.name, wordless)
    with pytest.raises(InputError, match="timestamps is 'word', but this model does not tell"):
        SpokenTimes("OK", 24_000).document("word", [])
    times = tmp_path / "t.json"
    arguments = ["say", "OK.", "-o", tmp_path / "x.wav", "--timestamps", times, "--bundle", bundle.root]
    assert main(list(map(str, arguments))) == 0
    assert '"sentences"' in times.read_text() and '"words"' not in times.read_text()
    assert main(["voices", str(bundle.root)]) == 0
    assert "engine toy: mixes of them are not; tells when each sentence is heard" in capsys.readouterr().err


def test_its_weights_are_prepared_as_its_recipe_says(bundle: Bundle) -> None:
    root = folder_of(bundle)
    weights = prepare(bundle, root, lambda _: None)
    assert {"toy.onnx", "toy.onnx.data"} == set(weights.files)
    assert fit_of(bundle).vocoder == "none"
    model = load_engine(bundle, 1)
    assert model.weights == "prepared"
    assert sum(len(u.samples) for u in model.speak(model.prepare("Coffee."))) > 0
    assert prune(bundle, root) == []


def test_a_bundle_without_one_of_its_files_says_which_and_what_is_needed(bundle: Bundle) -> None:
    files = {name: entry for name, entry in bundle.manifest.files.items() if name != "toy.onnx"}
    cut = dataclasses.replace(bundle, manifest=dataclasses.replace(bundle.manifest, files=files))
    with pytest.raises(
        BundleError, match=r"has no toy\.onnx; this version of Voxpod needs a bundle that engine toy can read"
    ):
        load_engine(cut, 1)


def test_steps_for_a_model_that_takes_none_are_refused(bundle: Bundle, tmp_path: Path) -> None:
    settings = BundleSettings(bundle.root, f"sha256:{bundle.manifest.digest}", 1, tmp_path / "log", flow_steps=5)
    for tell in (load, probe.facts):
        with pytest.raises(BundleError, match="5 flow steps are asked for, but toy takes none: leave flowSteps out"):
            tell(settings)


def test_an_engine_that_this_version_has_not_is_named_beside_those_that_it_has(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "toy")
    with pytest.raises(BundleError, match=f"names engine 'toy'; this version has {', '.join(ENGINES)}"):
        engine_of(bundle)


def test_nothing_of_an_engine_is_imported_before_its_bundle_asks_for_it() -> None:
    code = "import sys; from voxpod_inference import cli, worker; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    imported = set(done.stdout.split())
    of_engines = {name for name in imported if name.startswith("voxpod_inference.engines.")}
    light = {"base", "entry", "registry", *(f"{name}_files" for name in ENGINES)}
    assert of_engines == {f"voxpod_inference.engines.{name}" for name in light}
    assert "onnxruntime" not in imported


def test_each_entry_leads_to_its_code() -> None:
    for name, engine in ENGINES.items():
        assert engine.name == name
        assert getattr(engine.code(), "engine") is engine  # noqa: B009  what makes a Synthesizer is a class here
        assert set(engine.recipe.graphs) <= set(engine.files)


NAMES = re.compile("|".join(ENGINES), re.IGNORECASE)
SOURCES = ("crds/src", "operator/src", "api/src", "inference_image/src")


def spoken_names(tree: ast.AST) -> Iterator[str]:
    """Identifiers, imports and texts of a module, but for its documentation."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    notes = {
        id(node.value)
        for part in ast.walk(tree)
        if isinstance(part, documented)
        for node in part.body
        if isinstance(node, ast.Expr)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in notes:
                yield text
            case ast.Name(id=text) | ast.Attribute(attr=text) | ast.alias(name=text) | ast.arg(arg=text):
                yield text
            case ast.ImportFrom(module=str(text)) | ast.FunctionDef(name=text) | ast.ClassDef(name=text):
                yield text


def test_nothing_outside_of_the_engines_knows_the_name_of_one() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for folder in SOURCES
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "engines" not in path.relative_to(ROOT).parts
        for text in spoken_names(ast.parse(path.read_text(encoding="utf-8")))
        if NAMES.search(text) and text not in ALPHABETS
    ]
    assert found == []
