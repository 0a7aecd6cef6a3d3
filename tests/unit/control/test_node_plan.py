"""Which nodes are made ready for a model, which are, and what is told of those that are not."""

from dataclasses import replace
from typing import Any

import pytest

from builders import IMAGE, NOON, a_job, a_model, a_node, a_pod, a_tenant
from voxpod_crds.conditions import Reason
from voxpod_crds.names import COLLECTING, DeliveryName
from voxpod_crds.placement import Toleration
from voxpod_crds.sandbox_protocol import Failure, Report, Timings, termination_message
from voxpod_crds.speech_model import MAX_LISTED_NODES, SpeechModel
from voxpod_operator.cluster.nodes import NodeView, Taint
from voxpod_operator.cluster.sandboxes import JobView
from voxpod_operator.policy import node_choice, node_collection, node_plan
from voxpod_operator.policy.node_plan import Delivery, NodePlan, plan_nodes, tolerances

SPEECH_ONLY = Taint("speech", "only", "NoSchedule")
CORDONED = Taint("node.kubernetes.io/unschedulable", "", "NoSchedule")
THREE = [a_node("node-a"), a_node("node-b"), a_node("node-c")]
FULL = Failure("infrastructure", "NodeFull", "/bundle: the disk is full, 3 MiB are left; what was begun was removed")


def a_delivered_model(**spec: Any) -> SpeechModel:
    return a_model(**{"delivery": {}, **spec})


MODEL = a_delivered_model()


def a_delivery(node: NodeView, model: SpeechModel = MODEL, image: str = IMAGE, **fields: Any) -> Delivery:
    """The Job of a node; `message` is what its pod left behind, `pod` more of the pod."""
    name = DeliveryName(node_plan.bundle_key(model.spec), node.identity, node_plan.program_key(model.spec, image))
    of_pod = {"termination_message": fields.pop("message", ""), **fields.pop("pod", {})}
    return Delivery(a_job(str(name), role="delivery", **fields), a_pod(str(name), **of_pod), name)


def ready(node: NodeView, **fields: Any) -> Delivery:
    return a_delivery(node, finished=True, succeeded=True, **fields)


def failed(node: NodeView, age: float = 5, **fields: Any) -> Delivery:
    message = termination_message(Report("", Timings(), failure=FULL))
    return a_delivery(node, finished=True, age=age, message=message, **fields)


def plan(nodes: list[NodeView], *jobs: Delivery, model: SpeechModel = MODEL, image: str = IMAGE) -> NodePlan:
    return plan_nodes(model, nodes, tolerances(model, []), jobs, image, NOON)


def states(of: NodePlan) -> dict[str, str]:
    return {state.node: state.state for state in of.states}


def started(of: NodePlan) -> list[str]:
    return [start.node for start in of.start]


def test_each_node_without_a_job_gets_one() -> None:
    made = plan(THREE, ready(THREE[0]), a_delivery(THREE[1]))

    assert states(made) == {"node-a": "Ready", "node-b": "Preparing", "node-c": "Preparing"}
    assert started(made) == ["node-c"]
    assert not made.settled


def test_nothing_is_left_to_do_once_all_are_ready() -> None:
    made = plan(THREE, *map(ready, THREE))

    assert (made.settled, made.start, made.clear) == (True, (), ())
    assert node_plan.objection(made) is None


def test_only_so_many_nodes_begin_at_one_time() -> None:
    nodes = [a_node(f"node-{n:04}") for n in range(1000)]

    first = plan(nodes)
    then = plan(nodes, *[a_delivery(node) for node in nodes[:32]])

    assert (len(first.start), len(then.start)) == (node_plan.AT_ONE_TIME, 0)
    told = node_plan.status_of(then)
    assert (told.preparing, len(told.listed)) == (1000, MAX_LISTED_NODES)


