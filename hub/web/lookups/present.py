"""Opslag in words and as a table. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from hub.access.lookups import LookupList
from hub.digest import pseudonym
from hub.web.lookups import texts
from hub.web.lookups.page import LookupRow, LookupsPage
from hub.web.oversight import texts as oversight
from hub.web.shell.csv_file import csv_text
from hub.web.shell.dates import at_second, capital, clock_text, counted, listed, long_day_text, number_text
from hub.web.shell.day_period import DayPeriod
from hub.web.shell.texts import AREA, BASIS, PURPOSE
from hub.web.shell.view_models import Choice, Link, Outcome
from schemas.access import Actor, AuditAction, Basis
from schemas.lookup import Lookup

PATH = "/tilsyn/opslag"


@dataclass(frozen=True)
class LookupQuestion:
    """What is asked for."""

    period: DayPeriod
    citizen: UUID | None = None
    citizen_name: str | None = None
    """Where the number was given."""
    actor_id: str | None = None
    is_unknown: bool = False
    """The number, key or employee is nobody's."""
    only_without: bool = False
    named: bool = False
    """Employees by name, in a file."""

    @property
    def query(self) -> dict[str, str]:
        """As it stands in an address."""
        about = {"borger": str(self.citizen)} if self.citizen else {}
        about |= {"medarbejder": self.actor_id} if self.actor_id else {}
        return about | self.period.query


def address_of(question: LookupQuestion, path: str = PATH, **more: str) -> str:
    """Where the answer stands."""
    return f"{path}?{urlencode(question.query | more)}"


def lookups_page(
    listed_lookups: LookupList | None,
    question: LookupQuestion,
    employees: Sequence[Actor],
    result: Outcome | None,
) -> LookupsPage:
    """A page of look-ups; None: the question is about nobody."""
    units = {actor.unit_id: actor.unit_name for actor in employees if actor.unit_id and actor.unit_name}
    names = {actor.id: actor.name for actor in employees}
    filter_on = {"uden": "ja"} if question.only_without else {}
    lookups, counts = (listed_lookups.lookups, listed_lookups.counts) if listed_lookups else ((), None)
    after = listed_lookups.after if listed_lookups else None
    number, without = (counts.lookups, counts.without_relation) if counts else (0, 0)
    period = {"first": long_day_text(question.period.first), "last": long_day_text(question.period.last)}
    return LookupsPage(
        heading=_heading(question, names),
        summary=texts.SUMMARY.format(
            lookups=capital(counted(number, "opslag", "opslag")),
            employees=counted(counts.employees, "medarbejder", "medarbejdere"),
            citizens=counted(counts.citizens, "borger", "borgere"),
            **period,
        )
        if counts and number
        else _nothing(question, period),
        notes=(texts.UNKNOWN.format(lookups=capital(counted(counts.relation_unknown, "opslag", "opslag"))),)
        if counts and counts.relation_unknown
        else (),
        filters=(
            Link(texts.ALL.format(number=number_text(number)), address_of(question), current=not question.only_without),
            Link(
                texts.WITHOUT.format(number=number_text(without)),
                address_of(question, uden="ja"),
                current=question.only_without,
            ),
        )
        if number
        else (),
        rows=tuple(_row(lookup, units, names) for lookup in lookups),
        empty=texts.EMPTY_WITHOUT if question.only_without and number else "",
        older=address_of(question, **filter_on, efter=str(after)) if after else None,
        csv=address_of(question, f"{PATH}.csv", **filter_on) if lookups else None,
        csv_named=address_of(question, f"{PATH}.csv", **filter_on, navne="ja") if lookups else None,
        citizen=str(question.citizen or ""),
        first=question.period.first.isoformat(),
        last=question.period.last.isoformat(),
        employees=tuple(
            Choice(actor.id, f"{actor.name}, {actor.title}", actor.id == question.actor_id) for actor in employees
        ),
        all_acts=_all_acts(question),
        result=result,
    )


def lookups_csv(lookups: Iterable[Lookup], employees: Iterable[Actor], *, named: bool, key: bytes) -> str:
    """The look-ups as a table; employees and units by pseudonym unless *named*, citizens always."""
    rooms = tuple(employees)
    units = {actor.unit_id: actor.unit_name for actor in rooms if actor.unit_id and actor.unit_name}

    def of_unit(unit: str) -> str:
        return units.get(unit, unit) if named else pseudonym(texts.UNIT, unit, key)

    def of_employee(actor_id: str, name: str) -> str:
        return f"{name} ({actor_id})" if named else pseudonym(texts.EMPLOYEE, actor_id, key)

    return csv_text(texts.CSV_HEAD, _csv_rows(lookups, of_unit, of_employee, key))


def _csv_rows(
    lookups: Iterable[Lookup], of_unit: Callable[[str], str], of_employee: Callable[[str, str], str], key: bytes
) -> Iterator[tuple[str, ...]]:
    for lookup in lookups:
        yield (
            str(lookup.seq),
            lookup.first_at.isoformat(),
            lookup.last_at.isoformat(),
            of_employee(lookup.actor_id, lookup.actor_name),
            texts.ROLE[lookup.role] if lookup.role else "",
            of_unit(lookup.unit_id) if lookup.unit_id else "",
            of_employee(lookup.on_behalf_of, lookup.on_behalf_of) if lookup.on_behalf_of else "",
            pseudonym(texts.CITIZEN, str(lookup.citizen_id), key),
            pseudonym(texts.CITIZEN, str(lookup.shown_on), key) if lookup.shown_on else "",
            PURPOSE[lookup.purpose] if lookup.purpose else "",
            BASIS[lookup.basis] if lookup.basis else "",
            relation_text(lookup.relation),
            texts.YES if lookup.is_without_relation else texts.NO,
            what_text(lookup),
            areas_text(lookup),
            listed([oversight.FIELD.get(field, field) for field in sorted(lookup.revealed)]),
            str(lookup.prints),
            lookup.reason or "",
        )


def relation_text(relation: Basis | None) -> str:
    """What the employee was to the citizen."""
    return texts.RELATION_UNKNOWN if relation is None else texts.RELATION[relation]


def what_text(lookup: Lookup) -> str:
    """Which pages were shown."""
    pages = [word for page, word in texts.PAGE.items() if page in lookup.pages]
    named_by_page = {AuditAction.OPEN_OVERVIEW, AuditAction.PRINT} if pages else set[AuditAction]()
    acts = [word for action, word in texts.ACTION.items() if action in lookup.actions - named_by_page]
    shown = listed(pages + acts)
    return f"{shown} {texts.ON_ANOTHERS.format(key=str(lookup.shown_on)[:8])}" if lookup.shown_on else shown


def areas_text(lookup: Lookup) -> str:
    """Areas of which lines were shown."""
    return listed([word.lower() for area, word in AREA.items() if area in lookup.areas]) or texts.NO_AREAS


def printed_text(lookup: Lookup) -> str:
    """Whether it was printed."""
    if not lookup.prints:
        return texts.NOT_PRINTED
    once, often = texts.PRINTED
    return once if lookup.prints == 1 else often.format(number=number_text(lookup.prints))


def _row(lookup: Lookup, units: Mapping[str, str], names: Mapping[str, str]) -> LookupRow:
    same_time = clock_text(lookup.first_at) == clock_text(lookup.last_at)
    revealed = [oversight.FIELD.get(field, field) for field in sorted(lookup.revealed)]
    areas = areas_text(lookup)
    return LookupRow(
        when=at_second(lookup.first_at),
        until="" if same_time else texts.UNTIL.format(time=clock_text(lookup.last_at)),
        who=lookup.actor_name,
        role=texts.ROLE[lookup.role] if lookup.role else "",
        unit=units.get(lookup.unit_id, lookup.unit_id) if lookup.unit_id else "",
        on_behalf=oversight.ON_BEHALF.format(name=names.get(lookup.on_behalf_of, lookup.on_behalf_of))
        if lookup.on_behalf_of
        else "",
        citizen=Link(texts.A_CITIZEN.format(key=str(lookup.citizen_id)[:8]), f"{PATH}?borger={lookup.citizen_id}"),
        what=capital(what_text(lookup)),
        areas=f"{areas}; viste {listed(revealed)}" if revealed else areas,
        printed=printed_text(lookup),
        purpose=capital(PURPOSE[lookup.purpose]) if lookup.purpose else "",
        basis=capital(BASIS[lookup.basis]) if lookup.basis else "",
        relation=capital(relation_text(lookup.relation)),
        is_without_relation=lookup.is_without_relation,
        reason=lookup.reason or "",
        override_id=lookup.override_id,
    )


def _heading(question: LookupQuestion, names: Mapping[str, str]) -> str:
    if question.citizen or (question.is_unknown and not question.actor_id):
        key = texts.A_CITIZEN.format(key=str(question.citizen)[:8]) if question.citizen else "borgeren"
        return texts.HEADING["citizen"].format(name=question.citizen_name or key)
    if question.actor_id:
        return texts.HEADING["actor"].format(name=names.get(question.actor_id, question.actor_id))
    return texts.HEADING["everything"]


def _nothing(question: LookupQuestion, period: Mapping[str, str]) -> str:
    if question.is_unknown:
        return texts.NO_EMPLOYEE if question.actor_id else texts.NO_CITIZEN
    return texts.NONE_FOUND.format(**period)


def _all_acts(question: LookupQuestion) -> Link | None:
    if question.is_unknown or not (question.citizen or question.actor_id):
        return None
    about = {key: value for key, value in question.query.items() if key in {"borger", "medarbejder"}}
    return Link("Se også søgninger, lister og alt andet i loggen", f"/tilsyn?{urlencode(about)}")
