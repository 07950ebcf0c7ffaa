"""Take over what the organisation says of its units and employees, in the caller's transaction."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from hub.access import staff_repository
from hub.access.organisation import Organisation, StaffMember, UnitOfOrganisation
from hub.errors import InvalidSetting
from schemas.base import Schema
from schemas.staff import OrganisationUnit

LEAVING_SHARE = 0.2
"""More than this share leaving at once is taken for a broken export, ..."""
LEAVING_AT_LEAST = 5
"""... unless it is no more than so many."""


class StaffResult(Schema):
    """What became of an export."""

    units: int
    working: int
    left: tuple[str, ...]
    """Ids of those who lost their access by it."""
    changed_functions: tuple[str, ...]
    """Ids of those to whom the organisation gives other functions than before."""
    conflicts: tuple[str, ...]
    """User names that another employee of the organisation has here; they are unchanged."""


def take_over(
    session: Session,
    organisation: Organisation,
    units: Mapping[str, OrganisationUnit],
    *,
    even_if_many_leave: bool = False,
) -> StaffResult:
    """Store the organisation's units and employees; who is not among them, or has no engagement today, is not active.

    Its functions count at the next login, and mean what the mapping file says.

    Args:
        session: the caller's transaction.
        organisation: all its units and employees.
        units: by the organisation's id in lower case; what the sources call a unit.
        even_if_many_leave: somebody has looked at it.

    Raises:
        InvalidSetting: so many would leave that the export is probably not whole.
    """
    working = [member for member in organisation.members if member.works_today]
    ids = [member.organisation_id for member in working]
    leaving, known = staff_repository.list_leaving(session, ids), staff_repository.count_known(session)
    if len(leaving) > max(LEAVING_AT_LEAST, LEAVING_SHARE * known) and not even_if_many_leave:
        raise InvalidSetting(
            f"{len(leaving)} of {known} employees would lose their access, so nobody does. "
            "Have they left? Then repeat the command with --many-leave; see: helhed actor --help"
        )
    by_id = {unit.organisation_id: unit for unit in organisation.units}
    functions = staff_repository.list_functions(session)
    staff_repository.replace_units(session, [_unit_row(unit, units) for unit in organisation.units])
    staff_repository.end_others(session, ids)
    conflicts = staff_repository.store_members(session, [_row(member, by_id, units) for member in working])
    return StaffResult(
        units=len(organisation.units),
        working=len(working),
        left=leaving,
        changed_functions=tuple(
            member.id for member in working if functions.get(member.id, member.functions) != member.functions
        ),
        conflicts=conflicts,
    )


def _unit_row(unit: UnitOfOrganisation, units: Mapping[str, OrganisationUnit]) -> dict[str, object]:
    mapped = units.get(unit.organisation_id)
    return {
        "organisation_id": unit.organisation_id,
        "name": unit.name,
        "parent_id": unit.parent_id,
        "kle": sorted(unit.kle),
        "area": (mapped.area if mapped else None) or unit.area,
        "unit_id": mapped.id if mapped else None,
        "phone": (mapped.phone if mapped else None) or unit.phone,
    }


def _row(
    member: StaffMember, by_id: Mapping[str, UnitOfOrganisation], units: Mapping[str, OrganisationUnit]
) -> dict[str, object]:
    """What the mapping file says of a unit comes before what the organisation says."""
    mapped, unit = units.get(member.unit or ""), by_id.get(member.unit or "")
    return {
        "id": member.id,
        "name": member.name,
        "title": member.title,
        "unit_id": mapped.id if mapped else None,
        "unit_name": mapped.name if mapped else unit.name if unit else member.unit_name,
        "area": (mapped.area if mapped else None) or (unit.area if unit else None),
        "phone": member.phone or (mapped.phone if mapped else None) or (unit.phone if unit else None),
        "organisation_id": member.organisation_id,
        "functions": sorted(member.functions),
        "active_until": member.until,
    }
