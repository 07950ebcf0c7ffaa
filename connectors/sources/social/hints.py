"""Messages of Beskedfordeler as hints: the citizens they name are read next. A message carries no facts anywhere.

Both social connectors take them: pushed over mutual TLS, or from a queue of Beskedfordeler (AMQP 0-9-1).
"""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors.base import Batch, EventKey, Hint, PushedEvent, ReadContext, RecordTypeInfo, Stream
from connectors.kit import InvalidValue
from connectors.pem import CertificatePem
from connectors.pushing import PushSettings
from connectors.settings_form import CA_CERTIFICATES, Group, on_form, settings_fault
from connectors.sources.social import envelope
from connectors.sources.social.envelope import Envelope, read_envelope
from connectors.transports.amqp import AmqpQueue, AmqpSettings
from schemas.record import Cursor, Rejection, RejectionRule

MESSAGE = "Haendelsesbesked"
EVENTS, QUEUE = "events", "queue"
AT_ONCE = 50
"""Messages of one batch."""
MESSAGES = RecordTypeInfo(
    name=MESSAGE,
    danish_title="Beskeder fra Beskedfordeleren",
    facts=(),
    fields_read=(
        "BeskedId",
        "Beskedkuvert.Filtreringsdata.Beskedtype",
        "Beskedkuvert.Filtreringsdata.TilladtModtager",
        "Beskedkuvert.Filtreringsdata.RelateretObjekt.ObjektId",
        "Beskedkuvert.Filtreringsdata.ObjektRegistrering.ObjektId",
        "Beskedkuvert.Filtreringsdata.ObjektRegistrering.ObjektAnsvarligMyndighed",
    ),
    purpose="At en ændring hos en borger læses straks. Beskeden selv vises ikke og gemmes ikke.",
)


class HintSettings(PushSettings):
    """Settings of a source that Beskedfordeler tells of changes; none is needed."""

    ca_certificates: CertificatePem | None = Field(default=None, json_schema_extra=CA_CERTIFICATES)
    """Certificates to trust instead of the system's (text of a PEM file)."""
    authority_cvr: str | None = Field(
        default=None,
        pattern=r"^\d{8}$",
        json_schema_extra=on_form(
            "Kommunens CVR-nummer",
            "Beskeder til en anden myndighed afvises. Tom: kun serviceaftalen afgør, hvad vi får.",
            Group.PUSH,
        ),
    )
    """Our CVR number: a message for another authority is refused. Empty: the service agreement alone decides."""
    message_types: tuple[str, ...] = Field(
        default=(),
        json_schema_extra=on_form(
            "Slags beskeder",
            "Nøglen (UUID) på hver slags, der abonneres på, én pr. linje. Andre afvises. Tom: alle tages.",
            Group.PUSH,
        ),
    )
    """Keys (UUID) of the kinds of message that are subscribed to; another is refused. Empty: all."""
    amqp_url: str | None = Field(
        default=None,
        pattern=r"^amqps?://[^/?#@]+$",
        json_schema_extra=on_form(
            "Beskedfordelerens adresse",
            "Kun hvis vi selv skal hente beskederne: amqps://VÆRT:5671. Tom: de sendes til os, eller vi får ingen.",
            Group.PUSH,
        ),
    )
    """Address of Beskedfordeler, to fetch messages instead of having them pushed: ``amqps://HOST:5671``."""
    amqp_virtual_host: str = Field(
        default="BF",
        min_length=1,
        json_schema_extra=on_form(
            "Virtuel vært", "Navnet hos Beskedfordeleren; BF, medmindre andet er aftalt.", Group.PUSH
        ),
    )
    """The virtual host there."""
    amqp_queue: str | None = Field(
        default=None,
        json_schema_extra=on_form("Dueslag", "Nøglen (UUID) på kommunens dueslag hos Beskedfordeleren.", Group.PUSH),
    )
    """The queue: key (UUID) of the dueslag."""
    amqp_user: str = Field(
        default="helhed",
        json_schema_extra=on_form("Bruger hos Beskedfordeleren", "Navnet, vi logger ind med.", Group.PUSH),
    )
    """The user."""
    amqp_secret: SecretStr | None = Field(
        default=None,
        json_schema_extra=on_form(
            "Adgangsbevis til Beskedfordeleren", "Gemmes krypteret og vises aldrig igen.", Group.PUSH
        ),
    )
    """Password, or token of the security token service."""

    @model_validator(mode="after")
    def _whole_queue(self) -> Self:
        names = ("amqp_url", "amqp_queue", "amqp_secret")
        queue = [getattr(self, name) for name in names]
        if any(queue) != all(queue):
            raise settings_fault(
                f"give {names[0]}, {names[1]} and {names[2]} together",
                "At hente beskeder kræver alle tre: adresse, dueslag og adgangsbevis.",
                *names,
            )
        return self


