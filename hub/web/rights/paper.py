"""The citizen's copy on paper, in plain words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from pydantic import JsonValue

from hub.web.oversight.texts import AUDIT_ACTION
from hub.web.rights import paper_texts as texts
from hub.web.rights.page import CopyPaper, PaperLine, PaperSection
from hub.web.shell.dates import at_minute, capital, day_text, listed, number_text
from hub.web.shell.texts import AREA, PURPOSE
from schemas.access import AuditAction, Purpose
from schemas.subject_copy import CopiedEntry, CopiedFact, CopiedLook, SubjectCopy

_LONGEST_DAY = len("2026-01-01")


def copy_paper(subject: SubjectCopy, sources: Mapping[str, str]) -> CopyPaper:
    """The copy as the citizen reads it; *sources* are titles by name."""
    names = [subject.person.get("given_name"), subject.person.get("family_name")]
    name = " ".join(str(part) for part in names if part)
    numbers = tuple(texts.NUMBER.format(number=f"{number[:6]}-{number[6:]}") for number in subject.numbers)
    person = PaperLine(name or texts.PERSON, (*numbers, *_details(subject.person)))
    return CopyPaper(
        title=texts.TITLE.format(name=name) if name else texts.TITLE_WITHOUT_NAME,
        made=texts.MADE.format(when=at_minute(subject.made_at)),
        intro=texts.INTRO,
        sections=(
            PaperSection(texts.PERSON, (person,) if subject.person else (), texts.EMPTY),
            PaperSection(texts.FACTS, tuple(_fact(fact, sources) for fact in subject.facts), texts.EMPTY),
            *(
                PaperSection(title, tuple(map(_entry, entries)), texts.EMPTY)
                for title, entries in (
                    (texts.COURSES, subject.courses),
                    (texts.CONSENTS, subject.consents),
                    (texts.PLAN, subject.plan),
                    (texts.MEETINGS, subject.meetings),
                    (texts.DISCLOSURES, subject.disclosures),
                )
            ),
        ),
        looks=tuple(map(_look, subject.looks)),
        withheld=tuple(texts.WITHHELD[each.rule].format(number=number_text(each.count)) for each in subject.withheld),
    )


def _fact(fact: CopiedFact, sources: Mapping[str, str]) -> PaperLine:
    period = _period(fact.valid_from, fact.valid_to)
    source = texts.SOURCE.format(source=sources.get(fact.source, fact.source), as_of=at_minute(fact.as_of))
    head = (texts.PERIOD.format(period=period),) if period else ()
    title = f"{AREA[fact.area]}: {texts.KIND.get(fact.kind, fact.kind).lower()}"
    contested = (texts.CONTESTED.format(words=fact.contested),) if fact.contested else ()
    return PaperLine(title, (*head, *_details(fact.says), *contested, source))


def fact_title(says: Mapping[str, JsonValue]) -> str:
    """What sort of fact it is, and the first of what it says."""
    kind = str(says.get("kind", ""))
    details = _details({name: value for name, value in says.items() if name != "kind"})
    title = says.get("title")
    return f"{texts.KIND.get(kind, kind)}: {title or '; '.join(details[:2])}".removesuffix(": ")


def _entry(entry: CopiedEntry) -> PaperLine:
    title = texts.KIND.get(entry.kind, texts.PLAN_LINE)
    return PaperLine(f"{title}, {day_text(entry.on)}" if entry.on else title, _details(entry.says))


def _look(look: CopiedLook) -> tuple[str, str, str, str]:
    who = look.employee or texts.ROLE.get(look.role, texts.MACHINE)
    areas = listed([AREA[area].lower() for area in look.areas])
    action = AUDIT_ACTION[AuditAction(look.action)]
    return (
        at_minute(look.at),
        capital(f"{who}, {look.unit}" if look.unit else who),
        f"{action}: {areas}" if areas else action,
        capital(PURPOSE[Purpose(look.purpose)]) if look.purpose else "",
    )


def _details(says: Mapping[str, JsonValue]) -> tuple[str, ...]:
    return tuple(
        f"{capital(texts.LABEL.get(name, name))}: {words}"
        for name, value in says.items()
        if name not in texts.SKIPPED and (words := _value(value))
    )


def _value(value: JsonValue) -> str:
    """A value in words; empty where there is none."""
    match value:
        case bool():
            return texts.YES if value else texts.NO
        case str():
            return _moment(value)
        case dict():
            return _of_fields(value)
        case list():
            return _together(value)
        case _:
            return "" if value is None else str(value)


def _of_fields(value: Mapping[str, JsonValue]) -> str:
    if "code" in value and "code_list" in value:
        return str(value.get("label") or value["code"])
    if "name" in value:
        return str(value["name"])
    return ", ".join(words for name, part in value.items() if name not in texts.SKIPPED and (words := _value(part)))


def _together(values: Sequence[JsonValue]) -> str:
    return "; ".join(words for part in values if (words := _value(part)))


def _moment(text: str) -> str:
    """A day or an instant as people read it; any other text as it is."""
    try:
        if len(text) == _LONGEST_DAY:
            return day_text(date.fromisoformat(text))
        if "T" in text and text[:4].isdigit():
            return at_minute(datetime.fromisoformat(text))
    except ValueError:
        return text
    return text


def _period(start: date | None, end: date | None) -> str:
    days = {name: day_text(day) for name, day in (("start", start), ("end", end)) if day}
    patterns: Iterable[tuple[set[str], str]] = (
        ({"start", "end"}, texts.FROM_TO),
        ({"start"}, texts.FROM),
        ({"end"}, texts.UNTIL),
    )
    return next((pattern.format(**days) for names, pattern in patterns if names == set(days)), "")
