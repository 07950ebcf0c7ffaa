"""A cut overview with its surroundings → the pages about one citizen. Pure."""

from dataclasses import replace
from datetime import date

from hub.indexing.serving import ServedFrom
from hub.web.citizen import texts
from hub.web.citizen.page import FamilyColumn, FamilyPage, Freshness, OverviewPage, SeenBy
from hub.web.citizen.page_data import PageData, SourceAge
from hub.web.citizen.present_contacts import contact_rows, standing_rows, stay_lines, stay_rows
from hub.web.citizen.present_coverage import (
    not_included,
    social,
    with_notifications,
    withheld_of_some,
)
from hub.web.citizen.present_drawing import drawing
from hub.web.citizen.present_efforts import (
    effort_rows,
    family_entries,
    gaps,
    listed_efforts,
    no_efforts,
    now_line,
    recommendations,
)
from hub.web.citizen.present_family import moments
from hub.web.citizen.present_head import head
from hub.web.citizen.present_notifications import SHOWN, notification_rows, notifications_line, notifications_of
from hub.web.citizen.present_points import points
from hub.web.citizen.present_school import absence_rows, class_lines, class_rows
from hub.web.citizen.present_strengths import change_lines, since_course, strengths
from hub.web.shell import texts as shared
from hub.web.shell.dates import (
    at_minute,
    counted,
    day_text,
    lasted,
    listed,
    of_moment,
    paper_text,
    plural_of,
    since_text,
)
from hub.web.shell.people import first_word, headline_age, headline_name, identity_note
from schemas.overview import Disagreement, Overview, SectionState
from schemas.people import CONTACT_PERSON, LifeStatus

_IDENTITY_FIELDS = frozenset({"given_name", "family_name", "birth_date"})


def overview_page(data: PageData) -> OverviewPage:
    """The page that answers within the first screen."""
    entries = family_entries(data)
    efforts, notifications = listed_efforts(entries, data.today), notifications_of(entries)
    rows, classes = notification_rows(notifications, data), class_rows(entries, data)
    return OverviewPage(
        head=head(data),
        now_line=now_line(efforts, data),
        now_line_on_paper=now_line(efforts, data, on_paper=True),
        efforts=effort_rows(efforts, data),
        classes=classes,
        gaps=gaps(data, efforts, classes),
        stays=stay_rows(entries, data),
        contacts=contact_rows(entries, data),
        absence=absence_rows(entries, data),
        standing=standing_rows(entries, data),
        withheld_of_some=withheld_of_some(data),
        notifications_line=notifications_line(notifications, data),
        notifications=rows[:SHOWN],
        older=rows[SHOWN:],
        older_line=plural_of(len(rows[SHOWN:]), "Vis den ældste", f"Vis de {len(rows[SHOWN:])} ældste"),
        drawing=drawing(entries, data),
        disagreements=tuple(
            _disagreement(disagreement, data)
            for disagreement in data.overview.disagreements
            # Said by the banner already, once for name and birth date together.
            if not (data.overview.header.stated_identities and disagreement.field in _IDENTITY_FIELDS)
        ),
        points=points(data),
        recommendations=recommendations(efforts, data),
        changes_since=of_moment(data.changes.since, data.now) if data.changes else None,
        changes=change_lines(data.changes, data) if data.changes else (),
        strengths=strengths(entries, data),
        since_course=since_course(entries, data),
        sources=tuple(_freshness(age, data) for age in data.source_ages),
        not_covered=_not_covered(data),
        seen_by=tuple(
            SeenBy(
                ", ".join(part for part in (viewer.name or texts.HIDDEN_COLLEAGUE, viewer.unit) if part),
                of_moment(viewer.at, data.now),
            )
            for viewer in data.viewers
        ),
    )


def notice(data: PageData) -> str | None:
    """What is out of order with the overviews, and what it means for the page; None: nothing."""
    if data.not_updated_since:
        return texts.NOT_UPDATED.format(since=at_minute(data.not_updated_since))
    return texts.INDEX_DOWN if ServedFrom.DOWN in data.served_from else None


def _disagreement(disagreement: Disagreement, data: PageData) -> str:
    field = texts.DISAGREEMENT_FIELD.get(disagreement.field, f"feltet {disagreement.field}")
    statements = [
        f"{_source_title(value.provenance.source, data)} siger «{_in_words(disagreement.field, value.value)}»"
        for value in disagreement.values
    ]
    return f"Kilderne er ikke enige om {field}: {listed(statements)}. Begge vises; ret det i den kilde, der tager fejl."


