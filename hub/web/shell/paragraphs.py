"""Paragraphs as people cite them: the law by name, the section, and what it is about. Pure."""

import re
from datetime import date

from schemas.codes import Coded, danish_label
from schemas.facts import LegalBasis

LISTS = {"serviceloven": ("sel_children", "sel_adults"), "barnets_lov": ("barnets_lov_32",)}
"""Code lists that name a law's sections."""
NUMBERS = re.compile(r"\d+(?: [a-z](?=,|$))?")


def cited(basis: LegalBasis, day: date) -> str:
    """``servicelovens § 52, stk. 3, nr. 3 (familiebehandling)``; the name only where a code list has it."""
    law = danish_label(Coded(code_list="laws", code=basis.law), day)
    whose = f"{law[:1].lower()}{law[1:]}{'s' if law.endswith('loven') else ''}"
    name = section_name(basis.law, basis.section, day)
    return f"{whose} {basis.section}{f' ({name[:1].lower()}{name[1:]})' if name else ''}"


def section_name(law: str, section: str, *days: date) -> str | None:
    """What the section is about, as the law was on the first of these days on which a list names it; else None."""
    code = ".".join(number.replace(" ", ".") for number in NUMBERS.findall(section))
    for code_list in LISTS.get(law, ()):
        for day in days:
            label = danish_label(Coded(code_list=code_list, code=code), day)
            if label != code:
                return label
    return None
