"""The header that all pages about a citizen share. Pure."""

from datetime import date

from hub.web.citizen import texts
from hub.web.citizen.page import CitizenHead
from hub.web.citizen.page_data import PageData, Teammate
from hub.web.citizen.present_efforts import phone
from hub.web.citizen.present_identity import identity_banner
from hub.web.shell import texts as shared
from hub.web.shell.dates import (
    age_text,
    at_minute,
    capital,
    clock_text,
    counted,
    day_text,
    listed,
    long_day_text,
    plural_of,
)
from hub.web.shell.people import first_word, headline_age, headline_name
from hub.web.shell.view_models import Link, Person, purpose_choices
from schemas.access import Basis, PageKind
from schemas.codes import danish_label
from schemas.course import TeamFunction
from schemas.disclosure import DisclosureBasis, StandingDisclosure
from schemas.overview import IdentityState, Relative, SectionState
from schemas.people import LifeStatus, PersonFact, RelationKind

_SIDE = {
    PageKind.OVERVIEW: "overblik",
    PageKind.FAMILY: "familien",
    PageKind.TIMELINE: "tidslinje",
    PageKind.POINTS: "punkter",
}
_VIEWS = {
    PageKind.OVERVIEW: "Overblik",
    PageKind.FAMILY: "Hele familien",
    PageKind.TIMELINE: "Tidslinje",
    PageKind.POINTS: "Værd at tale om",
}


def head(data: PageData) -> CitizenHead:
    """Who the page is about, who is around them, and as whom one is looking."""
    header = data.overview.header
    person = header.person
    number = header.national_number
    team, citizen = data.team, str(data.overview.citizen_id)
    protected = person.name_address_protected
    basis_word, basis = _basis(data)
    return CitizenHead(
        citizen_id=citizen,
        name=headline_name(header),
        age=headline_age(header, data.today),
        identity=identity_banner(data),
        identity_settled=header.identity is IdentityState.SETTLED,
        cpr=number.masked if number else "ikke oplyst af kilden",
        cpr_hidden=number is not None,
        former_cprs=tuple(former.masked for former in header.former_numbers),
        relatives=_relatives(data),
        course=f"sammenhængende siden {long_day_text(team.started_on)}" if team else None,
        lead=_lead(team.lead) if team and team.lead else None,
        team=_team_line(data),
        teammates=tuple(teammate_person(member) for member in team.members) if team else (),
        life=_life(person),
        protected=_protection(data) if protected else None,
        address=None if data.as_known else address_line(person),
        may_reveal=data.decision.basis not in {Basis.OVERRIDE, Basis.NONE},
        disclosures=_disclosures(data),
        consents=f"/samtykker/{citizen}" if data.decision.basis is Basis.TEAM and not data.as_known else None,
        course_page=_course_page(data, citizen),
        basis_word=basis_word,
        basis=basis,
        override=texts.OVERRIDE_ENDS.format(until=clock_text(data.override_until)) if data.override_until else None,
        meeting=texts.MEETING_ENDS.format(until=clock_text(data.meeting_until)) if data.meeting_until else None,
        disclose=f"/videregivelser/ny/{citizen}" if data.may_disclose and not data.as_known else None,
        purpose=shared.PURPOSE[data.purpose],
        views=tuple(Link(_VIEWS[page], f"/{side}/{citizen}", current=page is data.page) for page, side in _SIDE.items())
        + (
            (Link(texts.PLAN_PAGE, f"/plan/{citizen}"),)
            if data.decision.basis is Basis.TEAM and not data.as_known
            else ()
        ),
        purposes=purpose_choices(data.purpose),
        earlier_day=_earlier_day(data),
        side=_SIDE[data.page],
        printed=f"Udskrevet af {data.actor.name}, {data.actor.title}, {at_minute(data.now)}."
        " Indeholder personoplysninger: læg det ikke fra dig, og makulér det, når det er brugt.",
    )


def _course_page(data: PageData, citizen: str) -> Link | None:
    """The page of the course for its team; for whoever works with a citizen on no course, the form to offer one."""
    if data.as_known is not None:
        return None
    if data.decision.basis is Basis.TEAM and data.team and data.team.course_id:
        return Link(texts.COURSE_PAGE, f"/forloeb/{data.team.course_id}")
    works_with = data.decision.basis in {Basis.NAMED_WORKER, Basis.OWN_UNIT, Basis.CASE_UNIT}
    return Link(texts.OFFER_COURSE, f"/forloeb/tilbyd/{citizen}") if works_with and data.team is None else None


def _earlier_day(data: PageData) -> str | None:
    if data.as_known is None:
        return None
    since = "" if data.team else " Der var intet sammenhængende forløb."
    return (
        f"Du står den {long_day_text(data.as_known)} og ser kun det, der var kendt ved dagens udgang.{since}"
        " Adressen er udeladt, fordi den er fra i dag."
    )


