"""The command that judges models by what came of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onebasket.cli.talk import AsJson, ShopFolder, _, app, bars, example, show_table, speak, tell
from onebasket.messages import mark

# Words that come as data.
_WORDS = [
    mark("shadow"), mark("running"), mark("promoted"), mark("rolled back"), mark("orders"), mark("revenue"),
    mark("clicks"), mark("input"), mark("score"), mark("stable"), mark("moving"), mark("drifted"),
    mark("promote"), mark("rollback"), mark("retrain"), mark("keep"),
]  # fmt: skip

if TYPE_CHECKING:
    from onebasket.improve.rules import Proposal
    from onebasket.improving import Improved, Trial
    from onebasket.intervals import Interval


@app.command(
    help=example(
        _("Judge models by what came of them; retrain, promote or roll back by stated rules."),
        "onebasket improve demo-shop --dry-run",
    )
)
def improve(
    shop: ShopFolder,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("only tell what would be done"))] = False,
    as_json: AsJson = False,
) -> None:
    from onebasket import shop as shop_file
    from onebasket.improving import improve as improve_shop

    about = shop_file.load(shop).shop
    with bars() as progress:
        found = improve_shop(shop, dry=dry_run, progress=progress)
    if as_json:
        tell(json.dumps(_told(found), ensure_ascii=False, indent=1))
        return
    speak(about.language)
    _came(found, about.currency)
    if found.trial:
        _trial(found.trial)
    _moved(found)
    for each in found.proposals:
        tell(_decision(each))
    if found.run:
        tell(_("Version {version} is published.").format(version=found.run.version))
    elif dry_run:
        tell(_("Nothing was done."))


def _came(found: Improved, currency: str) -> None:
    """What came back of lists."""
    from onebasket.currencies import exponent

    unit, until = 10 ** exponent(currency), f"{found.until:%Y-%m-%d %H:%M}"
    if not found.came:
        tell(_("No list was served yet."))
        return
    tell(_("What came of the lists that were served, until {until} UTC:").format(until=until))
    show_table(
        [_("placement"), _("basis"), _("arm"), _("lists"), _("answered"), _("clicked"), _("purchases"),
         _("revenue")],
        [[e.placement or "-", e.basis, e.arm, e.lists, e.seen, e.clicked, e.purchases, e.net_minor / unit]
         for e in found.came],
    )  # fmt: skip


def _trial(trial: Trial) -> None:
    """How an experiment goes."""
    line = _("Experiment {name}: {state}; {share:.0%} of customers get the challenger.")
    share = trial.contest.shares.get("challenger", 0.0)
    tell("\n" + line.format(name=trial.contest.name, state=_(trial.contest.state), share=share))
    if trial.dealt:
        told = [f"{arm} {count:,}" for arm, count in trial.dealt.customers.items()]
        tell(_("Customers whose days are over: {customers}.").format(customers=", ".join(told)))
    if trial.comparison:
        rows = [[_("for one look"), *_interval(trial.comparison.difference)]]
        if trial.comparison.difference_sequential:
            rows.append([_("for looks at any time"), *_interval(trial.comparison.difference_sequential)])
        line = _("{outcome} a customer: champion {champion:.4g}, challenger {challenger:.4g}")
        tell(line.format(outcome=_(trial.outcome), champion=trial.comparison.control,
                         challenger=trial.comparison.treated))  # fmt: skip
        show_table([_("challenger less champion"), _("difference"), _("low"), _("high"), "p"], rows)
    if trial.values:
        line = _("Clicks a place that the challenger would earn; the champion's {champion:.4g}:")
        tell(line.format(champion=trial.clicked))
        show_table(
            [_("estimate"), _("value"), _("low"), _("high"), _("notes")],
            [[e.estimator, *(f"{v:.4g}" for v in (e.value, e.low, e.high)), "; ".join(e.notes)]
             for e in trial.values],
        )  # fmt: skip


def _moved(found: Improved) -> None:
    """What has drifted."""
    if not found.moved:
        return
    tell("\n" + _("Since the models were trained and judged:"))
    rows = []
    for each in found.moved:
        told = each.drift
        ks = "" if told is None or told.ks is None else f"{told.ks:.3f}"
        verdict = _(told.verdict) if told else _("too few customers to tell")
        psi = (f"{told.psi:.3f}", f"{told.by_chance:.3f}") if told else ("", "")
        rows.append([_(each.what), each.name, *each.rows, *psi, ks, verdict])
    show_table(
        ["", "", _("customers then"), _("now"), "PSI", _("by chance"), "KS", _("verdict")], rows
    )  # fmt: skip


def _decision(each: Proposal) -> str:
    from onebasket.improve.rules import RULES

    rule = _(RULES[each.rule])
    return f"\n{each.looked_at}: {_(each.decision)}. {rule[0].upper()}{rule[1:]}."


def _interval(interval: Interval) -> list[str]:
    return [f"{value:.4g}" for value in (interval.value, interval.low, interval.high, interval.p_value)]


def _told(found: Improved) -> dict[str, Any]:
    """All of it as JSON can hold it."""
    from dataclasses import asdict

    import msgspec

    trial = found.trial
    told: dict[str, Any] = {
        "version": found.version,
        "until": found.until.isoformat(),
        "came": [asdict(each) for each in found.came],
        "moved": [asdict(each) for each in found.moved],
        "decisions": [asdict(each) for each in found.proposals],
        "recorded": msgspec.to_builtins(found.decided),
        "published": found.run.version if found.run and found.run.published else None,
        "experiment": None,
    }
    if trial:
        told["experiment"] = {
            "name": trial.contest.name,
            "state": trial.contest.state,
            "shares": dict(trial.contest.shares),
            "outcome": trial.outcome,
            "customers": trial.dealt.customers if trial.dealt else None,
            "crossed": trial.dealt.crossed if trial.dealt else None,
            "comparison": asdict(trial.comparison) if trial.comparison else None,
            "sample_ratio": asdict(trial.ratio) if trial.ratio else None,
            "values": [asdict(each) for each in trial.values],
            "clicked": trial.clicked,
        }
    return told
