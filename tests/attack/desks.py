"""Look-ups and samples are read by the DPO, and what stands beside the overview of a restricted citizen by nobody."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access.consents import ConsentDesk
from hub.access.lookups import export_lookups, read_lookups
from hub.access.plans import PlanDesk
from hub.access.samples import SampleDesk
from hub.audit.lookup_repository import LookupSelection
from hub.db import Database
from hub.rights.errors import CitizenRestricted
from schemas.access import AccessRequest, Actor, AuditAction, Role
from tests.attack.restricted import restricted
from tests.attack.world import World

PAGE = 5


def ask_desks(database: Database, world: World, actor: Actor, request: AccessRequest, now: datetime) -> Iterator[str]:
    """Every difference between what the desks answer and the page of rules, in words."""
    selection = LookupSelection(since=now - timedelta(days=30), until=now)
    is_dpo = Role.DPO in actor.roles
    with database.transaction() as session:
        samples = SampleDesk(session, actor, request, now=now).list_samples(start=0, size=PAGE)
        told = {
            "look-ups": read_lookups(session, actor, request, selection, after=None, size=PAGE, now=now) is not None,
            "look-ups for a file": export_lookups(session, actor, request, selection, now=now) is not None,
            "list of samples": samples is not None,
        }
    expected = {
        "look-ups": is_dpo,
        "look-ups for a file": is_dpo,
        "list of samples": is_dpo or Role.MANAGER in actor.roles,
    }
    for name, is_due in expected.items():
        if told[name] != is_due:
            yield f"{actor.id} reads {name}: {told[name]}, and not {is_due}"
    for citizen in restricted(world):
        for name, read in _readings(actor, request, now).items():
            with database.transaction() as session:
                try:
                    read(session, citizen.key)
                    yield f"{actor.id} at {name} of {citizen.number}, whose processing is restricted: is not told so"
                except CitizenRestricted:
                    pass


def _readings(actor: Actor, request: AccessRequest, now: datetime) -> dict[str, Callable[[Session, UUID], object]]:
    return {
        "the consents": lambda session, key: ConsentDesk(session, actor, key, request, now=now).read(),
        "the plan": lambda session, key: PlanDesk(session, actor, key, request, AuditAction.READ_PLAN, now=now).read(),
    }