def _relatives(data: PageData) -> tuple[tuple[str, tuple[Link, ...]], ...]:
    """Children and parents first; former relations only where they still hold on the page's day."""
    birth_dates = {person.citizen_id: person.header.person.birth_date for person in data.family}

    def birth_date(relative: Relative) -> date | None:
        return birth_dates.get(relative.citizen_id) if relative.citizen_id else None

    links: dict[tuple[RelationKind, str], dict[str, Link]] = {}
    by_age = sorted(
        data.overview.header.relatives,
        key=lambda relative: (birth_date(relative) or date.max, relative.name or ""),
    )
    for relative in by_age:
        if not relative.valid.contains(data.today):
            continue
        first_name = first_word(relative.name) or "navn ikke oplyst"
        born = birth_date(relative)
        text = f"{first_name}, {age_text(born, data.today)}" if born else first_name
        href = f"/overblik/{relative.citizen_id}" if relative.citizen_id else ""
        group = (relative.relation, _exact_word(relative, data.today))
        links.setdefault(group, {}).setdefault(str(relative.citizen_id or text), Link(text, href))
    order = list(dict.fromkeys((RelationKind.CHILD, RelationKind.PARENT, *RelationKind)))
    return tuple(
        (word or plural_of(len(people), *shared.RELATION[kind]), tuple(people.values()))
        for (kind, word), people in sorted(links.items(), key=lambda group: (order.index(group[0][0]), group[0][1]))
    )


def _exact_word(relative: Relative, day: date) -> str:
    """The relation's own word ("Mormor") where its kind says too little; else nothing."""
    if relative.relation is not RelationKind.OTHER or relative.role is None:
        return ""
    return capital(danish_label(relative.role, day))


def _team_line(data: PageData) -> str | None:
    if data.team is None:
        return None
    members = data.team.members
    areas = {member.area for member in members if member.area}
    people = counted(len(members), "person", "personer")
    if hidden := sum(member.name is None for member in members):
        return people if hidden == len(members) else f"{people}, heraf {hidden} fra områder, du ikke kan se"
    return f"{people}, {counted(len(areas), 'område', 'områder')}" if areas else people


def _lead(lead: Teammate) -> Person:
    title = "" if lead.title in {"", shared.TEAM_FUNCTION[lead.function]} else f", {lead.title}"
    return Person(f"{lead.name or texts.HIDDEN_COLLEAGUE}{title}", phone(lead.phone) if lead.phone else None)


def teammate_person(member: Teammate) -> Person:
    """Name, job title, unit and function on the team, with the number to call."""
    function = "" if member.function == "member" else shared.TEAM_FUNCTION.get(member.function, member.function)
    name = member.name or texts.HIDDEN_COLLEAGUE
    parts = dict.fromkeys(part for part in (name, member.title, member.unit, function) if part)
    return Person(", ".join(parts), phone(member.phone) if member.phone else None)


def _life(person: PersonFact) -> str | None:
    if person.life_status is None or person.life_status is LifeStatus.ALIVE:
        return None
    status = texts.LIFE_STATUS[person.life_status]
    return f"{status} {day_text(person.died_on)}" if person.died_on else status


def _protection(data: PageData) -> str:
    titles = [data.sources[name].title for name in data.overview.header.protection_sources if name in data.sources]
    sources = f" Det siger {listed(titles)}." if titles else ""
    return (
        "Navne- og adressebeskyttelse. Adresse, skole, arbejdssteder og telefonnumre er skjult; giv dem aldrig videre,"
        f" heller ikke til den anden forælder.{sources}"
    )


def address_line(person: PersonFact) -> str | None:
    """Street, postal code and town in one line."""
    if person.address is None:
        return None
    town = " ".join(part for part in (person.address.postal_code, person.address.town) if part)
    return ", ".join(part for part in (person.address.street, town) if part) or None


def _disclosures(data: PageData) -> tuple[str, ...]:
    """With which right the areas are shown that are another administration's, as far as a source covers them."""
    covered = {section.area for section in data.overview.sections if section.state is not SectionState.NOT_COVERED}
    by_sentence: dict[str, list[str]] = {}
    for disclosure in data.decision.disclosures:
        sentences = [texts.BY_OVERRIDE if disclosure.basis is DisclosureBasis.OVERRIDE else texts.BY_CONSENT]
        if disclosure.cells is not None:
            sentences = [texts.BY_CONSENT_IN_PART]
        if disclosure.stated:
            sentences = [_by_stated(stated, is_part=stated.cells is not None) for stated in disclosure.stated]
        for sentence in sentences if disclosure.area in covered else ():
            by_sentence.setdefault(sentence, []).append(shared.AREA[disclosure.area].lower())
    return tuple(sentence.replace("{areas}", listed(areas)) for sentence, areas in by_sentence.items())


def _by_stated(stated: StandingDisclosure, *, is_part: bool) -> str:
    """Who let the actor see it, on which basis and until when; ``{areas}`` is filled in later."""
    sentence = texts.BY_STATED_IN_PART if is_part else texts.BY_STATED
    return sentence.format(
        areas="{areas}",
        name=stated.stated_by,
        basis=shared.DISCLOSURE_BASIS[stated.basis],
        day=day_text(stated.last_day),
    )


def _basis(data: PageData) -> tuple[str, str]:
    if data.decision.basis is Basis.OVERRIDE:
        return "med", f"en {shared.BASIS[Basis.OVERRIDE]}"
    if data.decision.basis is Basis.TEAM and data.own_function not in {None, TeamFunction.MEMBER}:
        return "som", f"{shared.TEAM_FUNCTION[data.own_function]} i forløbet"
    return "som", shared.BASIS[data.decision.basis]