@pytest.mark.parametrize(
    ("node", "spec", "wanted"),
    [
        pytest.param(a_node(), {"nodeSelector": {"pool": "speech"}}, False, id="other labels"),
        pytest.param(a_node(labels={"pool": "speech"}), {"nodeSelector": {"pool": "speech"}}, True, id="its labels"),
        pytest.param(a_node(taints=(SPEECH_ONLY,)), {}, False, id="a taint that nobody tolerates"),
        pytest.param(a_node(taints=(CORDONED,)), {}, False, id="cordoned"),
        pytest.param(
            a_node(taints=(SPEECH_ONLY,)), {"tolerations": [{"key": "speech", "value": "only"}]}, True, id="tolerated"
        ),
        pytest.param(
            a_node(taints=(SPEECH_ONLY,)),
            {"tolerations": [{"key": "speech", "value": "more"}]},
            False,
            id="another value of the taint tolerated",
        ),
        pytest.param(
            a_node(taints=(SPEECH_ONLY,)),
            {"tolerations": [{"operator": "Exists"}]},
            True,
            id="every taint tolerated",
        ),
        pytest.param(
            a_node(taints=(Taint("speech", "", "NoExecute"),)),
            {"tolerations": [{"key": "speech", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 30}]},
            False,
            id="tolerated for a while",
        ),
        pytest.param(replace(a_node(), deleting=True), {}, False, id="being deleted"),
    ],
)
def test_nodes_that_may_run_sandboxes_are_made_ready(node: NodeView, spec: dict[str, Any], wanted: bool) -> None:
    made = plan([node], model=a_delivered_model(**spec))

    assert started(made) == [node.name] * wanted
    if not wanted:
        told = node_plan.objection(made)
        assert told is not None
        assert told.reason == Reason.NO_NODES


def test_a_node_that_only_a_tenant_tolerates_is_made_ready_in_the_face_of_its_taint() -> None:
    tenant = a_tenant(sandbox={"tolerations": [{"key": "speech", "operator": "Exists"}]})

    made = plan_nodes(MODEL, [a_node(taints=(SPEECH_ONLY,))], tolerances(MODEL, [tenant]), [], IMAGE, NOON)

    assert [start.tolerations for start in made.start] == [(Toleration(key="speech", operator="Exists"),)]


def test_one_node_that_fails_leaves_the_others_in_use() -> None:
    made = plan(THREE, ready(THREE[0]), failed(THREE[1]), ready(THREE[2]))

    assert node_plan.objection(made) is None
    told = node_plan.status_of(made)
    assert (told.ready, told.preparing, told.failed) == (2, 0, 1)
    first = told.listed[0]
    assert (first.name, first.state, first.reason, first.message) == ("node-b", "Failed", "NodeFull", FULL.message)
    assert made.clear == ()


def test_what_failed_is_tried_again_after_a_minute_and_told_until_it_succeeds() -> None:
    late = failed(THREE[0], age=61)
    made = plan(THREE[:1], late)
    assert made.clear == (late.job,)

    knows = MODEL.status.model_copy(update={"nodes": node_plan.status_of(made)})
    model = MODEL.model_copy(update={"status": knows})
    again = plan(THREE[:1], a_delivery(THREE[0]), model=model)
    assert node_plan.status_of(again) == node_plan.status_of(made)
    told = node_plan.objection(again)
    assert told is not None
    assert (told.reason, told.message) == (Reason.NODE_FULL, f"node node-a: {FULL.message}")


def test_a_node_that_is_gone_takes_its_job_along() -> None:
    gone = ready(a_node("node-x"))

    assert plan(THREE, gone).clear == (gone.job,)


def test_a_node_that_came_again_under_its_name_is_made_ready_anew() -> None:
    before, after = ready(THREE[0]), a_node("node-a", uid="another machine")

    made = plan([after], before)

    assert (started(made), made.clear) == (["node-a"], (before.job,))


def test_a_cordoned_node_keeps_its_record() -> None:
    known = ready(THREE[0])

    assert plan([replace(THREE[0], taints=(CORDONED,))], known).clear == ()


