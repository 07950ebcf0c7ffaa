"""Every kind of notice is produced by what is really stored: once as it begins, once as it is over, not at night."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import trustme
from sqlalchemy import text

from connectors.base import HeldDeletions
from hub.audit import witness_repository
from hub.audit.seal_repository import newest_checkpoint
from hub.clock import FixedClock
from hub.db import Database, Session
from hub.inbox import repository as inbox
from hub.indexing.drift import SourceTally
from hub.indexing.repository import save_comparison
from hub.notices import repository, service
from hub.notices.conditions import DRIFT_MAY_LAST, Condition, Limits, NoticeKind
from hub.notices.rules import QuietHours, matures_after, quiet_hours
from hub.notices.senders import Webhook
from hub.notices.service import NoticePlan
from hub.notices.source_listing import list_sources
from hub.sources import held_repository
from hub.sources.definitions import StreamLease
from hub.sources.health import RunOutcome, RunSummary
from hub.sources.stream_repository import save_run
from tests.sources import SilentSource, add_connector, leased, make_catalogue
from tests.web import maja

NOW = maja.NOW
SIEM = "https://siem.invalid"
WEBHOOK = Webhook("https://helhed.invalid", b"k")
LIMITS = Limits(failures=3, expiry=timedelta(days=30))
CLEAR = text("""
    TRUNCATE inbox_refusals, source_runs, notices, notice_deliveries, held_deletions, index_comparisons;
    UPDATE source_streams SET is_pushed = false, last_run = NULL, last_success_at = NULL, last_data_at = NULL;
    UPDATE sources SET settings = '{}', secret_expiry = '{}';
