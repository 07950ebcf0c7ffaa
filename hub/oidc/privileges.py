"""Job functions as FK Adgangsstyring gives them: OIO Basic Privilege Profile, XML in base64. Pure."""

import base64
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from schemas.base import Schema

KLE_LIMITS = frozenset({"http://sts.kombit.dk/constraints/kle/1"})
UNIT_LIMITS = frozenset(
    {"http://sts.kombit.dk/constraints/orgenhed/1", "http://digital-identity.dk/constraints/orgunit/1"}
)
_CVR_SCOPE = re.compile(r"urn:dk:gov:saml:cvrNumberIdentifier:(\d{8})", re.IGNORECASE)
_LARGEST = 256 * 1024


class Privilege(Schema):
    """One function that somebody has, with its limits (dataafgrænsninger)."""

    value: str
    """The function's address."""
    cvr: str | None = None
    """Of the authority it is given for."""
    units: frozenset[str] | None = None
    """Ids of the units it is limited to; None: no limit."""
    kle: frozenset[str] | None = None
    """KLE numbers it is limited to, ``27``, ``27.24`` or ``27.24.45``; None: no limit."""
    has_unknown_limit: bool = False
    """It is limited by something that is not known here."""


def read_privileges(claim: str) -> tuple[Privilege, ...]:
    """The functions in the claim.

    Raises:
        ValueError: it is no such profile.
    """
    if len(claim) > _LARGEST:
        raise ValueError("too large")
    try:
        root = fromstring(base64.b64decode(claim, validate=True))
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(type(error).__name__) from None
    return tuple(privilege for group in root if _name(group) == "PrivilegeGroup" for privilege in _of_group(group))


def _of_group(group: Element) -> Iterator[Privilege]:
    units: frozenset[str] | None = None
    kle: frozenset[str] | None = None
    has_unknown_limit = False
    for constraint in (child for child in group if _name(child) == "Constraint"):
        limit = (constraint.get("Name") or "").strip().lower()
        values = frozenset(word.strip() for word in (constraint.text or "").split(",") if word.strip())
        if limit in KLE_LIMITS:
            numbers = frozenset(number.removeprefix("urn:oio:kle:").rstrip(".*") for number in values)
            kle = numbers if kle is None else kle & numbers
        elif limit in UNIT_LIMITS:
            names = frozenset(unit.lower() for unit in values)
            units = names if units is None else units & names
        else:
            has_unknown_limit = True
    scope = _CVR_SCOPE.fullmatch((group.get("Scope") or "").strip())
    for privilege in (child for child in group if _name(child) == "Privilege"):
        yield Privilege(
            value=(privilege.text or "").strip(),
            cvr=scope[1] if scope else None,
            units=units,
            kle=kle,
            has_unknown_limit=has_unknown_limit,
        )


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