def test_a_new_image_prepares_each_node_anew_while_it_stays_in_use() -> None:
    known = ready(THREE[0])
    during = plan(THREE[:1], known, image="inference:2")
    after = plan(THREE[:1], known, ready(THREE[0], image="inference:2"), image="inference:2")

    assert (started(during), during.states[0].usable, during.clear) == (["node-a"], True, ())
    assert node_plan.objection(during) is None
    assert (after.clear, after.settled) == ((known.job,), True)


def test_another_digest_makes_every_node_ready_anew() -> None:
    model = a_delivered_model(digest="sha256:" + "cd" * 32)
    known = ready(THREE[0])

    made = plan(THREE[:1], known, model=model)

    assert (started(made), made.states[0].usable) == (["node-a"], False)


def test_a_place_that_is_mended_is_tried_at_once_and_what_hung_at_the_old_one_goes() -> None:
    wrong, right = (a_delivered_model(delivery={"image": {"reference": ref}}) for ref in ("typo", "kokoro:1"))
    hangs, known = a_delivery(THREE[0], wrong), ready(THREE[1], model=wrong)

    made = plan(THREE[:2], hangs, known, model=right)

    assert (started(made), made.clear) == (["node-a", "node-b"], (hangs.job,))
    assert [state.usable for state in made.states] == [False, True]


def test_a_bundle_that_is_brought_from_elsewhere_is_the_same_bundle() -> None:
    of_image, of_store, in_place = (
        node_plan.bundle_key(a_delivered_model(delivery=delivery).spec)
        for delivery in ({"image": {"reference": "a"}}, {"objectStore": {"key": "b"}}, {})
    )
    assert of_image == of_store != in_place


def test_the_reason_that_all_share_is_the_models() -> None:
    told = node_plan.objection(plan(THREE, *map(failed, THREE)))

    assert told is not None
    assert told.reason == Reason.NODE_FULL
    assert told.message == f"node node-a: {FULL.message} (and 2 more nodes)"


@pytest.mark.parametrize(
    ("pod", "reason", "message"),
    [
        (
            {"waiting_reason": "ImagePullBackOff", "waiting_message": "no such image"},
            "ImagePullFailed",
            "no such image",
        ),
        ({"terminated_reason": "OOMKilled", "exit_code": 137}, "OutOfMemory", "killed at its memory limit"),
        ({"exit_code": 1, "phase": "Failed"}, "SandboxLost", "exit code 1"),
        ({"termination_message": '{"failure": "what"}', "exit_code": 1}, "SandboxLost", "exit code 1"),
    ],
)
def test_what_a_pod_met_is_told(pod: dict[str, Any], reason: str, message: str) -> None:
    (state,) = plan(THREE[:1], a_delivery(THREE[0], age=30, pod=pod)).states

    assert (state.state, state.reason) == ("Failed", reason)
    assert message in state.message
    assert "pod-1" not in state.message


def test_a_full_node_waits_for_room_and_says_so() -> None:
    pod = {"unschedulable": "0/1 nodes are available: 1 Insufficient memory."}

    (state,) = plan(THREE[:1], a_delivery(THREE[0], age=30, pod=pod)).states

    assert (state.state, state.reason) == ("Preparing", Reason.SANDBOX_UNSCHEDULABLE)


def test_a_folder_that_is_not_there_is_told_by_the_nodes_own_event() -> None:
    made = plan(THREE[:1], a_delivery(THREE[0], age=30))
    assert made.states[0].stuck == "pod-1"

    warned = {"pod-1": (Reason.BUNDLE_INVALID, "FailedMount: /models/kokoro is not a directory")}
    (state,) = node_plan.with_warnings(made, warned).states
    assert (state.state, state.reason) == ("Failed", "BundleInvalid")


# what is taken off nodes again

OTHER = "sha256:" + "cd" * 32


def gathering(
    *jobs: Delivery, models: tuple[SpeechModel, ...] = (), needed: tuple[str, ...] = (), nodes: Any = THREE
) -> tuple[list[str], list[JobView], bool]:
    """The nodes that a bundle is taken off, the Jobs that go, and whether something is left to do."""
    plan = node_collection.plan_collection(jobs, models, nodes, needed, NOON)
    names = {str(replace(job.name, program=COLLECTING)): job for job in jobs}
    return [names[name].name.node for _, name in plan.start], list(plan.clear), plan.waits


