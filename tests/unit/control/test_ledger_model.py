"""The ledger's own function, in every order in which its writes, its leaders and its requests can come: nothing is charged twice
or for nothing, nothing runs without a hold, and no day has more than its limit. And what is lost without each of its rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from ledger_model import Rules, explore
from voxpod_crds.tenant import Quota
from voxpod_operator.policy.budget import NOTHING, Totals
from voxpod_operator.policy.ledger import Ask, Ledger, Posted, post
from voxpod_operator.policy.quota_window import Window


@pytest.mark.parametrize(
    ("rules", "requests", "depth", "least"),
    [
        pytest.param(Rules(limit=1), 2, 11, 30_000, id="two requests for a day of one"),
        pytest.param(Rules(limit=2), 1, 30, 2_000, id="one request, to the last state there is"),
    ],
)
def test_no_order_of_events_breaks_the_ledger(rules: Rules, requests: int, depth: int, least: int) -> None:
    states, way = explore(rules, depth, requests)
    assert way == []
    assert states > least, "the model has become too small to tell anything"


def sampling(ledger: Ledger, asks: Sequence[Ask], due: Mapping[str, Totals], *rest: object) -> Posted:
    """Judges by what was charged, as a sampled use would, and not by what is under way."""
    held = {hold.uid for hold in ledger.holds}
    alone = [post(ledger, [], due, *rest).ledger]  # type: ignore[arg-type]
    for ask in (ask for ask in asks if ask.uid not in held):
        added = post(replace(alone[0], holds=()), [ask], {}, *rest).ledger  # type: ignore[arg-type]
        alone[0] = replace(added, holds=(*alone[0].holds, *added.holds))
    return Posted(alone[0], post(ledger, asks, due, *rest).answers)  # type: ignore[arg-type]


def folding_without_memory(ledger: Ledger, asks: Sequence[Ask], due: Mapping[str, Totals], *rest: object) -> Posted:
    """Adds up what has ended, and leaves the holds for another write."""
    result = post(ledger, asks, due, *rest)  # type: ignore[arg-type]
    left = tuple(hold for hold in ledger.holds if hold.uid in due and due[hold.uid] != NOTHING)
    return replace(result, ledger=replace(result.ledger, holds=(*result.ledger.holds, *left)))


def releasing_first(ledger: Ledger, asks: Sequence[Ask], due: Mapping[str, Totals], *rest: object) -> Posted:
    """Drops the holds, and leaves the charges for another write."""
    return post(ledger, asks, dict.fromkeys(due, NOTHING), *rest)  # type: ignore[arg-type]


def charging_any_day(
    ledger: Ledger,
    asks: Sequence[Ask],
    due: Mapping[str, Totals],
    quota: Quota,
    window: Window,
    now: datetime,
    term: int,
) -> Posted:
    """Charges today what was held yesterday."""
    today = tuple(hold.model_copy(update={"window_start": window.start}) for hold in ledger.holds if hold.uid in due)
    rest = tuple(hold for hold in ledger.holds if hold.uid not in due)
    return post(replace(ledger, holds=(*today, *rest)), asks, due, quota, window, now, term)


def reopening_days(
    ledger: Ledger,
    asks: Sequence[Ask],
    due: Mapping[str, Totals],
    quota: Quota,
    window: Window,
    now: datetime,
    term: int,
) -> Posted:
    """Believes the clock, also when it was set back."""
    if ledger.window_start is not None and window.start < ledger.window_start:
        ledger = replace(ledger, window_start=window.start, used=NOTHING)
    return post(ledger, asks, due, quota, window, now, term)


VARIANTS = [
    pytest.param(Rules(compare_and_swap=False), id="check, then act"),
    pytest.param(Rules(post=sampling), id="sampling"),
    pytest.param(Rules(post=folding_without_memory), id="fold without memory"),
    pytest.param(Rules(post=releasing_first), id="release, then charge"),
    pytest.param(Rules(hold_first=False), id="assign, then hold"),
    pytest.param(Rules(fenced=False, limit=2), id="leaders without terms"),
    pytest.param(Rules(keeps_holds=False), id="a hold that seems unused is given up"),
    pytest.param(Rules(post=charging_any_day), id="yesterday's hold charged today"),
    pytest.param(Rules(post=reopening_days, days_only_grow=False), id="a day is opened again"),
]


@pytest.mark.parametrize("rules", VARIANTS)
def test_without_one_rule_the_model_finds_what_breaks(rules: Rules) -> None:
    _, way = explore(rules, depth=20, requests=1)
    if not way:
        _, way = explore(rules, depth=11)
    assert way, "the rule is not needed, or the model is blind to it"
