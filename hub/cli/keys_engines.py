"""Logins to Kafka and OpenSearch for ``helhed keys``: who makes them, how, and the files they are written to."""

import os
import secrets
from collections.abc import Mapping
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from hub.errors import InvalidSetting
from hub.rekeying.logins import next_login
from hub.services import kafka_access, opensearch_cluster
from hub.settings import Settings

Administrator = Annotated[
    str, typer.Option("--admin", metavar="NAME", help="Who may make logins there. Empty: the login of now.")
]
AdminPassword = Annotated[
    Path | None,
    typer.Option("--admin-password", metavar="FILE", help="File with the administrator's password. Empty: it asks."),
]


class Engine(StrEnum):
    """What has logins of ours, by the beginning of its settings."""

    DATABASE = "database"
    KAFKA = "kafka"
    OPENSEARCH = "opensearch"


NAMES = {Engine.DATABASE: "PostgreSQL", Engine.KAFKA: "Kafka", Engine.OPENSEARCH: "OpenSearch"}


class NewLogin(NamedTuple):
    """A login that was tried."""

    name: str
    password: str
    rights: str
    """What it has of the former, as a sentence says it."""


def login_of(settings: Settings, engine: Engine) -> str:
    """The login of now.

    Raises:
        InvalidSetting: there is none.
    """
    if not getattr(settings, "kafka_servers" if engine is Engine.KAFKA else "opensearch_urls"):
        where = "SERVERS" if engine is Engine.KAFKA else "URLS"
        raise InvalidSetting(f"{NAMES[engine]} is not used here: HELHED_{engine.upper()}_{where} is not set")
    name: str = getattr(settings, f"{engine}_user")
    if not name:
        raise InvalidSetting(f"HELHED_{engine.upper()}_USER is not set: there is no password to replace")
    if engine is Engine.KAFKA and not settings.kafka_mechanism.startswith("SCRAM"):
        raise InvalidSetting("passwords of PLAIN stand in the brokers' own files: add a second user there")
    return name


def as_administrator(settings: Settings, engine: Engine, name: str, file: Path | None) -> Settings:
    """The settings with another login to the engine, if one is named.

    Raises:
        InvalidSetting: its password cannot be read.
    """
    if not name:
        return settings
    if file is None:
        password = str(typer.prompt(f"Password of {name} in {NAMES[engine]}", hide_input=True, err=True))
    else:
        try:
            password = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidSetting(f"--admin-password: {file} cannot be read ({type(error).__name__})") from None
    return _with(settings, engine, name, password)


def add_login(settings: Settings, administrator: Settings, engine: Engine) -> NewLogin:
    """Make the login after that of now, and try it.

    Raises:
        InvalidSetting: there is none of now, or its password is not kept where one can be made.
        BusRefused, BusUnavailable, LoginNotChanged, SearchUnavailable: the engine does not do it.
    """
    current = login_of(settings, engine)
    name, password = next_login(current), secrets.token_urlsafe(32)
    new = _with(settings, engine, name, password)
    if engine is Engine.KAFKA:
        from hub.bus import kafka_logins  # noqa: PLC0415  its client takes long to load

        count = kafka_logins.add_login(kafka_access(administrator), kafka_access(settings), kafka_access(new))
        return NewLogin(name, password, f"with {count} access rules of {current}")
    from search import opensearch_logins  # noqa: PLC0415  as above

    with closing(opensearch_cluster(administrator)) as cluster:
        roles = opensearch_logins.add_login(cluster, current, name, password)
    with closing(opensearch_cluster(new)) as cluster:
        cluster.ask("GET", "/")
    return NewLogin(name, password, f"with the roles of {current}{': ' if roles else ''}{', '.join(roles)}")


def retire_login(settings: Settings, administrator: Settings, engine: Engine, name: str) -> None:
    """Remove a login that no process uses any more. The engines do not say whether one does.

    Raises:
        InvalidSetting: it is the one of now, or no former one of it.
        BusRefused, BusUnavailable, LoginNotChanged, SearchUnavailable: the engine does not do it.
    """
    current = login_of(settings, engine)
    if name == current:
        raise InvalidSetting(f"{name} is the login in HELHED_{engine.upper()}_USER")
    if not is_former(name, current):
        raise InvalidSetting(f"{name} is no login before {current}; what others use is not removed here")
    if engine is Engine.KAFKA:
        from hub.bus import kafka_logins  # noqa: PLC0415  as above

        kafka_logins.retire_login(kafka_access(administrator), name)
        return
    from search import opensearch_logins  # noqa: PLC0415  as above

    with closing(opensearch_cluster(administrator)) as cluster:
        opensearch_logins.retire_login(cluster, name)


def is_former(name: str, current: str) -> bool:
    """Whether the login of now came from that one: its name without a number, or with a smaller one."""
    stem, _, number = current.rpartition("_")
    if not stem or not number.isdecimal():
        return False
    return name == stem or name in {f"{stem}_{each}" for each in range(2, int(number))}


def require_writable(*paths: Path) -> None:
    """Look before anything is made.

    Raises:
        InvalidSetting: a file cannot be written there.
    """
    for path in paths:
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK) or path.is_dir():
            raise InvalidSetting(f"{path} cannot be written: its folder must be there, and be writable for this user")


def write_secrets(contents: Mapping[Path, str]) -> None:
    """Write files that only their owner reads, each whole or not at all, with nothing between them.

    Raises:
        InvalidSetting: the disk does not take one; nothing is changed then.
    """
    waiting = {path: path.with_name(f".{path.name}.new") for path in contents}
    try:
        for path, text in contents.items():
            waiting[path].unlink(missing_ok=True)
            waiting[path].touch(mode=0o600)
            waiting[path].write_text(text, encoding="utf-8")
        for path, new in waiting.items():
            new.replace(path)
    except OSError as error:
        what = f"{error.filename or 'a file'} cannot be written: {error.strerror}"
        raise InvalidSetting(f"{what}; nothing uses the new login yet, run it again") from None


def _with(settings: Settings, engine: Engine, name: str, password: str) -> Settings:
    changed = settings.model_dump() | {f"{engine}_user": name, f"{engine}_password": password}
    return Settings.model_validate(changed)