""")
Step = Callable[[Session, StreamLease], None]


def ran(ago: timedelta, outcome: RunOutcome = RunOutcome.COMPLETE, *, times: int = 1) -> Step:
    """Runs that ended so, the last of them so long ago; only one that was read to its end brought data."""

    def step(session: Session, _: StreamLease) -> None:
        for before in reversed(range(times)):
            at = NOW - ago - timedelta(seconds=before)
            run = RunSummary(source="social", stream="all", started_at=at, ended_at=at, outcome=outcome)
            save_run(session, run, at if outcome is RunOutcome.COMPLETE else None)

    return step


def misses(count: int) -> Step:
    held = {"Sag": HeldDeletions(record_type="Sag", missing=count, known=100)} if count else {}

    def step(session: Session, lease: StreamLease) -> None:
        held_repository.save_held(session, lease, held, NOW)

    return step


def expires(days: int) -> Step:
    pem = trustme.CA().issue_cert("helhed.example", not_after=NOW + timedelta(days=days, hours=1)).cert_chain_pems[0]

    def step(session: Session, _: StreamLease) -> None:
        settings = json.dumps({"certificate": pem.bytes().decode()})
        session.execute(text("UPDATE sources SET settings = cast(:settings AS jsonb)"), {"settings": settings})

    return step


def secret_ends(days: int) -> Step:
    expiry = json.dumps({"client_secret": (NOW + timedelta(days=days)).date().isoformat(), "password": "2199-12-31"})

    def step(session: Session, _: StreamLease) -> None:
        session.execute(text("UPDATE sources SET secret_expiry = cast(:expiry AS jsonb)"), {"expiry": expiry})

    return step


def indexed(in_index: int, at: datetime) -> Step:
    def step(session: Session, _: StreamLease) -> None:
        tally = SourceTally(source="", in_store=9, in_index=in_index, is_equal=in_index == 9)
        save_comparison(session, [tally], 0, at)

    return step


def refused(ago: timedelta) -> Step:
    """Three with a certificate were refused, and many who showed none; the source is one that others send to."""
    counts = {("social", "sender_not_allowed"): 2, ("", "certificate_not_valid"): 1, ("", "handshake"): 4000}

    def step(session: Session, _: StreamLease) -> None:
        session.execute(text("UPDATE source_streams SET is_pushed = true; TRUNCATE inbox_refusals"))
        inbox.add_refusals(session, counts, fresh=NOW, now=NOW - ago)

    return step


def webhooks(disabled: int) -> Step:
    def step(session: Session, _: StreamLease) -> None:
        session.execute(text("DELETE FROM alert_webhooks"))
        for _number in range(disabled):
            session.execute(
                text(
                    "INSERT INTO alert_webhooks (id, url, secret, kinds, added_by, added_at, disabled_at, failures)"
                    " VALUES (gen_random_uuid(), 'https://esdh.example', '', '{}', 'tine', now(), now(), 20)"
                )
            )

    return step


def sampled(ago: timedelta) -> Step:
    """A sample of look-ups was drawn."""

    def step(session: Session, _: StreamLease) -> None:
        session.execute(
            text(
                "INSERT INTO audit_samples (drawn_at, drawn_by, drawn_by_name, seed, parameters, until, last_seq,"
                " population, population_digest, strata, eligible)"
                " VALUES (:at, 'jens', 'Jens', '', '{}', :at, 0, 0, '', '[]', '{}')"
            ),
            {"at": NOW - ago},
        )

    return step


HOUR, NOTHING = timedelta(hours=1), timedelta(0)
WELL = ran(NOTHING)


def signed(session: Session, _: StreamLease) -> None:
    """A checkpoint over one line was signed; the SIEM has the line, a witness could not be reached."""
    at = NOW - 2 * HOUR
    session.execute(
        text("INSERT INTO audit_checkpoints (size, root, signed_at, note, key) VALUES (1, '', :at, '', '')"), {"at": at}
    )
    session.execute(text("INSERT INTO audit_stream (receiver, next_leaf) VALUES (:to, 1)"), {"to": SIEM})
    witness_repository.save_fault(session, "file", "unreachable", at)


def witnessed(session: Session, _: StreamLease) -> None:
    """The witness has taken it."""
    newest = newest_checkpoint(session)
    assert newest is not None
    witness_repository.save_receipt(session, "file", newest, NOW, "")
    witness_repository.delete_fault(session, "file")


def streamed(next_leaf: int) -> Step:
    """The SIEM has the lines before that one."""

    def step(session: Session, _: StreamLease) -> None:
        session.execute(text("UPDATE audit_stream SET next_leaf = :leaf"), {"leaf": next_leaf})

    return step


MATTERS: dict[NoticeKind, tuple[Step, Step]] = {
    NoticeKind.LATE: (ran(36 * HOUR), WELL),
    NoticeKind.SILENT: (ran(72 * HOUR), WELL),
    NoticeKind.FAILING: (ran(HOUR, RunOutcome.UNAVAILABLE, times=3), WELL),
    NoticeKind.HELD_DELETIONS: (misses(12), misses(0)),
    NoticeKind.TOO_MANY_REJECTED: (ran(HOUR, RunOutcome.TOO_MANY_REJECTED), WELL),
    NoticeKind.CERTIFICATE_EXPIRING: (expires(29), expires(400)),
    NoticeKind.SECRET_EXPIRING: (secret_ends(-3), secret_ends(365)),
    NoticeKind.SENDER_REFUSED: (refused(HOUR), refused(25 * HOUR)),
    NoticeKind.INDEX_DRIFT: (indexed(8, NOW), indexed(9, NOW + DRIFT_MAY_LAST)),
    NoticeKind.WEBHOOK_DISABLED: (webhooks(1), webhooks(0)),
    NoticeKind.WITNESS_BEHIND: (signed, witnessed),
    NoticeKind.STREAM_BEHIND: (streamed(0), streamed(1)),
    NoticeKind.SAMPLE_OVERDUE: (sampled(timedelta(days=200)), sampled(NOTHING)),
}
"""How each begins and how it ends, in what is stored; in this order, for what was signed stays."""
NO_SOURCE = frozenset(
    {
        NoticeKind.INDEX_DRIFT,
        NoticeKind.WEBHOOK_DISABLED,
        NoticeKind.WITNESS_BEHIND,
        NoticeKind.STREAM_BEHIND,
        NoticeKind.SAMPLE_OVERDUE,
    }
)
STARTS_WELL = frozenset(NoticeKind) - {NoticeKind.LATE, NoticeKind.SILENT}
NIGHT = datetime(2023, 9, 12, 22, 30, tzinfo=UTC)
"""Half past midnight in Denmark."""


def test_every_kind_begins_once_and_ends_once_and_waits_for_the_morning(database: Database, clock: FixedClock) -> None:
    catalogue = make_catalogue(database, clock)
    add_connector(database, catalogue, SilentSource(maja.SOCIAL))
    lease = leased(database, "social")

    def do(step: Step) -> None:
        with database.transaction() as session:
            step(session, lease)
            session.execute(text("UPDATE source_catalogue SET version = version + 1"))
        catalogue.expire()

    def told(kind: NoticeKind) -> list[tuple[str, datetime]]:
        with database.transaction() as session:
            rows: Sequence[Any] = session.execute(
                text("""SELECT d.event, d.due_at FROM notice_deliveries d JOIN notices n ON n.id = d.notice_id
                        WHERE n.kind = :kind ORDER BY d.id"""),
                {"kind": kind},
            ).all()
        return [(row.event, row.due_at) for row in rows]

    def look(quiet: QuietHours, at: datetime) -> None:
        plan = NoticePlan(LIMITS, quiet, None, (), WEBHOOK, SIEM)
        with database.transaction() as session:
            service.judge(session, catalogue.current(), plan, at)

    for kind, (begins, ends) in MATTERS.items():
        with database.transaction() as session:
            session.execute(CLEAR)
        if kind in STARTS_WELL:
            do(ran(2 * HOUR))
        never_quiet = QuietHours(time(), time())
        do(begins)
        look(never_quiet, NOW)
        matures = matures_after(Condition(kind=kind))
        assert len(told(kind)) == (0 if matures else 1), kind
        look(never_quiet, NOW + matures)
        look(never_quiet, NOW + matures)
        assert [event for event, _ in told(kind)] == ["began"], kind
        if kind not in {*NO_SOURCE, NoticeKind.LATE}:
            with database.transaction() as session:
                (listing,) = list_sources(session, catalogue.current(), limits=LIMITS, now=NOW)
            assert listing.needs_person, kind
        with database.transaction() as session:
            session.execute(text("UPDATE notice_deliveries SET sent_at = now()"))
        do(ends)
        look(quiet_hours("22:00-07:00"), NOW + matures)
        look(never_quiet, NOW + matures)
        assert [event for event, _ in told(kind)] == ["began", "ended"], kind
        with database.transaction() as session:
            assert not repository.open_notices(session), kind

    with database.transaction() as session:
        session.execute(CLEAR)
    do(WELL)
    do(ran(NOW - NIGHT, RunOutcome.REFUSED, times=3))
    look(quiet_hours("22:00-07:00"), NIGHT)
    ((_, due_at),) = told(NoticeKind.FAILING)
    assert due_at == datetime(2023, 9, 13, 5, 0, tzinfo=UTC), "seven in the morning in Denmark"
    assert set(MATTERS) == set(NoticeKind)