def _in_words(field: str, value: str) -> str:
    """A disputed value as a page says it: dates and codes of the overview are written for machines."""
    match field:
        case "birth_date" | "died_on":
            return day_text(date.fromisoformat(value))
        case "life_status":
            return texts.LIFE_STATUS[LifeStatus(value)]
        case "custody":
            return texts.CUSTODY[value]
    return value


def _source_title(source: str, data: PageData) -> str:
    return data.sources[source].title if source in data.sources else source


def _freshness(age: SourceAge, data: PageData) -> Freshness:
    state = shared.SOURCE_STATE[age.state][0]
    if age.paused_at is not None:
        full, printed = of_moment(age.paused_at, data.now).full, paper_text(age.paused_at, data.now)
        since = since_text(age.paused_at, data.now)
        return Freshness(age.source.title, f"{state} {since}", True, full, f"{state} {printed}")
    if age.last_data_at is None:
        return Freshness(age.source.title, state, age.state != "fresh", "", state)
    when, day = of_moment(age.last_data_at, data.now), paper_text(age.last_data_at, data.now)
    if age.state == "fresh":
        read_text = of_moment(age.last_read_at, data.now).text if age.last_read_at else when.text
        read = "" if read_text == when.text else f", læst {read_text}"
        read_day = f", læst {paper_text(age.last_read_at, data.now)}" if read and age.last_read_at else ""
        on_paper = f"sidste nye oplysning {day}{read_day}"
        return Freshness(age.source.title, f"sidste nye oplysning {when.text}{read}", False, when.full, on_paper)
    if age.state == "silent":
        silent = f"tavs i {lasted(age.last_data_at, data.now)}"
        return Freshness(age.source.title, silent, True, when.full, f"tavs siden {day}")
    sentence = f"{state}; sidste nye oplysning"
    return Freshness(age.source.title, f"{sentence} {when.text}", True, when.full, f"{sentence} {day}")


def _not_covered(data: PageData) -> str | None:
    topics = [topic for source in data.sources.values() for topic in source.not_covered]
    return f"Ikke dækket: {', '.join(topics)}." if topics else None


def family_page(data: PageData) -> FamilyPage:
    """All of the family at once: a column each, then what came in, then the lanes."""
    entries = family_entries(data)
    return FamilyPage(
        head=head(data),
        columns=tuple(_column(person, data) for person in data.people),
        notifications_line=notifications_line(notifications_of(entries), data),
        moments=moments(entries, data),
        drawing=drawing(entries, data, years=30),
        not_shown=_not_shown(data),
    )


def _not_shown(data: PageData) -> str | None:
    """Who of the family has no column, and why: named in the header, shown only on a page of their own."""
    ids_shown = {person.citizen_id for person in data.people}
    names = [
        first_word(relative.name)
        for relative in data.overview.header.relatives
        if relative.citizen_id not in ids_shown
        and relative.name
        and relative.valid.contains(data.today)
        and not (relative.role and relative.role.code == CONTACT_PERSON)
    ]
    if not names:
        return None
    why = (
        "de er ikke med i det forløb, der giver dig adgang"
        if data.team
        else "intet sammenhængende forløb giver adgang til andre end borgeren selv"
    )
    names_text = listed(list(dict.fromkeys(names)))
    return f"{names_text} vises ikke her, for {why}. Hver side åbnes for sig og med egen grund."


def _notification_count(person: Overview) -> str:
    section = social(person)
    if with_notifications((person,)):
        count = len(notifications_of(person.entries()))
        if count:
            return counted(count, "underretning", "underretninger")
        return texts.NONE_NOTIFIED if section and section.is_read_through else texts.NONE_NOTIFIED_YET
    is_covered = section is not None and section.state is not SectionState.NOT_COVERED
    return "underretninger er ikke for dig at se" if is_covered else "underretninger er ikke dækket her"


def _column(person: Overview, data: PageData) -> FamilyColumn:
    others = tuple(other for other in data.people if other.citizen_id != person.citizen_id)
    efforts = listed_efforts(person.entries(), data.today)
    return FamilyColumn(
        name=headline_name(person.header),
        age=headline_age(person.header, data.today),
        identity=identity_note(person.header.identity),
        href=f"/overblik/{person.citizen_id}",
        efforts=effort_rows(efforts, replace(data, overview=person, family=others)),
        stays=stay_lines(person.entries(), data.today),
        classes=class_lines(person.entries(), data.today),
        notifications=_notification_count(person),
        empty=None if efforts else no_efforts((person,)),
        not_included=not_included((person,)),
    )
