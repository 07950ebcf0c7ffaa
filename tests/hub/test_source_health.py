"""A source is as well as the worst of its streams."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.sources.health import RunOutcome, RunSummary, SourceState, SourceStatus, StreamHealth, judge_age, judge_streams
from schemas.source import SourceSystem
from tests.web import maja

NOW = maja.NOW
SOURCE: SourceSystem = maja.SOCIAL
ages = st.timedeltas(timedelta(), timedelta(days=10))
FAILED = set(RunOutcome) - {RunOutcome.COMPLETE, RunOutcome.HELD, RunOutcome.STOPPED}


def judged(streams: list[StreamHealth], pause: str | None = None) -> SourceState:
    state = judge_streams(SOURCE.name, streams, pause_reason=pause, has_unreadable=False)
    return judge_age(state, cadence=SOURCE.expected_cadence, now=NOW)


def test_a_source_of_which_no_stream_is_enabled_is_neither_unread_nor_planned() -> None:
    at = NOW - timedelta(hours=1)
    off = StreamHealth(stream="a", is_enabled=False, last_success_at=at, last_data_at=at, due_at=NOW)
    never = StreamHealth(stream="a", is_enabled=False, due_at=NOW)
    for streams in ([off], [never]):
        state = judged(streams)
        assert (state.state, state.next_due_at) == (SourceStatus.DISABLED, None)
        assert state.last_success_at == streams[0].last_success_at
    beside = judged([off, never.model_copy(update={"is_enabled": True})])
    assert (beside.state, beside.last_success_at) == (SourceStatus.NEVER, None), "only the enabled one counts"


def stream(name: str, outcome: RunOutcome | None, age: timedelta, *, was_complete: bool) -> StreamHealth:
    at = NOW - age
    run = (
        RunSummary(source=SOURCE.name, stream=name, started_at=at, ended_at=at, outcome=outcome, advice=name)
        if outcome
        else None
    )
    return StreamHealth(
        stream=name,
        last_run=run,
        last_success_at=at if was_complete or outcome is RunOutcome.COMPLETE else None,
        last_data_at=at if was_complete else None,
        due_at=NOW,
    )


streams = st.lists(
    st.builds(
        stream,
        st.sampled_from("abc"),
        st.none() | st.sampled_from([one for one in RunOutcome if one is not RunOutcome.STOPPED]),
        ages,
        was_complete=st.booleans(),
    ),
    max_size=4,
)


@given(streams, st.none() | st.just("Opdateres"))
def test_the_state_is_that_of_the_worst_stream(known: list[StreamHealth], pause: str | None) -> None:
    state = judged(known, pause)
    outcomes = {one.last_run.outcome for one in known if one.last_run}
    assert (state.state is SourceStatus.PAUSED) == (pause is not None)
    if pause is None:
        assert (state.state is SourceStatus.FAILING) == bool(outcomes & FAILED)
        if state.state is SourceStatus.HELD:
            assert RunOutcome.HELD in outcomes
        if state.state in {SourceStatus.FRESH, SourceStatus.LATE, SourceStatus.SILENT}:
            assert outcomes <= {RunOutcome.COMPLETE}
    if state.state is SourceStatus.FAILING:
        assert state.last_run
        assert state.last_run.outcome in FAILED


@given(streams)
def test_a_source_is_read_through_only_when_each_stream_was(known: list[StreamHealth]) -> None:
    state = judged(known)
    all_read = bool(known) and all(one.last_success_at for one in known)
    assert (state.last_success_at is not None) == all_read
    assert state.last_data_at == max((one.last_data_at for one in known if one.last_data_at), default=None)


def test_held_deletions_are_neither_complete_nor_fresh() -> None:
    held = stream("a", RunOutcome.HELD, timedelta(), was_complete=True)
    fine = stream("b", RunOutcome.COMPLETE, timedelta(), was_complete=True)
    assert judged([held, fine]).state is SourceStatus.HELD
