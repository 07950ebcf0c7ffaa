"""Consents for tests: what a citizen of a test town says yes to, cell by cell as on the page."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from hub.clock import danish_midnight
from hub.course import consent_repository as repository
from hub.course import service as course
from hub.course.consent_rules import year_after
from hub.sources.repository import source_areas
from schemas.consent import AREA_CATEGORIES, ConsentCell, ConsentForm, ConsentGiver, ConsentTerms
from schemas.data_category import DataCategory
from schemas.source import Area


def make_terms(given_on: date, expires_on: date | None = None, form: ConsentForm = ConsentForm.WRITTEN) -> ConsentTerms:
    """Given in writing by the citizen."""
    return ConsentTerms(
        given_on=given_on,
        expires_on=expires_on,
        form=form,
        given_by=ConsentGiver.CITIZEN,
        evidence="Blanket på sagen",
    )


def make_cells(session: Session, areas: Iterable[Area]) -> list[ConsentCell]:
    """All that the sources of these areas tell; an area without one is given the source of the test town."""
    sources = source_areas(session)
    return [
        ConsentCell(area=area, source=source, category=category)
        for area in areas
        for source in [name for name, source_area in sources.items() if source_area is area] or [f"{area}_system"]
        for category in AREA_CATEGORIES[area]
    ]


def open_course(session: Session, title: str, citizens: Iterable[UUID], started_on: date) -> UUID:
    """A course to which all of its citizens have said yes."""
    members = list(citizens)
    course_id = course.open_course(session, title, members, started_on)
    consent_to_course(session, course_id, members, started_on)
    return course_id


def consent_to_course(session: Session, course_id: UUID, citizens: Iterable[UUID], given_on: date) -> None:
    """Let these citizens say yes to the course."""
    for citizen_id in citizens:
        _add(session, course_id, citizen_id, [None], make_terms(given_on))


def consent_to_areas(
    session: Session, course_id: UUID, citizen_id: UUID, areas: Iterable[Area], given_on: date
) -> None:
    """Let the citizen share all of these areas with the team; health for a year."""
    cells = make_cells(session, areas)
    for end in (None, year_after(given_on)):
        of_term = [cell for cell in cells if (cell.area is Area.HEALTH) == (end is not None)]
        _add(session, course_id, citizen_id, of_term, make_terms(given_on, end))


def consent_to_cells(
    session: Session, course_id: UUID, citizen_id: UUID, cells: Iterable[tuple[Area, DataCategory]], given_on: date
) -> None:
    """Let the citizen share these categories of the area's source of the test town."""
    chosen = [ConsentCell(area=area, source=f"{area}_system", category=category) for area, category in cells]
    _add(session, course_id, citizen_id, chosen, make_terms(given_on, year_after(given_on)))


def withdraw_areas(session: Session, course_id: UUID, citizen_id: UUID, areas: Iterable[Area], on: date) -> None:
    """Let the citizen take back what was shared of these areas."""
    chosen = frozenset(areas)
    consents = repository.list_consents(session, course_id, citizen_id).consents
    ids = [consent.id for consent in consents if consent.cell and consent.cell.area in chosen]
    repository.withdraw_consents(session, course_id, citizen_id, ids, on=on, by="anna.holm")


def _add(
    session: Session,
    course_id: UUID,
    citizen_id: UUID,
    cells: Sequence[ConsentCell | None],
    terms: ConsentTerms,
) -> None:
    repository.add_consents(
        session,
        course_id,
        citizen_id,
        cells,
        terms,
        recorded_by="anna.holm",
        now=danish_midnight(terms.given_on),
    )
