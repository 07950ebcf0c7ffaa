"""What is read of each source, why, with which right, who approved it, and what changed since."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from connectors.base import RecordTypeInfo
from hub.sources.approval_repository import list_approval_history
from hub.sources.definitions import Source, SourceLifecycle
from hub.sources.field_approvals import BY_UPGRADE, FieldApproval, FieldChange, changes_of, declared_types
from hub.web.accountability.window import Answer, Fold, Row, Table, Window, page_of
from hub.web.accountability.words import moment_text
from hub.web.shell.dates import capital, counted, number_text
from hub.web.shell.declared_types import declared_streams
from hub.web.shell.request_context import RequestContext
from hub.web.shell.texts import AREA, DATA_CATEGORY
from schemas.source import Sensitivity

SOURCES = ("Kilde", "Område og dataejer", "Hjemmel", "Følsomhed", "Læses", "Opbevares")
FIELDS = ("Kilde", "Slags", "Felter, der læses", "Formål og hjemmel", "Godkendt", "Ændret siden godkendelsen")
HISTORY = ("Godkendt", "Kilde", "Slags", "Af", "Kom til", "Gik ud", "Felter i alt")
SENSITIVITY = {
    Sensitivity.ORDINARY: "almindelige",
    Sensitivity.CONFIDENTIAL: "fortrolige",
    Sensitivity.SPECIAL: "følsomme (artikel 9)",
}
LIFECYCLE = {
    SourceLifecycle.DRAFT: "ikke endnu: den er ved at blive tilsluttet",
    SourceLifecycle.ACTIVE: "ja",
    SourceLifecycle.REMOVED: "nej: den er fjernet; det, den har sagt, bliver stående, til den glemmes",
}
KEPT = "så længe kilden siger det; slettes, når kilden sletter det, eller når kilden glemmes"
UNKNOWN = "ikke kendt: forbindelsen kan ikke bygges med de indstillinger, den har"
NOT_APPROVED = "ingen har godkendt det"
BY_UPGRADE_TEXT = "stod før godkendelser; ingen person har set på det"
NEW = "læses uden godkendelse: {fields}"
GONE = "godkendt, men læses ikke: {fields}"
NOTHING_NEW = "intet"
SOURCES_NOTE = "Hjemlerne er dem, forbindelserne oplyser. Kommunens jurist bekræfter dem."
FIELDS_NOTE = (
    "Et felt, der ikke står her, læses ikke. Læser en ny udgave af en forbindelse et felt, ingen har godkendt, "
    "standser læsningen, til nogen har godkendt det."
)
HISTORY_NOTE = "Hver godkendelse, nyeste først, med det, den ændrede af den forrige."


class DeclaredType(NamedTuple):
    """A type of a source, with the approval of it that holds."""

    source: str
    info: RecordTypeInfo
    approval: FieldApproval | None


def answer(context: RequestContext, window: Window) -> Answer:
    """Everything that is read, and who approved it."""
    known = context.app.catalogue.known()
    titles = {source.name: source.system.title if source.system else source.name for source in known}
    history = list_approval_history(context.session)
    holding = {(each.source, each.approval.record_type): each.approval for each in history}
    streams = {source.name: declared_streams(context.app, source.name) for source in known if source.is_active}
    declared = [
        DeclaredType(name, info, holding.get((name, info.name)))
        for name, offered in streams.items()
        for info in declared_types(offered)
    ]
    unapproved = sum(len(new_fields(each)) for each in declared)
    fields = sum(len(each.info.fields_read) for each in declared)
    changes = [change_row(change, titles) for change in reversed(changes_of(history))]
    shown, following = page_of(changes, window, "godkendelser")
    types, following_types = page_of([type_row(each, titles) for each in declared], window, "felter")
    by_first = Fold.FIRST_COLUMN
    return Answer(
        headline=capital(
            f"{counted(fields, 'felt', 'felter')} læses fra {counted(_active(known), 'kilde', 'kilder')}; "
            f"{counted(unapproved, 'felt', 'felter')} er ikke godkendt."
        ),
        is_trouble=unapproved > 0,
        tables=(
            Table("kilder", "Kilder", SOURCES, tuple(map(source_row, known)), note=SOURCES_NOTE, fold=by_first),
            Table("felter", "Felter", FIELDS, types, note=FIELDS_NOTE, following=following_types, fold=by_first),
            Table(
                "godkendelser", "Godkendelser", HISTORY, shown, note=HISTORY_NOTE, following=following, fold=Fold.WHOLE
            ),
        ),
        gaps=tuple(f"{titles[name]}: {UNKNOWN}." for name, offered in streams.items() if not offered),
    )


def new_fields(declared: DeclaredType) -> tuple[str, ...]:
    """What is read beyond the approval; pure."""
    approved = declared.approval.fields if declared.approval else ()
    return tuple(field for field in declared.info.fields_read if field not in approved)


def gone_fields(declared: DeclaredType) -> tuple[str, ...]:
    """What was approved and is not read; pure."""
    approved = declared.approval.fields if declared.approval else ()
    return tuple(field for field in approved if field not in declared.info.fields_read)


def type_row(declared: DeclaredType, titles: Mapping[str, str]) -> Row:
    """In words."""
    new, gone = new_fields(declared), gone_fields(declared)
    changes = [NEW.format(fields=", ".join(new))] if new else []
    changes += [GONE.format(fields=", ".join(gone))] if gone else []
    return Row(
        (
            titles[declared.source],
            f"{declared.info.danish_title} ({declared.info.name})",
            ", ".join(declared.info.fields_read),
            declared.info.purpose,
            capital(_approved(declared.approval)),
            capital("; ".join(changes) or NOTHING_NEW),
        ),
        is_trouble=bool(new),
    )


def change_row(change: FieldChange, titles: Mapping[str, str]) -> Row:
    """In words."""
    approval = change.approval
    by = BY_UPGRADE_TEXT if approval.approved_by == BY_UPGRADE else f"{approval.approver} ({approval.approved_by})"
    return Row(
        (
            moment_text(approval.approved_at),
            titles.get(change.source, change.source),
            approval.record_type,
            capital(by),
            ", ".join(change.added),
            ", ".join(change.removed),
            number_text(len(approval.fields)),
        )
    )


def source_row(source: Source) -> Row:
    """In words."""
    system = source.system
    if system is None:
        return Row((source.name, "", capital(UNKNOWN), "", capital(LIFECYCLE[source.definition.lifecycle]), ""))
    bases = "; ".join(
        f"{DATA_CATEGORY[each.category]}: {each.legal_basis.rstrip('.')}" for each in system.category_bases
    )
    return Row(
        (
            system.title,
            f"{AREA[system.area]}, {system.authority}",
            f"{system.legal_basis} {capital(bases)}".strip(),
            capital(SENSITIVITY[system.sensitivity]),
            capital(LIFECYCLE[source.definition.lifecycle]),
            capital(KEPT),
        )
    )


def _approved(approval: FieldApproval | None) -> str:
    if approval is None:
        return NOT_APPROVED
    if approval.approved_by == BY_UPGRADE:
        return BY_UPGRADE_TEXT
    return f"{approval.approver}, {moment_text(approval.approved_at)}"


def _active(known: Iterable[Source]) -> int:
    return sum(source.is_active for source in known)
