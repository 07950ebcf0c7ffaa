"""Codes of the health sector: systems, the spellings of FSIII, statuses, and what they mean in our words."""

import re
from datetime import date
from functools import cache

from connectors.sources.health.payloads import CodeableConcept, Coding
from schemas.codes import Coded, code_lists, codes_of, lookup, rows_by_code
from schemas.facts import ContactState, EffortStatus, GoalKind, LegalBasis, Progress
from schemas.people import RelationKind

CPR_SYSTEM = "urn:oid:1.2.208.176.1.2"
REPLACEMENT_SYSTEM = "urn:oid:1.2.208.176.1.6"
"""Root of the replacement numbers (dk-core D-eCPR ``…1.6.1.1``, X-eCPR ``…1.6.1.3``)."""
LOCAL_REPLACEMENT_SYSTEM = "urn:oid:1.2.208.176.1.6.1.3."
"""Below it, each authority keeps numbers of its own."""
FSIII_SYSTEM = "urn:oid:1.2.208.176.2.21"
FFB_SYSTEM = "urn:oid:1.2.208.176.2.22"
FBOE_SYSTEM = "http://fhir.kl.dk/term/CodeSystem/FBOE"
CARE_SOCIAL_SYSTEM = "http://fhir.kl.dk/term/CodeSystem/CareSocialCodes"
ACT_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
MUNICIPAL_SYSTEMS = frozenset({FSIII_SYSTEM, FFB_SYSTEM, FBOE_SYSTEM, CARE_SOCIAL_SYSTEM})
"""Systems whose codes name municipal efforts; other codes of procedures and referrals are clinical and stay out."""
OUR_LISTS = {
    FSIII_SYSTEM: ("fsiii",),
    FFB_SYSTEM: ("ffb_efforts", "ffb_places"),
    FBOE_SYSTEM: ("fboe",),
    CARE_SOCIAL_SYSTEM: ("care_social",),
    ACT_SYSTEM: ("contact_kinds",),
}
"""Our code lists of a system; the first also takes the codes that none of them knows."""
CARE_COMMUNICATION = "Korrespondancemeddelelse"
NO_WORDS_FOR_EFFORT = "Indsats uden navn i kilden"
NO_WORDS_FOR_CONTACT = "Kontakt"
"""Titles where nobody has words for a code: a bare code says nothing to anybody."""
SOCIAL_EFFORT = "Social indsats"
STAYS = frozenset({"IMP", "ACUTE", "NONACUTE", "OBSENC"})
"""HL7 v3-ActCode: classes of an Encounter that is a stay in a hospital."""
_BARE_CODE = re.compile(r"[0-9a-fA-F]{8}[-_][0-9a-fA-F_-]{20,}|[A-Za-z]?[\d._-]+")

EFFORT_STATUS = {
    "draft": EffortStatus.PLANNED,
    "not-started": EffortStatus.PLANNED,
    "scheduled": EffortStatus.PLANNED,
    "preparation": EffortStatus.PLANNED,
    "active": EffortStatus.ACTIVE,
    "in-progress": EffortStatus.ACTIVE,
    "on-hold": EffortStatus.ON_HOLD,
    "completed": EffortStatus.ENDED,
    "stopped": EffortStatus.ENDED,
    "revoked": EffortStatus.CANCELLED,
    "cancelled": EffortStatus.CANCELLED,
    "not-done": EffortStatus.CANCELLED,
}
"""FHIR's request, procedure and activity statuses. ``unknown`` is not among them on purpose."""
_GOAL_KINDS = {
    "416fe27d-3ccf-4390-8742-8b52a9d8dc78": GoalKind.CITIZEN_WISH,
    "FFB borgers mål og ønsker": GoalKind.CITIZEN_WISH,
    "6746d4af-145a-4bfd-a672-05c0cf11b53b": GoalKind.SUB_GOAL,
    "FFB delmål": GoalKind.SUB_GOAL,
}
_PROGRESS = {
    "achieved": Progress.REACHED,
    "sustaining": Progress.REACHED,
    "improving": Progress.BETTER,
    "no-change": Progress.UNCHANGED,
    "worsening": Progress.WORSE,
}
HOSPITAL_STATES = {
    "admit-emergency": "STIN",
    "admit-inpatient": "STIN",
    "start-leave-inpatient": "STOR",
    "end-leave-inpatient": "SLOR",
    "discharge-emergency-home": "SLHJ",
    "discharge-inpatient-home": "SLHJ",
    "death": "MORS",
}
"""MedCom HospitalNotification: Provenance.activity to advis type (code list ``contact_kinds``)."""
STATE_BEFORE = {
    "start-leave-inpatient": "STIN",
    "end-leave-inpatient": "STOR",
    "discharge-emergency-home": "STIN",
    "discharge-inpatient-home": "STIN",
    "death": "STIN",
}
"""What holds again when such a message is annulled; an annulled admission leaves nothing."""
_ACTIVITY_OF_ADVIS = {
    "STIN": "admit-inpatient",
    "STOR": "start-leave-inpatient",
    "SLOR": "end-leave-inpatient",
    "SLHJ": "discharge-inpatient-home",
    "MORS": "death",
}
_ANNULLED_ADVIS = "AN_"
"""Begins MedCom's advis type of an annulment: ``AN_STIN`` annuls an admission."""
STATE_OF_ADVIS = {
    "STIN": ContactState.ONGOING,
    "STOR": ContactState.ON_LEAVE,
    "SLOR": ContactState.ONGOING,
    "SLHJ": ContactState.ENDED,
    "MORS": ContactState.ENDED,
}
STATE_OF_ENCOUNTER = {
    "planned": ContactState.PLANNED,
    "arrived": ContactState.ONGOING,
    "triaged": ContactState.ONGOING,
    "in-progress": ContactState.ONGOING,
    "onleave": ContactState.ON_LEAVE,
    "finished": ContactState.ENDED,
}
_LAWS = {
    "SUL": "sundhedsloven",
    "SEL": "serviceloven",
    "Sundhedsloven": "sundhedsloven",
    "Serviceloven": "serviceloven",
}
_PARAGRAPH = re.compile(r"(?:(?P<law>[A-ZÆØÅ]\S*(?: lov)?) )?(?P<section>§ ?\d+.*)")
_PROFILE_PARAGRAPHS = {"klgateway-140-": "§ 140", "klgateway-119-": "§ 119"}


