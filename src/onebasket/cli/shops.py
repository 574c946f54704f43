"""Commands about a shop: the demo, the stages, status, quarantine, query, recommend."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from onebasket.cli.talk import AsJson, ShopFolder, Top, _, app, bars, example, show_table, speak, tell
from onebasket.shop import ModelName, Preset

if TYPE_CHECKING:
    from onebasket.run import RunResult
    from onebasket.shop import Learn
    from onebasket.store.basket import Version


_NOT_WELL = 3  # exit code of `status` where a source is not well


@app.command(
    help=example(
        _("Write a demo shop: real baskets, simulated people, five channels' export files."),
        "onebasket demo demo-shop --households 200",
    )
)
def demo(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=_("where to write it"))],
    households: Annotated[int, typer.Option(min=1, help=_("how many households"))] = 2469,
    seed: Annotated[int, typer.Option(min=0, help=_("another seed, other people"))] = 0,
) -> None:
    from onebasket.demo import write_demo

    with bars() as progress:
        write_demo(folder, households=households, seed=seed, progress=progress)
    tell(_("The demo shop is in {folder}.").format(folder=folder))


def _stage(name: str, text: str) -> Callable[..., None]:
    """The command that brings a shop up to date as far as one stage."""

    def command(
        shop: ShopFolder,
        again: Annotated[bool, typer.Option("--again", help=_("do it even if nothing has changed"))] = False,
    ) -> None:
        _run(shop, until=name, again=frozenset({name} if again else ()))

    app.command(name, help=example(text, f"onebasket {name} demo-shop"))(command)
    return command


@app.command(
    "run",
    help=example(
        _("Do the whole job: collect, clean, align, fuse, learn, recommend, report."),
        "onebasket run demo-shop",
    ),
)
def run_all(
    shop: ShopFolder,
    again: Annotated[bool, typer.Option("--again", help=_("do everything anew"))] = False,
) -> None:
    _run(shop, until="report", again=frozenset({"collect"} if again else ()))


_stage("collect", _("Read the sources: what each channel said, as it said it."))
_stage("clean", _("Turn texts into trusted values; refused rows go to quarantine."))
_stage("align", _("Find which records are one customer, which listings one product."))
_stage("fuse", _("Make one customer table, one catalogue, one timeline."))
_stage("report", _("Bring everything up to date and write the report."))


@app.command(
    help=example(
        _("Train the recommenders and judge them honestly."), "onebasket learn demo-shop --model timeline"
    )
)
def learn(
    shop: ShopFolder,
    model: Annotated[
        list[str] | None, typer.Option(help=_("train this one, this once; may be named again"))
    ] = None,
    preset: Annotated[Preset | None, typer.Option(help=_("size of the timeline model, this once"))] = None,
    search: Annotated[
        int | None,
        typer.Option(
            metavar="MINUTES", min=0, help=_("search settings of the timeline model for so long, this once")
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help=_("do it even if nothing has changed"))] = False,
) -> None:
    from msgspec.structs import replace

    from onebasket import shop as shop_file
    from onebasket.errors import ModelError

    for name in model or ():
        if name not in get_args(ModelName):
            raise ModelError(
                f"There is no model named {name}.",
                expected=", ".join(get_args(ModelName)),
                state="nothing was done",
            )
    asked = shop_file.load(shop).learn
    models = cast("tuple[ModelName, ...]", tuple(model or asked.models))
    if search and "timeline" not in models:
        raise ModelError(
            "There is nothing to search settings for.",
            found=f"models {', '.join(models)}",
            expected="timeline among them",
            state="nothing was done",
            next_step=f"onebasket learn {shop} --model timeline --search {search}",
        )
    minutes = asked.search_minutes if search is None else search
    asked = replace(asked, models=models, preset=preset or asked.preset, search_minutes=minutes)
    _run(shop, until="learn", again=frozenset({"learn"} if again else ()), learn=asked)


@app.command(
    help=example(
        _(
            "Tell what the basket holds, how its last run went and how well its sources are. "
            "Exit code 3: a source is not well."
        ),
        "onebasket status demo-shop --json",
    )
)
def status(shop: ShopFolder, as_json: AsJson = False) -> None:
    from onebasket import shop as shop_file
    from onebasket.health import problem_words
    from onebasket.status import status as status_of

    with version_of(shop) as version:
        facts = status_of(version, shop_file.load(shop))
    if as_json:
        tell(json.dumps(facts, ensure_ascii=False, indent=1))
        raise typer.Exit(0 if facts["well"] else _NOT_WELL)
    show_table(
        [_("stage"), _("seconds"), _("rows in"), _("rows out"), _("quarantined"), _("duplicates")],
        [
            [name, *(stage[key] for key in ("seconds", "rows_in", "rows_out", "quarantined", "duplicates"))]
            for name, stage in facts["stages"].items()
        ],
    )
    line = _("Version {version}: {seconds} s, {memory} MB at most.")
    tell(
        line.format(
            version=facts["version"],
            seconds=facts["seconds"],
            memory=facts["peak_memory_bytes"] // 1_000_000,
        )
    )
    for name, measures in facts["health"].items():
        for problem in measures["problems"]:
            told = problem_words(_, problem["kind"], problem["found"], problem["limit"])
            tell(f"{name}: {told}", error=problem["grave"])
    if not facts["well"]:
        raise typer.Exit(_NOT_WELL)


@app.command(
    help=example(
        _("List the rows that could not be used, by reason; export them; take them in again."),
        "onebasket quarantine demo-shop --export refused.csv",
    )
)
def quarantine(
    shop: ShopFolder,
    export: Annotated[
        Path | None,
        typer.Option(help=_("write the rows to this .csv or .ndjson file (it will hold personal data)")),
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help=_("take refused rows in again, after the cause is fixed"))
    ] = False,
    corrected: Annotated[
        Path | None,
        typer.Option(help=_("with --replay: an exported file whose rows have been corrected")),
    ] = None,
) -> None:
    from onebasket import answers

    if replay:
        with bars() as progress:
            result = answers.replay(shop, corrected, progress)
        _tell(shop, result)
        return
    with version_of(shop) as version:
        if export:
            written = answers.export_refused(shop, version, export)
            tell(_("{rows} rows written to {path}.").format(rows=written, path=export))
            return
        show_table(
            [_("source"), _("stage"), _("table"), _("reason"), _("field"), _("rows")],
            [list(entry.values()) for entry in answers.refused(shop, version)],
        )


@app.command(
    help=example(
        _("Ask the published tables. SHOP may be left out inside the shop's folder."),
        'onebasket query demo-shop "select channel, count(*) from timeline group by all"',
    )
)
def query(
    words: Annotated[list[str], typer.Argument(metavar="[SHOP] SELECT", help=_("shop folder and query"))],
    rows: Annotated[int, typer.Option(min=1, max=1_000_000, help=_("at most so many rows"))] = 1000,
    seconds: Annotated[float, typer.Option(min=0.1, max=3600, help=_("at most so many seconds"))] = 30.0,
    as_json: AsJson = False,
) -> None:
    from onebasket.store.duckdb_query import query as ask

    shop, text = shop_and(words)
    with version_of(shop) as version:
        columns, found, more = ask(version, text, max_rows=rows, max_seconds=seconds)
    if as_json:
        tell(
            json.dumps(
                [dict(zip(columns, row, strict=True)) for row in found], ensure_ascii=False, default=str
            )
        )
    else:
        show_table(columns, found)
    if more:
        tell(_("More rows were left out; ask for them with --rows.").format(), error=True)


@app.command(
    help=example(
        _("Recommend products to a customer, or those similar to a product."),
        "onebasket recommend demo-shop c0123456789abcdef --top 5",
    )
)
def recommend(
    words: Annotated[
        list[str], typer.Argument(metavar="[SHOP] CUSTOMER", help=_("shop folder and customer id"))
    ],
    top: Top = 10,
    similar: Annotated[
        bool, typer.Option("--similar", help=_("the id is a product's: show similar ones"))
    ] = False,
    mask_seen: Annotated[
        bool, typer.Option("--mask-seen", help=_("leave out what was bought before"))
    ] = False,
    category: Annotated[str | None, typer.Option(help=_("only this category"))] = None,
    in_stock: Annotated[bool, typer.Option("--in-stock", help=_("only products in stock"))] = False,
    why: Annotated[bool, typer.Option("--why", help=_("say why each is recommended"))] = False,
    as_json: AsJson = False,
) -> None:
    from onebasket import answers

    shop, who = shop_and(words)
    if why and similar:
        raise typer.BadParameter(_("--why goes with a customer, not with --similar"))
    wishes: dict[str, Any] = {"top": top, "category": category, "in_stock": in_stock}
    wishes["seen"] = "mask" if mask_seen else "allow"
    with version_of(shop) as version:
        if why:
            found = answers.reasoned(shop, version, who, **wishes)
        else:
            found = answers.recommendations(shop, version, who, similar=similar, **wishes)
    if as_json:
        tell(json.dumps(found, ensure_ascii=False, indent=1))
        return
    if why:
        _tell_reasons(found)
        return
    headings = [_("rank"), _("product"), _("title"), _("category"), _("score")]
    keys = ("rank", "product_id", "title", "category", "score")
    show_table(headings, [[item[key] for key in keys] for item in found])


def _tell_reasons(found: list[dict[str, Any]]) -> None:
    for item in found:
        tell(f"{item['rank']:>3}  {item['title']}  ({item['product_id']})")
        for reason in item["why"]:
            tell(f"     · {reason['words']}")
    if not all(item["told"] for item in found):
        line = _("The model {model} learned each customer apart: it cannot tell what carried its list.")
        tell(line.format(model=found[0]["model"]), error=True)


def _run(shop: Path, until: str, again: frozenset[str], learn: Learn | None = None) -> None:
    from onebasket.run import run

    with bars() as progress:
        result = run(shop, until=until, again=again, learn=learn, progress=progress)
    _tell(shop, result)


def _tell(shop: Path, result: RunResult) -> None:
    if not result.published:
        text = _("Nothing has changed since version {version}; nothing was done.")
    elif result.done == ():
        text = _("Version {version} is published; everything was reused.")
    else:
        text = _("Version {version} is published: {done} steps done in {seconds} s.")
    tell(text.format(version=result.version, done=len(result.done), seconds=result.seconds))
    for note in result.notes:
        tell(f"! {note}")
    if result.report.exists():
        tell(_("Report: {path}").format(path=result.report))
        tell(_("Try next:"))
        for words in _next_steps(shop):
            tell(f"  {_called()} {words}")
    _tell_stopped(result)


def _tell_stopped(result: RunResult) -> None:
    """The sources that could not be read; the others went on."""
    for error in result.stopped.values():
        tell(str(error), error=True)
    if result.stopped:
        raise typer.Exit(2)


def _called() -> str:
    """How to call this command from here: by name where the shell finds it, else by its path."""
    return "onebasket" if shutil.which("onebasket") else os.path.relpath(sys.argv[0])


def _next_steps(shop: Path) -> list[str]:
    """Three commands that fit this basket."""
    from onebasket.store.duckdb_query import query as ask

    with version_of(shop) as version:
        someone = "select customer_id from recommendations order by score desc, customer_id, rank"
        found = ask(version, someone, max_rows=1)[1] if version.parts("recommendations") else []
    steps = [f"quarantine {shop}", f'query {shop} "select channel, count(*) from timeline group by all"']
    return [*steps, f"recommend {shop} {found[0][0]}" if found else f"status {shop} --json"]


def shop_and(words: list[str]) -> tuple[Path, str]:
    """`SHOP TEXT`, or `TEXT` alone inside a shop's folder."""
    if len(words) > 2:
        raise typer.BadParameter(_("expected SHOP and one more word; put quotes around the query"))
    return (Path(words[0]), words[1]) if len(words) == 2 else (Path(), words[0])


def version_of(folder: Path) -> Version:
    """The published version of a shop; from here on texts speak the shop's language."""
    from onebasket import shop as shop_file
    from onebasket.errors import StoreError
    from onebasket.store.basket import Basket

    shop = shop_file.load(folder)
    speak(shop.shop.language)
    version = Basket(shop.basket).current()
    if version is None:
        raise StoreError(f"The shop {shop.folder} has no basket yet.", next_step=f"onebasket run {folder}")
    return version