class HintReader:
    """Reads messages for one source.

    Args:
        settings: who may send, and where the queue is.
        stream: the stream in which a change can be seen.
    """

    def __init__(self, settings: HintSettings, stream: str) -> None:
        self._settings = settings
        self._stream = stream

    def streams(self) -> tuple[Stream, ...]:
        """The streams of messages that the settings ask for; none unless somebody may send or a queue is named."""
        pushed = Stream(
            name=EVENTS, danish_title="Beskeder fra Beskedfordeleren", record_types=(MESSAGES,), is_pushed=True
        )
        queue = Stream(
            name=QUEUE,
            danish_title="Beskeder i Beskedfordelerens kø",
            record_types=(MESSAGES,),
            every=timedelta(seconds=10),
        )
        return (
            *((pushed,) if self._settings.is_pushed_to else ()),
            *((queue,) if self._settings.amqp_url else ()),
        )

    def read(self, stream: str, context: ReadContext) -> Iterator[Batch]:
        """What waits in the queue, to its end; what is pushed comes by ``resolve``.

        A message leaves the queue once its batch is stored. After a crash it comes again, which does no harm.

        Raises:
            SourceUnavailable: the broker does not answer.
            SourceRefused: a person must act.
        """
        if stream == QUEUE:
            with AmqpQueue(self._amqp()) as queue:
                while not context.should_stop() and (messages := queue.take(AT_ONCE)):
                    yield _joined([self._batch(message) for message in messages])
                    queue.acknowledge()
        yield Batch(cursor=Cursor())

    def resolve(self, event: PushedEvent) -> Batch:
        """A message that was pushed, as hints."""
        return self._batch(event.body, is_cut=event.is_cut)

    def _batch(self, body: bytes, *, is_cut: bool = False) -> Batch:
        """The hints of a message, or why there are none."""
        message_id = None
        try:
            message = read_envelope(body, is_cut=is_cut)
            message_id = message.message_id
            self._check(message)
        except InvalidValue as fault:
            return Batch(rejected=(_rejection(fault, message_id),))
        if not message.citizens:
            return Batch(skipped={f"{MESSAGE}: names_no_citizen": 1})
        return Batch(hints=tuple(Hint(stream=self._stream, citizen=citizen) for citizen in message.citizens))

    def _check(self, message: Envelope) -> None:
        """Refuse a message that is not for us.

        Raises:
            InvalidValue: it is another authority's, or of a kind that nobody subscribed to.
        """
        ours = self._settings.authority_cvr
        if ours and message.receivers and ours not in message.receivers:
            raise InvalidValue(envelope.RECEIVER, RejectionRule.WRONG_AUTHORITY, message.receivers[0])
        if ours and message.owner and message.owner != ours:
            raise InvalidValue(envelope.OWNER, RejectionRule.WRONG_AUTHORITY, message.owner)
        kinds = {kind.casefold() for kind in self._settings.message_types}
        if kinds and (message.message_type or "").casefold() not in kinds:
            raise InvalidValue(envelope.TYPE, RejectionRule.UNKNOWN_TYPE, message.message_type)

    def _amqp(self) -> AmqpSettings:
        settings = self._settings
        secret = settings.amqp_secret
        return AmqpSettings(
            url=settings.amqp_url or "",
            virtual_host=settings.amqp_virtual_host,
            queue=settings.amqp_queue or "",
            user=settings.amqp_user,
            secret=secret.get_secret_value() if secret else "",
            ca_certificates=settings.ca_certificates,
        )


def event_key(event: PushedEvent) -> EventKey:
    """A message is the same when its BeskedId is; one without, or that cannot be read, when its bytes are."""
    try:
        message_id = None if event.is_cut else read_envelope(event.body).message_id
    except InvalidValue:
        message_id = None
    content = message_id.casefold().encode() if message_id else event.body
    return EventKey(digest=hashlib.sha256(content).hexdigest(), is_versioned=True)


def numbers_of(context: ReadContext) -> frozenset[str]:
    """The national numbers that the hints name."""
    return frozenset(hint.citizen.value for hint in context.hints)


def _rejection(fault: InvalidValue, message_id: str | None) -> Rejection:
    """One line. The message itself is not kept: read again it would say no more, and it may hold anything."""
    return fault.rejected(MESSAGE, message_id).rejection


def _joined(batches: list[Batch]) -> Batch:
    skipped: dict[str, int] = {}
    for batch in batches:
        for rule, count in batch.skipped.items():
            skipped[rule] = skipped.get(rule, 0) + count
    return Batch(
        hints=tuple(hint for batch in batches for hint in batch.hints),
        rejected=tuple(rejection for batch in batches for rejection in batch.rejected),
        skipped=skipped,
    )
