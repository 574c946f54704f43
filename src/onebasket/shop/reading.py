"""From a shop file to settings, or to one error that says where and what."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec

from onebasket.errors import ShopFileError
from onebasket.shop.checks import mistakes
from onebasket.shop.settings import (
    Align,
    Api,
    Behaviour,
    Clean,
    Experiment,
    File,
    Health,
    Identity,
    Improve,
    Learn,
    Placement,
    Recommend,
    Run,
    Serve,
    Shop,
    Source,
)  # fmt: skip

FILE_NAME = "shop.toml"
_ANY = "[...]"  # msgspec's word for some key of a table


def load(folder: str | Path) -> Shop:
    """Read the shop file of a folder (or the file itself).

    Raises ShopFileError naming file, line, what was found and what was expected.
    """
    path = Path(folder)
    if path.is_dir() or path.suffix != ".toml":
        path = path / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ShopFileError(
            f"The shop file {path} cannot be read.",
            found=error.strerror,
            expected=f"a shop folder with a {FILE_NAME} in it",
            next_step="name the shop's folder, or make one with `onebasket demo FOLDER`",
        ) from error
    except UnicodeDecodeError as error:
        raise ShopFileError(
            f"The shop file {path} is not UTF-8.",
            found=f"byte 0x{error.object[error.start]:02x} at position {error.start}",
            expected="UTF-8 text",
            next_step="save the file as UTF-8",
        ) from error
    try:
        settings = msgspec.convert(tomllib.loads(text), File, strict=True)
    except tomllib.TOMLDecodeError as error:
        raise ShopFileError(
            f"The shop file {path} is not valid TOML.", found=str(error), next_step="mend that line"
        ) from error
    except msgspec.ValidationError as error:
        raise _explain(path, text, str(error)) from error
    _check(path, text, settings)
    return Shop(
        path.parent.resolve(),
        settings.shop,
        settings.source,
        settings.run,
        settings.clean,
        settings.align,
        settings.learn,
        settings.recommend,
        settings.behaviour,
        settings.serve,
        settings.experiment,
        settings.improve,
        settings.health,
    )


def _explain(path: Path, text: str, message: str) -> ShopFileError:
    """Turn msgspec's message (`… - at `$.source[1].pth``) into ours, with the line."""
    what, _, where = message.partition(" - at `")
    where = where.rstrip("`").removeprefix("$").removeprefix(".")
    unknown = re.search(r"unknown field `([^`]+)`", what)
    if unknown:
        where = f"{where}.{unknown[1]}".removeprefix(".")
    line = _line_of(text, where)
    place = f"{path}, line {line}" if line else str(path)
    if unknown:
        section = re.sub(r"\[\d+\]", "", where.rpartition(".")[0]) or "the file"
        return ShopFileError(
            f"{place}: unknown key `{unknown[1]}`.",
            found=where,
            expected=f"one of: {', '.join(_keys(section))}",
            next_step="correct the name or remove the line",
        )
    return ShopFileError(f"{place}: {what[0].lower()}{what[1:]}.", found=where, next_step="correct the value")


def _keys(section: str) -> tuple[str, ...]:
    kinds = {
        "the file": File, "shop": Identity, "source": Source, "source.api": Api, "run": Run, "clean": Clean,
        "align": Align, "learn": Learn, "recommend": Recommend,
        "behaviour": Behaviour, "serve": Serve,
        "experiment": Experiment, "improve": Improve, "health": Health, "source.health": Health,
    }  # fmt: skip
    if section.startswith("serve.placement"):
        return Placement.__struct_fields__
    return kinds[section].__struct_fields__ if section in kinds else ()


def _line_of(text: str, where: str) -> int | None:
    """The line that sets `source[1].path`, `shop.name`, …; None where no line does."""
    section, _, key = where.rpartition(".")
    if _ANY in where:
        return _line_in_any(text, where)
    if key.endswith("]"):  # the source itself, not one of its keys
        section, key = key, ""
    name, _, index = section.partition("[")
    wanted = int(index.rstrip("]").partition("]")[0]) if index else 0
    seen, current, heading = -1, "", None
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(r"\s*\[+\s*([\w.-]+)", line):
            current = match[1]
            if current == name:
                seen += 1
                heading = number if seen == wanted else heading
            if not section and current == key:
                return number
        elif re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line) and (
            (current == name and seen == wanted) or (not section and not current)
        ):
            return number
    return heading


def _line_in_any(text: str, where: str) -> int | None:
    """The line that sets `serve.placement[...].top` in any placement, `shop.rates[...]` for any currency."""
    table, _, key = where.partition(_ANY)
    section, _, name = table.rpartition(".")
    wanted, current = (key.removeprefix("."), "") if key else (name, "")
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(r"\s*\[+\s*([\w.-]+)", line):
            current = match[1]
        elif current.startswith(table if key else section) and re.match(rf"\s*{wanted}\s*=", line):
            return number
    return None


def _check(path: Path, text: str, settings: File) -> None:
    """Rules between values that types cannot say."""
    for where, what, found, expected in mistakes(settings):
        line = _line_of(text, where)
        raise ShopFileError(
            f"{path}{f', line {line}' if line else ''}: {what}.",
            found=found,
            expected=expected,
            next_step="correct the value",
        )
