"""Pages that were shown after a consent had ended: compared with a plain reading of what stood at that moment."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.access.after_withdrawal import COURSE, Grant, Look, Withdrawal, late_looks
from hub.clock import danish_day

MAJA, IDA = UUID(int=1), UUID(int=2)
DAY = date(2023, 9, 12)
NOON = datetime(2023, 9, 12, 10, 0, tzinfo=UTC)


def a_grant(scope: str = "social", *, withdrawn: date | None = None, expires: date | None = None) -> Grant:
    return Grant(MAJA, scope, date(2023, 3, 1), expires, withdrawn)


def a_look(at: datetime = NOON, *scopes: str) -> Look:
    return Look(1, at, MAJA, frozenset(scopes or ("social",)))


def test_a_page_is_late_when_no_consent_to_what_it_showed_stood_any_longer() -> None:
    ended = a_grant(withdrawn=DAY - timedelta(days=1))
    assert [late.scopes for late in late_looks([a_look()], [ended])] == [{"social"}]
    assert not late_looks([a_look()], [ended, a_grant()]), "another consent stands"
    assert not late_looks([a_look(NOON - timedelta(days=2))], [ended]), "it stood then"
    assert late_looks([a_look()], [a_grant(expires=DAY)])
    assert not late_looks([a_look()], [a_grant(expires=DAY + timedelta(days=1))])
    assert not late_looks([a_look(NOON, "health")], [ended]), "never consented to: another right opened it"
    assert not late_looks([Look(1, NOON, IDA, frozenset({"social"}))], [ended])
    assert [late.scopes for late in late_looks([a_look(NOON, COURSE, "social")], [a_grant(COURSE), ended])] == [
        {"social"}
    ]


def test_on_the_day_of_a_withdrawal_the_moment_in_the_log_counts() -> None:
    grant = a_grant(withdrawn=DAY)
    withdrawal = Withdrawal(MAJA, NOON, frozenset({"social"}))
    assert not late_looks([a_look(NOON)], [grant], [withdrawal])
    assert late_looks([a_look(NOON + timedelta(seconds=1))], [grant], [withdrawal])
    assert not late_looks([a_look(NOON + timedelta(hours=3))], [grant]), "the log does not know when"


days = st.dates(date(2023, 9, 1), date(2023, 9, 20))
grants = st.builds(Grant, st.just(MAJA), st.sampled_from(["social", COURSE]), days, st.none() | days, st.none() | days)
looks = st.builds(
    Look,
    st.integers(1, 9),
    st.datetimes(datetime(2023, 9, 1), datetime(2023, 9, 20), timezones=st.just(UTC)),  # noqa: DTZ001  given by timezones
    st.just(MAJA),
    st.frozensets(st.sampled_from(["social", COURSE]), min_size=1),
)


@given(st.lists(looks, max_size=4), st.lists(grants, max_size=5))
def test_nothing_is_late_while_a_consent_stands_and_everything_is_once_all_have_ended(
    some_looks: list[Look], some_grants: list[Grant]
) -> None:
    late = {(found.look, scope) for found in late_looks(some_looks, some_grants) for scope in found.scopes}
    for look in some_looks:
        day = danish_day(look.at)
        for scope in look.scopes:
            of_scope = [grant for grant in some_grants if grant.scope == scope]
            stands = any(
                grant.given_on <= day
                and (grant.expires_on or date.max) > day
                and (grant.withdrawn_on or date.max) >= day
                for grant in of_scope
            )
            assert ((look, scope) in late) is (bool(of_scope) and not stands)
