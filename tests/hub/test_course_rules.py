"""What an offer, a change of the team and the end of a course must say; for every form that somebody may send."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.course.course_rules import (
    FEWEST_INDICATORS,
    CourseFault,
    ending_faults,
    leaving_faults,
    member_faults,
    offer_faults,
)
from schemas.course import CitizenSay, CourseEnding, CourseOffer, CourseOutcome, Leaving, NewMember, OfferReason
from schemas.course import TeamFunction as Function

TODAY = date(2023, 9, 12)
WORDS = st.sampled_from(["", "  ", "kort", "Hun går ikke i skole"])
DAYS = st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3))
SAYS = {CitizenSay.AGAINST, CitizenSay.NOT_ASKED}


@given(
    reasons=st.frozensets(st.sampled_from(OfferReason)),
    indicators=st.lists(st.sampled_from(["Fravær", "fravær ", "Uro", "Gæld", "Bolig"]), max_size=5),
    words=WORDS,
    authority=WORDS,
)
def test_a_course_is_offered_for_a_reason_in_words(
    reasons: frozenset[OfferReason], indicators: list[str], words: str, authority: str
) -> None:
    offer = CourseOffer(reasons=reasons, indicators=tuple(indicators), words=words, authority=authority)
    faults = offer_faults(offer)
    distinct = {indicator.strip().lower() for indicator in indicators}
    has_too_few = OfferReason.PROFESSIONAL_INDICATORS in reasons and len(distinct) < FEWEST_INDICATORS
    assert (CourseFault.FEW_INDICATORS in faults) == has_too_few
    assert (CourseFault.NO_OFFER_REASON in faults) == (not reasons)
    assert (not faults) == (bool(reasons) and not has_too_few and len(words) > 4 < len(authority))


@given(
    function=st.sampled_from(Function),
    start=DAYS,
    end=st.none() | DAYS,
    say=st.sampled_from(CitizenSay),
    reason=WORDS,
    said=WORDS,
    authority=WORDS,
)
def test_who_joins_does_so_from_today_on_with_a_reason_and_the_citizens_say(
    function: Function, start: date, end: date | None, say: CitizenSay, reason: str, said: str, authority: str
) -> None:
    faults = member_faults(
        NewMember(
            actor_id="lene.friis",
            function=function,
            valid_from=start,
            valid_to=end,
            reason=reason,
            authority=authority,
            citizen_say=say,
            citizen_words=said,
        ),
        TODAY,
    )
    if not faults:
        assert start >= TODAY
        assert end is None or end > start
        assert len(reason) > 4
        assert say not in SAYS or len(said) > 4
        assert function is not Function.LEAD_COORDINATOR or (len(authority) > 4 and end is None)
    assert (CourseFault.BEGINS_EARLIER in faults) == (start < TODAY)
    assert (CourseFault.SAY_WITHOUT_WORDS in faults) == (say in SAYS and len(said) <= 4)


@given(say=st.sampled_from(CitizenSay), reason=WORDS, said=WORDS, is_lead=st.booleans())
def test_a_lead_coordinator_never_leaves_a_course_without_one(
    say: CitizenSay, reason: str, said: str, *, is_lead: bool
) -> None:
    faults = leaving_faults(Leaving(reason=reason, citizen_say=say, citizen_words=said), is_lead=is_lead)
    assert (CourseFault.LEAD_STAYS in faults) == is_lead
    assert (CourseFault.NO_REASON in faults) == (len(reason) <= 4)


@given(day=DAYS, follows=WORDS)
def test_a_course_ends_today_or_later_and_says_what_follows(day: date, follows: str) -> None:
    faults = ending_faults(CourseEnding(ends_on=day, outcome=CourseOutcome.GOALS_REACHED, follows=follows), TODAY)
    assert (CourseFault.ENDS_IN_PAST in faults) == (day < TODAY)
    assert (CourseFault.NO_FOLLOW_UP in faults) == (len(follows) <= 4)
