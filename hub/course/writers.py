"""Who wrote something in a plan or withdrew a consent, where it was no employee. Pure."""

from uuid import UUID

CITIZEN, PARENT = "citizen:", "parent:"
"""Before the key of who wrote; no employee has such an id."""
_NAMES = {CITIZEN: "borgeren selv, på Min side", PARENT: "en forælder, på Min side"}


def writer_id(citizen_id: UUID, *, is_self: bool) -> str:
    """As tables keep who wrote on *Min side*."""
    return f"{CITIZEN if is_self else PARENT}{citizen_id}"


def writer_name(written_by: str) -> str:
    """How pages name who wrote something; an employee's name stays as it is."""
    return next((name for prefix, name in _NAMES.items() if written_by.startswith(prefix)), written_by)
