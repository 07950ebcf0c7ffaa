"""SQL of samples (stikprøver): how each was drawn, its lines, and what was done about them. Rows are only added."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.audit import lookup_repository
from hub.audit.lookup_repository import LookupSelection
from hub.audit.sampling import DrawnLine
from hub.audit.tables import SampleEventRow, SampleRow
from hub.db import columns, fetch_rows
from schemas.lookup import Lookup
from schemas.sample import LineState, Sample, SampleEvent, SampleLine

MOST_CONSIDERED = 200_000
"""Look-ups of one sample; a longer period is sampled in parts."""

_FIELDS = tuple(name for name in Sample.model_fields if name != "id")
_JSON = {"parameters", "strata", "eligible"}
_ADD = text(f"""
    INSERT INTO audit_samples ({", ".join(_FIELDS)})
    VALUES ({", ".join(f"cast(:{name} AS jsonb)" if name in _JSON else f":{name}" for name in _FIELDS)})
    RETURNING id
""")  # noqa: S608  names of our own; every value is a parameter
_ADD_LINES = text("""
    INSERT INTO audit_sample_lines (sample_id, number, seq, strata)
    SELECT :sample_id, place, seq, string_to_array(strata, ',')
    FROM unnest(cast(:seqs AS bigint[]), cast(:strata AS text[])) WITH ORDINALITY AS l (seq, strata, place)
""")
_LIST = text(f"SELECT {columns(SampleRow)} FROM audit_samples ORDER BY id DESC LIMIT :size OFFSET :start")  # noqa: S608  as above
_GET = text(f"SELECT {columns(SampleRow)} FROM audit_samples WHERE id = :id")  # noqa: S608  as above
_LATEST = text("SELECT max(drawn_at) FROM audit_samples")
_FIRST_LINE = text("SELECT min(recorded_at) FROM audit_log")
_LAST_SEQ = text("SELECT coalesce(max(seq), 0) FROM audit_log WHERE recorded_at < :until")
_STATE = """
    CASE WHEN r.outcome IS NULL THEN 'waiting' WHEN r.outcome = 'follow_up' THEN 'follow_up' ELSE 'reviewed' END
"""
_LINES = f"""
    SELECT l.sample_id, l.number, l.seq, l.strata, {_STATE} AS state, s.receiver_id
    FROM audit_sample_lines l
    LEFT JOIN LATERAL (SELECT outcome FROM audit_sample_events e
                       WHERE e.sample_id = l.sample_id AND e.line = l.number AND e.kind = 'reviewed'
                       ORDER BY e.number DESC LIMIT 1) r ON true
    LEFT JOIN LATERAL (SELECT receiver_id FROM audit_sample_events e
                       WHERE e.sample_id = l.sample_id AND e.line = l.number AND e.kind = 'sent'
                       ORDER BY e.number DESC LIMIT 1) s ON true
"""  # noqa: S608  as above
_COUNT = text(f"""
    SELECT sample_id, state, count(*) AS number FROM ({_LINES}) x
    WHERE (cast(:sample_id AS bigint) IS NULL OR sample_id = :sample_id)
      AND (cast(:receiver_id AS text) IS NULL OR receiver_id = :receiver_id)
    GROUP BY sample_id, state
""")  # noqa: S608  as above
_PAGE = text(f"""
    SELECT sample_id, number, seq, strata FROM ({_LINES}) x
    WHERE (cast(:sample_id AS bigint) IS NULL OR sample_id = :sample_id)
      AND (cast(:state AS text) IS NULL OR state = :state)
      AND (cast(:receiver_id AS text) IS NULL OR receiver_id = :receiver_id)
    ORDER BY sample_id DESC, number LIMIT :size OFFSET :start
""")  # noqa: S608  as above
_LINE = text("""
    SELECT sample_id, number, seq, strata FROM audit_sample_lines WHERE sample_id = :sample_id AND number = :number
""")
_EVENTS = text(f"""
    SELECT {columns(SampleEventRow)} FROM audit_sample_events
    WHERE (sample_id, line) IN (SELECT * FROM unnest(cast(:samples AS bigint[]), cast(:lines AS integer[])))
    ORDER BY number
""")  # noqa: S608  as above
_ADD_EVENT = text("""
    INSERT INTO audit_sample_events
        (sample_id, line, number, at, by_id, by_name, kind, receiver_id, receiver_name, outcome, words)
    VALUES (:sample_id, :line, :number, :at, :by_id, :by_name, :kind, :receiver_id, :receiver_name, :outcome, :words)
    ON CONFLICT DO NOTHING RETURNING number
