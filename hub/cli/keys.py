"""``helhed keys``: replaces keys and passwords while everything runs."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.keys_engines import (
    NAMES,
    Administrator,
    AdminPassword,
    Engine,
    add_login,
    as_administrator,
    login_of,
    require_writable,
    retire_login,
    write_secrets,
)
from hub.cli.source_record import actor_id, record_act
from hub.cli.terms import fail, open_services
from hub.context import AppContext
from hub.db import Database
from hub.errors import InvalidSetting
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

[bold]Passwords of Kafka and OpenSearch[/bold]: helhed keys kafka USER_FILE PASSWORD_FILE (or opensearch), restart,
helhed keys retire LOGIN --of kafka.

[bold]Certificates[/bold] that we show: helhed keys certificate listen NEW_FILE (kafka, audit_stream).
""",
)
console = Console(soft_wrap=True)
RESTART = "Restart the processes one after another; helhed check tells whether it is taken."


class Shown(StrEnum):
    """Certificates that we show, by the beginning of their settings."""

    LISTEN = "listen"
    KAFKA = "kafka"
    AUDIT_STREAM = "audit_stream"


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
    from hub.rekeying import logins  # noqa: PLC0415  as above

    with fail(), open_services() as context, _owner(context) as owner:
        require_writable(path)
        _note(context, "another login to the database")
        new = logins.add_login(owner, context.database.url)
        write_secrets({path: new.set(drivername="postgresql").render_as_string(hide_password=False)})
        console.print(f"{new.username} may log in; its address is in {path}.", markup=False)


@app.command()
def kafka(
    user_file: Annotated[Path, typer.Argument(help="Where the new HELHED_KAFKA_USER is written.")],
    password_file: Annotated[Path, typer.Argument(help="Where the new HELHED_KAFKA_PASSWORD is written.")],
    admin: Administrator = "",
    admin_password: AdminPassword = None,
) -> None:
    """Make a second login to Kafka with the rights of that of now, try it at each broker, and write it to two files.

    The login of now holds until it is retired. Restart the processes one after another, then: helhed keys retire LOGIN
    --of kafka. The files may be those of the settings themselves (kafka_user, kafka_password in HELHED_SECRETS_DIR).
    """
    _replace(Engine.KAFKA, user_file, password_file, admin, admin_password)


@app.command()
def opensearch(
    user_file: Annotated[Path, typer.Argument(help="Where the new HELHED_OPENSEARCH_USER is written.")],
    password_file: Annotated[Path, typer.Argument(help="Where the new HELHED_OPENSEARCH_PASSWORD is written.")],
    admin: Administrator = "",
    admin_password: AdminPassword = None,
) -> None:
    """Make a second login to OpenSearch with the rights of that of now, try it, and write it to two files.

    As helhed keys kafka; through the API of the security plugin.
    """
    _replace(Engine.OPENSEARCH, user_file, password_file, admin, admin_password)


@app.command()
def certificate(
    of: Annotated[Shown, typer.Argument(help="Which: HELHED_LISTEN_CERTIFICATE and so on.")],
    new: Annotated[Path, typer.Argument(metavar="FILE", help="PEM: the new certificate, its chain and its key.")],
) -> None:
    """Put a new certificate in the place of the one of now, if whoever meets it will take it.

    It must hold now, end no earlier, be for the same machines, and its key must belong to it. The one before stays
    beside it as .former. The listener shows the new one with the next connection; no process is restarted for it.
    """
    from hub.rekeying import certificates  # noqa: PLC0415  as above

    with fail(), open_services() as context:
        setting = f"HELHED_{of.upper()}_CERTIFICATE"
        place: Path | None = getattr(context.settings, f"{of}_certificate")
        if place is None:
            raise InvalidSetting(f"{setting} is not set: there is no certificate to replace")
        facts = certificates.look_at(new, place, datetime.now(UTC))
        _note(context, f"another certificate in {setting}")
        former = certificates.put(new, place)
        console.print(
            f"{place} is the new one, until {facts.ends:%Y-%m-%d}."
            f"{f' The one before is {former}.' if former else ''}"
            f" {'It is shown with the next connection.' if of is Shown.LISTEN else RESTART}",
            markup=False,
        )


@app.command()
def retire(
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="The login that was used before.")],
    of: Annotated[Engine, typer.Option(help="What it is a login to.")] = Engine.DATABASE,
    admin: Administrator = "",
    admin_password: AdminPassword = None,
) -> None:
    """Remove a login of the application that no process uses any more.

    PostgreSQL says whether one does, and then nothing is removed. Kafka and OpenSearch do not: be sure that every
    process was restarted.
    """
    from hub.rekeying import logins  # noqa: PLC0415  as above

    with fail(), open_services() as context:
        if of is Engine.DATABASE:
            with _owner(context) as owner:
                _note(context, "a login to the database removed")
                logins.retire_login(owner, login, context.database.url.username)
        else:
            administrator = as_administrator(context.settings, of, admin, admin_password)
            _note(context, f"a login to {NAMES[of]} removed")
            retire_login(context.settings, administrator, of, login)
        console.print(f"{login} is removed.", markup=False)


def _replace(engine: Engine, user_file: Path, password_file: Path, admin: str, admin_password: Path | None) -> None:
    with fail(), open_services() as context:
        current = login_of(context.settings, engine)
        require_writable(user_file, password_file)
        administrator = as_administrator(context.settings, engine, admin, admin_password)
        _note(context, f"another login to {NAMES[engine]}")
        new = add_login(context.settings, administrator, engine)
        write_secrets({password_file: new.password, user_file: new.name})
        console.print(
            f"{new.name} may log in to {NAMES[engine]}, {new.rights}. It is in {user_file} and {password_file}."
            f" Restart the processes one after another; then: helhed keys retire {current} --of {engine}",
            markup=False,
        )


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
