"""Pure: what a consent must be to count (retssikkerhedsloven § 11 a, sundhedsloven §§ 43 and 44)."""

from collections.abc import Collection, Iterator
from datetime import date
from enum import StrEnum

from schemas.consent import ConsentCell, ConsentForm, ConsentKind, ConsentTerms
from schemas.source import Area

WRITTEN = frozenset({ConsentForm.WRITTEN, ConsentForm.DIGITAL})
FORMS = (ConsentForm.WRITTEN, ConsentForm.DIGITAL, ConsentForm.ORAL)
"""Those that somebody may choose."""
SHORTEST_EVIDENCE = 5


class ConsentFault(StrEnum):
    """Why a consent cannot be recorded."""

    NOTHING_CHOSEN = "nothing_chosen"
    GIVEN_LATER = "given_later"
    """The day lies after today: a consent is recorded when it is given."""
    ENDS_TOO_EARLY = "ends_too_early"
    NO_EVIDENCE = "no_evidence"
    FORM_UNKNOWN = "form_unknown"
    HEALTH_NOT_WRITTEN = "health_not_written"
    HEALTH_TOO_LONG = "health_too_long"
    """Health for more than a year, or without an end."""
    NO_COURSE_CONSENT = "no_course_consent"
    """Nothing is shared before the citizen has consented to the course."""


def year_after(day: date) -> date:
    """The same day of the next year; the day after 28 February where there is none."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def kind_of(cell: ConsentCell | None) -> ConsentKind:
    """Which gate a consent to that cell opens; None: to the course."""
    if cell is None:
        return ConsentKind.COURSE
    return ConsentKind.HEALTH if cell.area is Area.HEALTH else ConsentKind.SHARE


def faults_of(
    terms: ConsentTerms, cells: Collection[ConsentCell], today: date, *, to_course: bool, has_course: bool
) -> tuple[ConsentFault, ...]:
    """What must be corrected before it can be recorded.

    Args:
        terms: how it was given.
        cells: what of the matrix.
        today: the Danish day.
        to_course: whether the course itself is consented to.
        has_course: whether it was already.
    """
    return tuple(_faults(terms, cells, today, to_course=to_course, has_course=has_course))


def _faults(
    terms: ConsentTerms, cells: Collection[ConsentCell], today: date, *, to_course: bool, has_course: bool
) -> Iterator[ConsentFault]:
    has_health = any(cell.area is Area.HEALTH for cell in cells)
    if not cells and not to_course:
        yield ConsentFault.NOTHING_CHOSEN
    if cells and not to_course and not has_course:
        yield ConsentFault.NO_COURSE_CONSENT
    if terms.given_on > today:
        yield ConsentFault.GIVEN_LATER
    if terms.expires_on is not None and terms.expires_on <= max(terms.given_on, today):
        yield ConsentFault.ENDS_TOO_EARLY
    if len("".join(terms.evidence.split())) < SHORTEST_EVIDENCE:
        yield ConsentFault.NO_EVIDENCE
    if terms.form not in FORMS:
        yield ConsentFault.FORM_UNKNOWN
    if has_health and terms.form not in WRITTEN:
        yield ConsentFault.HEALTH_NOT_WRITTEN
    if has_health and (terms.expires_on is None or terms.expires_on > year_after(terms.given_on)):
        yield ConsentFault.HEALTH_TOO_LONG
