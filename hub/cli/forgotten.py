"""``helhed forgotten``: who was forgotten, carried over a restore. Digests alone; nobody can be read from them."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console

from hub.cli.source_record import record_act
from hub.cli.terms import fail, open_services
from hub.errors import InvalidSetting
from hub.rights.repository import ForgottenDigest
from schemas.access import AuditAction

app = typer.Typer(
    no_args_is_help=True,
    help="""
Citizens who were forgotten, and a restored backup that knows them still.

[bold]Before restoring:[/bold] helhed forgotten export FILE · [bold]after:[/bold] helhed forgotten again --list FILE

The list holds keyed digests. It means nothing without HELHED_DIGEST_KEY, which must be the same.
""",
)
console = Console()
_LIST: TypeAdapter[tuple[ForgottenDigest, ...]] = TypeAdapter(tuple[ForgottenDigest, ...])


@app.command()
def export(path: Annotated[Path, typer.Argument(metavar="FILE", help="Where the list is written.")]) -> None:
    """Write who is kept out, as digests, to be used after a restore."""
    from hub.rights.repository import export_digests  # noqa: PLC0415  a command loads only what it needs

    with fail(), open_services() as context:
        with context.database.transaction() as session:
            record_act(session, AuditAction.FORGET_AGAIN)
            digests = export_digests(session)
        path.write_bytes(_LIST.dump_json(digests))
        console.print(f"{len(digests):,} digests are in {path}.", soft_wrap=True)


@app.command()
def again(
    path: Annotated[
        Path | None, typer.Option("--list", metavar="FILE", help="What export wrote before the backup was restored.")
    ] = None,
) -> None:
    """Forget everybody again who was forgotten before and is there again."""
    from hub.forgetting.citizens import Keys, forget_again  # noqa: PLC0415  as above

    with fail(), open_services() as context:
        known: tuple[ForgottenDigest, ...] = ()
        if path is not None:
            try:
                known = _LIST.validate_json(path.read_bytes())
            except (OSError, ValidationError) as error:
                raise InvalidSetting(f"{path} is no list that helhed forgotten export wrote") from error
        with context.database.transaction() as session:
            record_act(session, AuditAction.FORGET_AGAIN)
        keys = Keys(context.digest_key, context.payload_cipher)
        done = forget_again(context.database, keys=keys, clock=context.clock, known=known)
        console.print(f"{len(done):,} citizens were forgotten again.", soft_wrap=True)
