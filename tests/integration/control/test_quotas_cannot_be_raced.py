"""Limits under crowds, and at the edges of a request's life, seen through a whole operator."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_crds.sandbox_protocol import Failure, Report, Timings, Work
from voxpod_operator import context
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST


@pytest.fixture(autouse=True)
def settled_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "COUNTS_DELAY_SECONDS", 0.2)


def ledger(world: World, tenant: str = "acme") -> dict[str, Any]:
    return dict((world.stored(TENANT, None, tenant) or {}).get("status") or {})


def used(world: World) -> tuple[int, int, float]:
    usage = ledger(world).get("usage") or {}
    return usage.get("requests", 0), usage.get("characters", 0), usage.get("audioSeconds", 0.0)


async def nothing_is_held(world: World) -> None:
    await world.until(lambda: ledger(world).get("usage") and not ledger(world).get("holds"), "nothing is held", 20)


def ended(world: World, *phases: str) -> int:
    return sum((r.get("status") or {}).get("phase") in phases for r in world.all_of(TTS_REQUEST))


def condition(world: World, kind: str) -> tuple[str, str]:
    found = [c for c in ledger(world).get("conditions") or [] if c["type"] == kind]
    return (found[0]["status"], found[0]["reason"]) if found else ("", "")


async def a_tenant_and_a_model(world: World, **quota: Any) -> None:
    await world.create(TENANT, a_tenant_body(quota=quota))
    await world.create(SPEECH_MODEL, a_model_body(warmPool={"maxSandboxes": 20}))


@pytest.mark.parametrize("round_", range(5))
async def test_fifty_at_once_against_ten_a_day_admit_exactly_ten(crowded: World, round_: int) -> None:
    await a_tenant_and_a_model(crowded, requestsPerDay=10)
    async with running_operator(crowded):
        await asyncio.gather(*(crowded.create(TTS_REQUEST, a_request_body(f"r{n}"), "acme") for n in range(50)))
        await crowded.until(lambda: ended(crowded, "Succeeded", "Rejected") == 50, "all are over", 60)
        await nothing_is_held(crowded)
    assert ended(crowded, "Succeeded") == len(crowded.claims) == 10
    assert {crowded.reason(f"r{n}", "Complete") for n in range(50)} == {"Succeeded", "DailyQuotaExceeded"}
    assert used(crowded) == (10, 60, 15.0)
    assert condition(crowded, "QuotaPressure") == ("True", "QuotaUsedUp")


async def test_an_admission_and_a_charge_are_two_writes_of_the_tenant_for_many_requests(crowded: World) -> None:
    """What one request costs alone, a crowd shares."""
    versions: list[str] = []
    await a_tenant_and_a_model(crowded)
    played = crowded.kube.on_change

    def count(method: str, plural: str, raw: dict[str, Any]) -> None:
        if plural == "tenants":
            versions.append(raw["metadata"]["resourceVersion"])
        if played is not None:
            played(method, plural, raw)

    async with running_operator(crowded):
        await crowded.until(lambda: condition(crowded, "Ready")[0] == "True", "the tenant is ready")
        crowded.kube.on_change, before = count, len(versions)
        await asyncio.gather(*(crowded.create(TTS_REQUEST, a_request_body(f"r{n}"), "acme") for n in range(40)))
        await crowded.until(lambda: ended(crowded, "Succeeded") == 40, "all are over", 60)
        await nothing_is_held(crowded)
    assert len(versions) - before <= 40, "more than one write of the Tenant a request"


async def test_a_failure_that_is_not_the_tenants_costs_nothing_and_one_by_its_input_a_request(crowded: World) -> None:
    def fail(world: World, work: Work) -> Report:
        fault = "engine" if work.text == "engine" else "input"
        reason = "EngineFailed" if fault == "engine" else "InputRefused"
        return Report(work.request_uid, Timings(), failure=Failure(fault, reason, "no"))  # type: ignore[arg-type]

    crowded.synthesize = fail
    await a_tenant_and_a_model(crowded, charactersPerDay=1000)
    async with running_operator(crowded):
        for text in ("engine", "input"):
            await crowded.create(TTS_REQUEST, a_request_body(text, text), "acme")
        await crowded.until(lambda: ended(crowded, "Failed") == 2, "both failed")
        await nothing_is_held(crowded)
    assert used(crowded) == (1, 0, 0.0)


async def test_deleting_gives_back_nothing_of_work_that_was_begun_and_all_of_what_was_not(crowded: World) -> None:
    await a_tenant_and_a_model(crowded)
    crowded.pause_at = "claimed"
    async with running_operator(crowded):
        await crowded.create(TTS_REQUEST, a_request_body("begun"), "acme")
        await crowded.until(lambda: crowded.phase("begun") == "Running", "it runs")
        crowded.sandboxes_silent = True
        await crowded.create(TTS_REQUEST, a_request_body("starting"), "acme")
        await crowded.until(lambda: len(ledger(crowded).get("holds", [])) == 2, "both are held")
        for name in ("begun", "starting"):
            await crowded.delete(TTS_REQUEST, "acme", name)
        await nothing_is_held(crowded)
    assert used(crowded)[:2] == (1, 6)


async def test_what_was_deleted_while_no_operator_ran_is_charged_as_held(crowded: World) -> None:
    await a_tenant_and_a_model(crowded)
    crowded.pause_at = "claimed"
    async with running_operator(crowded):
        await crowded.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await crowded.until(lambda: crowded.phase("hello") == "Running", "it runs")
    await crowded.delete(TTS_REQUEST, "acme", "hello")
    async with running_operator(crowded):
        await nothing_is_held(crowded)
    assert used(crowded)[:2] == (1, 6)


async def test_over_the_rate_a_request_waits_with_its_place_and_goes_when_the_limit_is_raised(crowded: World) -> None:
    await a_tenant_and_a_model(crowded, requestsPerMinute=2)
    async with running_operator(crowded):
        for number in range(4):
            await crowded.create(TTS_REQUEST, a_request_body(f"r{number}"), "acme")
        await crowded.until(lambda: ended(crowded, "Succeeded") == 2, "two of them")
        late = [f"r{n}" for n in range(4) if crowded.phase(f"r{n}") != "Succeeded"]
        await crowded.until(
            lambda: [crowded.reason(name, "Admitted") for name in late] == ["WaitingForRate"] * 2, "the others are told"
        )
        places = [(crowded.stored(TTS_REQUEST, "acme", n) or {})["status"]["queuePosition"] for n in late]
        assert sorted(places) == [1, 2]
        quota = {"spec": {"quota": {"requestsPerMinute": 100}}, "metadata": {"generation": 2}}
        await crowded.patch(TENANT, "", "acme", quota)
        await crowded.until(lambda: ended(crowded, "Succeeded") == 4, "all of them")


async def test_what_fits_only_if_others_end_below_their_hold_waits_for_them(crowded: World) -> None:
    crowded.sandboxes_silent = True
    await a_tenant_and_a_model(crowded, charactersPerDay=20)
    async with running_operator(crowded):
        for name in ("a", "b", "c"):
            await crowded.create(TTS_REQUEST, a_request_body(name, "12345678"), "acme")
        names = ("a", "b", "c")
        await crowded.until(
            lambda: sorted(crowded.reason(n, "Admitted") for n in names) == ["Admitted", "Admitted", "WaitingForQuota"],
            "two are admitted, one waits",
        )
        waits = next(n for n in names if crowded.reason(n, "Admitted") == "WaitingForQuota")
        assert ledger(crowded)["remaining"] == {"characters": 4}
        first = next(n for n in names if n != waits)
        await crowded.patch(TTS_REQUEST, "acme", first, {"spec": {"cancel": True}})
        await crowded.until(lambda: crowded.reason(waits, "Admitted") == "Admitted", "the third is admitted")
    assert used(crowded) == (0, 0, 0.0)


async def test_now_or_never_means_now(crowded: World) -> None:
    crowded.sandboxes_silent = True
    await a_tenant_and_a_model(crowded, concurrentRequests=1)
    async with running_operator(crowded):
        await crowded.create(TTS_REQUEST, a_request_body("before"), "acme")
        await crowded.until(lambda: crowded.reason("before", "Admitted") == "Admitted", "the model is ready")
        await crowded.patch(TTS_REQUEST, "acme", "before", {"spec": {"cancel": True}})
        await crowded.until(lambda: crowded.phase("before") == "Cancelled", "there is room")
        await crowded.create(TTS_REQUEST, a_request_body("first", maxWaitSeconds=0), "acme")
        await crowded.until(lambda: crowded.reason("first", "Admitted") == "Admitted", "there is room")
        await crowded.create(TTS_REQUEST, a_request_body("second", maxWaitSeconds=0), "acme")
        await crowded.create(TTS_REQUEST, a_request_body("third", maxWaitSeconds=2), "acme")
        await crowded.until(lambda: crowded.phase("second") == "Rejected", "the second is not patient")
        assert crowded.reason("second", "Complete") == "WaitingForConcurrency"
        await crowded.until(lambda: crowded.phase("third") == "Rejected", "nor is the third")
        assert "within 2 s of creation" in crowded.message("third", "Complete")


async def test_a_time_zone_that_does_not_exist_is_told(crowded: World) -> None:
    await a_tenant_and_a_model(crowded, timeZone="Mars/Olympus")
    async with running_operator(crowded):
        await crowded.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await crowded.until(lambda: condition(crowded, "Ready") == ("False", "TimeZoneUnknown"), "it is told")
        await crowded.until(lambda: crowded.reason("hello", "Admitted") == "WaitingForTenant", "its request waits")


async def test_requests_one_after_another_cost_five_and_a_half_writes_each_at_most(
    crowded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A charge shares its write with the hold of the request that follows."""
    monkeypatch.setattr(context, "COUNTS_DELAY_SECONDS", 0.5)
    await a_tenant_and_a_model(crowded, requestsPerDay=1000)
    stored: Counter[str] = Counter()
    played = crowded.kube.on_change

    def count(method: str, plural: str, raw: dict[str, Any]) -> None:
        if (method, plural) == ("POST", "jobs") or (method == "PATCH" and plural not in ("jobs", "pods")):
            stored[plural] += 1
        if played is not None:
            played(method, plural, raw)

    async with running_operator(crowded):
        await crowded.create(TTS_REQUEST, a_request_body("before"), "acme")
        await crowded.until(lambda: crowded.phase("before") == "Succeeded", "all is ready")
        await nothing_is_held(crowded)
        crowded.kube.on_change = count
        for number in range(8):
            await crowded.create(TTS_REQUEST, a_request_body(f"r{number}"), "acme")
            await crowded.until(lambda n=number: crowded.phase(f"r{n}") == "Succeeded", "it is over")  # type: ignore[misc]
        await nothing_is_held(crowded)
    assert used(crowded)[0] == 9
    assert stored.total() <= 5.5 * 8, stored
