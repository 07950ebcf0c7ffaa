"""One payload of STAR's services or of the case system to a fact; pure.

Days are Danish: an instant becomes the day it is here, and a last day is the last on which it holds.
"""

import re
from datetime import date, timedelta

from connectors.dates import told_hours
from connectors.kit import DANISH_TIME, InvalidValue
from connectors.sources.employment.fields import Code, Fields
from connectors.sources.employment.record_builder import Run, Statement
from schemas.codes import Coded, codes_of, lookup
from schemas.facts import (
    AssignmentFact,
    ContactFact,
    ContactState,
    DeadlineFact,
    EffortFact,
    EffortStatus,
    JobAbsenceFact,
    LegalBasis,
    PlanFact,
    TargetGroupFact,
)
from schemas.people import Responsible, Worker
from schemas.period import Period
from schemas.record import RejectionRule
from schemas.text import fold_text

LAB_SINCE = date(2020, 1, 1)
"""From this day the target groups are those of LAB § 6."""
_START = ("startDate", "startDato", "fraDato", "start")
_END = ("endDate", "slutDato", "tilDato", "end")
_LAWS = {
    "lab": "lab",
    "lov om en aktiv beskæftigelsesindsats": "lab",
    "aktivloven": "aktivloven",
    "las": "aktivloven",
    "lov om aktiv socialpolitik": "aktivloven",
    "sygedagpengeloven": "sygedagpengeloven",
    "integrationsloven": "integrationsloven",
    "stu-loven": "stu_loven",
}
_PARAGRAPH = re.compile(r"^(?P<law>[^§]+?)\s*(?P<section>§+\s*\d.*)$")
_GROUP = re.compile(r"(?:lab\s*)?(?:§\s*)?(6|2)\.([0-9]{1,2})", re.IGNORECASE)
_EFFORT_STATUS = {
    "planlagt": EffortStatus.PLANNED,
    "aktiv": EffortStatus.ACTIVE,
    "igang": EffortStatus.ACTIVE,
    "i gang": EffortStatus.ACTIVE,
    "på pause": EffortStatus.ON_HOLD,
    "afsluttet": EffortStatus.ENDED,
    "afbrudt": EffortStatus.ENDED,
    "annulleret": EffortStatus.CANCELLED,
    "aflyst": EffortStatus.CANCELLED,
}
_PLAN_STATUS = {"kladde": "draft", "aktiv": "active", "afsluttet": "completed", "annulleret": "revoked"}
_ROLES = {
    "KOORDINERENDE_SAGSBEHANDLER": "coordinating_caseworker",
    "BESKAFTIGELSESSAGSBEHANDLER": "employment_caseworker",
    "MENTOR": "mentor",
    "JOBKONSULENT": "job_consultant",
    "BISIDDER": "companion",
    "PARTSREPRAESENTANT": "party_representative",
}


def activity(run: Run, body: Fields) -> Statement:
    """An activity or offer: an effort."""
    valid = _whole_period(body, _START, _END)
    kind = body.code("activationTypeIdentifier", "activationType", "aktivitetstype", "tilbudstype")
    text = body.line("activationTypeText", "aktivitetstypeTekst", "title", "titel") or (kind.text if kind else None)
    if text is None and kind is None:
        raise InvalidValue("activationTypeIdentifier", RejectionRule.MISSING_FIELD)
    code = _offer(kind, text, valid.start or run.today)
    if text is None and kind is not None:
        body.flag("activationTypeIdentifier", "unknown_code")
    status = body.code("status", "aktivitetsstatus")
    fact = EffortFact(
        title=text or f"Tilbud af ukendt type ({kind.code if kind else ''})",
        status=_effort_status(status),
        code=code,
        legal_basis=_legal_basis(body),
        kle_topic=body.line("kle", "kleNummer", longest=20),
        purpose=body.line("purpose", "formaal", longest=500),
        responsible=run.responsible(body, person="caseworker", unit="unit"),
        performer=run.unit(body.inner("provider", "leverandoer")),
        extent=_extent(body),
        next_follow_up_on=body.day("nextFollowUp", "naesteOpfoelgning"),
        expected_end_on=body.day("expectedEndDate", "forventetSlutdato"),
    )
    return Statement(fact, valid)


def job_absence(_run: Run, body: Fields) -> Statement:
    """Absence of a job seeker. Its comment is not read."""
    valid = _whole_period(body, ("startDato", "startDate"), ("slutDato", "endDate"))
    kind = body.code("fravaerType", "absenceType")
    if kind is None:
        raise InvalidValue("fravaerType", RejectionRule.MISSING_FIELD)
    absence = _known(body, "fravaerType", "job_absence_kinds", kind, valid.start)
    reason = body.code("fravaersAfslutningsAarsag")
    end_reason = reason and Coded(code_list="star:FravaersAfslutningsAarsag", code=reason.code, label=reason.text)
    return Statement(
        JobAbsenceFact(absence=absence, reported_on=body.day("anmeldelsesDato"), end_reason=end_reason), valid
    )


