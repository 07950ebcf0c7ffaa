"""The failure modes of docs/failure-modes.md, as far as the made-up source can bring them.

Each test says what is stored, what is in quarantine and what the administrator reads.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest

from connectors.sources.sample.connector import HEALTHY, HOSTILE, SampleConnector, SampleSettings
from connectors.sources.sample.payloads import Item
from hub.clock import FixedClock
from hub.db import Database
from hub.sources.health import RunOutcome
from tests.hub.source_hub import SourceHub, advice_of, source_hub


class Hubs:
    """Hubs that read the made-up source as its settings say; one for each test."""

    def __init__(self, database: Database, clock: FixedClock, stack: ExitStack) -> None:
        self._database, self._clock, self._stack = database, clock, stack

    def open(self, **settings: object) -> SourceHub:
        """A hub with the source so set."""
        connector = SampleConnector("sample", SampleSettings.model_validate(settings), clock=self._clock.now)
        running: AbstractContextManager[SourceHub] = source_hub(self._database, connector, self._clock)
        return self._stack.enter_context(running)


@pytest.fixture
def hubs(database: Database, clock: FixedClock) -> Iterator[Hubs]:
    with ExitStack() as stack:
        yield Hubs(database, clock, stack)


def spoil(monkeypatch: pytest.MonkeyPatch, *changes: Item) -> None:
    """Let the hostile stream change its items in these ways, in turn."""
    monkeypatch.setattr(
        "connectors.sources.sample.connector.hostile", lambda item, place: item | changes[place % len(changes)]
    )


def test_mode_2_the_same_again_publishes_nothing(hubs: Hubs) -> None:
    hub = hubs.open(count=6)
    assert (hub.run(HEALTHY).published, hub.count_statements()) == (6, 6)
    assert (hub.run(HEALTHY).published, hub.count_statements()) == (0, 6)


def test_mode_10_half_a_character_is_taken_away_and_the_others_go_on(
    hubs: Hubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, {"title": "half a pair \ud83d"})
    hub = hubs.open(count=6, hostile_every=6)
    summary = hub.run(HOSTILE)
    assert (summary.outcome, summary.published, summary.rejected) == (RunOutcome.COMPLETE, 6, 0)
    titles = {entry.provenance.source_id: entry.fact.title for entry in hub.entries() if entry.fact.kind == "effort"}
    assert len(titles) == 6
    assert titles["hostile:sample-6"] == "half a pair"
    assert not hub.quarantined()


def test_mode_11_a_number_that_is_none_or_no_text_is_one_line_each(hubs: Hubs, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, {"cpr": "12345"}, {"cpr": 6102801234})
    hub = hubs.open(count=4, hostile_every=2)
    summary = hub.run(HOSTILE)
    assert (summary.outcome, summary.published, summary.rejected) == (RunOutcome.COMPLETE, 2, 2)
    assert hub.ids("effort") == ["hostile:sample-1", "hostile:sample-3"]
    assert [(field, problem) for field, problem, _ in hub.quarantined()] == [
        ("cpr", "cpr-nummeret er ugyldigt"),
        ("cpr", "feltet er skrevet på en anden måde end aftalt"),
    ]


def test_mode_12_a_day_that_does_not_exist_and_an_end_before_the_start_are_one_line_each(
    hubs: Hubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, {"start": "2023-02-30"}, {"end": "1999-01-01"})
    hub = hubs.open(count=6, hostile_every=3)
    summary = hub.run(HOSTILE)
    assert (summary.outcome, summary.published, summary.rejected) == (RunOutcome.COMPLETE, 4, 2)
    assert hub.quarantined() == [
        ("end", "slutdatoen ligger før startdatoen", "Ret perioden i fagsystemet."),
        ("start", "datoen er ugyldig", "Ret datoen i fagsystemet."),
    ]


def test_mode_17_an_item_of_nobody_is_kept_and_stands_on_nobodys_page(
    hubs: Hubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, {"cpr": None})
    hub = hubs.open(count=3, hostile_every=3)
    summary = hub.run(HOSTILE)
    assert (summary.outcome, summary.published + summary.rejected) == (RunOutcome.COMPLETE, 3)
    assert hub.ids("effort") == ["hostile:sample-1", "hostile:sample-2"]


def test_mode_14_a_source_that_stops_answering_loses_nothing_and_begins_again(hubs: Hubs) -> None:
    hub = hubs.open(count=6, page_size=2, hostile_every=100, breaks_after=2)
    summary = hub.run(HOSTILE)
    assert (summary.outcome, summary.published) == (RunOutcome.UNAVAILABLE, 4)
    assert advice_of(summary) == "Kilden svarer ikke lige nu. Der prøves igen af sig selv; intet er gået tabt."
    assert len(hub.ids("effort")) == 4
    assert hub.run(HOSTILE).published == 4  # from its beginning, for no cursor was saved
    assert hub.count_statements() == 4
