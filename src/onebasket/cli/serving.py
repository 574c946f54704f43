"""Commands about serving: API keys, and the server itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from onebasket.cli.talk import AsJson, ShopFolder, _, app, example, show_table, tell

if TYPE_CHECKING:
    from onebasket.serve.keys import Scope
    from onebasket.shop import Shop

keys = typer.Typer(help=_("Make, list and revoke API keys."), no_args_is_help=True)
app.add_typer(keys, name="keys")


@keys.command(
    help=example(
        _("Make an API key. It is shown this once; a hash of it is kept."),
        "onebasket keys make demo-shop --scope write --source web --origin https://shop.example",
    )
)
def make(
    shop: ShopFolder,
    scope: Annotated[
        list[str], typer.Option(help=_("write, webhook, read, personal or admin; may be named again"))
    ],
    source: Annotated[
        str, typer.Option(help=_("of a key to write: the live source its events belong to"))
    ] = "",
    name: Annotated[str, typer.Option(help=_("what it is for"))] = "",
    origin: Annotated[
        list[str] | None, typer.Option(help=_("a web page's origin that may use it; may be named again"))
    ] = None,
    per_minute: Annotated[int, typer.Option(min=0, help=_("requests a minute; 0: as many as usual"))] = 0,
    adopt: Annotated[
        str,
        typer.Option(help=_("a key that pages have already, or the secret that webhooks are signed with")),
    ] = "",
    as_json: AsJson = False,
) -> None:
    from onebasket.serve.keys import make_key

    key, kept = make_key(
        _shop(shop), cast("list[Scope]", scope), name=name, source=source, origins=origin or (),
        per_minute=per_minute, adopted=adopt,
    )  # fmt: skip
    if as_json:
        tell(json.dumps({"id": kept.id, "key": key, "scopes": kept.scopes, "source": kept.source}))
        return
    tell(_("Key {id} is made. Keep it now; it is not shown again:").format(id=kept.id), error=True)
    tell(key)


@keys.command(
    "list", help=example(_("List the API keys, without themselves."), "onebasket keys list demo-shop")
)
def list_keys(shop: ShopFolder, as_json: AsJson = False) -> None:
    from onebasket.serve.keys import Keys

    found = Keys(_shop(shop).folder).all()
    if as_json:
        told = ("id", "ends", "scopes", "source", "name", "origins", "per_minute", "made", "revoked")
        tell(json.dumps([{part: getattr(each, part) for part in told} for each in found], ensure_ascii=False))
        return
    show_table(
        [_("id"), _("ends with"), _("scopes"), _("source"), _("name"), _("made"), _("revoked")],
        [[e.id, e.ends, ", ".join(e.scopes), e.source, e.name, e.made, e.revoked] for e in found],
    )


@keys.command(help=example(_("Take a key back, from now on."), "onebasket keys revoke demo-shop 1a2b3c4d"))
def revoke(
    shop: ShopFolder, key: Annotated[str, typer.Argument(metavar="ID", help=_("as `keys list` shows it"))]
) -> None:
    from onebasket.serve.keys import Keys

    gone = Keys(_shop(shop).folder).revoke(key)
    tell(_("Key {id} holds no more.").format(id=gone.id))


@app.command(
    help=example(
        _("Take in live events and answer questions, until it is told to stop."), "onebasket serve demo-shop"
    )
)
def serve(
    shop: ShopFolder,
    host: Annotated[str | None, typer.Option(help=_("address to listen on, this once"))] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help=_("port to listen on, this once"))
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help=_("TLS certificate (PEM); without one, behind a proxy that has it"))
    ] = None,
    certificate_key: Annotated[Path | None, typer.Option(help=_("its private key (PEM)"))] = None,
) -> None:
    try:
        from onebasket.serve.process import Address, serve_shop
    except ImportError as error:
        from onebasket.errors import MissingExtraError

        raise MissingExtraError("serve", "serve") from error

    opened = _shop(shop)
    said = {"host": host, "port": port, "certificate": certificate, "certificate_key": certificate_key}
    address = Address.of(opened, **{name: value for name, value in said.items() if value is not None})
    line = _("Listening on {url}. Stop with Ctrl-C.").format(url=address.url)
    serve_shop(opened, address, lambda: tell(line, error=True))


def _shop(folder: Path) -> Shop:
    """A shop; from here on texts speak its language."""
    from onebasket import shop as shop_file
    from onebasket.cli.talk import speak

    shop = shop_file.load(folder)
    speak(shop.shop.language)
    return shop
