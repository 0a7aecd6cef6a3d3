"""What Job controller, kubelet and sandbox do with a Job, played over the operator's real dispatch endpoint."""

import asyncio
import hashlib
import json
import ssl
import time

import aiohttp

from builders import DIGEST
from operator_world import World
from resource_bodies import Json
from voxpod_crds.sandbox_protocol import (
    VERSION,
    VERSION_HEADER,
    Audio,
    NodeFacts,
    Progress,
    Report,
    TimestampsObject,
    Timings,
    Work,
    termination_message,
    to_json,
    work_from_json,
)
from voxpod_operator.cluster.kinds import JOB, POD


async def play_sandbox(world: World, job: Json) -> None:
    """What Job controller, kubelet and sandbox do between them, in 20 ms."""
    name, namespace = job["metadata"]["name"], job["metadata"]["namespace"]
    labels = job["spec"]["template"]["metadata"]["labels"]
    meta = {"name": f"{name}-abcde", "labels": labels, "ownerReferences": [controlled_by(job)]}
    pod = await world.create(POD, {"metadata": meta, "status": {"phase": "Pending"}}, namespace)
    if labels["voxpod.dev/role"] == "probe":
        facts = {
            "digest": DIGEST.removeprefix("sha256:"),
            "voices": ["af_heart", "zf_xiaobei"],
            "languages": ["en", "zh", "ja"],
            "sample_rate": 24000,
            **world.facts,
        }
        await finish_pod(world, pod, name, json.dumps(facts), True)
        return
    if labels["voxpod.dev/role"] == "delivery":
        made = NodeFacts(DIGEST.removeprefix("sha256:"), "prepared")
        await finish_pod(world, pod, name, termination_message(made), True)
        return
    if world.kubelet is not None:
        await world.kubelet(world, job, pod)
        return
    if world.sandboxes_silent:
        return
    token, tls = await world.token_of(pod), pinned_by(job)
    work = await claim(world, token, tls)
    if work is None:
        await finish_pod(world, pod, name, "", True)
        return
    await pause(world, "claimed")
    report = (world.synthesize or speak)(world, work)
    await pause(world, "stored")
    await post_result(world, token, report, tls)
    await finish_pod(world, pod, name, termination_message(report), report.audio is not None)


async def pause(world: World, where: str) -> None:
    """Wait for the test if it wants to do something just here."""
    if world.pause_at == where:
        await world.resume.wait()


def speak(world: World, work: Work, audio: bytes = b"", times_told: Json | None = None) -> Report:
    """Store some audio, which holds the text where none is given, and times if they are asked for, and report them."""
    audio = audio or b"RIFF" + work.text.encode()
    world.store.objects[work.upload.url.removeprefix("memory:")] = audio
    made = Audio(
        hashlib.sha256(audio).hexdigest(),
        hashlib.md5(audio).hexdigest(),
        len(audio),
        1.5,
        work.sample_rate or 24000,
        work.format,
        work.voice or "af_heart",
    )
    times = None
    if work.timestamps_upload is not None:
        sentence = {"text": work.text, "startSeconds": 0, "endSeconds": 1.5}
        document = json.dumps(times_told or {"version": 1, "sentences": [sentence]}).encode()
        world.store.objects[work.timestamps_upload.url.removeprefix("memory:")] = document
        times = TimestampsObject(hashlib.sha256(document).hexdigest(), hashlib.md5(document).hexdigest(), len(document))
    return Report(work.request_uid, Timings(boot_ms=1, synthesis_ms=750, upload_ms=3), audio=made, timestamps=times)


def controlled_by(job: Json) -> Json:
    """The owner reference that the Job controller gives a Job's pod."""
    meta = job["metadata"]
    return {"apiVersion": "batch/v1", "kind": "Job", "name": meta["name"], "uid": meta["uid"], "controller": True}


def pinned_by(job: Json) -> ssl.SSLContext:
    """Trusts what the Job was made with, and nothing else."""
    env = {e["name"]: e.get("value", "") for e in job["spec"]["template"]["spec"]["containers"][0]["env"]}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=env["VOXPOD_DISPATCH_CA_PEM"])
    return context


async def claim(world: World, token: str, tls: ssl.SSLContext | bool = True) -> Work | None:
    """Ask for work until there is some (None: not wanted)."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            async with world.http.get(
                f"https://voxpod-dispatch:{world.dispatch_port}/v1/claim?wait=1",
                headers={"Authorization": f"Bearer {token}", VERSION_HEADER: str(VERSION)},
                ssl=tls,
            ) as response:
                if response.status == 200:
                    work = work_from_json(await response.read())
                    world.claims.append(work.request_uid)
                    return work
                if response.status in (409, 410):
                    return None
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.05)
    return None


async def tell(world: World, token: str, progress: Progress) -> int:
    """Tell what the sandbox is at; the answer's status."""
    async with world.http.post(
        f"https://voxpod-dispatch:{world.dispatch_port}/v1/progress",
        data=to_json(progress).encode(),
        headers={"Authorization": f"Bearer {token}", VERSION_HEADER: str(VERSION)},
    ) as response:
        return response.status


async def post_result(world: World, token: str, report: Report, tls: ssl.SSLContext | bool = True) -> int:
    """Report until somebody answers; the last status. True trusts the authority that the world began with."""
    status = 0
    for _ in range(40):
        try:
            async with world.http.post(
                f"https://voxpod-dispatch:{world.dispatch_port}/v1/result",
                data=to_json(report).encode(),
                headers={"Authorization": f"Bearer {token}"},
                ssl=tls,
            ) as response:
                status = response.status
                if status < 500:
                    return status
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.05)
    return status


async def finish_pod(world: World, pod: Json, job: str, message: str, ok: bool) -> None:
    """The kubelet and the Job controller tell how the pod ended; both may be gone by now."""
    namespace = pod["metadata"]["namespace"]
    terminated = {"reason": "Completed" if ok else "Error", "exitCode": 0 if ok else 1, "message": message}
    if world.stored(POD, namespace, pod["metadata"]["name"]):
        await world.patch(
            POD,
            namespace,
            pod["metadata"]["name"],
            {
                "status": {
                    "phase": "Succeeded" if ok else "Failed",
                    "containerStatuses": [{"state": {"terminated": terminated}}],
                }
            },
            "status",
        )
    if world.stored(JOB, namespace, job):
        await world.patch(
            JOB,
            namespace,
            job,
            {"status": {"conditions": [{"type": "Complete" if ok else "Failed", "status": "True"}]}},
            "status",
        )