@cache
def _fsiii_aliases() -> dict[str, str]:
    """Every spelling of every FSIII code, folded, to its UUID."""
    aliases = {}
    for row in codes_of("fsiii"):
        aliases[_folded(row.code)] = row.code
        for part in (row.note or "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == "legacy":
                aliases[_folded(value)] = row.code
    return aliases


def hospital_activity(code: str | None) -> str | None:
    """Provenance.activity; an advis type in its place (``SLHJ``, ``AN_SLHJ``) becomes the activity it stands for."""
    advis = (code or "").strip().upper()
    activity = _ACTIVITY_OF_ADVIS.get(advis.removeprefix(_ANNULLED_ADVIS))
    if activity is None:
        return code
    return f"cancel-{activity}" if advis.startswith(_ANNULLED_ADVIS) else activity


def _folded(code: str) -> str:
    return code.strip().lower().replace("_", "-")


def fsiii_code(code: str) -> str | None:
    """The UUID of an FSIII concept from any of its spellings (UUID, UUID with ``_``, legacy key); None if unknown."""
    return _fsiii_aliases().get(_folded(code))


def coded(coding: Coding) -> tuple[Coded, bool] | None:
    """A coding in our lists, and whether the code is known there; None when there is no code.

    A code of a system that we ship no list for keeps its system, and counts as known: there is nothing to compare with.
    """
    if not coding.code:
        return None
    label = with_words(coding.display)
    ours = OUR_LISTS.get(coding.system or "")
    if ours is None:
        return Coded(code_list=coding.system or "unknown", code=coding.code, label=label), True
    code = (fsiii_code(coding.code) if ours == ("fsiii",) else None) or coding.code
    known_in = next((name for name in ours if code in rows_by_code(name)), None)
    return Coded(code_list=known_in or ours[0], code=code, label=label), known_in is not None


def with_words(text: str | None) -> str | None:
    """The text, unless it is just a code (a UUID, a number, ``J1.1``)."""
    return None if text is None or _BARE_CODE.fullmatch(text.strip()) else text


def best_coding(concepts: tuple[CodeableConcept, ...], *, municipal_only: bool = False) -> Coding | None:
    """The coding to go by: one of a national municipal system first, else the first with a code."""
    codings = [coding for concept in concepts for coding in concept.coding if coding.code]
    national = [coding for coding in codings if coding.system in MUNICIPAL_SYSTEMS]
    candidates = national if municipal_only else [*national, *codings]
    return next(iter(candidates), None)


def words(code: Coded, on: date | None) -> str | None:
    """The Danish words for a code: ours, else the sender's; None when nobody has any."""
    if code.code_list in code_lists():
        row = lookup(code.code_list, code.code, on or date.max) or lookup(code.code_list, code.code, date.max)
        if row is not None:
            return row.danish
    return code.label


def legal_basis(text: str | None, code: Coded | None, profiles: tuple[str, ...]) -> LegalBasis | None:
    """The paragraph: as stated, else from the FSIII branch the code hangs under, else from the KL profile."""
    if text is not None and (stated := _paragraph(text)) is not None:
        return stated
    if code is not None and code.code_list == "fsiii":
        rows = rows_by_code("fsiii")
        row = rows.get(code.code)
        while row is not None:
            if (from_branch := _paragraph(row.danish)) is not None:
                return from_branch
            row = rows.get(row.parent or "")
    for part, section in _PROFILE_PARAGRAPHS.items():
        if any(part in profile for profile in profiles):
            return LegalBasis(law="sundhedsloven", section=section)
    return None


def _paragraph(text: str) -> LegalBasis | None:
    match = _PARAGRAPH.fullmatch(text.strip())
    if match is None:
        return None
    law = _LAWS.get(match["law"] or "SEL")
    if law is None:
        law = next((row.code for row in reversed(codes_of("laws")) if row.danish == match["law"]), None)
    if law is None:
        return None
    section = re.match(r"§ ?\d+ ?[a-zA-Z]?\b(?:,? stk\. \d+)?(?:,? nr\. \d+)?", match["section"])
    return LegalBasis(law=law, section=(section.group(0) if section else match["section"]).strip())


def relation(concepts: tuple[CodeableConcept, ...]) -> tuple[RelationKind, Coded | None]:
    """What the related person is to the patient: the closest of several, and its exact word."""
    rows = rows_by_code("relationship_codes")
    code_rows = [rows[coding.code] for concept in concepts for coding in concept.coding if coding.code in rows]
    if not code_rows:
        return RelationKind.OTHER, None
    by_kind = [(RelationKind((row.note or "").removeprefix("relation=")), row) for row in code_rows]
    kind, row = next((pair for pair in by_kind if pair[0] is not RelationKind.OTHER), by_kind[0])
    return kind, Coded(code_list="relationship_codes", code=row.code)


def goal_kind(concepts: tuple[CodeableConcept, ...]) -> GoalKind:
    """Whose goal it is and how far-reaching."""
    keys = [key for concept in concepts for key in (*(coding.code for coding in concept.coding), concept.text) if key]
    return next((_GOAL_KINDS[key] for key in keys if key in _GOAL_KINDS), GoalKind.GOAL)


def progress(concept: CodeableConcept) -> Progress:
    """A professional's assessment, as far as it says one of ours."""
    values = (_PROGRESS[coding.code] for coding in concept.coding if coding.code in _PROGRESS)
    return next(values, Progress.NOT_ASSESSED)