def interview(run: Run, body: Fields) -> Statement:
    """An interview: that it is agreed on or was held, not what was said."""
    kind = body.code("interviewTypeIdentifier", "interviewType", "samtaletype", "type")
    text = body.line("interviewTypeText", "samtaletypeTekst") or (kind.text if kind else None)
    return _meeting(run, body, kind, text, "Samtale i beskæftigelsesindsatsen")


def invitation(run: Run, body: Fields) -> Statement:
    """An invitation to an interview: what is planned."""
    kind = body.code("samtaletype", "indkaldelsestype", "interviewTypeIdentifier", "type")
    text = body.line("samtaletypeTekst", "indkaldelsestypeTekst") or (kind.text if kind else None)
    return _meeting(run, body, kind, text, "Indkaldelse til samtale")


def deadline(run: Run, body: Fields) -> Statement:
    """A day by which something must be done."""
    day = body.day("fristDato", "dueDate", "dato", "date")
    if day is None:
        raise InvalidValue("fristDato", RejectionRule.MISSING_FIELD)
    kind = body.code("fristType", "deadlineType", "type")
    text = body.line("fristTypeTekst", "tekst", "title") or (kind.text if kind else None)
    fact = DeadlineFact(
        title=text or "Frist i beskæftigelsesindsatsen",
        code=Coded(code_list="star:FristType", code=kind.code, label=text) if kind else None,
        is_met=body.truth("overholdt", "isMet"),
        responsible=run.responsible(body, person="caseworker", unit="unit"),
    )
    return Statement(fact, Period(start=day, end=day + timedelta(days=1)))


def target_group(run: Run, body: Fields) -> Statement:
    """Which target group the citizen belongs to."""
    valid = body.period(("targetGroupStart", *_START), ("targetGroupEnd", *_END))
    code = body.text("targetGroupCode", "maalgruppeKode", "maalgruppe")
    name = body.line("targetGroupName", "maalgruppeNavn", "maalgruppeTekst")
    if code is None and name is None:
        raise InvalidValue("targetGroupCode", RejectionRule.MISSING_FIELD)
    group = target_group_code(code, name, valid.start or run.today)
    if group.label is None and group.code_list.startswith("star:"):
        body.flag("targetGroupCode", "unknown_code")
    return Statement(TargetGroupFact(target_group=group), valid)


def person_contact(run: Run, body: Fields) -> Statement:
    """Somebody who works with the citizen, or stands beside them."""
    return _assignment(
        body,
        code=body.text("contactTypeCode", "kontakttype", "responsibilityTypeCode"),
        words=body.line("contactTypeName", "kontakttypeTekst", "responsibilityName"),
        responsible=run.responsible(body, person="contact", unit="unit"),
    )


def caseworker(run: Run, body: Fields) -> Statement:
    """A case worker who is responsible for the citizen, as the case system lists them."""
    name = body.line("displayName", "navn", "name")
    if name is None:
        raise InvalidValue("displayName", RejectionRule.MISSING_FIELD)
    worker = Worker(
        name=name, id=body.text("caseworkerId", "employeeId"), phone=body.line("phone", "telefon", longest=50)
    )
    where = run.responsible(body, unit="unit")
    return _assignment(
        body,
        code=body.text("responsibilityTypeCode"),
        words=body.line("responsibilityName"),
        responsible=Responsible(unit=where.unit if where else None, worker=worker),
    )


def plan(run: Run, body: Fields) -> Statement:
    """The citizen's plan (Min Plan), without its contents."""
    status = body.code("status", "planStatus")
    word = fold_text(status.text or status.code) if status else "aktiv"
    fact = PlanFact(
        title=body.line("title", "titel") or "Min Plan",
        status=Coded(code_list="plan_status", code=_PLAN_STATUS.get(word, "unknown"), label=status and status.text),
        responsible=run.responsible(body, person="caseworker", unit="unit"),
        next_follow_up_on=body.day("nextFollowUp", "naesteOpfoelgning"),
    )
    return Statement(fact, body.period(_START, _END))


def target_group_code(code: str | None, name: str | None, on: date) -> Coded:
    """Our list's number where the source's words do not speak against it; else the source's own number and words.

    The same numbers mean other groups in other systems, so the words decide.
    """
    match = _GROUP.fullmatch(code.strip()) if code else None
    if match is not None:
        chapter, number = match.groups()
        is_new = chapter == "6"
        code_list = "lab_target_groups" if is_new else "lab_target_groups_old"
        own = f"{'lab' if is_new else ''}{chapter}.{int(number)}"
        row = lookup(code_list, own, max(on, LAB_SINCE) if is_new else min(on, LAB_SINCE - timedelta(days=1)))
        if row is not None and (name is None or _same_words(row.danish, name)):
            return Coded(code_list=code_list, code=own, label=name)
    return Coded(code_list="star:TargetGroup", code=code or name or "", label=name)


def _same_words(ours: str, theirs: str) -> bool:
    """Whether two names of a group share their first word, whose ending may differ (Dagpengemodtager/-modtagere)."""
    first, second = fold_text(ours).split()[0], fold_text(theirs).split()[0]
    length = min(len(first), len(second), 10)
    return first[:length] == second[:length]


def _meeting(run: Run, body: Fields, kind: Code | None, text: str | None, title: str) -> Statement:
    start = body.instant("startTime", "startTidspunkt", "planlagtTidspunkt", "interviewTime", "samtaleDato", "dato")
    end = body.instant("endTime", "slutTidspunkt")
    if start is None:
        raise InvalidValue("startTidspunkt", RejectionRule.MISSING_FIELD)
    day = start.astimezone(DANISH_TIME).date()
    last = end.astimezone(DANISH_TIME).date() if end else day
    if last < day:
        raise InvalidValue("slutTidspunkt", RejectionRule.END_BEFORE_START, last.isoformat())
    status = body.code("status", "interviewStatus", "samtalestatus")
    word = fold_text(status.text or status.code) if status else ""
    if word.startswith(("aflyst", "annulleret", "cancelled")):
        return Statement(None)
    coded_kind = None
    if kind is not None:
        label = lookup("interview_kinds", kind.code, day)
        title = text or (label.danish if label else title)
        coded_kind = Coded(code_list="interview_kinds" if label else "star:InterviewType", code=kind.code, label=text)
    starts_at, ends_at = told_hours(start, end)
    is_held = word.startswith(("afholdt", "gennemført", "completed"))
    is_planned = word.startswith(("planlagt", "indkaldt", "booket", "planned")) or day > run.observed_at.date()
    fact = ContactFact(
        title=text or title,
        code=coded_kind,
        state=ContactState.ENDED if is_held else ContactState.PLANNED if is_planned or status is None else None,
        starts_at=starts_at,
        ends_at=ends_at,
        responsible=run.responsible(body, person="caseworker", unit="unit"),
    )
    return Statement(fact, Period(start=day, end=last + timedelta(days=1)))


def _assignment(body: Fields, *, code: str | None, words: str | None, responsible: Responsible | None) -> Statement:
    if code is None and words is None:
        raise InvalidValue("responsibilityTypeCode", RejectionRule.MISSING_FIELD)
    if responsible is None:
        raise InvalidValue("displayName", RejectionRule.MISSING_FIELD)
    own = _ROLES.get((code or "").strip().upper())
    role = Coded(code_list="assignment_roles", code=own, label=words) if own else None
    return Statement(
        AssignmentFact(
            role=role or Coded(code_list="star:Responsibility", code=code or words or "", label=words),
            responsible=responsible,
        ),
        body.period(("start", *_START), ("endDate", *_END)),
    )


def _whole_period(body: Fields, start: tuple[str, ...], last: tuple[str, ...]) -> Period:
    """Valid time of what must have begun.

    Raises:
        InvalidValue: as ``Fields.period``, and where the first day is missing.
    """
    valid = body.period(start, last)
    if valid.start is None:
        raise InvalidValue(start[0], RejectionRule.MISSING_FIELD)
    return valid


def _effort_status(status: Code | None) -> EffortStatus:
    """As the source says; what it does not say follows from the period."""
    if status is None:
        return EffortStatus.ACTIVE
    for text in (status.text, status.code):
        status_of_text = _EFFORT_STATUS.get(fold_text(text)) if text else None
        if status_of_text is not None:
            return status_of_text
    raise InvalidValue("status", RejectionRule.UNKNOWN_STATUS, status.text or status.code)


def _offer(kind: Code | None, text: str | None, on: date) -> Coded | None:
    """The offer in our list of the day it began, by its words; else the source's own number."""
    if text is not None:
        words = fold_text(text)
        for row in codes_of("lab_offers"):
            if fold_text(row.danish) == words and row.valid.contains(on):
                return Coded(code_list="lab_offers", code=row.code, label=text)
    return Coded(code_list="star:ActivationType", code=kind.code, label=text) if kind else None


def _known(body: Fields, field: str, code_list: str, kind: Code, on: date | None) -> Coded:
    """A code of our list; one that it does not have stands with the source's words, and is flagged without any."""
    code = str(int(kind.code)) if kind.code.isdecimal() and len(kind.code) < len("1000") else kind.code
    if kind.text is None and lookup(code_list, code, on or date.max) is None:
        body.flag(field, "unknown_code")
    return Coded(code_list=code_list, code=code, label=kind.text)


def _legal_basis(body: Fields) -> LegalBasis | None:
    text = body.line("legalBasis", "hjemmel")
    if text is None:
        return None
    match = _PARAGRAPH.match(text)
    law = _LAWS.get(match["law"].strip().casefold()) if match else None
    if match is None or law is None:
        body.flag("legalBasis", "unknown_code")
        return None
    return LegalBasis(law=law, section=match["section"].strip())


def _extent(body: Fields) -> str | None:
    hours, minutes = body.number("hoursPerWeek", "timerPrUge") or 0, body.number("minutesPerWeek", "minutterPrUge") or 0
    total = round(hours * 60 + minutes)
    if not total:
        return body.line("extent", "omfang")
    whole, rest = divmod(total, 60)
    parts = [f"{whole} time{'' if whole == 1 else 'r'}" if whole else "", f"{rest} minutter" if rest else ""]
    return f"{' og '.join(part for part in parts if part)} om ugen"
