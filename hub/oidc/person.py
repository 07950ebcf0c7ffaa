"""Who somebody is by the claims of a login and the mapping file. Pure; what is not mapped gives nothing."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from hub.oidc.mapping import FunctionMapping, RoleMapping, UnitMapping
from hub.oidc.privileges import Privilege, read_privileges
from schemas.access import Role
from schemas.base import Schema
from schemas.codes import areas_of_kle
from schemas.job_function import JobFunction
from schemas.source import Area


class LoginPerson(Schema):
    """An employee as a login describes them. Without a role nobody comes in."""

    id: str
    name: str
    title: str = ""
    phone: str | None = None
    roles: frozenset[Role] = frozenset()
    unit: UnitMapping | None = None
    area: Area | None = None
    worker_ids: frozenset[str] = frozenset()
    national_number: str | None = None
    functions: tuple[JobFunction, ...] = ()


def person_of(
    claims: Mapping[str, Any], mapping: RoleMapping, organisation_functions: Collection[str] = ()
) -> LoginPerson | None:
    """The employee; None: the claims do not say who it is.

    Args:
        claims: of the ID token.
        mapping: what they mean.
        organisation_functions: what the organisation gives the employee beside the claims.
    """
    names = mapping.claims
    person_id = text_of(claims, names.id)
    if person_id is None:
        return None
    granted = [*_granted(claims, mapping), *(Privilege(value=value) for value in sorted(organisation_functions))]
    matched = list(_matched(granted, mapping))
    functions = tuple(function for _, function in matched)
    unit = _unit(text_of(claims, names.unit), functions, mapping)
    titles = [matched_function.title for matched_function, _ in matched if matched_function.title]
    return LoginPerson(
        id=person_id,
        name=text_of(claims, names.name) or person_id,
        title=text_of(claims, names.title) or next(iter(titles), ""),
        phone=text_of(claims, names.phone) or (unit.phone if unit else None),
        roles=frozenset(function.role for function in functions),
        unit=unit,
        area=_area(unit, [matched_function for matched_function, _ in matched], functions),
        worker_ids=frozenset(
            f"{source}:{worker}" for source, claim in names.workers.items() if (worker := text_of(claims, claim))
        ),
        national_number=text_of(claims, names.national_number),
        functions=functions,
    )


def text_of(claims: Mapping[str, Any], name: str) -> str | None:
    """The claim as text; None: it is missing, empty or something else."""
    value = _claim(claims, name)
    return value.strip() or None if isinstance(value, str) else None


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, which may itself have dots, or by the way into objects."""
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _granted(claims: Mapping[str, Any], mapping: RoleMapping) -> Iterable[Privilege]:
    """All functions the claims say, mapped or not; a profile that cannot be read gives none."""
    listed = _claim(claims, mapping.claims.functions)
    values = [listed] if isinstance(listed, str) else listed if isinstance(listed, list) else []
    yield from (Privilege(value=value) for value in values if isinstance(value, str))
    profile = text_of(claims, mapping.claims.privileges)
    if profile is not None:
        try:
            yield from read_privileges(profile)
        except ValueError:
            return


def _matched(granted: Iterable[Privilege], mapping: RoleMapping) -> Iterable[tuple[FunctionMapping, JobFunction]]:
    """The functions that count. With a limit that cannot be kept here one would be wider than was given."""
    for privilege in granted:
        function = mapping.function(privilege.value)
        is_foreign = privilege.cvr is not None and mapping.cvr is not None and privilege.cvr != mapping.cvr
        if function is None or is_foreign or privilege.has_unknown_limit or privilege.kle == frozenset():
            continue
        units: frozenset[str] | None = None
        if privilege.units is not None:
            units = frozenset(unit.id for value in privilege.units if (unit := mapping.unit(value)))
            if not units:
                continue
        yield function, JobFunction(name=privilege.value, role=function.role, units=units, kle=privilege.kle)


def _unit(claimed: str | None, functions: Iterable[JobFunction], mapping: RoleMapping) -> UnitMapping | None:
    """The own unit: that of the claim, if a function reaches it, else the first that a function is limited to."""
    limits = [function.units for function in functions if function.role is Role.TEAM_MEMBER]
    own = mapping.unit(claimed) if claimed else None
    if any(limit is None for limit in limits):
        return own
    allowed = frozenset[str]().union(*(limit for limit in limits if limit is not None))
    if own is not None and own.id in allowed:
        return own
    return next((unit for unit in mapping.units if unit.id in allowed), None) if limits else own


def _area(unit: UnitMapping | None, mapped: Iterable[FunctionMapping], functions: Iterable[JobFunction]) -> Area | None:
    """The own area: the unit's, else the function's; none outside the areas that the KLE limits reach."""
    by_function = next((function.area for function in mapped if function.area), None)
    area = unit.area if unit and unit.area else by_function
    limits = [function.kle for function in functions if function.role is Role.TEAM_MEMBER]
    if not limits or any(limit is None for limit in limits):
        return area
    reached = frozenset(
        reached for limit in limits if limit is not None for number in limit for reached in areas_of_kle(number)
    )
    if area is not None:
        return area if area in reached else None
    return next(iter(reached)) if len(reached) == 1 else None
