"""Every statement about definitions, secrets and pauses. What changes the catalogue raises its version."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache

from pydantic import TypeAdapter
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from hub.driver import Answer
from hub.errors import SourceChanged, SourceNotFound
from hub.sources.definitions import Pause, Source, SourceDefinition, SourceLifecycle, SourceOrigin
from hub.sources.tables import CatalogueRow, PauseRow, SecretRow, SourceRow
from schemas.source import Area, SourceSystem

_VERSION = text("SELECT version FROM source_catalogue")
_AREA = TypeAdapter(Area | None)
_DAYS = TypeAdapter(dict[str, date])
_AREAS = text("SELECT name, system->>'area' AS area FROM sources WHERE system->>'area' IS NOT NULL")


def catalogue_version(session: Session) -> int:
    """Grows with every change of a definition, a secret or a pause."""
    rows = fetch_rows(session, _VERSION, {})
    return int(rows[0]["version"]) if rows else 0


def lock_catalogue(session: Session) -> None:
    """Wait until nobody else changes the catalogue, and keep others from it until the transaction ends."""
    session.execute(select(CatalogueRow.version).with_for_update())


def list_sources(session: Session) -> tuple[Source, ...]:
    """All sources, drafts and removed ones included, in the order of pages."""
    rows = session.scalars(select(SourceRow).order_by(SourceRow.position, SourceRow.name))
    return tuple(_source(row) for row in rows)


def source_areas(session: Session) -> Mapping[str, Area]:
    """Area of each source by name; also of removed ones, whose records are still held. Read once a transaction."""
    areas: Answer[Mapping[str, Area]] | None = session.info.get("source_areas")
    if areas is None:
        rows = fetch_rows(session, _AREAS, {})
        areas = cache(lambda: {row["name"]: Area(row["area"]) for row in rows})
        keep_source_areas(session, areas)
    return areas()


def keep_source_areas(session: Session, areas: Answer[Mapping[str, Area]]) -> None:
    """The same, read by another statement of the transaction."""
    session.info["source_areas"] = areas


def get_source(session: Session, name: str) -> Source | None:
    """The source of that name, also a removed one."""
    row = session.scalar(select(SourceRow).where(SourceRow.name == name))
    return _source(row) if row else None


def existing_source(session: Session, name: str) -> Source:
    """The source of that name, a draft included.

    Raises:
        SourceNotFound: there is none, or it was removed.
    """
    source = get_source(session, name)
    if source is None or source.definition.lifecycle is SourceLifecycle.REMOVED:
        raise SourceNotFound
    return source


def save_source(
    session: Session,
    definition: SourceDefinition,
    *,
    system: SourceSystem | None,
    expected_version: int,
    changed_by: str,
    now: datetime,
) -> None:
    """Insert or replace a definition.

    Raises:
        SourceChanged: the source is no longer at *expected_version* (0: there must be none).
    """
    values = definition.model_dump(mode="json") | {
        "system": system.model_dump(mode="json") if system else None,
        "version": expected_version + 1,
        "changed_by": changed_by,
        "changed_at": now,
    }
    if expected_version:
        statement = update(SourceRow).where(SourceRow.name == definition.name, SourceRow.version == expected_version)
        result = session.execute(statement.values(values).returning(SourceRow.name))
    else:
        place = select(func.coalesce(func.max(SourceRow.position), 0) + 1).scalar_subquery()
        added = insert(SourceRow).values(values | {"position": place}).on_conflict_do_nothing()
        result = session.execute(added.returning(SourceRow.name))
    if result.scalar() is None:
        raise SourceChanged
    _raise_version(session)


def save_system(session: Session, name: str, system: SourceSystem) -> None:
    """Keep what the connector declares now; the definition stays as it is."""
    session.execute(update(SourceRow).where(SourceRow.name == name).values(system=system.model_dump(mode="json")))
    _raise_version(session)


def place_sources(session: Session, names: Sequence[str]) -> None:
    """Put these sources first on pages, in this order."""
    for position, name in enumerate(names, start=-len(names)):
        session.execute(update(SourceRow).where(SourceRow.name == name).values(position=position))
    _raise_version(session)


def secrets_of(session: Session, source: str) -> dict[str, bytes]:
    """Ciphertext of each secret field."""
    rows = session.execute(select(SecretRow.field, SecretRow.ciphertext).where(SecretRow.source == source))
    return {row.field: row.ciphertext for row in rows}


def save_secret(
    session: Session, source: str, field: str, *, ciphertext: bytes, changed_by: str, now: datetime
) -> None:
    """Insert or replace one secret."""
    values = {"ciphertext": ciphertext, "changed_by": changed_by, "changed_at": now}
    statement = insert(SecretRow).values(source=source, field=field, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["source", "field"], set_=values))
    _raise_version(session)


def delete_secret(session: Session, source: str, field: str) -> None:
    """Forget one secret of a source. Harmless when there is none."""
    session.execute(delete(SecretRow).where(SecretRow.source == source, SecretRow.field == field))
    _raise_version(session)


def delete_secrets(session: Session, source: str) -> None:
    """Forget all secrets of a source."""
    session.execute(delete(SecretRow).where(SecretRow.source == source))
    _raise_version(session)


def pause(session: Session, source: str, *, paused_by: str, reason: str, now: datetime) -> None:
    """Do not read the source until ``resume``; *reason* is shown to those who read the pages."""
    values = {"paused_by": paused_by, "reason": reason, "paused_at": now}
    statement = insert(PauseRow).values(source=source, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["source"], set_=values))
    _raise_version(session)


def delete_pause(session: Session, source: str) -> bool:
    """The source is not paused any more; whether it was."""
    deleted = session.execute(delete(PauseRow).where(PauseRow.source == source).returning(PauseRow.source))
    _raise_version(session)
    return deleted.scalar() is not None


def pause_reason(session: Session, source: str) -> str | None:
    """Why the source is paused; None when it is not."""
    return session.scalar(select(PauseRow.reason).where(PauseRow.source == source))


def pauses(session: Session) -> dict[str, Pause]:
    """The sources that are switched off, by name."""
    return {
        row.source: Pause(source=row.source, paused_by=row.paused_by, reason=row.reason, paused_at=row.paused_at)
        for row in session.scalars(select(PauseRow))
    }


def _raise_version(session: Session) -> None:
    session.execute(update(CatalogueRow).values(version=CatalogueRow.version + 1))


def _source(row: SourceRow) -> Source:
    return Source(
        definition=SourceDefinition(
            name=row.name,
            kind=row.kind,
            area=_AREA.validate_python(row.area),
            title=row.title,
            settings=row.settings,
            secret_expiry=_DAYS.validate_python(row.secret_expiry),
            lifecycle=SourceLifecycle(row.lifecycle),
            origin=SourceOrigin(row.origin),
        ),
        system=SourceSystem.model_validate(row.system) if row.system else None,
        version=row.version,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )
