"""What somebody is employed to do, and how far that reaches."""

from schemas.access import Role
from schemas.base import Schema


class JobFunction(Schema):
    """A function of an employee with its limits (jobfunktionsrolle med dataafgrænsning)."""

    name: str
    """As the login names it."""
    role: Role
    units: frozenset[str] | None = None
    """Ids of the units it is limited to, as in ``Unit.id``; None: no limit."""
    kle: frozenset[str] | None = None
    """KLE numbers it is limited to; None: no limit."""
