"""The worker's loop that reads the organisation each hour, so that who has left loses access the same day."""

import logging
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from threading import Event

from hub.access.organisation_client import OrganisationClient
from hub.clock import Clock
from hub.context import AppContext
from hub.db import Database
from hub.errors import InvalidSetting
from hub.oidc.staff_update import fetch_organisation, update_staff
from hub.operation.loop_health import LoopHealth
from hub.settings import Settings
from hub.worker.loops import Loop, repeat
from schemas.access import AccessRequest, Actor, Purpose, Role

READ_EVERY = timedelta(hours=1)
AFTER_FAILURE = timedelta(minutes=10)
"""So long until it is tried again."""
LEAD_EVERY = timedelta(minutes=1)
"""So often another worker looks whether the one that reads is still there."""
WORKER = Actor(id="worker", name="worker", title="helhed", roles=frozenset({Role.ADMINISTRATOR}))
"""Whose the line of the log is."""

log = logging.getLogger("hub.worker")


def staff_loops(context: AppContext) -> Sequence[Loop]:
    """Read the organisation and take it over, where its address is set. One worker does it for all.

    Raises:
        InvalidSetting: a setting of it is wrong.
    """
    if not context.settings.organisation_url:
        return []
    with closing(OrganisationClient(context.settings)):
        return [Loop(name="staff", run=partial(_run, context), may_rest=True)]


def read_and_update(database: Database, settings: Settings, clock: Clock, health: LoopHealth) -> timedelta:
    """One round; how long until the next. A failure changes nobody's access, and is logged with what to do."""
    request = AccessRequest(purpose=Purpose.OPERATIONS, request_id="worker")
    try:
        organisation = fetch_organisation(database, settings, clock)
        update = update_staff(database, organisation, settings, clock, actor=WORKER, request=request)
    except InvalidSetting as error:
        log.error("staff.not_updated", extra={"fields": {"error": str(error)}})  # noqa: TRY400  the message is ours
        health.record_failure()
        return AFTER_FAILURE
    result = update.result
    fields = {"working": result.working, "left": len(result.left), "sessions": update.ended_sessions}
    log.info("staff.updated", extra={"fields": fields})
    if result.conflicts:
        log.warning("staff.conflicts", extra={"fields": {"employees": ", ".join(result.conflicts)}})
    health.record_success()
    return READ_EVERY


def _run(context: AppContext, health: LoopHealth, stop: Event) -> None:
    database, settings, clock = context.database, context.settings, context.clock

    def lead() -> None:
        with database.leading("staff") as is_ours:
            while is_ours and not stop.is_set():
                stop.wait(read_and_update(database, settings, clock, health).total_seconds())

    repeat(lead, health, stop, pause=LEAD_EVERY)
