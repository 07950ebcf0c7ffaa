"""``helhed keys``: replaces keys and passwords while everything runs."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.source_record import actor_id, record_act
from hub.cli.terms import fail, open_services
from hub.context import AppContext
from hub.db import Database
from hub.services import owner_database_url
from schemas.access import AuditAction

app = typer.Typer(
    no_args_is_help=True,
    help="""
Replace keys and passwords while everything runs.

[bold]Digest key and session key[/bold], each in four steps; every process is restarted in steps 1 and 2, one after
another, so that nothing stops:

1. helhed keys make: append the new key to HELHED_OTHER_DIGEST_KEYS (HELHED_OTHER_SESSION_KEYS). Now all know it.

2. Let it change places with HELHED_DIGEST_KEY (HELHED_SESSION_KEY). Now all write with it, and find with both.

3. helhed keys digest, then helhed index reindex (helhed keys session).

4. The session key: take the former away after a day. The digest key: leave it where it is, see docs/operation.md.

[bold]Secret keys[/bold]: put the new one first in HELHED_SECRET_KEYS, restart, helhed keys secrets, take the old away.

[bold]Password of the database[/bold]: helhed keys database FILE, restart, helhed keys retire LOGIN.
""",
)
console = Console(soft_wrap=True)


@app.command()
def make() -> None:
    """Print a new key, for the settings. It is stored nowhere."""
    typer.echo(secrets.token_hex(32))


@app.command()
def digest() -> None:
    """Make anew what a former digest key made: digests of numbers, payloads in quarantine, waiting events.

    In batches, while all runs; stopped half way, run it again. No source is read. Run it once every process writes
    with the new key; then: helhed index reindex.
    """
    from hub.rekeying.service import renew_digest_key  # noqa: PLC0415  a command loads only what it needs
    from hub.rights.repository import count_digests  # noqa: PLC0415  as above

    with fail(), open_services() as context:
        _note(context, "digests made anew")
        renewed = renew_digest_key(context, _progress)
        with context.database.transaction() as session:
            kept_out = count_digests(session)
        console.print(
            f"{renewed.digests:,} digests were made anew, and {renewed.payloads:,} payloads sealed anew."
            " Next: helhed index reindex"
        )
        if kept_out:
            console.print(
                f"{kept_out:,} digests keep out who was forgotten and what lapsed. Their numbers are gone, so they stay"
                " under the key of their time: leave former keys in HELHED_OTHER_DIGEST_KEYS."
            )


@app.command()
def session() -> None:
    """Seal the tokens of logins with the session key of now. Nobody is logged out; open forms go on to be taken."""
    from hub.rekeying.service import renew_session_key  # noqa: PLC0415  as above

    with fail(), open_services() as context:
        _note(context, "tokens of logins sealed anew")
        count = renew_session_key(context)
        console.print(f"{count:,} logins were sealed anew. The former key can go after a day: forms are sent by then.")


@app.command(name="secrets")
def renew_secrets() -> None:
    """Encrypt secrets of sources and keys of webhooks with the first of HELHED_SECRET_KEYS; then older ones can go."""
    from hub.rekeying import service  # noqa: PLC0415  as above
    from hub.secrets import secret_keys  # noqa: PLC0415  as above

    with fail(), open_services() as context, context.database.transaction() as session:
        record_act(session, AuditAction.CHANGE_KEYS, details={"change": "secrets encrypted anew"})
        count = service.renew_secrets(session, context, secret_keys(context.settings), by=actor_id())
        console.print(f"{count} secrets were encrypted anew.")


@app.command()
def database(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where the new HELHED_DATABASE_URL is written.")],
) -> None:
    """Make a second login with a new password, as HELHED_OWNER_DATABASE_URL, try it, and write its address.

    The login of now holds until it is retired. FILE may be the file of the setting itself (database_url in
    HELHED_SECRETS_DIR); restart the processes one after another, then: helhed keys retire LOGIN.
    """
    from hub.rekeying.logins import add_login  # noqa: PLC0415  as above

    with fail(), open_services() as context, _owner(context) as owner:
        _note(context, "another login to the database")
        new = add_login(owner, context.database.url)
        address = new.set(drivername="postgresql").render_as_string(hide_password=False)
        waiting = path.with_name(f"{path.name}.new")
        waiting.touch(mode=0o600)
        waiting.write_text(address, encoding="utf-8")
        waiting.replace(path)
        console.print(f"{new.username} may log in; its address is in {path}.", markup=False)


@app.command()
def retire(login: Annotated[str, typer.Argument(metavar="LOGIN", help="The login that was used before.")]) -> None:
    """Remove a login of the application that no process uses any more."""
    from hub.rekeying.logins import retire_login  # noqa: PLC0415  as above

    with fail(), open_services() as context, _owner(context) as owner:
        _note(context, "a login to the database removed")
        retire_login(owner, login, context.database.url.username)
        console.print(f"{login} is removed.", markup=False)


@contextmanager
def _owner(context: AppContext) -> Iterator[Database]:
    owner = Database(owner_database_url(context.settings), pool_size=1)
    try:
        yield owner
    finally:
        owner.close()


def _note(context: AppContext, what: str) -> None:
    with context.database.transaction() as session:
        record_act(session, AuditAction.CHANGE_KEYS, details={"change": what})


def _progress(done: int, total: int) -> None:
    typer.echo(f"{done:,} of {total:,} identifiers", err=True)
