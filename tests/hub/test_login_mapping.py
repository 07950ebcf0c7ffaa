"""Claims and the mapping file: who somebody is, and that what is not mapped or cannot be kept gives nothing."""

import base64
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import InvalidSetting
from hub.oidc.mapping import RoleMapping, read_mapping
from hub.oidc.person import person_of
from hub.oidc.privileges import read_privileges
from schemas.access import Role
from schemas.codes import areas_of_kle
from schemas.source import Area

FUNCTION = "http://egelund.dk/roles/jobrole/helhed_sagsbehandler/1"
FAMILY, NURSES, ELSEWHERE = (f"5a1b0000-0000-4000-8000-00000000000{digit}" for digit in "abc")
FILE = f"""
contact = "IT-service, tlf. 44 77 40 40"
cvr = "11111111"

[claims]
title = "job.title"
workers = {{ social = "dubu" }}

[[functions]]
value = "{FUNCTION}"
role = "team_member"
title = "sagsbehandler"

[[functions]]
value = "helhed-dpo"
role = "dpo"

[[units]]
value = "{FAMILY}"
id = "social:100"
name = "Familieafdelingen"
area = "social"
phone = "44773000"

[[units]]
value = "{NURSES}"
id = "health:310"
name = "Hjemmeplejen"
area = "health"
"""
KLE = "http://sts.kombit.dk/constraints/KLE/1"
UNIT = "http://sts.kombit.dk/constraints/orgenhed/1"


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> RoleMapping:
    path = tmp_path_factory.mktemp("mapping") / "roles.toml"
    path.write_text(FILE, encoding="utf-8")
    return read_mapping(path)


def profile(*limits: tuple[str, str], function: str = FUNCTION, cvr: str = "11111111") -> str:
    """The claim of FK Adgangsstyring with one function."""
    constraints = "".join(f'<Constraint Name="{name}">{value}</Constraint>' for name, value in limits)
    text = (
        '<?xml version="1.0"?><bpp:PrivilegeList xmlns:bpp="http://itst.dk/oiosaml/basic_privilege_profile">'
        f'<PrivilegeGroup Scope="urn:dk:gov:saml:cvrNumberIdentifier:{cvr}">{constraints}'
        f"<Privilege>{function}</Privilege></PrivilegeGroup></bpp:PrivilegeList>"
    )
    return base64.b64encode(text.encode()).decode()


def claims(**more: Any) -> dict[str, Any]:
    return {"preferred_username": "anna.holm", "name": "Anna Holm", **more}


def test_everything_a_login_can_say(mapping: RoleMapping) -> None:
    said = claims(roles=[FUNCTION, "helhed-dpo", "other"], unit=FAMILY.upper(), job={"title": "tovholder"}, dubu="77")
    person = person_of(said, mapping)
    assert person is not None
    assert person.roles == {Role.TEAM_MEMBER, Role.DPO}
    assert person.unit
    assert (person.unit.id, person.area, person.title) == ("social:100", Area.SOCIAL, "tovholder")
    assert person.worker_ids == {"social:77"}
    assert person.phone == "44773000"


@pytest.mark.parametrize(
    ("limits", "unit", "expected"),
    [
        ((), FAMILY, ("social:100", Area.SOCIAL)),
        (((UNIT, FAMILY),), None, ("social:100", Area.SOCIAL)),
        (((UNIT, f"{FAMILY}, {NURSES}"),), NURSES, ("health:310", Area.HEALTH)),
        (((UNIT, FAMILY),), NURSES, ("social:100", Area.SOCIAL)),
        (((KLE, "27.*"),), FAMILY, ("social:100", Area.SOCIAL)),
        (((KLE, "27.24, 29.*"),), FAMILY, ("social:100", Area.SOCIAL)),
        (((KLE, "29.*"),), FAMILY, ("social:100", None)),
        (((KLE, "urn:oio:kle:29.18.00"),), None, (None, Area.HEALTH)),
        (((KLE, "27.*"), (UNIT, NURSES)), NURSES, ("health:310", None)),
    ],
    ids=str,
)
def test_limits_of_a_function_narrow_unit_and_area(
    mapping: RoleMapping,
    limits: tuple[tuple[str, str], ...],
    unit: str | None,
    expected: tuple[str | None, Area | None],
) -> None:
    person = person_of(claims(privileges_intermediate=profile(*limits), unit=unit), mapping)
    assert person is not None
    assert person.roles == {Role.TEAM_MEMBER}
    assert (person.unit.id if person.unit else None, person.area) == expected


@pytest.mark.parametrize(
    "claim",
    [
        profile(function="http://egelund.dk/roles/jobrole/other/1"),
        profile(cvr="22222222"),
        profile((UNIT, ELSEWHERE)),
        profile((KLE, "")),
        profile(("http://sts.kombit.dk/constraints/foelsomhed/1", "3")),
        "no base64!",
        base64.b64encode(b"<PrivilegeList>").decode(),
        base64.b64encode(b'<!DOCTYPE a [<!ENTITY b "c">]><PrivilegeList>&b;</PrivilegeList>').decode(),
        base64.b64encode(b" " * 300_000).decode(),
    ],
    ids=["unmapped", "other authority", "unknown unit", "no KLE", "unknown limit", "garbage", "cut", "entity", "large"],
)
def test_a_function_that_cannot_be_kept_as_it_was_given_counts_for_nothing(mapping: RoleMapping, claim: str) -> None:
    person = person_of(claims(privileges_intermediate=claim), mapping)
    assert person is not None
    assert (person.roles, person.functions, person.unit) == (frozenset(), (), None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "roles"]), inner, max_size=2),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["roles", "unit", "name", "cpr", "privileges_intermediate", "job"]), JSON))
def test_whatever_the_claims_are_nobody_gets_a_role_that_is_not_mapped(mapping: RoleMapping, said: Any) -> None:
    person = person_of({**said, "preferred_username": "anna"}, mapping)
    assert person is not None
    assert person.roles == frozenset()


def test_limits_are_read_as_they_are_written() -> None:
    (privilege,) = read_privileges(profile((KLE, "27.*,29.18"), (UNIT, f"{FAMILY}, {NURSES}")))
    assert privilege.kle == frozenset({"27", "29.18"})
    assert privilege.units == frozenset({FAMILY, NURSES})


@pytest.mark.parametrize(
    ("number", "areas"),
    [
        ("27.24.45", {Area.SOCIAL}),
        ("15", {Area.EMPLOYMENT}),
        ("32", {Area.EMPLOYMENT}),
        ("29.18", {Area.HEALTH}),
        ("2", set()),
        ("", set()),
        ("00.01", set()),
    ],
)
def test_areas_of_a_kle_number(number: str, areas: set[Area]) -> None:
    assert areas_of_kle(number) == areas


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("contact = ", "cannot be read"),
        ('contact = "x"', "functions: Field required"),
        ('contact = "x"\n[[functions]]\nvalue = "a"\nrole = "boss"', "functions.0.role"),
        ('contact = "x"\nother = 1\n[[functions]]\nvalue = "a"\nrole = "dpo"', "other: Extra inputs"),
        ('contact = "x"\n' + '[[functions]]\nvalue = "a"\nrole = "dpo"\n' * 2, "functions: a stands there twice"),
    ],
)
def test_a_file_that_is_wrong_is_told_by_field_and_rule(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "roles.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidSetting, match="HELHED_ROLE_MAPPING_FILE") as caught:
        read_mapping(path)
    assert says in str(caught.value)
