"""How the command line talks: texts in the reader's language, tables, progress bars, errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from onebasket.messages import default_language, translator

_language = [default_language()]

app = typer.Typer(
    name="onebasket",
    help=translator(default_language())(
        "Every channel of a shop in one basket: one customer, one catalogue, one timeline."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _(text: str) -> str:
    return translator(_language[0])(text)


def speak(language: str) -> None:
    """From here on texts are in this language."""
    _language[0] = language


ShopFolder = Annotated[Path, typer.Argument(metavar="SHOP", help=_("folder of the shop (with shop.toml)"))]
AsJson = Annotated[bool, typer.Option("--json", help=_("print JSON"))]
Top = Annotated[int, typer.Option("--top", min=1, max=1000, help=_("how many"))]


def example(text: str, command: str) -> str:
    """A command's help: what it does, and one use of it."""
    return f"{text}\n\n{_('Example')}: {command}"


def tell(text: str, *, error: bool = False) -> None:
    """Print a line."""
    typer.echo(text, err=error)


def show_table(headings: list[str], rows: list[Any]) -> None:
    """Print rows in columns, numbers to the right."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, heading in enumerate(headings):
        numbers = bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        table.add_column(heading, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    Console().print(table)


def bar(bits: float) -> str:
    """Evidence as a bar: for to the right, against to the left; two bits a block."""
    blocks = min(round(abs(bits) / 2 + 0.4), 6)
    return " " * 6 + "█" * blocks if bits > 0 else " " * (6 - blocks) + "░" * blocks


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


class bars:  # noqa: N801 - reads as a word in `with bars() as progress`
    """Progress bars on a terminal; silence elsewhere."""

    def __enter__(self) -> Callable[[str, int, int], None]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
        from rich.progress import TimeElapsedColumn as Elapsed
        from rich.progress import TimeRemainingColumn as Remaining

        console = Console(stderr=True)
        self.progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Elapsed(),
            Remaining(),
            console=console, disable=not console.is_terminal,
        )  # fmt: skip
        self.tasks: dict[str, Any] = {}
        self.progress.start()
        return self.show

    def show(self, what: str, done: int, total: int) -> None:
        name, _, _ = what.partition(" · ")  # what follows may change from word to word
        if name not in self.tasks:
            self.tasks[name] = self.progress.add_task(what, total=total or None)
        self.progress.update(
            self.tasks[name], description=what, completed=done, total=total or (1 if done else None)
        )

    def __exit__(self, *_: object) -> None:
        self.progress.stop()


def column_and_kind(text: str) -> tuple[str, str]:
    """`COLUMN=KIND` as the two. Raises typer.BadParameter for anything else."""
    column, equals, kind = text.rpartition("=")
    if not equals:
        raise typer.BadParameter(_("expected COLUMN=KIND, found {text}").format(text=text))
    return column.strip(), kind.strip()
