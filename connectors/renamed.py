"""The signs that a source has renamed one of its fields.

Interfaces leave out what is empty, so a field that is not there was not given. But where another stands that has its
name in it, it is there under that name; to read it as "not given" would tell something wrong.
"""

import re
from collections.abc import Collection
from collections.abc import Set as AbstractSet

_NEXT = re.compile(r"_?(?:ny|new|v?[0-9]+)", re.IGNORECASE)
"""What is put behind a name whose field gets a new form."""


def renamed_field(names: Collection[str], known: AbstractSet[str]) -> str | None:
    """The known field that stands under another name: ``slutdatoNy``, ``slutdato2``, ``actualPeriod``; None: none does.

    Args:
        names: the fields of one item.
        known: those that its interface has.
    """
    strangers = [name for name in names if name not in known]
    if not strangers:
        return None
    return next((field for field in sorted(known - set(names)) if _is_among(field, strangers)), None)


def _is_among(field: str, strangers: Collection[str]) -> bool:
    as_ending = field[:1].upper() + field[1:]
    return any(
        name.endswith(as_ending) or (name.startswith(field) and _NEXT.fullmatch(name, len(field))) for name in strangers
    )
