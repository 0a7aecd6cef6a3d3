"""`up`: from nothing to speech, and how to go on."""

import time
from pathlib import Path

from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.speech_model import SpeechModel
from voxpod_demo import calls, diagnose, kind, local, scene
from voxpod_demo.announce import announcement, look, work_ahead
from voxpod_demo.capacity import sandbox_cpu
from voxpod_demo.choice import Choice
from voxpod_demo.errors import DemoError
from voxpod_demo.kubectl import DEMO_LABEL, Kubectl, label_of
from voxpod_demo.release import Helm, make_namespaces, values
from voxpod_demo.run import delete_earlier, run
from voxpod_demo.session import chosen
from voxpod_demo.settings import FAST_MODEL, MODEL, SYSTEM_NAMESPACE, Settings
from voxpod_demo.targets import Prepared, Target
from voxpod_demo.terminal import Step, Terminal
from voxpod_demo.watching import follow

HOPELESS = (Reason.BUNDLE_INVALID, Reason.SOURCE_NOT_ALLOWED)
"""Reasons of a SpeechModel that does not become Ready by waiting."""

NEXT = (
    ("make demo-shell", "a shell for it, in which:"),
    ("  kubectl get ttsr -A -w", "the requests as they change"),
    ("  kubectl describe ttsr -n globex typo-voice", "why one was refused"),
    ('make demo-say TEXT="Your own words."', "another request, to a WAV file"),
    ("make demo-down", "take all of it away"),
)


def up(settings: Settings, terminal: Terminal, audio: Path) -> bool:
    """The whole demo; whether every request ended as it is meant to."""
    started = time.monotonic()
    choice, target = chosen(settings)
    terminal.say(f"Cluster: {target.title}, because {choice.why}.")
    _announce(choice, settings, terminal)
    prepared = target.prepare(terminal)
    kubectl = target.kubectl()
    _install(target, prepared, settings, terminal)
    with terminal.step("Scene") as step:
        step.result = _set_the_scene(kubectl, prepared, settings.timeout_seconds, step)
    terminal.say()
    good = run(target, scene.LINES, terminal, settings.timeout_seconds, audio)
    if good:
        _how_to_call(target, terminal, audio)
        _go_on(choice, settings, terminal, time.monotonic() - started)
    return good


def _announce(choice: Choice, settings: Settings, terminal: Terminal) -> None:
    missing = local.programs_missing() if choice.kind == "local" else []
    cached = look(settings.cache, missing, kind_runs=choice.kind == "kind" and kind.runs())
    for line in announcement(work_ahead(choice.kind, cached), settings.cache):
        terminal.say(line)
    terminal.say()


def _install(target: Target, prepared: Prepared, settings: Settings, terminal: Terminal) -> None:
    kubectl = target.kubectl()
    with terminal.step("Install") as step:
        make_namespaces(kubectl, [SYSTEM_NAMESPACE, *(tenant.name for tenant in scene.TENANTS)])
        chosen_values = values(
            prepared.images,
            prepared.model.root,
            target.node_address(),
            user_namespaces=target.user_namespaces,
            key=calls.entry_of(calls.kept_key(kubectl)),
            fast_model=FAST_MODEL if prepared.fast is not None else "",
        )
        try:
            Helm(target.helm(), kubectl).install(chosen_values, settings.values_file, settings.timeout_seconds, step)
        except DemoError as error:
            details = [*error.details, *diagnose.installation(kubectl)]
            raise DemoError(str(error), details=details, try_next=error.try_next or diagnose.LOOK) from error
        step.result = f"chart voxpod in {SYSTEM_NAMESPACE}: CRDs, operator, HTTP API, MinIO"


def _set_the_scene(kubectl: Kubectl, prepared: Prepared, timeout_seconds: float, step: Step) -> str:
    """Tenants and models, and none of an earlier run's requests; returns once the models are Ready."""
    model, fast = prepared.model, prepared.fast
    names = [MODEL] if fast is None else [MODEL, FAST_MODEL]
    for kind_name, thing in (
        *(("speechmodels.voxpod.dev", name) for name in names),
        *(("tenants.voxpod.dev", t.name) for t in scene.TENANTS),
    ):
        existing = kubectl.get(kind_name, thing)
        if existing is not None and not label_of(existing, DEMO_LABEL):
            raise DemoError(f"{kind_name} {thing} is there already, and the demo did not make it: it is left as it is")
    delete_earlier(kubectl)
    cpu = sandbox_cpu(kubectl.items("nodes"), kubectl.items("pods", "--all-namespaces"))
    also = [scene.fast_model(fast.path, fast.digest)] if fast is not None else []
    kubectl.apply([scene.speech_model(model.path, model.digest, cpu), *also, *scene.tenants()])
    ready = [f"{name}: {_wait_for_model(kubectl, name, timeout_seconds, step)}" for name in names]
    step.say(f"each of {scene.MAX_SANDBOXES} sandboxes of {MODEL} gets {cpu} CPU")
    return f"models {'; '.join(ready)}; tenants {', '.join(tenant.name for tenant in scene.TENANTS)}"


def _wait_for_model(kubectl: Kubectl, name: str, timeout_seconds: float, step: Step) -> str:
    """What a model's Ready condition says once it is true."""
    deadline, said = time.monotonic() + timeout_seconds, ""
    for event in follow(kubectl, "speechmodels.voxpod.dev", name):
        if event is not None:
            seen = SpeechModel.model_validate(event)
            ready = find_condition(seen.status.conditions, ConditionType.READY)
            if ready is not None and ready.observed_generation == seen.metadata.generation:
                if ready.status == "True":
                    return ready.message
                said = f"{ready.reason}: {ready.message}"
                step.say(said)
                if ready.reason in HOPELESS:
                    break
        if time.monotonic() > deadline:
            break
    raise DemoError(
        f"SpeechModel {name} did not become Ready: {said or 'the operator said nothing about it'}",
        details=[*diagnose.sandbox_warnings(kubectl, "probe-"), *diagnose.operator_log(kubectl, name)],
        try_next=[f"kubectl describe speechmodel {name}", *diagnose.LOOK],
    )


def _how_to_call(target: Target, terminal: Terminal, audio: Path) -> None:
    way = calls.way_of(target)
    terminal.say()
    terminal.raw(f"The HTTP API, and a page for your browser: {way.url}")
    terminal.raw(f"A key for both, of tenant {calls.NAMESPACE}: {way.key}")
    if way.meanwhile:
        terminal.raw(f"They answer while this runs: {' '.join(way.meanwhile)}")
    terminal.raw("Three ways to ask, as they are:")
    for command in calls.one_liners(way, target.kubectl(), audio, Path.cwd()):
        terminal.raw(f"  {command}")


def _go_on(choice: Choice, settings: Settings, terminal: Terminal, seconds: float) -> None:
    with_context = f", with KUBECONTEXT={settings.context} set" if choice.kind == "named" else ""
    terminal.say()
    terminal.say(f"Done in {seconds:.0f} s. To go on{with_context}:")
    for command, what in NEXT:
        terminal.raw(f"  {command:<46} {what}")
