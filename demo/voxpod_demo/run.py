"""Requests from applying to audio: shown while they go, checked when they end."""

import secrets
import time
from collections.abc import Sequence
from pathlib import Path

from voxpod_crds.tts_request import Phase, TTSRequest
from voxpod_demo import diagnose, scene
from voxpod_demo.audio import check_wav
from voxpod_demo.errors import DemoError
from voxpod_demo.kubectl import Json, Kubectl
from voxpod_demo.progress import Progress
from voxpod_demo.reach import STORE, reached
from voxpod_demo.report import LEGEND, refusals, shown, summary_table
from voxpod_demo.scene import RUN_LABEL, Line
from voxpod_demo.store import Downloads, credentials
from voxpod_demo.targets import Target
from voxpod_demo.terminal import Terminal
from voxpod_demo.view import RequestView, view_of
from voxpod_demo.watching import follow

REQUESTS = "ttsrequests.voxpod.dev"


def run(target: Target, lines: Sequence[Line], terminal: Terminal, timeout_seconds: float, audio: Path) -> bool:
    """Apply, follow to the end, print the table, download; whether each ended as it is meant to."""
    kubectl = target.kubectl()
    label = secrets.token_hex(4)
    kubectl.apply(scene.requests(lines, label))
    ended = _follow(kubectl, lines, label, terminal, timeout_seconds)
    views = [view_of(ended[f"{line.namespace}/{line.name}"]) for line in lines]
    if any(view.audio for view in views):
        terminal.say()
        terminal.console.print(summary_table(views))
        terminal.console.print(LEGEND, style="dim")
    files = _download(target, [TTSRequest.model_validate(one) for one in ended.values()], audio)
    _tell(terminal, lines, views, files)
    unexpected = [view for line, view in zip(lines, views, strict=True) if view.phase != line.ends]
    # why one was rejected has been said, and nothing that ran can tell more
    puzzling = [view for view in unexpected if view.phase != Phase.REJECTED]
    if puzzling:
        raise DemoError(
            f"{len(puzzling)} of {len(lines)} requests did not end as they should",
            details=diagnose.requests(kubectl, puzzling),
            try_next=diagnose.LOOK,
        )
    return not unexpected


def delete_earlier(kubectl: Kubectl) -> int:
    """Remove the requests of earlier runs, running ones with their sandboxes; how many there were."""
    told = kubectl.text(
        "delete", REQUESTS, "--all-namespaces", f"--selector={RUN_LABEL}", "--timeout=60s", "--ignore-not-found"
    )
    return sum("deleted" in line for line in told.splitlines())


def _follow(
    kubectl: Kubectl, lines: Sequence[Line], label: str, terminal: Terminal, timeout_seconds: float
) -> dict[str, Json]:
    """The requests as they ended, by key; DemoError with a diagnosis when time is over or one is deleted."""
    keys = [f"{line.namespace}/{line.name}" for line in lines]
    latest: dict[str, Json] = {}
    deadline = time.monotonic() + timeout_seconds
    with Progress(terminal.console, keys) as progress:
        for event in follow(kubectl, REQUESTS, "--all-namespaces", f"--selector={RUN_LABEL}={label}"):
            if event is not None:
                view = view_of(event)
                latest[view.key] = event
                progress.show(view)
                if len(latest) == len(keys) and all(view_of(one).ended for one in latest.values()):
                    return latest
            if time.monotonic() > deadline:
                break
    views = [view for view in map(view_of, latest.values()) if not view.ended]
    raise DemoError(
        f"{len(keys) - len(latest) + len(views)} of {len(keys)} requests have not ended within {timeout_seconds:.0f} s"
        " (VOXPOD_DEMO_TIMEOUT)",
        details=diagnose.requests(kubectl, views),
        try_next=["kubectl get ttsr -A -w", *diagnose.LOOK],
    )


def _download(target: Target, requests: Sequence[TTSRequest], folder: Path) -> dict[str, Path]:
    """The audio of those that have some, by request; every file checked against the request's status."""
    found = [
        (str(request.metadata.key), request.status.audio) for request in requests if request.status.audio is not None
    ]
    if not found:
        return {}
    files = {}
    with reached(target, STORE) as endpoint:
        downloads = Downloads(endpoint, credentials(target.kubectl()))
        for key, promised in found:
            file = folder / f"{key}.{promised.format}"
            downloads.fetch(promised.uri, file)
            check_wav(file, promised)
            files[key] = file
    return files


def _tell(terminal: Terminal, lines: Sequence[Line], views: Sequence[RequestView], files: dict[str, Path]) -> None:
    for line in refusals(views):
        terminal.say()
        terminal.console.print(line, markup=False)
    if not files:
        return
    terminal.say()
    what = "1 WAV file" if len(files) == 1 else f"{len(files)} WAV files"
    terminal.say(f"{what}, fetched by presigned URL; length, loudness and SHA-256 are right:")
    texts = {f"{line.namespace}/{line.name}": line.text for line in lines}
    for key, file in files.items():
        # cut by columns, not characters: Chinese and Japanese take two each
        terminal.console.print(
            f"  {shown(file, Path.cwd()):<36} {texts[key]}", markup=False, no_wrap=True, overflow="ellipsis", crop=True
        )
