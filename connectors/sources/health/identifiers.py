"""National numbers and names of people, as FHIR writes them. Pure."""

from collections.abc import Iterable

from connectors.kit import InvalidValue, clean_line
from connectors.sources.health.codes import CPR_SYSTEM, LOCAL_REPLACEMENT_SYSTEM, REPLACEMENT_SYSTEM
from connectors.sources.health.payloads import HumanName, LogicalId
from schemas.identifiers import Identifier, IdentifierKind
from schemas.record import RejectionRule

_NAME_RANKS = {"official": 0, "nickname": 2, "old": 3}
_OTHER_NAME_RANK = 1


def national_identifiers(business_ids: Iterable[LogicalId]) -> tuple[list[Identifier], list[Identifier]]:
    """National numbers among business identifiers: those that hold, and those that others stand for by now.

    Others stand for a number that is marked as old, and for a replacement number (erstatningspersonnummer) beside the
    CPR number that its person has got.

    Raises:
        InvalidValue: a number under the system of national numbers is not shaped like one.
    """
    numbers: list[Identifier] = []
    replacement_numbers: list[Identifier] = []
    old: list[Identifier] = []
    for business_id in business_ids:
        identifier = _national(business_id)
        if identifier is None:
            continue
        if business_id.use == "old":
            old.append(identifier)
        elif (business_id.system or "").startswith(REPLACEMENT_SYSTEM):
            replacement_numbers.append(identifier)
        else:
            numbers.append(identifier)
    return (numbers, [*old, *replacement_numbers]) if numbers else (replacement_numbers, old)


def person_name(names: tuple[HumanName, ...]) -> str | None:
    """A name in one line."""
    given, family = name_parts(names)
    return " ".join(part for part in (given, family) if part) or None


def name_parts(names: tuple[HumanName, ...]) -> tuple[str | None, str | None]:
    """Given and family name of the official name, else of the first that is not a nickname or an old one."""
    for name in sorted(names, key=lambda name: _NAME_RANKS.get(name.use or "", _OTHER_NAME_RANK)):
        given = clean_line("name.given", " ".join(part for part in name.given if part), longest=200)[0]
        family = clean_line("name.family", name.family, longest=200)[0]
        if given or family:
            return given, family
        if text := clean_line("name.text", name.text, longest=200)[0]:
            return text, None
    return None, None


def unique(identifiers: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """The same without repetition, order kept."""
    return tuple({(identifier.namespace, identifier.value): identifier for identifier in identifiers}.values())


def _national(business_id: LogicalId) -> Identifier | None:
    system = business_id.system or ""
    value = business_id.value or ""
    if not value.strip() or not (system == CPR_SYSTEM or system.startswith(REPLACEMENT_SYSTEM)):
        return None
    try:
        identifier = Identifier.national(value)
        if system.startswith(LOCAL_REPLACEMENT_SYSTEM):
            return Identifier(kind=IdentifierKind.ADMIN_ECPR, namespace=system, value=identifier.value)
    except ValueError:
        raise InvalidValue("identifier.value", RejectionRule.BAD_IDENTIFIER, value) from None
    return identifier
