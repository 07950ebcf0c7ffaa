"""A run that waits for its source ends within seconds when it is asked to, and brings no cursor."""

import time
from collections.abc import Callable
from threading import Event, Thread, get_ident

import pytest

from connectors.base import Batch, ReadContext
from connectors.retry import STOP_POLL_SECONDS, RetryPolicy, Stopped, call_unless_stopped
from connectors.transports.http import HttpSettings, HttpTransport
from hub.clock import FixedClock
from schemas.record import Cursor
from tests.connectors.social_reading import connect
from tests.connectors.social_server import Dubu, Item, person, sag, serving, underretning
from tests.connectors.test_transports_http import JSON, Script
from tests.connectors.test_transports_http import serving as serving_script

SOON = 5.0
"""Seconds; far less than the source would keep us waiting."""


def test_a_silent_source_does_not_hold_up_a_stop() -> None:
    script = Script([(200, JSON, b"{}")])
    script.hold.set()
    stop = Event()
    with serving_script(script) as url:
        transport = HttpTransport(HttpSettings(base_url=url, read_timeout=60)).stoppable(stop.is_set)
        asker = Thread(target=_stop_when, args=(stop, lambda: bool(script.paths)))
        asker.start()
        began = time.monotonic()
        with pytest.raises(Stopped):
            transport.get_json("x")
        asker.join()
    assert time.monotonic() - began < SOON


def test_a_wait_that_the_source_asked_for_does_not_hold_up_a_stop() -> None:
    waits: list[float] = []
    stop = Event()
    script = Script([(503, {**JSON, "Retry-After": "25"}, b"{}")])

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            stop.set()

    with serving_script(script) as url, pytest.raises(Stopped):
        HttpTransport(HttpSettings(base_url=url), sleep=sleep).stoppable(stop.is_set).get_json("x")
    assert waits == [STOP_POLL_SECONDS] * 3
    assert len(script.paths) == 1


def test_calls_one_after_the_other_do_not_each_start_a_thread() -> None:
    assert len({call_unless_stopped(get_ident, lambda: False) for _ in range(20)}) <= 2


def test_an_abandoned_call_holds_up_no_other() -> None:
    released, stop = Event(), Event()
    Thread(target=stop.set).start()
    with pytest.raises(Stopped):
        call_unless_stopped(released.wait, stop.is_set)
    assert call_unless_stopped(lambda: "answer", lambda: False) == "answer"
    released.set()


def test_a_transport_that_is_not_asked_to_stop_waits_as_long_and_tries_as_often() -> None:
    waits: list[float] = []
    with serving_script(Script([(429, {**JSON, "Retry-After": "1"}, b"{}"), (200, JSON, b"[1]")])) as url:
        transport = HttpTransport(HttpSettings(base_url=url), sleep=waits.append).stoppable(lambda: False)
        assert transport.get_json("x").body == [1]
    assert sum(waits) == 1


def test_one_run_that_is_stopped_does_not_stop_another() -> None:
    with serving_script(Script([(200, JSON, b"{}")])) as url:
        transport = HttpTransport(HttpSettings(base_url=url, patience=RetryPolicy.NEVER))
        with pytest.raises(Stopped):
            transport.stoppable(lambda: True).get_json("x")
        assert transport.get_json("x").status == 200
        assert transport.stoppable(lambda: False).get_json("x").status == 200


@pytest.mark.parametrize("path", ["/odata/Sag", "GetBySag", "/odata/Ydelse"])
def test_the_social_source_stops_wherever_it_is(clock: FixedClock, path: str) -> None:
    dubu = Dubu(
        sager=[sag(key, person(key, None, "Ida")) for key in range(1, 9)],
        aktiviteter={key: [underretning(key * 10, key)] for key in range(1, 9)},
    )
    stop, hold = Event(), Event()

    def then_silence(asked: str, params: dict[str, str], answer: Item) -> Item:
        if path in asked and (path == "GetBySag" or "$orderby" in params):
            stop.set()
            hold.wait(60)
        return answer

    with serving(dubu):
        dubu.tamper = then_silence
        began = time.monotonic()
        batches = list(connect(dubu, clock, page_size=2).read("sager", Cursor(), ReadContext(should_stop=stop.is_set)))
        assert time.monotonic() - began < SOON
        hold.set()
    assert all(batch.cursor is None for batch in batches)
    assert not [record for batch in batches for record in batch.records if record.deleted]


def test_a_stop_between_two_pages_gives_out_what_was_read(clock: FixedClock) -> None:
    with serving(Dubu(sager=[sag(key, person(key, None, "Ida")) for key in range(1, 9)])) as dubu:
        batches: list[Batch] = []
        context = ReadContext(should_stop=lambda: bool(batches))
        for batch in connect(dubu, clock, page_size=4).read("sager", Cursor(), context):
            batches.append(batch)  # noqa: PERF402  the condition looks at it while it grows
    assert len(batches) <= 2
    assert batches[0].records
    assert all(batch.cursor is None for batch in batches)


def _stop_when(stop: Event, condition: Callable[[], bool]) -> None:
    while not condition():
        Event().wait(0.01)
    stop.set()
