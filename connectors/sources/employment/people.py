"""Who a citizen is, as the case system has it; pure."""

from connectors.kit import InvalidValue
from connectors.sources.employment.fields import Fields
from connectors.sources.employment.record_builder import Statement
from schemas.people import Address, PersonFact

_TWO_NAMES = 2
_PROTECTED = ("nameAndAddressProtected", "hasNameAddressProtection", "isProtected")


def person_of(body: Fields) -> Statement:
    """Name and address.

    Where the system gives one name for display, it is divided only when it has two parts; which of three belong to
    the family nobody can tell. The whole name stands with the party of every record.
    """
    given, family = body.line("firstName", "fornavn"), body.line("lastName", "efternavn")
    parts = (body.line("displayName", "navn") or "").split()
    if given is None and family is None and len(parts) == _TWO_NAMES:
        given, family = parts
    address = body.inner("address", "adresse")
    fact = PersonFact(
        given_name=given,
        family_name=family,
        name_address_protected=bool(body.truth(*_PROTECTED)),
        address=_address(address) if address else None,
    )
    return Statement(fact)


def protection_of(body: Fields) -> Statement | None:
    """That name and address are protected, which holds also where nothing else can be read; None: they are not.

    A protection that cannot be read counts as one.
    """
    try:
        is_protected = body.truth(*_PROTECTED)
    except InvalidValue:
        is_protected = True
    return Statement(PersonFact(name_address_protected=True)) if is_protected else None


def _address(body: Fields) -> Address | None:
    street = " ".join(part for part in (body.line("street", "vejnavn"), body.line("number", "husnummer")) if part)
    suite = body.line("suite", "etage")
    street = f"{street}, {suite}" if street and suite else street
    postal_code, town = body.line("postalCode", "postnummer", longest=10), body.line("city", "by")
    if not (street or postal_code or town):
        return None
    return Address(street=street[:200] or None, postal_code=postal_code, town=town)
