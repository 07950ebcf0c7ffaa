"""A cut overview with its surroundings → the pages about one citizen. Pure."""

from datetime import date
from urllib.parse import urlencode

from hub.clock import danish_day
from hub.web import texts
from hub.web.dates import age_text, at_minute, capital, counted, day_text, lasted, listed, long_day_text, of_moment
from hub.web.material import Material, SourceAge
from hub.web.pages import (
    Choice,
    CitizenHead,
    FamilyColumn,
    FamilyPage,
    Freshness,
    Link,
    Looked,
    OverviewPage,
    Person,
    Step,
    TimelinePage,
)
from hub.web.present_drawing import drawing, timeline_rows
from hub.web.present_efforts import (
    contradictions,
    effort_rows,
    family_entries,
    gaps,
    now_line,
    ongoing,
    phone,
)
from hub.web.present_family import moments
from hub.web.present_notifications import SHOWN, notifications, rows, summary
from hub.web.present_strengths import change_lines, since_course, strengths
from schemas.access import Basis, Purpose
from schemas.facts import (
    LifeStatus,
    PersonFact,
    RelationKind,
)
from schemas.overview import Disagreement, Overview

MOST_ZOOMS = 30
NAMELESS = "Navn ikke oplyst af kilden"


def head(material: Material) -> CitizenHead:
    """Who the page is about, who is around them, and as whom one is looking."""
    header = material.overview.header
    person, number = header.person, next((one for one in header.identifiers if one.is_national), None)
    team, citizen = material.team, str(material.overview.citizen_id)
    protected = person.name_address_protected
    return CitizenHead(
        citizen_id=citizen,
        name=header.display_name or NAMELESS,
        age=age_text(person.birth_date, material.today) if person.birth_date else "alder ikke oplyst",
        cpr=number.masked if number else "ikke oplyst af kilden",
        cpr_hidden=number is not None,
        relatives=_relatives(material),
        course=f"sammenhængende siden {long_day_text(team.started_on)}" if team else None,
        lead=Person(team.lead.name, phone(team.lead.phone) if team.lead.phone else None)
        if team and team.lead
        else None,
        team=_team_line(material),
        teammates=tuple(_teammate(member.name, member.function, member.unit) for member in team.members)
        if team
        else (),
        life=_life(person),
        protected=_protection(material) if protected else None,
        address=None if material.as_known else address_line(person),
        may_reveal=material.decision.basis in {Basis.TEAM, Basis.OWN_UNIT},
        basis=_basis(material),
        purpose=texts.PURPOSE[material.purpose],
        views=(
            Link("Overblik", f"/overblik/{citizen}"),
            Link("Hele familien", f"/familien/{citizen}"),
            Link("Tidslinje", f"/tidslinje/{citizen}"),
        ),
        purposes=purpose_choices(material.purpose),
        standing=_standing(material),
        printed=f"Udskrevet af {material.actor.name}, {material.actor.title}, {at_minute(material.now)}."
        " Indeholder personoplysninger: læg det ikke fra dig, og makulér det, når det er brugt.",
    )


def _standing(material: Material) -> str | None:
    if material.as_known is None:
        return None
    since = "" if material.team else " Der var intet sammenhængende forløb."
    return (
        f"Du står den {long_day_text(material.as_known)} og ser kun det, der var kendt ved dagens udgang.{since}"
        " Adressen er udeladt, fordi den er fra i dag."
    )


def purpose_choices(chosen: Purpose | None) -> tuple[Choice, ...]:
    """The purposes one may open a citizen for."""
    return tuple(Choice(one, capital(texts.PURPOSE[one]), one is chosen) for one in texts.CHOOSABLE_PURPOSES)


def _relatives(material: Material) -> tuple[tuple[str, tuple[Link, ...]], ...]:
    """Children and parents first; former relations only where they still hold on the page's day."""
    ages = {person.citizen_id: person.header.person.birth_date for person in material.family}
    found: dict[RelationKind, dict[str, Link]] = {}
    by_age = sorted(
        material.overview.header.relatives,
        key=lambda one: ((ages.get(one.citizen_id) if one.citizen_id else None) or date.max, one.name or ""),
    )
    for relative in by_age:
        if not relative.valid.contains(material.today):
            continue
        first = (relative.name or "navn ikke oplyst").split(" ")[0] if relative.name else "navn ikke oplyst"
        born = ages.get(relative.citizen_id) if relative.citizen_id else None
        words = f"{first}, {age_text(born, material.today)}" if born else first
        href = f"/overblik/{relative.citizen_id}" if relative.citizen_id else ""
        found.setdefault(relative.relation, {}).setdefault(str(relative.citizen_id or words), Link(words, href))
    order = [kind for kind in (RelationKind.CHILD, RelationKind.PARENT, *RelationKind) if kind in found]
    return tuple(
        (texts.RELATION[kind][len(found[kind]) > 1], tuple(found[kind].values())) for kind in dict.fromkeys(order)
    )


def _team_line(material: Material) -> str | None:
    if material.team is None:
        return None
    areas = {member.area for member in material.team.members if member.area}
    people = counted(len(material.team.members), "person", "personer")
    return f"{people}, {counted(len(areas), 'område', 'områder')}" if areas else people


def _teammate(name: str, function: str, unit: str | None) -> str:
    role = "" if function == "member" else f", {texts.TEAM_FUNCTION.get(function, function)}"
    return f"{name}{f', {unit}' if unit else ''}{role}"


def _life(person: PersonFact) -> str | None:
    if person.life_status is None or person.life_status is LifeStatus.ALIVE:
        return None
    words = texts.LIFE_STATUS[person.life_status]
    return f"{words} {day_text(person.died_on)}" if person.died_on else words


def _protection(material: Material) -> str:
    names = [
        material.sources[one].title for one in material.overview.header.protection_sources if one in material.sources
    ]
    said = f" Det siger {listed(names)}." if names else ""
    return (
        "Navne- og adressebeskyttelse. Adresse, skole og arbejdssteder er skjult; giv dem aldrig videre, heller ikke"
        f" til den anden forælder.{said}"
    )


def address_line(person: PersonFact) -> str | None:
    """Street, postal code and town in one line."""
    if person.address is None:
        return None
    town = " ".join(part for part in (person.address.postal_code, person.address.town) if part)
    return ", ".join(part for part in (person.address.street, town) if part) or None


def _basis(material: Material) -> str:
    if material.decision.basis is Basis.TEAM and material.is_lead:
        return "tovholder i forløbet"
    return texts.BASIS[material.decision.basis]


def overview_page(material: Material) -> OverviewPage:
    """The page that answers within the first screen."""
    entries = family_entries(material)
    now, came_in = ongoing(entries, material.today), notifications(entries)
    found = rows(came_in, material)
    return OverviewPage(
        head=head(material),
        now_line=now_line(now, material),
        efforts=effort_rows(now, material),
        gaps=gaps(material, now),
        notifications_line=summary(came_in, material),
        notifications=found[:SHOWN],
        older=found[SHOWN:],
        drawing=drawing(entries, material),
        disagreements=tuple(_disagreement(one, material) for one in material.overview.disagreements),
        talk=contradictions(now, material),
        changes_since=of_moment(material.changes.since, material.now) if material.changes else None,
        changes=change_lines(material.changes, material) if material.changes else (),
        strengths=strengths(entries, material),
        since_course=since_course(entries, material),
        sources=tuple(_freshness(age, material) for age in material.ages),
        not_covered=_not_covered(material),
        seen=tuple(
            Looked(", ".join(part for part in (one.name, one.unit) if part), of_moment(one.at, material.now))
            for one in material.seen
        ),
    )


def _disagreement(one: Disagreement, material: Material) -> str:
    field = texts.DISAGREEMENT_FIELD.get(one.field, f"feltet {one.field}")
    said = [f"{_title(value.provenance.source, material)} siger «{value.value}»" for value in one.values]
    return f"Kilderne er ikke enige om {field}: {listed(said)}. Begge vises; ret det i den kilde, der tager fejl."


def _title(source: str, material: Material) -> str:
    return material.sources[source].title if source in material.sources else source


def _freshness(age: SourceAge, material: Material) -> Freshness:
    word = texts.SOURCE_STATE[age.state][0]
    if age.last_data_at is None:
        return Freshness(age.source.title, word, age.state != "fresh", "")
    when = of_moment(age.last_data_at, material.now)
    if age.state == "fresh":
        return Freshness(age.source.title, when.text, False, when.full)
    if age.state == "silent":
        return Freshness(age.source.title, f"tavs i {lasted(age.last_data_at, material.now)}", True, when.full)
    return Freshness(age.source.title, f"{word}, {when.text}", True, when.full)


def _not_covered(material: Material) -> str | None:
    missing = [word for source in material.sources.values() for word in source.not_covered]
    return f"Ikke dækket: {', '.join(missing)}." if missing else None


def timeline_page(material: Material, year: int | None = None) -> TimelinePage:
    """The order of things, as known on a day."""
    entries = family_entries(material)
    made = timeline_rows(entries, material)
    known = material.as_known
    line = (
        f"Du ser det, der var kendt den {long_day_text(known)}. Senere oplysninger er udeladt."
        if known
        else "Du ser alt, der er kendt i dag."
    )
    citizen, this_year = str(material.overview.citizen_id), danish_day(material.now).year
    first = min((entry.valid.start.year for entry in entries if entry.valid.start), default=this_year)
    return TimelinePage(
        head=head(material),
        heading=f"Tidslinje: {material.first_name(material.overview.citizen_id) or NAMELESS}",
        drawing=drawing(entries, material, years=30, year=year),
        rows=made,
        count_line=f"{len(made)} linjer. Det nyeste først.",
        as_known=known.isoformat() if known else danish_day(material.now).isoformat(),
        latest=danish_day(material.now).isoformat(),
        known_line=line,
        steps=tuple(Step(str(year), f"{year}-12-31") for year in range(max(first, this_year - 12), this_year)),
        address=f"/tidslinje/{citizen}",
        zooms=_zooms(f"/tidslinje/{citizen}", first, year, material),
    )


def _zooms(address: str, first: int, year: int | None, material: Material) -> tuple[Choice, ...]:
    known = {"kendt": material.as_known.isoformat()} if material.as_known else {}
    steps: list[tuple[dict[str, str], str, bool]] = [(known, "Hele forløbet", year is None)]
    shown = range(max(first, material.today.year - MOST_ZOOMS), material.today.year + 1)
    steps += [(known | {"aar": str(one)}, str(one), one == year) for one in shown]
    return tuple(Choice(f"{address}?{urlencode(query)}" if query else address, text, on) for query, text, on in steps)


def family_page(material: Material) -> FamilyPage:
    """All of the family at once: a column each, then what came in, then the lanes."""
    entries = family_entries(material)
    came_in = notifications(entries)
    return FamilyPage(
        head=head(material),
        columns=tuple(_column(person, material) for person in material.people),
        notifications_line=summary(came_in, material),
        moments=moments(entries, material),
        drawing=drawing(entries, material, years=30),
        left_out=_left_out(material),
    )


def _left_out(material: Material) -> str | None:
    """Who of the family has no column, and why: named in the header, shown only on a page of their own."""
    shown = {person.citizen_id for person in material.people}
    names = listed(
        list(
            dict.fromkeys(
                relative.name.split(" ")[0]
                for relative in material.overview.header.relatives
                if relative.citizen_id not in shown and relative.name and relative.valid.contains(material.today)
            )
        )
    )
    if not names:
        return None
    why = (
        "de er ikke med i det forløb, der giver dig adgang"
        if material.team
        else "intet sammenhængende forløb giver adgang til andre end borgeren selv"
    )
    return f"{names} vises ikke her, for {why}. Hver side åbnes for sig og med egen grund."


def _column(person: Overview, material: Material) -> FamilyColumn:
    own = Material(
        overview=person,
        decision=material.decision,
        actor=material.actor,
        purpose=material.purpose,
        now=material.now,
        sources=material.sources,
        as_known=material.as_known,
        demo=material.demo,
        family=tuple(one for one in material.people if one.citizen_id != person.citizen_id),
    )
    now = ongoing(person.entries(), material.today)
    born = person.header.person.birth_date
    return FamilyColumn(
        name=person.header.display_name or NAMELESS,
        age=age_text(born, material.today) if born else "alder ikke oplyst",
        href=f"/overblik/{person.citizen_id}",
        efforts=effort_rows(now, own),
        notifications=len(notifications(person.entries())),
        empty=None if now else "Ingen igangværende indsatser i de kilder, du kan se.",
    )