""")


def list_population(session: Session, since: datetime, until: datetime) -> tuple[Lookup, ...]:
    """Every look-up of the period, one more than ``MOST_CONSIDERED`` at most."""
    selection = LookupSelection(since=since, until=until)
    return lookup_repository.list_lookups(session, selection, after=None, size=MOST_CONSIDERED + 1)


def last_seq(session: Session, until: datetime) -> int:
    """The last line of the log before that instant."""
    return int(session.scalar(_LAST_SEQ, {"until": until}) or 0)


def add_sample(session: Session, sample: Sample, lines: Sequence[DrawnLine]) -> int:
    """Store a sample and its lines; its number."""
    values = sample.model_dump(mode="json")
    values |= {name: json.dumps(values[name]) for name in _JSON}
    sample_id = int(session.scalar(_ADD, {name: values[name] for name in _FIELDS}) or 0)
    strata = [",".join(stratum.value for stratum in line.strata) for line in lines]
    session.execute(_ADD_LINES, {"sample_id": sample_id, "seqs": [line.seq for line in lines], "strata": strata})
    return sample_id


def list_samples(session: Session, *, start: int, size: int) -> tuple[Sample, ...]:
    """Samples, the newest first."""
    return tuple(_sample(row) for row in fetch_rows(session, _LIST, {"start": start, "size": size}))


def get_sample(session: Session, sample_id: int) -> Sample | None:
    """The sample with that number; None: there is none."""
    return next((_sample(row) for row in fetch_rows(session, _GET, {"id": sample_id})), None)


def latest_draw(session: Session) -> datetime | None:
    """When a sample was drawn last; None: never."""
    drawn_at: datetime | None = session.scalar(_LATEST)
    return drawn_at


def first_line(session: Session) -> datetime | None:
    """When the oldest line of the log that still says something was written."""
    recorded_at: datetime | None = session.scalar(_FIRST_LINE)
    return recorded_at


def count_lines(
    session: Session, sample_id: int | None = None, receiver_id: str | None = None
) -> dict[int, dict[LineState, int]]:
    """How many lines of each sample are in each state; only those sent to somebody, where one is given."""
    counts: dict[int, dict[LineState, int]] = {}
    for row in fetch_rows(session, _COUNT, {"sample_id": sample_id, "receiver_id": receiver_id}):
        counts.setdefault(row["sample_id"], dict.fromkeys(LineState, 0))[LineState(row["state"])] = row["number"]
    return counts


def list_lines(
    session: Session,
    *,
    sample_id: int | None,
    state: LineState | None = None,
    receiver_id: str | None = None,
    start: int = 0,
    size: int,
) -> tuple[tuple[int, SampleLine], ...]:
    """Lines with the number of their sample, of the newest sample first."""
    values = {
        "sample_id": sample_id,
        "state": state.value if state else None,
        "receiver_id": receiver_id,
        "start": start,
        "size": size,
    }
    return _load(session, fetch_rows(session, _PAGE, values))


def get_line(session: Session, sample_id: int, number: int) -> SampleLine | None:
    """One line; None: there is none."""
    rows = fetch_rows(session, _LINE, {"sample_id": sample_id, "number": number})
    return next((line for _, line in _load(session, rows)), None)


def add_event(session: Session, sample_id: int, line: int, event: SampleEvent) -> bool:
    """Store what was done about a line. False: another with that number came first, and nothing is stored."""
    values = event.model_dump(mode="python") | {
        "sample_id": sample_id,
        "line": line,
        "kind": event.kind.value,
        "outcome": event.outcome.value if event.outcome else None,
    }
    return session.scalar(_ADD_EVENT, values) is not None


def _sample(row: Any) -> Sample:
    return Sample.model_validate_json(json.dumps(dict(row), default=str))


def _load(session: Session, rows: Collection[Any]) -> tuple[tuple[int, SampleLine], ...]:
    keys = [(row["sample_id"], row["number"]) for row in rows]
    samples, numbers = [key[0] for key in keys], [key[1] for key in keys]
    events: dict[tuple[int, int], list[SampleEvent]] = {}
    for row in fetch_rows(session, _EVENTS, {"samples": samples, "lines": numbers}):
        values = dict(row)
        key = values.pop("sample_id"), values.pop("line")
        events.setdefault(key, []).append(SampleEvent.model_validate(values))
    lookups = lookup_repository.lookups_of(session, [row["seq"] for row in rows])
    return tuple(
        (
            row["sample_id"],
            SampleLine(
                number=row["number"],
                seq=row["seq"],
                strata=row["strata"],
                lookup=lookups.get(row["seq"]),
                events=tuple(events.get((row["sample_id"], row["number"]), ())),
            ),
        )
        for row in rows
    )