def undoing(node: NodeView, **fields: Any) -> Delivery:
    """The Job that takes a bundle off a node."""
    made = a_delivery(node, **fields)
    name = replace(made.name, program=COLLECTING)
    return replace(made, name=name, job=replace(made.job, name=str(name)))


def test_what_a_model_names_stays() -> None:
    assert gathering(ready(THREE[0]), models=(MODEL,)) == ([], [], False)


def test_a_bundle_that_no_model_names_is_taken_off_every_node_once_no_sandbox_maps_it() -> None:
    known = [ready(node) for node in THREE]
    models = (a_delivered_model(digest=OTHER),)

    assert gathering(*known, models=models, needed=(known[0].job.place,)) == ([], [], True)
    assert gathering(*known, models=models, needed=("",)) == ([], [], True)  # of a version that did not say
    assert gathering(*known, models=models, needed=("0" * 16,)) == ([n.identity for n in THREE], [], True)


def test_both_jobs_go_once_it_is_off_the_node() -> None:
    known, undone = ready(THREE[0]), undoing(THREE[0], finished=True, succeeded=True)

    assert gathering(known, undoing(THREE[0])) == ([], [], True)
    assert gathering(known, undone) == ([], [known.job, undone.job], True)


def test_what_could_not_be_taken_off_is_tried_again_after_a_minute() -> None:
    known = ready(THREE[0])
    soon, late = (undoing(THREE[0], finished=True, age=age) for age in (10, 61))

    assert gathering(known, soon) == ([], [], True)
    assert gathering(known, late) == ([], [late.job], True)


def test_jobs_of_a_node_that_is_gone_and_those_that_did_not_end_just_go() -> None:
    known, begun = ready(a_node("node-x")), a_delivery(THREE[0])

    assert gathering(known, begun) == ([], [known.job, begun.job], True)


def test_a_bundle_that_is_wanted_again_while_it_is_taken_off_is_made_ready_anew() -> None:
    known = ready(THREE[0])
    during, after = undoing(THREE[0]), undoing(THREE[0], finished=True, succeeded=True)

    first, then = plan(THREE[:1], known, during), plan(THREE[:1], known, after)

    assert (states(first), first.states[0].usable, first.start, first.clear) == ({"node-a": "Preparing"}, False, (), ())
    assert then.clear == (known.job, after.job)
    assert usable(known.job, during.job) == []


# which of them a sandbox may use


def usable(*jobs: JobView) -> list[str]:
    return [node.name for node in node_choice.usable(MODEL.spec, THREE, jobs)]


def test_sandboxes_go_to_ready_nodes_only() -> None:
    of_another_bundle = ready(THREE[2], model=a_delivered_model(path="/models/other"))

    assert usable(ready(THREE[0]).job, failed(THREE[1]).job, of_another_bundle.job) == ["node-a"]


def test_nodes_of_the_tenant_are_picked_among_those_that_are_ready() -> None:
    nodes = [a_node("node-a", labels={"team": "acme"}), a_node("node-b"), a_node("node-c", taints=(SPEECH_ONLY,))]

    assert node_choice.where(nodes, {"team": "acme"}, [], "") == ("node-a",)
    assert node_choice.where(nodes, {}, [], "") == ("node-a", "node-b")
    assert node_choice.where(nodes, {"team": "nobody"}, [], "") == ("node-a", "node-b", "node-c")


def test_of_a_thousand_nodes_some_are_named_and_others_each_time() -> None:
    nodes = [a_node(f"node-{n}") for n in range(1000)]

    first, second = (node_choice.where(nodes, {}, [], salt) for salt in ("1", "2"))

    assert len(first) == len(set(first)) == node_choice.MAX_NAMED
    assert first != second
    assert node_choice.where(nodes, {}, [], "1") == first
