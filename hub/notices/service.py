"""Looks at the sources, keeps what is wrong, and sends what is to be told. Whoever calls opens the transactions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.alerts.delivery_repository import count_disabled_webhooks
from hub.audit.integrity import count_behind
from hub.audit.sample_due import is_sample_overdue
from hub.audit.streaming import read_stream
from hub.inbox.certificates import earliest_end
from hub.inbox.refusals import REPEATED, SPELL
from hub.inbox.repository import count_refused
from hub.indexing import repository as indexing
from hub.notices import repository, texts
from hub.notices.conditions import (
    EVERYTHING,
    Limits,
    NoticeKind,
    SourceLook,
    consecutive_failures,
    paused_sources,
    present_conditions,
)
from hub.notices.messages import email_text, webhook_body
from hub.notices.repository import Channel, Delivery, NoticeEvent, Receiver
from hub.notices.rules import QuietHours, matures_after, next_steps, retry_at
from hub.notices.senders import MailServer, SendFailed, Webhook, post_webhook, send_email
from hub.sources import held_repository, stream_repository
from hub.sources.definitions import HeldState, Source
from hub.sources.health import RunOutcome, SourceState

NOT_COMPARED_FOR = timedelta(minutes=5)
"""A comparison is made three times a minute; one so old says that nobody compares."""
KEPT_FOR = timedelta(days=90)
"""So long a notice that is over stands on the page."""


@dataclass(frozen=True)
class NoticePlan:
    """Whom notices are told, how and when; from the settings."""

    limits: Limits
    quiet: QuietHours
    mail: MailServer | None
    recipients: tuple[str, ...]
    webhook: Webhook | None
    stream: str = ""
    """Who gets the log as it is sealed; empty: nobody."""

    @property
    def receivers(self) -> tuple[Receiver, ...]:
        """Everybody who is told."""
        emails = [Receiver(channel=Channel.EMAIL, address=address) for address in self.recipients if self.mail]
        hooks = [Receiver(channel=Channel.WEBHOOK, address=self.webhook.url)] if self.webhook else []
        return (*emails, *hooks)


def look_at_sources(session: Session, sources: Sequence[Source], now: datetime) -> tuple[SourceLook, ...]:
    """What is looked at of each source that is read."""
    systems = [source.system for source in sources if source.system]
    states = {state.source: state for state in stream_repository.source_states(session, systems, now)}
    held: dict[str, int] = {}
    for entry in held_repository.list_held(session):
        if entry.state is HeldState.HELD:
            held[entry.source] = held.get(entry.source, 0) + entry.missing
    refused = count_refused(session, REPEATED, now - SPELL)
    return tuple(
        _look(session, source, states[source.name], held.get(source.name, 0), refused)
        for source in sources
        if source.name in states
    )


def judge(session: Session, sources: Sequence[Source], plan: NoticePlan, now: datetime) -> None:
    """Keep what began and what is over since the last look, and put what is to be told in the outbox."""
    looks = look_at_sources(session, sources, now)
    whole = indexing.comparisons(session).get(EVERYTHING)
    is_drifting = whole is not None and (not whole.is_equal or now - whole.compared_at > NOT_COMPARED_FOR)
    steps = next_steps(
        repository.open_notices(session),
        present_conditions(
            looks,
            limits=plan.limits,
            now=now,
            counts={
                NoticeKind.INDEX_DRIFT: int(is_drifting),
                NoticeKind.WEBHOOK_DISABLED: count_disabled_webhooks(session),
                NoticeKind.SAMPLE_OVERDUE: int(is_sample_overdue(session, plan.limits.sample_months, now)),
                NoticeKind.WITNESS_BEHIND: count_behind(session),
                NoticeKind.STREAM_BEHIND: _undelivered(session, plan.stream, now),
            },
        ),
        unjudged=paused_sources(looks),
        known={EVERYTHING, *(source.name for source in sources)},
        now=now,
    )
    for condition in steps.begin:
        notice_id = repository.begin_notice(session, condition, now)
        if notice_id is not None and not matures_after(condition):
            _tell(session, notice_id, plan, now)
    for notice in steps.tell:
        _tell(session, notice.id, plan, now)
    for notice, condition in steps.refresh:
        repository.save_number(session, notice.id, condition.number)
    for notice in steps.end:
        if repository.end_notice(session, notice.id, now):
            due_at = plan.quiet.send_at(now)
            repository.add_deliveries(session, notice.id, NoticeEvent.ENDED, plan.receivers, due_at)
    for notice in steps.drop:
        repository.delete_untold(session, notice.id)
        repository.end_notice(session, notice.id, now)
    repository.delete_old(session, now - KEPT_FOR)


def send_next(session: Session, plan: NoticePlan, titles: Mapping[str, str], now: datetime) -> bool:
    """Send the message that has been due longest; False: none is due.

    It stays locked while it is sent and is marked in the same transaction: a worker that dies before the end leaves it
    to be sent again, under the same id. *titles*: of the sources by name.
    """
    delivery = repository.take_delivery(session, now)
    if delivery is None:
        return False
    try:
        _send(delivery, plan, titles, now)
    except SendFailed as error:
        repository.postpone_delivery(session, delivery.id, str(error), retry_at(delivery.attempts, now))
    else:
        repository.mark_sent(session, delivery.id, now)
    return True


def _tell(session: Session, notice_id: int, plan: NoticePlan, now: datetime) -> None:
    if repository.mark_told(session, notice_id, now):
        due_at = plan.quiet.send_at(now)
        repository.add_deliveries(session, notice_id, NoticeEvent.BEGAN, plan.receivers, due_at)


def _send(delivery: Delivery, plan: NoticePlan, titles: Mapping[str, str], now: datetime) -> None:
    notice, source = delivery.notice, delivery.notice.condition.source
    title = titles.get(source, source) if source else texts.SEARCH_INDEX
    message_id = f"notice-{notice.id}-{delivery.event}-{delivery.id}"
    if delivery.receiver.channel is Channel.EMAIL:
        if plan.mail is None:
            raise SendFailed("no mail server is set")
        subject, body = email_text(notice, delivery.event, title)
        send_email(plan.mail, delivery.receiver.address, subject, body, message_id=message_id, now=now)
    else:
        if plan.webhook is None or plan.webhook.url != delivery.receiver.address:
            raise SendFailed("this webhook is not set any more")
        post_webhook(plan.webhook, webhook_body(notice, delivery.event, title), message_id=message_id, now=now)


def _undelivered(session: Session, receiver: str, now: datetime) -> int:
    """Lines of the log that a receiver has not, if it is behind."""
    if not receiver:
        return 0
    status = read_stream(session, receiver)
    return status.waiting if status.is_behind(now) else 0


def _look(session: Session, source: Source, state: SourceState, held: int, refused: Mapping[str, int]) -> SourceLook:
    outcomes: dict[str, list[RunOutcome]] = {}
    for run in stream_repository.runs(session, source.name, 100):
        outcomes.setdefault(run.stream, []).append(run.outcome)
    streams = stream_repository.list_streams(session, source.name)
    read = {stream.stream for stream in streams if stream.is_enabled}
    of_streams = [runs for stream, runs in outcomes.items() if stream in read]
    settled = [[outcome for outcome in runs if outcome is not RunOutcome.STOPPED] for runs in of_streams]
    return SourceLook(
        state=state,
        streams=streams,
        failures_in_a_row=max((consecutive_failures(runs) for runs in of_streams), default=0),
        is_rejecting=any(runs[0] is RunOutcome.TOO_MANY_REJECTED for runs in settled if runs),
        held=held,
        certificate_ends=earliest_end(str(value) for value in source.definition.settings.values()),
        refused=refused.get(source.name, 0) + refused.get(EVERYTHING, 0)
        if any(stream.is_pushed for stream in streams)
        else 0,
        secret_ends=min(source.definition.secret_expiry.values(), default=None),
    )
