"""The record of processing activities (GDPR art. 30), from the sources, the accounts and the settings there are now."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from hub.access import identity
from hub.access.service_account_repository import list_accounts
from hub.access.service_accounts import ServiceAccount
from hub.alerts.delivery_repository import list_webhooks
from hub.settings import Settings
from hub.sources.definitions import Source, SourceLifecycle
from hub.sources.field_approvals import declared_types
from hub.web.accountability import processing_texts as words
from hub.web.accountability.fields import SENSITIVITY
from hub.web.accountability.window import Answer, Fold, Row, Table, Window
from hub.web.shell.dates import capital, counted, listed
from hub.web.shell.declared_types import declared_streams
from hub.web.shell.request_context import RequestContext
from hub.web.shell.texts import AREA, DATA_CATEGORY, PURPOSE
from schemas.access import Role

ALL = 10_000


def answer(context: RequestContext, window: Window) -> Answer:
    """The record; what Helhed cannot know is a gap that the municipality fills."""
    del window
    session, settings = context.session, context.app.settings
    sources = [source for source in context.app.catalogue.known() if source.system]
    types = {
        source.name: [info.danish_title for info in declared_types(declared_streams(context.app, source.name))]
        for source in sources
        if source.is_active
    }
    officers = [actor.name for actor in identity.actors(session) if Role.DPO in actor.roles]
    machines = [each for each in list_accounts(session, start=0, size=ALL) if each.revoked_at is None]
    webhooks = [urlsplit(each.url).hostname or each.url for each in list_webhooks(session, start=0, size=ALL)]
    transfers = settings.third_country_transfers.strip()
    read = counted(sum(source.is_active for source in sources), "kilde", "kilder")
    by_first, whole = Fold.FIRST_COLUMN, Fold.WHOLE
    return Answer(
        headline=f"{words.HEADLINE.format(sources=read)} {transfers_text(transfers)}",
        is_trouble=not transfers,
        tables=(
            Table("ansvarlig", words.CONTROLLER, words.FACT, controller_rows(settings, officers)),
            Table("behandlinger", words.PROCESSINGS, words.PROCESSING, processing_rows(settings), fold=by_first),
            Table(
                "kilder",
                words.SOURCES,
                words.SOURCE,
                source_rows(sources, types),
                note=words.SOURCES_NOTE,
                fold=by_first,
            ),
            Table("modtagere", words.RECEIVERS, words.RECEIVER, receiver_rows(machines, webhooks), fold=by_first),
            Table("steder", words.PLACES, words.PLACE, place_rows(settings), note=words.PLACES_NOTE, fold=whole),
            Table("overfoersel", words.TRANSFERS, words.FACT, (Row((words.OUTSIDE, transfers_text(transfers))),)),
            Table(
                "frister", words.RETENTION, words.FACT, retention_rows(settings), note=words.RETENTION_NOTE, fold=whole
            ),
            Table("sikkerhed", words.SECURITY, words.FACT, security_rows(settings), fold=whole),
        ),
        gaps=words.GAPS,
    )


def transfers_text(declared: str) -> str:
    """What is declared of transfers outside the EU; "none" only where the municipality says so; pure."""
    if not declared:
        return words.NOT_DECLARED
    return words.NONE_DECLARED if declared.lower() == words.NONE else words.DECLARED.format(declared=declared)


def controller_rows(settings: Settings, officers: list[str]) -> tuple[Row, ...]:
    """Who answers for it; pure."""
    contacts = [f"{AREA[area]}: {contact.name}" for area, contact in sorted(settings.area_contacts.items())]
    return (
        Row((words.MUNICIPALITY, settings.municipality or words.TO_FILL), is_trouble=not settings.municipality),
        Row((words.OFFICERS, listed(officers) if officers else words.TO_FILL), is_trouble=not officers),
        Row((words.ADMINISTRATIONS, "; ".join(contacts) or words.TO_FILL)),
    )


def processing_rows(settings: Settings) -> tuple[Row, ...]:
    """Each processing: purpose, right, people, data; pure."""
    del settings
    return tuple(map(Row, words.PROCESSING_ROWS))


def source_rows(sources: Iterable[Source], types: Mapping[str, list[str]]) -> tuple[Row, ...]:
    """What comes from where, with which right; pure."""
    rows = []
    for source in sources:
        system = source.system
        if system is None or source.definition.lifecycle is SourceLifecycle.DRAFT:
            continue
        bases = "; ".join(
            f"{DATA_CATEGORY[each.category]}: {each.legal_basis.rstrip('.')}" for each in system.category_bases
        )
        what = listed(types.get(source.name, [])) if types.get(source.name) else words.NOT_READ
        rows.append(
            Row(
                (
                    system.title,
                    system.authority,
                    capital(what),
                    capital(SENSITIVITY[system.sensitivity]),
                    f"{system.legal_basis} {capital(bases)}".strip(),
                )
            )
        )
    return tuple(rows)


def receiver_rows(machines: Iterable[ServiceAccount], webhooks: Iterable[str]) -> tuple[Row, ...]:
    """Who is given the data: people by their roles, then machines and addresses that are set up; pure."""
    accounts = [
        Row(
            (
                f"{account.name} ({account.client_id})",
                account.description,
                f"{capital(PURPOSE[account.purpose])}: {', '.join(sorted(scope.value for scope in account.scopes))}",
            )
        )
        for account in machines
    ]
    hooks = [Row((host, words.WEBHOOK, words.NOBODY_NAMED)) for host in webhooks]
    return (*map(Row, words.RECEIVER_ROWS), *accounts, *hooks)


def place_rows(settings: Settings) -> tuple[Row, ...]:
    """Where the data lie or pass through, as it is set up; whose the machines are Helhed cannot know; pure."""
    database = settings.database_url.get_secret_value() if settings.database_url else ""
    places = (
        (words.DATABASE, words.ALL_DATA, _host(database) or words.EMBEDDED),
        (words.BUS, words.SEALED, settings.kafka_servers or words.IN_DATABASE),
        (words.SEARCH, words.INDEXED, _hosts(settings.opensearch_urls) or words.IN_DATABASE),
        (words.LOGIN, words.STAFF_ONLY, _host(settings.oidc_issuer) or words.NOT_SET),
        (words.ORGANISATION, words.STAFF_ONLY, _host(settings.organisation_url) or words.NOT_SET),
        (words.MAIL, words.NOBODY_NAMED, settings.smtp_host or words.NOT_SET),
        (words.NOTICES, words.NOBODY_NAMED, _host(settings.notice_webhook_url) or words.NOT_SET),
        (words.WITNESSES, words.SIGNATURES, _witnesses(settings)),
        (words.TRACES, words.NOBODY_NAMED, _host(settings.otlp_endpoint) or words.NOT_SET),
    )
    return tuple(map(Row, places))


def retention_rows(settings: Settings) -> tuple[Row, ...]:
    """How long what is kept; pure."""
    months = counted(settings.audit_retention_months, "måned", "måneder")
    days = counted(settings.quarantine_retention_days, "dag", "dage")
    hours = counted(settings.bus_retention_hours, "time", "timer")
    limits = {"log": months, "quarantine": days, "bus": hours}
    return tuple(Row((what, how_long.format(**limits))) for what, how_long in words.RETENTION_ROWS)


def security_rows(settings: Settings) -> tuple[Row, ...]:
    """What is in force by construction, and what these settings switch on; pure."""
    levels = settings.oidc_acr_values or words.ANY_LEVEL
    hours = counted(settings.session_hours, "time", "timer")
    minutes = counted(settings.session_minutes, "minut", "minutter")
    set_up = (
        (words.ASSURANCE, words.DEMO if settings.demo else levels),
        (words.SESSIONS, words.SESSION.format(minutes=minutes, hours=hours)),
        (words.COOKIES, words.ONLY_HTTPS if settings.secure_cookies else words.NOT_ONLY_HTTPS),
        (words.KAFKA_TLS, words.yes_or_no(bool(settings.kafka_ca)) if settings.kafka_servers else words.IN_DATABASE),
        (words.LOG_SIGNED, words.yes_or_no(bool(settings.audit_key_file or settings.audit_pkcs11_module))),
    )
    return (*map(Row, words.SECURITY_ROWS), *map(Row, set_up))


def _witnesses(settings: Settings) -> str:
    file = words.WITNESS_FILE if settings.audit_witness_file else ""
    topic = words.WITNESS_TOPIC if settings.audit_witness_topic else ""
    return ", ".join(filter(None, (file, topic, _hosts(settings.audit_witness_urls)))) or words.NOT_SET


def _host(url: str) -> str:
    """The machine that an address names, without the login that may stand in it."""
    return urlsplit(url).hostname or ""


def _hosts(urls: str) -> str:
    return ", ".join(filter(None, (_host(url.strip()) for url in urls.split(","))))
