"""The worker's loops of the log: seal what was written, hand checkpoints to witnesses, verify and erase each night."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from threading import Event

from pydantic import JsonValue

from helhed_verify.verification import MONTH
from hub.access.audit_entry import audit_entry
from hub.audit import seal_repository, witness_repository
from hub.audit.handing import hand_to_witnesses
from hub.audit.integrity import SEALING, verify_log
from hub.audit.sealing import LogInconsistent, seal_next
from hub.audit.service import write
from hub.audit.signing import Signer, signer_of
from hub.audit.witnesses import FileWitness, HttpWitness, TopicWitness, Witness
from hub.context import AppContext
from hub.errors import InvalidSetting
from hub.operation.loop_health import LoopHealth
from hub.rights.repository import count_deleted
from hub.rights.stores import DeletionRule, Store
from hub.services import witness_bus
from hub.settings import Settings
from hub.worker.loops import Loop, repeat
from hub.worker.staff import WORKER
from schemas.access import AccessRequest, AuditAction, AuditOutcome, Purpose

SEAL_EVERY = timedelta(minutes=1)
FEWEST_WITNESSES = 2
"""One that fails, or is in the same hands as the database, proves nothing."""
ERASED_AT_ONCE = 5_000
VERIFY_EVERY = timedelta(hours=24)
LOOK_EVERY = timedelta(minutes=1)

log = logging.getLogger("hub.worker")


def sealing_loops(context: AppContext) -> Sequence[Loop]:
    """Seal and hand over; verify.

    Raises:
        InvalidSetting: nothing can sign, or a witness is not set as it must be.
    """
    settings = context.settings
    signer, witnesses = signer_of(settings), build_witnesses(settings)
    if len(witnesses) < FEWEST_WITNESSES and not settings.demo:
        raise InvalidSetting("the log needs two witnesses: set two of HELHED_AUDIT_WITNESS_FILE, _TOPIC and _URLS")
    return [
        Loop(name="audit.seal", run=partial(_seal, context, signer, witnesses)),
        Loop(name="audit.verify", run=partial(_verify, context, signer), may_rest=True),
    ]


def build_witnesses(settings: Settings) -> tuple[Witness, ...]:
    """The witnesses that the settings name.

    Raises:
        InvalidSetting: one is not as it must be.
    """
    witnesses: list[Witness] = []
    if settings.audit_witness_file is not None:
        witnesses.append(FileWitness(settings.audit_witness_file))
    if settings.audit_witness_topic:
        witnesses.append(TopicWitness(witness_bus(settings), settings.audit_witness_topic))
    for url in filter(None, (part.strip() for part in settings.audit_witness_urls.split(","))):
        if not url.startswith("https://"):
            raise InvalidSetting("HELHED_AUDIT_WITNESS_URLS: an address begins with https://")
        witnesses.append(HttpWitness(url, settings.audit_witness_ca))
    return tuple(witnesses)


def seal_all(context: AppContext, signer: Signer, should_stop: Event | None = None) -> None:
    """Seal every line that waits, and sign. What was signed before and is no longer there is kept as a fault."""
    try:
        is_more = True
        while is_more and not (should_stop and should_stop.is_set()):
            with context.database.transaction() as session:
                is_more = seal_next(session, signer, context.clock.now())
    except (LogInconsistent, InvalidSetting) as error:
        log.error("audit.not_sealed", extra={"fields": {"why": str(error)}})  # noqa: TRY400  the message is ours
        with context.database.transaction() as session:
            witness_repository.save_fault(session, SEALING, str(error), context.clock.now())
        return
    with context.database.transaction() as session:
        witness_repository.delete_fault(session, SEALING)


def _seal(context: AppContext, signer: Signer, witnesses: Sequence[Witness], health: LoopHealth, stop: Event) -> None:
    def step() -> None:
        seal_all(context, signer, stop)
        with context.database.leading("audit.witness") as is_ours:
            if is_ours:
                hand_to_witnesses(context.database, witnesses, context.clock.now())

    repeat(step, health, stop, pause=SEAL_EVERY)


def _verify(context: AppContext, signer: Signer, health: LoopHealth, stop: Event) -> None:
    def step() -> None:
        with context.database.leading("audit.verify") as is_ours:
            if is_ours:
                _verify_if_due(context, signer)

    repeat(step, health, stop, pause=LOOK_EVERY)


def erase_old(context: AppContext) -> int:
    """Erase what lines said at the end of their retention, each batch with a line of its own; how many."""
    until = context.clock.now() - MONTH * context.settings.audit_retention_months
    request = AccessRequest(purpose=Purpose.LOG_REVIEW, request_id="worker")
    erased, batch = 0, ERASED_AT_ONCE
    while batch == ERASED_AT_ONCE:
        with context.database.transaction() as session:
            batch = seal_repository.erase_lines(session, until, ERASED_AT_ONCE)
            if batch:
                details: dict[str, JsonValue] = {"until": until.isoformat(), "lines": batch}
                now = context.clock.now()
                line = audit_entry(WORKER, AuditAction.ERASE_LOG, AuditOutcome.SHOWN, request, now, details=details)
                write(session, line)
        erased += batch
    with context.database.transaction() as session:
        count_deleted(session, {Store.LOG: erased}, DeletionRule.RETENTION, context.clock.now())
    return erased


def _verify_if_due(context: AppContext, signer: Signer) -> None:
    now = context.clock.now()
    with context.database.transaction() as session:
        if seal_repository.newest_checkpoint(session) is None:
            return
        before = witness_repository.newest_verification(session)
    if before is not None and timedelta(0) <= now - before.verified_at < VERIFY_EVERY:
        return
    erased = erase_old(context)
    verification = verify_log(context.database, signer, now, context.settings.audit_retention_months)
    fields = {"lines": verification.lines, "findings": len(verification.findings), "erased": erased}
    log.log(logging.ERROR if verification.findings else logging.INFO, "audit.verified", extra={"fields": fields})
