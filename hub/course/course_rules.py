"""Pure: what an offer of a course, a change of its team and its end must say to be stored."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from schemas.course import CitizenSay, CourseEnding, CourseOffer, Leaving, NewMember, OfferReason, TeamFunction

FEWEST_INDICATORS = 3
"""So many professional indicators are a reason to offer a course."""
SHORTEST_WORDS = 5
_SAID_IN_WORDS = frozenset({CitizenSay.AGAINST, CitizenSay.NOT_ASKED})


class CourseFault(StrEnum):
    """Why a course is not offered, changed or closed."""

    NO_OFFER_REASON = "no_offer_reason"
    FEW_INDICATORS = "few_indicators"
    NO_WORDS = "no_words"
    NO_AUTHORITY = "no_authority"
    """A lead coordinator has authority, and it is written which."""
    ALREADY_ON_COURSE = "already_on_course"
    NO_REASON = "no_reason"
    BEGINS_EARLIER = "begins_earlier"
    """Access does not begin before the day on which it is written down."""
    ENDS_TOO_EARLY = "ends_too_early"
    SAY_WITHOUT_WORDS = "say_without_words"
    """The citizen is against it, or was not asked, and nothing says why it is done anyway."""
    ALREADY_ON_TEAM = "already_on_team"
    EMPLOYEE_UNKNOWN = "employee_unknown"
    LEAD_STAYS = "lead_stays"
    """A course is never without a lead coordinator."""
    NO_FOLLOW_UP = "no_follow_up"
    ENDS_IN_PAST = "ends_in_past"
    CHANGED_MEANWHILE = "changed_meanwhile"
    """Somebody else changed the course after this page was shown."""


def offer_faults(offer: CourseOffer) -> tuple[CourseFault, ...]:
    """What must be corrected before the course can be offered."""
    return tuple(_of_offer(offer))


def member_faults(member: NewMember, today: date) -> tuple[CourseFault, ...]:
    """What must be corrected before somebody can join."""
    return tuple(_of_member(member, today))


def leaving_faults(leaving: Leaving, *, is_lead: bool) -> tuple[CourseFault, ...]:
    """What must be corrected before somebody, who may be the lead coordinator, can leave."""
    return tuple(_of_leaving(leaving, is_lead=is_lead))


def ending_faults(ending: CourseEnding, today: date) -> tuple[CourseFault, ...]:
    """What must be corrected before the course can be closed."""
    past = (CourseFault.ENDS_IN_PAST,) if ending.ends_on < today else ()
    return past if _says(ending.follows) else (*past, CourseFault.NO_FOLLOW_UP)


def _of_offer(offer: CourseOffer) -> Iterator[CourseFault]:
    if not offer.reasons:
        yield CourseFault.NO_OFFER_REASON
    distinct = {" ".join(indicator.split()).casefold() for indicator in offer.indicators} - {""}
    if OfferReason.PROFESSIONAL_INDICATORS in offer.reasons and len(distinct) < FEWEST_INDICATORS:
        yield CourseFault.FEW_INDICATORS
    if not _says(offer.words):
        yield CourseFault.NO_WORDS
    if not _says(offer.authority):
        yield CourseFault.NO_AUTHORITY


def _of_member(member: NewMember, today: date) -> Iterator[CourseFault]:
    if not _says(member.reason):
        yield CourseFault.NO_REASON
    if member.function is TeamFunction.LEAD_COORDINATOR and not _says(member.authority):
        yield CourseFault.NO_AUTHORITY
    if member.function is TeamFunction.LEAD_COORDINATOR and member.valid_to is not None:
        yield CourseFault.LEAD_STAYS
    if member.valid_from < today:
        yield CourseFault.BEGINS_EARLIER
    if member.valid_to is not None and member.valid_to <= member.valid_from:
        yield CourseFault.ENDS_TOO_EARLY
    if member.citizen_say in _SAID_IN_WORDS and not _says(member.citizen_words):
        yield CourseFault.SAY_WITHOUT_WORDS


def _of_leaving(leaving: Leaving, *, is_lead: bool) -> Iterator[CourseFault]:
    if is_lead:
        yield CourseFault.LEAD_STAYS
    if not _says(leaving.reason):
        yield CourseFault.NO_REASON
    if leaving.citizen_say in _SAID_IN_WORDS and not _says(leaving.citizen_words):
        yield CourseFault.SAY_WITHOUT_WORDS


def _says(words: str) -> bool:
    return len("".join(words.split())) >= SHORTEST_WORDS
