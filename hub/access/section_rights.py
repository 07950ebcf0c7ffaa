"""Pure: with which right an area is shown, and how much of it, by what the policies answered."""

from collections.abc import Mapping

from hub.access.cedar import Answer, Principal
from schemas.access import AccessFacts, AccessRequest
from schemas.disclosure import DisclosureBasis, SectionDisclosure
from schemas.source import Area

_OWN_AREA = frozenset({"see.own_area", "see.override_own_area", "machine.own_area"})
_CONSENT = "see.team_consent"
_DISCLOSED = frozenset({"see.disclosed", "see.health_released"})
OVERRIDE_OF_ANYBODY = "see.override_social"
OVERRIDES = frozenset({"open.override", "see.override_own_area", "see.override_social"})


def disclosed_areas(facts: AccessFacts, request: AccessRequest) -> tuple[SectionDisclosure, ...]:
    """What was disclosed to the actor, of each area together; what is for a meeting only while it is open."""
    by_area: dict[Area, SectionDisclosure] = {}
    for each in facts.disclosures:
        if each.basis is DisclosureBasis.SSD_PREVENTIVE and each.id != request.disclosure_id:
            continue
        before = by_area.get(each.area)
        cells = each.cells if before is None else _together(before.cells, each.cells)
        stated = (*before.stated, each) if before else (each,)
        by_area[each.area] = SectionDisclosure(area=each.area, basis=stated[0].basis, cells=cells, stated=stated)
    return tuple(by_area.values())


def _together(first: frozenset[str] | None, second: frozenset[str] | None) -> frozenset[str] | None:
    return None if first is None or second is None else first | second


def right_of_area(
    area: Area,
    answer: Answer,
    consent_cells: frozenset[str],
    disclosed: SectionDisclosure | None,
    *,
    is_own_whole: bool,
) -> SectionDisclosure | None:
    """With which right the area is shown; None: it is the actor's own, which is no disclosure.

    A reason that opens more of an area than was consented to and disclosed, or than the job function reaches (not
    *is_own_whole*), is an override.
    """
    if is_own_whole and _OWN_AREA.intersection(answer.policies):
        return None
    prefix = f"{area}/"
    cells = frozenset(cell.removeprefix(prefix) for cell in consent_cells if cell.startswith(prefix)) or None
    rights = []
    if _CONSENT in answer.policies:
        rights.append(SectionDisclosure(area=area, basis=DisclosureBasis.CONSENT, cells=cells))
    if disclosed is not None and _DISCLOSED.intersection(answer.policies):
        rights.append(disclosed)
    whole = next((right for right in rights if right.cells is None), None)
    if whole is not None:
        return whole
    if OVERRIDES.intersection(answer.policies) or not rights:
        return SectionDisclosure(area=area, basis=DisclosureBasis.OVERRIDE)
    shared = frozenset[str]().union(*(right.cells or () for right in rights))
    return rights[-1].model_copy(update={"cells": shared})


def limited_area(employee: Principal, answers: Mapping[Area, Answer], cells: frozenset[str]) -> Area | None:
    """The own area, where it is shown as such and the job functions reach a part of it; None: there is none.

    What the citizen shares with the team whole is not limited.
    """
    answer = answers.get(employee.area) if employee.area else None
    if employee.kle is None or answer is None or not _OWN_AREA.intersection(answer.policies):
        return None
    is_shared_whole = _CONSENT in answer.policies and not any(cell.startswith(f"{employee.area}/") for cell in cells)
    return None if is_shared_whole else employee.area
