"""Codes of the health sector: systems, the spellings of FSIII, statuses, and what they mean in our words."""

import re
from datetime import date
from functools import cache

from connectors.sources.health.payloads import CodeableConcept, Coding
from schemas.codes import Coded, code_lists, codes_of, lookup
from schemas.facts import EffortStatus, GoalKind, LegalBasis, Progress, RelationKind

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
OUR_LISTS = {FSIII_SYSTEM: "fsiii", FFB_SYSTEM: "ffb_efforts", ACT_SYSTEM: "contact_kinds"}
CARE_SOCIAL = {
    "f15b2663-94d9-4d0c-a5de-d8bd8e1e4ebb": "Interventionsforløb efter § 140",
    "5c160c02-e858-4c1f-925a-71ed64844749": "Interventionsforløb efter § 119",
    "7fc66c15-0cb3-4c89-9e18-f3a01e6a6592": "Kommunal genoptræning efter sygehusophold",
    "a71921ea-fe83-441d-933b-cc21d0b3c8c3": "Kommunal sundhedsfremme og forebyggelse",
    "490ab7be-ddb1-4a54-baf1-009fe6e8a83b": "Kommunal sygepleje",
    "e459386d-1474-4c31-89c5-c8bc7a25e3d4": "Social indsats",
    "4a297733-4d66-4726-a933-590d55cf91e0": "Social indsats",
    "9f03dfbb-7a97-45a5-94db-d4c3501714a9": "Opfølgning",
    "784275f1-6822-4a88-b361-d958007d5253": "Udførelse af planlagt indsats",
    "95ec4535-8fe8-4296-867c-35de421794cf": "Evaluering",
    "124be95d-6924-4609-9d2a-e7c73ae3ab3d": "Skærmbesøg",
}
"""Words of KL's CareSocialCodes (kl-term 2.2.0) that profiles fix and senders therefore leave out."""
CARE_COMMUNICATION = "Korrespondancemeddelelse (MedCom)"

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
RELATIONS = {
    RelationKind.PARENT: "PRN MTH FTH NMTH NFTH ADOPTM ADOPTF ADOPTP STPMTH STPFTH STPPRN NPRN PRNFOST FTHFOST MTHFOST",
    RelationKind.CHILD: "CHILD SON DAU NCHILD SONC DAUC CHLDADOPT CHLDFOST STPCHLD SONADOPT DAUADOPT",
    RelationKind.SIBLING: "SIB BRO SIS HSIB NSIB STPSIB HBRO HSIS NBRO NSIS STPBRO STPSIS",
    RelationKind.PARTNER: "SPS HUSB WIFE DOMPART SIGOTHR",
    RelationKind.GUARDIAN: "GUARD",
}
"""HL7 v3 RoleCode: what the related person is to the patient."""
_RELATION_OF = {code: kind for kind, codes in RELATIONS.items() for code in codes.split()}
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
}
"""What holds again when such a message is annulled; an annulled admission leaves nothing."""
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
    label = coding.display or CARE_SOCIAL.get(coding.code)
    ours = OUR_LISTS.get(coding.system or "")
    if ours is None or ours not in code_lists():
        return Coded(code_list=coding.system or "unknown", code=coding.code, label=label), True
    code = fsiii_code(coding.code) if ours == "fsiii" else coding.code
    is_known = code is not None and any(row.code == code for row in codes_of(ours))
    return Coded(code_list=ours, code=code or coding.code, label=label), is_known


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
        rows = {row.code: row for row in codes_of("fsiii")}
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
        lists = {row.danish: row.code for row in codes_of("laws")}
        law = lists.get(match["law"])
    if law is None:
        return None
    section = re.match(r"§ ?\d+ ?[a-zA-Z]?\b(?:,? stk\. \d+)?(?:,? nr\. \d+)?", match["section"])
    return LegalBasis(law=law, section=(section.group(0) if section else match["section"]).strip())


def relation(concepts: tuple[CodeableConcept, ...]) -> RelationKind:
    """What the related person is to the patient; the closest of several."""
    codes = (coding.code for concept in concepts for coding in concept.coding)
    return next((_RELATION_OF[code] for code in codes if code in _RELATION_OF), RelationKind.OTHER)


def goal_kind(concepts: tuple[CodeableConcept, ...]) -> GoalKind:
    """Whose goal it is and how far-reaching."""
    keys = [key for concept in concepts for key in (*(coding.code for coding in concept.coding), concept.text) if key]
    return next((_GOAL_KINDS[key] for key in keys if key in _GOAL_KINDS), GoalKind.GOAL)


def progress(concept: CodeableConcept) -> Progress:
    """A professional's assessment, as far as it says one of ours."""
    values = (_PROGRESS[coding.code] for coding in concept.coding if coding.code in _PROGRESS)
    return next(values, Progress.NOT_ASSESSED)
