"""Take over units and employees from the organisation, as the mapping file names them; sessions of who left end."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from hub.access import staff_repository
from hub.access.organisation import Organisation
from hub.access.organisation_client import OrganisationClient
from hub.access.service import record
from hub.access.staff import StaffResult, take_over
from hub.clock import Clock, danish_day
from hub.db import Database
from hub.errors import InvalidSetting
from hub.oidc.mapping import read_mapping
from hub.sessions.repository import delete_of_actors
from hub.settings import Settings
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome
from schemas.base import Schema


class StaffUpdate(Schema):
    """What became of it."""

    result: StaffResult
    ended_sessions: int


def fetch_organisation(database: Database, settings: Settings, clock: Clock) -> Organisation:
    """Read the organisation as ``HELHED_ORGANISATION_…`` say; outside any transaction, for it may take a while.

    Raises:
        OrganisationNotRead: no answer, or not a whole one.
        InvalidSetting: a setting of it is missing or wrong.
    """
    with database.transaction() as session:
        known = staff_repository.list_working(session)
    with recording_faults(database, clock), closing(OrganisationClient(settings)) as client:
        return client.read(known, danish_day(clock.now()))


@contextmanager
def recording_faults(database: Database, clock: Clock) -> Iterator[None]:
    """Keep, for the page of employees, why the organisation was not read or not taken over."""
    try:
        yield
    except InvalidSetting as error:
        with database.transaction() as session:
            staff_repository.record_reading(session, clock.now(), fault=str(error) or type(error).__name__)
        raise


def update_staff(  # noqa: PLR0913  keyword-only from the actor on
    database: Database,
    organisation: Organisation,
    settings: Settings,
    clock: Clock,
    *,
    actor: Actor,
    request: AccessRequest,
    even_if_many_leave: bool = False,
) -> StaffUpdate:
    """Take over all of it in one transaction, with a line of the log as *actor*'s.

    Raises:
        InvalidSetting: so many would leave that it is probably not whole, or the mapping file is wrong.
    """
    with recording_faults(database, clock), database.transaction() as session:
        mapping = read_mapping(settings.role_mapping_file) if settings.role_mapping_file else None
        units = {unit.value.lower(): unit for unit in mapping.units} if mapping else {}
        record(session, actor, AuditAction.UPDATE_STAFF, AuditOutcome.SHOWN, request, now=clock.now())
        result = take_over(session, organisation, units, even_if_many_leave=even_if_many_leave)
        ended = delete_of_actors(session, {*result.left, *result.changed_functions})
        staff_repository.record_reading(session, clock.now())
    return StaffUpdate(result=result, ended_sessions=ended)
