"""The whole way, in order: collect, clean, align, fuse, learn, apply, report."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from onebasket import shop as shop_file
from onebasket.accounting import Account, Note, Progress, peak_memory, silent
from onebasket.errors import OneBasketError, ShopFileError, SourceError
from onebasket.inbox import FOLDER, ends
from onebasket.manifest import clock, versions, without_secrets
from onebasket.protect import Key, load_or_make
from onebasket.shop import Learn, Shop, Source
from onebasket.steps import Record, Step, code_hash, fingerprints, records_of, share_clock
from onebasket.store.basket import Basket, Draft, Version

if TYPE_CHECKING:
    from onebasket.store.duckdb import DuckStore

STAGES = ("collect", "clean", "align", "fuse", "learn", "apply", "report")
REPORT = "report.html"
MODELS, CHALLENGER = "models", "challenger"
TRUTH = "truth"
_SIDE_BY_SIDE = 2  # sources at once: one reads values in Python while the other keeps the engine busy


@dataclass(frozen=True)
class RunResult:
    """What a run came to. `published` is False when nothing had changed.

    `stopped` are the sources that could not be read, with their errors: what the last good run read of them
    stays in use, and the others went on.
    """

    published: bool
    version: int
    folder: Path  # of the version
    seconds: float
    done: tuple[str, ...]  # names of the steps that were done, in order
    stopped: Mapping[str, SourceError] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # what to know before trusting what the steps made

    @property
    def report(self) -> Path:
        return self.folder / REPORT


def run(
    folder: str | Path,
    *,
    until: str = "report",
    again: frozenset[str] = frozenset(),
    learn: Learn | None = None,
    progress: Progress = silent,
) -> RunResult:
    """Bring a shop's basket up to date, as far as stage `until`, and publish it.

    `again` names steps (`clean:webshop`) or stages (`learn`) that are done even if
    nothing they depend on has changed. Later stages are kept where they still hold.
    `learn` stands in for that section of the shop file, this once. A source that cannot be read stops nobody
    else where there is a published version: see `RunResult.stopped`.
    Raises OneBasketError; the last published version then stays as it was.
    """
    began = time.monotonic()
    shop = shop_file.load(folder)
    if learn:
        shop = msgspec.structs.replace(shop, learn=learn)
    if not shop.sources:
        raise ShopFileError(
            f"The shop {shop.folder} has no source.",
            expected="at least one [[source]] in shop.toml",
            next_step="see docs/shop-file.md",
        )
    basket = Basket(shop.basket, shop.run.keep_versions)
    with basket.begin() as draft:
        manifest = draft.previous.manifest if draft.previous else {}
        key = load_or_make(shop.folder, manifest.get("key_id"))
        failed = _fetched(shop, key, progress)
        if failed and draft.previous is None:
            raise next(iter(failed.values()))
        work = _Work(shop, key, draft, until, progress, failed)
        if draft.previous and not again and work.unchanged():
            return _nothing_new(draft.previous, began, {})
        made = work.through(again)
        if work.stopped and not work.done and manifest.get("stopped") == made["stopped"]:
            assert draft.previous
            return _nothing_new(draft.previous, began, work.stopped)
        basket.publish(draft, {**made, "seconds": _since(began), "key_id": key.id})
        done = tuple(step["name"] for step in made["steps"] if not step["reused"])
        notes = tuple(made["notes"])
        return RunResult(True, draft.number, draft.path, _since(began), done, work.stopped, notes)


def _nothing_new(published: Version, began: float, stopped: Mapping[str, SourceError]) -> RunResult:
    return RunResult(False, published.number, published.path, _since(began), (), stopped)


def _fetched(shop: Shop, key: Key, progress: Progress) -> dict[str, SourceError]:
    """What is new of sources that lie elsewhere comes before anything is decided. Gives those that failed."""
    if not any(source.landed for source in shop.sources):
        return {}
    from onebasket.collect import fetch

    return fetch(shop, key, progress)


class _Work:
    """One run's work on one draft."""

    again: frozenset[str] = frozenset()  # steps and stages that are done even if nothing has changed

    def __init__(
        self,
        shop: Shop,
        key: Key,
        draft: Draft,
        until: str,
        progress: Progress,
        failed: Mapping[str, SourceError],
    ) -> None:
        self.shop, self.key, self.draft, self.progress = shop, key, draft, progress
        self.wanted = STAGES[: STAGES.index(until) + 1]
        self.began, self.started = time.monotonic(), clock()
        self.inbox = ends(shop.folder / FOLDER)  # live events that come later wait for the next run
        self.before = records_of(draft.previous.manifest) if draft.previous else {}
        self.stopped: dict[str, SourceError] = {}  # sources that cannot be read, and why
        for name, error in failed.items():
            self._stop(name, error)
        self.steps = self._steps()
        self.done = False  # whether any step but the report was done
        self.fingerprints = self._fingerprints()

    def unchanged(self) -> bool:
        """Whether the published version already holds all that is wanted, and nothing else."""
        wanted = {step.name for step in self.steps if step.stage in self.wanted}
        return (
            not self.stopped
            and set(self.before) <= set(self.fingerprints)
            and all(
                name in self.before and self.before[name].fingerprint == self.fingerprints[name]
                for name in wanted | set(self.before)
            )
        )

    def through(self, again: frozenset[str]) -> dict[str, Any]:
        """Do or reuse every step; gives the manifest. Sources go side by side until they meet in align."""
        from onebasket.collect import weight

        records: dict[str, Record] = {}
        self.again = again
        there = [source for source in self.shop.sources if source.name not in self.stopped]
        heaviest_first = sorted(there, key=lambda source: -weight(self.shop, source))
        for name in self.stopped:
            records |= self._last_good(name)
        chains = [[step for step in self.steps if step.source == source.name] for source in heaviest_first]
        together = min(len(chains), _SIDE_BY_SIDE) or 1
        with ThreadPoolExecutor(together) as pool:
            for found in pool.map(lambda chain: self._own_chain(chain, again, together), chains):
                records |= found
        self.fingerprints = self._fingerprints()
        joint = [step for step in self.steps if step.source is None]
        records |= self._chain(joint, records, again, 1)
        records = {step.name: records[step.name] for step in self.steps if step.name in records}
        share_clock(records.values())
        self.done = any(not record.reused for record in records.values())
        manifest = self._manifest(records)
        if "report" in self.wanted:
            records["report"] = self._report(manifest)
        return {**manifest, "steps": [record.as_dict() for record in records.values()]}

    def _own_chain(self, steps: list[Step], again: frozenset[str], together: int) -> dict[str, Record]:
        """The chain of one source. Where it cannot be read, what the last good run read of it stays."""
        try:
            return self._chain(steps, {}, again, together)
        except SourceError as error:
            name = steps[0].source
            if self.draft.previous is None or name is None:
                raise
            self._stop(name, error)
            return self._last_good(name)

    def _fingerprints(self) -> dict[str, str]:
        """Each step's fingerprint; where a source stopped, that of what stays in use."""
        own = (step.name for step in self.steps if step.source in self.stopped)
        kept = {name: self.before[name].fingerprint for name in own if name in self.before}
        return fingerprints(self.steps, kept)

    def _last_good(self, source: str) -> dict[str, Record]:
        """The steps of a source as the published version has them, to be done again by the next run."""
        names = [step.name for step in self.steps if step.source == source and step.name in self.before]
        return {
            name: replace(self.before[name], reused=True)
            for name in names
            if self.draft.reuse(self.before[name].files)
        }

    def _stop(self, source: str, error: SourceError) -> None:
        """Note that a source cannot be read, and what that means."""
        known = f"collect:{source}" in self.before
        kept = "what the last good run read of it stays in use" if known else "nothing of it is in the basket"
        error.state = f"{kept}; the other sources go on"
        self.stopped[source] = error

    def _chain(
        self, steps: list[Step], before: dict[str, Record], again: frozenset[str], together: int
    ) -> dict[str, Record]:
        """Do or reuse steps one after the other; `before` are those already done that they need."""
        records: dict[str, Record] = {}
        for step in steps:
            needed = [{**before, **records}.get(name) for name in step.needs]
            forced = bool(again & {step.name, step.stage}) or any(one and not one.reused for one in needed)
            if not forced and (old := self._reused(step)):
                records[step.name] = old
            elif step.stage in self.wanted and step.stage != "report":
                records[step.name] = self._done(step, together)
        return records

    def _reused(self, step: Step) -> Record | None:
        old = self.before.get(step.name)
        if not old or old.fingerprint != self.fingerprints[step.name] or step.stage == "report":
            return None
        return replace(old, reused=True) if self.draft.reuse(old.files) else None

    def _done(self, step: Step, together: int) -> Record:
        """Do one step, with a store of its own that may use its share of the memory."""
        began = _since(self.began)
        self.progress(step.name, 0, 0)
        with self._store(together) as store:
            try:
                told = step.work(store) or ()
                accounts = [each.check() for each in told if isinstance(each, Account)]
            except SourceError:
                for name in store.written:  # half a source is none
                    (self.draft.path / name).unlink(missing_ok=True)
                raise
            files = store.written | (self.draft.files(step.folder) if step.folder else set())
        self.progress(step.name, 1, 1)
        notes = [each for each in told if isinstance(each, Note)]
        return Record(
            step.name,
            step.stage,
            step.source,
            "" if any(note.again for note in notes) else self.fingerprints[step.name],
            began=began,
            ended=_since(self.began),
            files=sorted(files),
            accounts=[asdict(account) for account in accounts],
            notes=[note.text for note in notes],
        )

    def _store(self, together: int = 1) -> DuckStore:
        from onebasket.store.duckdb import DuckStore

        settings = self.shop.run
        return DuckStore(
            self.draft, self.key, memory=settings.memory, threads=settings.threads, share=1 / together
        )

    def _steps(self) -> list[Step]:
        """Every step of the shop, each after those it needs."""
        from onebasket import align, apply, clean, collect, fuse, learn
        from onebasket.align import decisions
        from onebasket.protect.corrections import fingerprint as corrected

        shop, key, progress, previous = self.shop, self.key, self.progress, self.draft.previous
        models = self.draft.path / MODELS

        def collecting(source: Source, store: DuckStore) -> list[Account]:
            anew = bool(self.again & {"collect", f"collect:{source.name}"})
            return collect.collect(
                store, shop, source, key, progress, self.inbox, code_hash("collect"), again=anew
            )

        def cleaning(source: Source, store: DuckStore) -> list[Account]:
            return clean.clean(store, shop, source, key, progress)

        def learning(store: DuckStore) -> None:
            learn.learn(store, shop, models, progress, previous.path / MODELS if previous else None)
            learn.behaviour(store, shop, models, progress, learn.network_states(store, models, progress))

        def challenging(store: DuckStore) -> None:
            earlier = previous.path / CHALLENGER if previous else None
            learn.challenge(store, shop, self.draft.path / CHALLENGER, progress, earlier)

        def applying(store: DuckStore) -> None:
            apply.recommend.write(store, shop, models, progress)
            apply.behaviour.write(
                store, shop, models, progress, learn.network_states(store, models, progress)
            )

        steps = []
        for source in shop.sources:
            name, mended = source.name, corrected(shop, source.name)
            read = (shop.shop, source, mended)
            found = self._looked_for(source)
            steps += [
                Step("collect", name, (), (*read, found), partial(collecting, source)),
                Step("clean", name, (f"collect:{name}",), (*read, shop.clean), partial(cleaning, source)),
            ]
        asked = shop.challenging
        challengers = [Step("learn", None, ("fuse",), (asked, shop.run.seed), challenging,
                            part=CHALLENGER, folder=CHALLENGER)] if asked else []  # fmt: skip
        cleaned = tuple(f"clean:{source.name}" for source in shop.sources)
        steps += [
            Step("align", None, cleaned,
                 (shop.align, shop.shop, shop.run.seed, decisions.fingerprint(shop.folder)),
                 lambda store: align.align(store, shop, self.draft.number, self.started, progress)),
            Step("fuse", None, (*cleaned, "align"), shop.shop, lambda store: fuse.fuse(store, shop)),
            Step("learn", None, ("fuse",), (shop.learn, shop.run.seed), learning, folder=MODELS),
            *challengers,
            Step("apply", None, ("fuse", "learn"), (shop.recommend, shop.behaviour), applying),
            Step("report", None, ("fuse", "learn", "apply"), (shop.shop, versions()), lambda store: None),
        ]  # fmt: skip
        return steps

    def _looked_for(self, source: Source) -> str:
        """The fingerprint of what there is to collect."""
        from onebasket.collect import fingerprint

        try:
            return fingerprint(self.shop, source, self.inbox, self.key)
        except SourceError as error:
            if self.draft.previous is None:
                raise
            self._stop(source.name, error)
            return "nothing to be read"

    def _manifest(self, records: dict[str, Record]) -> dict[str, Any]:
        fresh = any(not record.reused for record in records.values())
        previous = self.draft.previous.manifest if self.draft.previous else {}
        return {
            "version": self.draft.number,
            "onebasket": installed("onebasket"),
            "started": self.started.isoformat(timespec="seconds"),
            "seed": self.shop.run.seed,
            "inbox": self.inbox,
            "settings": msgspec.to_builtins(without_secrets(self.shop)),
            "versions": versions(),
            "demo": (self.shop.folder / TRUTH).is_dir(),
            "truth": self._truth() if fresh and "fuse" in records else previous.get("truth"),
            "peak_memory_bytes": peak_memory(),
            "accounts": [account for record in records.values() for account in record.accounts],
            "notes": [note for record in records.values() for note in record.notes],
            "steps": [record.as_dict() for record in records.values()],
            "stopped": {name: str(error) for name, error in sorted(self.stopped.items())},
            "health": self._health(records),
        }

    def _health(self, records: dict[str, Record]) -> dict[str, Any]:
        """The measures of each source; those of the last version before the sources are clean."""
        from onebasket.health import measure

        previous = self.draft.previous.manifest.get("health", {}) if self.draft.previous else {}
        if not any(record.stage == "clean" for record in records.values()):
            return dict(previous)
        accounts = [account for record in records.values() for account in record.accounts]
        stopped = {name: str(error) for name, error in self.stopped.items()}
        with self._store() as store:
            measured = measure(store, self.shop, accounts, previous, stopped)
        return {name: msgspec.to_builtins(each) for name, each in measured.items()}

    def _truth(self) -> dict[str, dict[str, float]] | None:
        """Where a demo knows who is who: how right the run is. No stage sees it."""
        if not (self.shop.folder / TRUTH).is_dir():
            return None
        from onebasket.demo.scoring import score

        with self._store() as store:
            return score(self.shop, store)

    def _report(self, manifest: dict[str, Any]) -> Record:
        from onebasket.report import report

        began = _since(self.began)
        self.progress("report", 0, 0)
        seconds = sum(step["seconds"] for step in manifest["steps"] if not step["reused"])
        with self._store() as store:
            report(store, self.shop, {**manifest, "seconds": seconds}, self.draft.path / REPORT)
        self.progress("report", 1, 1)
        record = Record("report", "report", None, self.fingerprints["report"], began, _since(self.began))
        return replace(record, seconds=round(record.ended - began, 3), files=[REPORT])


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)


__all__ = ["STAGES", "Account", "OneBasketError", "RunResult", "run"]
