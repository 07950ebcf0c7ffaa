"""Collects the facts about an installation and lets the rules judge them, one subject after another.

A subject that cannot be asked is a finding, not an error, so that everything wrong is told at once.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from hub.alerts.delivery_repository import list_webhooks
from hub.audit.guard import log_faults
from hub.backup import repository as backups
from hub.backup.settings import backup_keys, backup_place
from hub.bus.base import OVERVIEWS, RECORDS, BusRefused, BusUnavailable
from hub.context import AppContext
from hub.errors import HubError, InvalidSetting, StoreUnavailable
from hub.log import place_of
from hub.notices.senders import SendFailed, mail_server_of, reach_mail_server, reach_webhook
from hub.oidc.mapping import read_mapping
from hub.oidc.refusal import LoginRefused
from hub.operation.health import SCHEMA
from hub.preflight import rules
from hub.preflight.certificates import check_certificates
from hub.preflight.repository import server_facts
from hub.preflight.rules import BackupFacts, Finding
from hub.settings import Settings
from search.base import SearchUnavailable

_AT_ONCE = 8
"""Sources that are asked at the same time."""
_MOST_WEBHOOKS = 100
_WORLD = 0o004
_NEEDED = frozenset({"database", "tables"})


def check_installation(context: AppContext, *, note_reading: Callable[[], None] | None) -> Iterator[Finding]:
    """Everything about an installation whose settings can be read; the login as ``context.login`` has it.

    Args:
        context: the live context.
        note_reading: writes the line of the log that the sources were reached; None: leave them alone.
    """
    settings = context.settings
    yield from check_settings(settings)
    database = list(_guarded("database", lambda: _check_database(context)))
    yield from database
    if not any(finding.status is rules.Status.FAILED for finding in database if finding.check in _NEEDED):
        yield from _guarded("backup", lambda: _check_backup(context))
    yield from _guarded("bus", lambda: _check_bus(context))
    yield from _guarded("index", lambda: rules.judge_index(context.index.state()))
    yield from _guarded("login", lambda: _check_login(context))
    yield from _guarded("login", lambda: _check_citizen_login(context))
    yield from _guarded("certificate", lambda: check_certificates(settings, datetime.now(UTC)))
    yield from _guarded("receiver", lambda: check_receivers(context))
    yield from _guarded("disk", lambda: _check_disk(settings.data_dir))
    are_tables_there = not any(
        finding.check in _NEEDED and finding.status is rules.Status.FAILED for finding in database
    )
    if note_reading is not None and are_tables_there:
        yield from _guarded("source", lambda: _check_sources(context, note_reading))


def check_settings(settings: Settings) -> Iterator[Finding]:
    """What the settings say by themselves: demo, cookies, keys, the rights of files of secrets."""
    if settings.demo:
        yield rules.warning(
            "settings", "HELHED_DEMO is set: anybody may log in as anybody", "never set it with real data"
        )
    elif not settings.secure_cookies:
        advice = "leave HELHED_SECURE_COOKIES as it is, and serve over HTTPS"
        yield rules.failed("settings", "HELHED_SECURE_COOKIES is off", advice)
    else:
        yield rules.ok("settings", "they can be read")
    secrets = {
        f"HELHED_{name.upper()}": secret.get_secret_value() if (secret := getattr(settings, name)) else None
        for name in ("session_key", "digest_key", "secret_keys")
    }
    yield from rules.judge_keys(secrets, demo=settings.demo)


def check_secret_files(folder: Path) -> Iterator[Finding]:
    """Whether others on this machine can read the files of secrets."""
    open_files = sorted(path.name for path in folder.glob("helhed_*") if path.stat().st_mode & _WORLD)
    if open_files:
        message = f"everybody on this machine can read {', '.join(open_files)} in HELHED_SECRETS_DIR"
        yield rules.warning("keys", message, "chmod o-rwx them")


def _guarded(check: str, ask: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings; what could not be asked is one of them, without the text of a foreign error."""
    try:
        yield from ask()
    except StoreUnavailable:
        advice = "start PostgreSQL, or correct HELHED_DATABASE_URL"
        yield rules.failed(check, "PostgreSQL does not answer, or does not let us in", advice)
    except BusUnavailable:
        yield rules.failed(check, "the bus does not answer", "start Kafka, or correct HELHED_KAFKA_SERVERS")
    except SearchUnavailable as error:
        yield rules.failed(
            check, str(error) or "the index does not answer", "start OpenSearch, or correct HELHED_OPENSEARCH_…"
        )
    except (BusRefused, InvalidSetting) as error:
        yield rules.failed(check, str(error), "correct the setting that it names")
    except Exception as error:  # noqa: BLE001  one subject that fails leaves the others to be told
        yield rules.failed(check, f"could not be checked: {place_of(error)}", "report it to the developers")


def _check_database(context: AppContext) -> Iterator[Finding]:
    host = context.database.url.host or str(context.database.url.query.get("host", ""))
    with context.database.transaction() as session:
        session.connection()
        before = datetime.now(UTC)
        facts = server_facts(session)
        middle = before + (datetime.now(UTC) - before) / 2
    yield from rules.judge_server(facts, is_local=rules.is_local(host))
    yield rules.judge_clock(facts.now - middle)
    revision = context.database.revision()
    yield rules.judge_tables(revision, SCHEMA)
    if revision:
        with context.database.transaction() as session:
            faults = log_faults(session)
        yield from rules.judge_log(faults, demo=context.settings.demo)


