"""Until when a secret is good: said with it, and no longer true of the next."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.registry import CONNECTORS
from hub.cli.source_input import parse_expiry
from hub.errors import InvalidSetting
from hub.notices.conditions import Limits, NoticeKind, SourceLook, source_conditions
from hub.notices.messages import began_text
from hub.notices.repository import Notice
from hub.sources.health import SourceState, SourceStatus
from hub.sources.secret_expiry import check_expiry, days_left, renew_expiry

PATHS = st.sampled_from(["client_secret", "password", "extra_headers.X-Api-Key"])
NOW = datetime(2023, 9, 12, 7, tzinfo=UTC)
LIMITS = Limits(failures=3, expiry=timedelta(days=30))
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 1, 1))


@given(st.dictionaries(PATHS, DAYS), st.dictionaries(PATHS, st.none() | DAYS), st.sets(PATHS), st.sets(PATHS))
def test_each_secret_has_the_day_that_was_last_said_of_it(
    before: dict[str, date], days: dict[str, date | None], changed: set[str], removed: set[str]
) -> None:
    after = renew_expiry(before, days, changed=changed, removed=removed)
    for path in ("client_secret", "password", "extra_headers.X-Api-Key"):
        if path in removed:
            assert path not in after
        elif path in days or path in changed:
            assert after.get(path) == days.get(path)
        else:
            assert after.get(path) == before.get(path)


def test_the_last_day_itself_is_not_over() -> None:
    assert days_left(date(2026, 12, 3), date(2026, 12, 3)) == 0
    assert days_left(date(2026, 12, 3), date(2026, 12, 4)) == -1


def secret_that_ends_in(days: int) -> SourceLook:
    state = SourceState(source="social", state=SourceStatus.FRESH)
    return SourceLook(state=state, secret_ends=NOW.date() + timedelta(days=days))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (30, "udløber om 30 dage"),
        (1, "udløber i morgen"),
        (0, "udløber i dag"),
        (-1, "er udløbet"),
        (-400, "er udløbet"),
    ],
)
def test_the_end_of_a_secret_is_told_in_days_until_it_is_over(days: int, words: str) -> None:
    (condition,) = source_conditions(secret_that_ends_in(days), LIMITS, NOW)
    assert condition.kind is NoticeKind.SECRET_EXPIRING
    assert began_text(Notice(id=1, condition=condition, began_at=NOW), "DUBU") == f"DUBU: en adgangskode {words}."


def test_nothing_is_told_earlier_than_is_set() -> None:
    assert not list(source_conditions(secret_that_ends_in(31), LIMITS, NOW))


def test_only_a_secret_has_a_last_day() -> None:
    schema = CONNECTORS["fhir"].spec()
    check_expiry("health", schema, ["client_secret", "extra_headers.X-Api-Key"])
    with pytest.raises(InvalidSetting, match="base_url is no secret"):
        check_expiry("health", schema, ["base_url"])


def test_days_are_typed_after_a_command() -> None:
    assert parse_expiry(["client_secret=2026-12-03", "password="]) == {
        "client_secret": date(2026, 12, 3),
        "password": None,
    }
    for typed in ("client_secret", "client_secret=3.12.2026"):
        with pytest.raises(InvalidSetting, match="SECRET=2026-12-31"):
            parse_expiry([typed])
