"""The command line. Holds no logic: it reads words, calls, and prints.

Exit codes: 0 done, 1 a fault of the machine, 2 wrong usage or input, 130 interrupted.
Texts come from the message catalogues; help speaks the language of the environment,
everything about a shop the shop's own.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onebasket.errors import OneBasketError
from onebasket.messages import default_language, translator

if TYPE_CHECKING:
    from onebasket.run import RunResult
    from onebasket.store.basket import Version

_ = translator(default_language())

app = typer.Typer(
    name="onebasket",
    help=_("Every channel of a shop in one basket: one customer, one catalogue, one timeline."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ShopFolder = Annotated[Path, typer.Argument(metavar="SHOP", help=_("folder of the shop (with shop.toml)"))]
AsJson = Annotated[bool, typer.Option("--json", help=_("print JSON"))]
Top = Annotated[int, typer.Option("--top", min=1, max=1000, help=_("how many"))]


def _example(text: str, example: str) -> str:
    return f"{text}\n\n{_('Example')}: {example}"


def main() -> None:
    """Run the command line; errors become messages and exit codes, never tracebacks."""
    try:
        app(standalone_mode=True)
    except OneBasketError as error:
        _say(str(error), error=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _say(_("Interrupted. The last published version is as it was."), error=True)
        sys.exit(130)
    except Exception as error:
        if os.environ.get("ONEBASKET_DEBUG"):
            raise
        # The message of an unforeseen error may hold a customer's data: only its kind is shown.
        kind = type(error).__name__
        _say(_("Unforeseen fault: {kind}. Set ONEBASKET_DEBUG=1 to see where.").format(kind=kind), error=True)
        sys.exit(1)


@app.command(
    help=_example(
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

    with _bars() as progress:
        write_demo(folder, households=households, seed=seed, progress=progress)
    _say(_("The demo shop is in {folder}.").format(folder=folder))


def _stage(name: str, text: str) -> Callable[..., None]:
    """The command that brings a shop up to date as far as one stage."""

    def command(
        shop: ShopFolder,
        again: Annotated[bool, typer.Option("--again", help=_("do it even if nothing has changed"))] = False,
    ) -> None:
        _run(shop, until=name, again=frozenset({name} if again else ()))

    app.command(name, help=_example(text, f"onebasket {name} demo-shop"))(command)
    return command


@app.command(
    "run",
    help=_example(
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
_stage("learn", _("Train the recommenders and judge them honestly."))
_stage("report", _("Bring everything up to date and write the report."))


@app.command(
    help=_example(
        _("Tell what the basket holds and how its last run went."), "onebasket status demo-shop --json"
    )
)
def status(shop: ShopFolder, as_json: AsJson = False) -> None:
    from onebasket.status import status as status_of

    with _version(shop) as version:
        facts = status_of(version)
    if as_json:
        _say(json.dumps(facts, ensure_ascii=False, indent=1))
        return
    _table(
        [_("stage"), _("seconds"), _("rows in"), _("rows out"), _("quarantined"), _("duplicates")],
        [
            [name, *(stage[key] for key in ("seconds", "rows_in", "rows_out", "quarantined", "duplicates"))]
            for name, stage in facts["stages"].items()
        ],
    )
    line = _("Version {version}: {seconds} s, {memory} MB at most.")
    _say(
        line.format(
            version=facts["version"],
            seconds=facts["seconds"],
            memory=facts["peak_memory_bytes"] // 1_000_000,
        )
    )


@app.command(
    help=_example(
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
        with _bars() as progress:
            result = answers.replay(shop, corrected, progress)
        _tell(shop, result)
        return
    with _version(shop) as version:
        if export:
            written = answers.export_refused(shop, version, export)
            _say(_("{rows} rows written to {path}.").format(rows=written, path=export))
            return
        _table(
            [_("source"), _("stage"), _("table"), _("reason"), _("field"), _("rows")],
            [list(entry.values()) for entry in answers.refused(shop, version)],
        )


@app.command(
    help=_example(
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

    shop, text = _shop_and(words)
    with _version(shop) as version:
        columns, found, more = ask(version, text, max_rows=rows, max_seconds=seconds)
    if as_json:
        _say(
            json.dumps(
                [dict(zip(columns, row, strict=True)) for row in found], ensure_ascii=False, default=str
            )
        )
    else:
        _table(columns, found)
    if more:
        _say(_("More rows were left out; ask for them with --rows.").format(), error=True)


@app.command(
    help=_example(
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
    as_json: AsJson = False,
) -> None:
    from onebasket.answers import recommendations

    shop, who = _shop_and(words)
    with _version(shop) as version:
        found = recommendations(
            shop, version, who, similar=similar, top=top,
            seen="mask" if mask_seen else "allow", category=category, in_stock=in_stock,
        )  # fmt: skip
    if as_json:
        _say(json.dumps(found, ensure_ascii=False, indent=1))
        return
    headings = [_("rank"), _("product"), _("title"), _("category"), _("score")]
    keys = ("rank", "product_id", "title", "category", "score")
    _table(headings, [[item[key] for key in keys] for item in found])


def _run(shop: Path, until: str, again: frozenset[str]) -> None:
    from onebasket.run import run

    with _bars() as progress:
        result = run(shop, until=until, again=again, progress=progress)
    _tell(shop, result)


def _tell(shop: Path, result: RunResult) -> None:
    if not result.published:
        text = _("Nothing has changed since version {version}; nothing was done.")
    elif result.done == ():
        text = _("Version {version} is published; everything was reused.")
    else:
        text = _("Version {version} is published: {done} steps done in {seconds} s.")
    _say(text.format(version=result.version, done=len(result.done), seconds=result.seconds))
    if result.report.exists():
        _say(_("Report: {path}").format(path=result.report))
        _say(_("Try next:"))
        for words in _next_steps(shop):
            _say(f"  {_called()} {words}")


def _called() -> str:
    """How to call this command from here: by name where the shell finds it, else by its path."""
    return "onebasket" if shutil.which("onebasket") else os.path.relpath(sys.argv[0])


def _next_steps(shop: Path) -> list[str]:
    """Three commands that fit this basket."""
    from onebasket.store.duckdb_query import query as ask

    with _version(shop) as version:
        someone = "select customer_id from recommendations order by score desc, customer_id, rank"
        found = ask(version, someone, max_rows=1)[1] if version.parts("recommendations") else []
    steps = [f"quarantine {shop}", f'query {shop} "select channel, count(*) from timeline group by all"']
    return [*steps, f"recommend {shop} {found[0][0]}" if found else f"status {shop} --json"]


def _shop_and(words: list[str]) -> tuple[Path, str]:
    """`SHOP TEXT`, or `TEXT` alone inside a shop's folder."""
    if len(words) > 2:
        raise typer.BadParameter(_("expected SHOP and one more word; put quotes around the query"))
    return (Path(words[0]), words[1]) if len(words) == 2 else (Path(), words[0])