def _check_backup(context: AppContext) -> list[Finding]:
    settings = context.settings
    with context.database.transaction() as session:
        archiver = backups.archiver_state(session)
        taken = backups.backups_taken(session)
    place = backup_place(settings) if settings.backup_dir is not None else None
    facts = BackupFacts(
        newest=max((each.ended_at for each in taken), default=None),
        verified=max((each.verified_at for each in taken if each.verified_at), default=None),
        is_archiving=archiver.is_on,
        archived_at=archiver.archived_at,
        archiving_fails=archiver.is_on and archiver.fails,
        place=str(settings.backup_dir or ""),
        is_writable=place is not None and place.is_writable(),
        has_key=bool(backup_keys(settings)),
        now=archiver.now,
    )
    return rules.judge_backup(facts)


def _check_bus(context: AppContext) -> list[Finding]:
    settings = context.settings
    topics = (RECORDS, OVERVIEWS)
    copies = settings.kafka_replication if settings.kafka_servers else 1
    return rules.judge_bus(context.bus.state(topics), topics, partitions=settings.bus_partitions, copies=copies)


def _check_login(context: AppContext) -> Iterator[Finding]:
    if context.login is None or context.settings.role_mapping_file is None:
        return
    mapping = read_mapping(context.settings.role_mapping_file)
    yield from rules.judge_roles(function.role for function in mapping.functions)
    try:
        context.login.provider.check()
    except LoginRefused as error:
        yield rules.failed(
            "login", f"the provider cannot be used ({error})", "see HELHED_OIDC_ISSUER and HELHED_OIDC_CA"
        )
    else:
        yield rules.ok("login", "the provider answers with its keys")


def _check_citizen_login(context: AppContext) -> Iterator[Finding]:
    if context.citizen_login is None:
        return
    if not context.settings.citizen_contact:
        advice = "set HELHED_CITIZEN_CONTACT: whom citizens ask about rectification and insight"
        yield rules.warning("login", "Min side names nobody whom citizens can ask", advice)
    try:
        context.citizen_login.provider.check()
    except LoginRefused as error:
        advice = "see HELHED_CITIZEN_OIDC_ISSUER and HELHED_CITIZEN_OIDC_CA"
        yield rules.failed("login", f"the provider of citizens cannot be used ({error})", advice)
    else:
        yield rules.ok("login", "the provider of citizens answers with its keys")


def check_receivers(context: AppContext) -> Iterator[Finding]:
    """Who is told of notices and alerts: reached, and sent nothing. Of an address its host alone is told."""
    settings = context.settings
    mail = mail_server_of(settings)
    if mail is not None:
        advice = "see HELHED_SMTP_… (docs/operation.md); what is not taken is sent again"
        yield _reached(f"the mail server {mail.host}", advice, lambda: reach_mail_server(mail))
    addresses = {settings.notice_webhook_url: "see HELHED_NOTICE_WEBHOOK_URL"} if settings.notice_webhook_url else {}
    with context.database.transaction() as session:
        active = [each for each in list_webhooks(session, start=0, size=_MOST_WEBHOOKS) if each.disabled_at is None]
    addresses |= {each.url: "helhed webhook list" for each in active}
    for url, advice in addresses.items():
        yield _reached(f"the webhook at {urlsplit(url).hostname}", advice, partial(reach_webhook, url))


def _reached(receiver: str, advice: str, reach: Callable[[], None]) -> Finding:
    try:
        reach()
    except SendFailed as error:
        # The hub serves without it, and sends again.
        return rules.warning("receiver", f"{receiver} cannot be reached ({error})", advice)
    return rules.ok("receiver", f"{receiver} answers")


def _check_disk(folder: Path) -> list[Finding]:
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    usage = shutil.disk_usage(there)
    return [rules.judge_disk("HELHED_DATA_DIR on this machine", usage.free / usage.total)]


def _check_sources(context: AppContext, note_reading: Callable[[], None]) -> Iterator[Finding]:
    note_reading()
    names = sorted(source.name for source in context.catalogue.current() if source.is_active)
    if not names:
        yield rules.warning("source", "no source is connected", "helhed source add, or the page Kilder")
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        yield from pool.map(lambda name: _check_source(context, name), names)


def _check_source(context: AppContext, name: str) -> Finding:
    advice = f"helhed source check {name}"
    try:
        with context.catalogue.lend_connector(name) as connector:
            result = connector.check()
    except HubError as error:
        return rules.failed("source", f"{name}: {error}", advice)
    except Exception as error:  # noqa: BLE001  as in _guarded
        return rules.failed("source", f"{name}: {place_of(error)}", advice)
    # The hub serves without it, and says so on its pages.
    return (
        rules.ok("source", f"{name}: {result.message}")
        if result.ok
        else rules.warning("source", f"{name}: {result.message}", advice)
    )