def _version(folder: Path) -> Version:
    """The published version of a shop; from here on texts speak the shop's language."""
    from onebasket import shop as shop_file
    from onebasket.errors import StoreError
    from onebasket.store.basket import Basket

    shop = shop_file.load(folder)
    _speak(shop.shop.language)
    version = Basket(shop.basket).current()
    if version is None:
        raise StoreError(f"The shop {shop.folder} has no basket yet.", next_step=f"onebasket run {folder}")
    return version


def _speak(language: str) -> None:
    global _
    _ = translator(language)


def _say(text: str, *, error: bool = False) -> None:
    typer.echo(text, err=error)


def _table(headings: list[str], rows: list[Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, heading in enumerate(headings):
        numbers = bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        table.add_column(heading, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    Console().print(table)


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


class _bars:  # noqa: N801 - reads as a word in `with _bars() as progress`
    """Progress bars on a terminal; silence elsewhere."""

    def __enter__(self) -> Callable[[str, int, int], None]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
        from rich.progress import TimeElapsedColumn as Elapsed

        console = Console(stderr=True)
        self.progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Elapsed(),
            console=console, disable=not console.is_terminal,
        )  # fmt: skip
        self.tasks: dict[str, Any] = {}
        self.progress.start()
        return self.show

    def show(self, what: str, done: int, total: int) -> None:
        if what not in self.tasks:
            self.tasks[what] = self.progress.add_task(what, total=total or None)
        self.progress.update(self.tasks[what], completed=done, total=total or (1 if done else None))

    def __exit__(self, *_: object) -> None:
        self.progress.stop()
