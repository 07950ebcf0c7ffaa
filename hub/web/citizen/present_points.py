"""*Værd at tale om*: what the approved rules found in what the reader sees. Pure.

The order is that of the register, and never one of weight.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from hub.access.rule_points import CitizenPoints
from hub.clock import danish_day
from hub.rules.findings import Hit
from hub.rules.indicators import indicator_id, indicator_titles
from hub.rules.register import definitions_on
from hub.web.citizen import point_texts as texts
from hub.web.citizen.page_data import PageData
from hub.web.citizen.page_point_rows import PointRow, Points
from hub.web.citizen.page_points import IndicatorPart, IndicatorRow, PointsPage, UnknownRow
from hub.web.citizen.point_sentences import HitWords
from hub.web.citizen.present_efforts import family_entries
from hub.web.citizen.present_head import head
from hub.web.citizen.texts import HIDDEN_COLLEAGUE
from hub.web.shell.dates import capital, day_text, listed, plural_of
from hub.web.shell.form_result import FormResult
from hub.web.shell.texts import AREA
from hub.web.shell.view_models import Choice, Link
from schemas.overview import Entry
from schemas.record import PartyRole
from schemas.rule import RuleAssessment, Verdict

REGISTER_PATH = "/regler"


def points(data: PageData) -> Points:
    """The points for the overview, those judged not relevant counted.

    That the citizen has a wish calls for the offer of a course; in a course the wish itself, under *Det, der virker*,
    is enough.
    """
    rows, dismissed = _rows(data, without=None if data.team is None else "citizen_wish")
    number = len(dismissed)
    once, often = texts.DISMISSED
    return Points(
        rows=tuple(rows),
        dismissed=plural_of(number, once, often.format(number=number)) if dismissed else None,
        empty=None if rows else _empty(data, has_dismissed=bool(dismissed)),
        href=f"/punkter/{data.overview.citizen_id}",
    )


def points_page(data: PageData, result: FormResult | None = None) -> PointsPage:
    """All points with what was judged, what the rules cannot say, and the indicators."""
    rows, dismissed = _rows(data)
    typed = result.typed if result else {}
    return PointsPage(
        head=head(data),
        rows=tuple(rows),
        empty=None if rows else _empty(data, has_dismissed=bool(dismissed)),
        dismissed=tuple(dismissed),
        unknown=tuple(_unknown(data)),
        indicators=tuple(_indicators(each, data) for each in data.points),
        verdicts=tuple(
            Choice(verdict.value, words, verdict.value == typed.get("verdict"))
            for verdict, words in texts.VERDICT_CHOICE.items()
        ),
        typed_key=typed.get("key", ""),
        typed_words=typed.get("words", ""),
        result=result.outcome if result else None,
    )


def hit_texts(data: PageData) -> dict[str, str]:
    """The sentence of each hit by its key, for the API."""
    words = _words(data)
    return {
        hit.key: words.sentence(hit, _who(hit.citizen_id, data)) for each in data.points for hit in each.findings.hits
    }


def _empty(data: PageData, *, has_dismissed: bool) -> str:
    if has_dismissed:
        return texts.ALL_JUDGED
    return texts.NO_POINTS if data.has_rules else texts.NO_RULES


def _rows(data: PageData, *, without: str | None = None) -> tuple[list[PointRow], list[PointRow]]:
    """The points, and those that were judged not relevant; *without* those of one rule."""
    words, rows, dismissed = _words(data), list[PointRow](), list[PointRow]()
    for group in _groups(data, words):
        if group[0][1].rule == without:
            continue
        assessments = [each.assessment_of(hit) for each, hit in group]
        latest = max((each for each in assessments if each), key=lambda each: each.assessed_at, default=None)
        row = _row(group, latest, words, data)
        is_dismissed = latest is not None and latest.verdict is Verdict.NOT_RELEVANT
        (dismissed if is_dismissed else rows).append(row)
    return rows, dismissed


Found = tuple[CitizenPoints, Hit]


def _groups(data: PageData, words: HitWords) -> Iterator[list[Found]]:
    """Hits of one rule on the same facts are one point, whomever of the family they were found at."""
    order = {definition.id: at for at, definition in enumerate(definitions_on(data.today))}
    hits = [(each, hit) for each in data.points for hit in each.findings.hits]
    ending = {hit.evidence for _, hit in hits if hit.rule == "no_successor"}
    # That the effort ends is said by the point that nobody takes over.
    hits = [(each, hit) for each, hit in hits if hit.rule != "transition" or hit.evidence not in ending]

    def key(found_hit: Found) -> tuple[int, tuple[str, ...], str]:
        _, hit = found_hit
        # The person's own facts have no entry that others share.
        person = str(hit.citizen_id) if not words.entries_of(hit) else ""
        return order.get(hit.rule, len(order)), hit.evidence, person

    place = {person.citizen_id: at for at, person in enumerate(data.people)}
    for _, group in groupby(sorted(hits, key=lambda each: (*key(each), place[each[1].citizen_id])), key):
        yield sorted(group, key=lambda each: not _is_primary(each[1], words.entries_of(each[1])))


def _is_primary(hit: Hit, entries: Sequence[Entry]) -> bool:
    parties = [party for entry in entries for party in entry.parties if party.role is PartyRole.PRIMARY]
    return any(party.citizen_id == hit.citizen_id for party in parties)


def _row(group: Sequence[Found], latest: RuleAssessment | None, words: HitWords, data: PageData) -> PointRow:
    of_citizen, hit = group[0]
    definition = next(each for each in definitions_on(data.today) if each.id == hit.rule)
    earlier = None if latest else of_citizen.earlier(hit)
    return PointRow(
        key=hit.key,
        citizen_id=str(hit.citizen_id),
        may_judge=hit.citizen_id in data.judged_by_reader,
        sentence=f"{words.sentence(hit, _who(hit.citizen_id, data))}.",
        origin=_origin(hit, words, data),
        rule=Link(
            texts.RULE_LINE.format(code=definition.code, title=definition.title),
            f"{REGISTER_PATH}#{definition.id}",
        ),
        law=definition.source,
        judged=_judged(latest) if latest else None,
        judged_words=latest.reason if latest else "",
        before=texts.JUDGED_BEFORE.format(judged=_judged(earlier), reason=earlier.reason) if earlier else None,
    )


def _origin(hit: Hit, words: HitWords, data: PageData) -> str:
    """The sources of the facts with the newest day on which each registered one of them."""
    newest: dict[str, str] = {}
    for entry in words.entries_of(hit):
        source = data.sources.get(entry.provenance.source)
        title = source.title if source else AREA[entry.area]
        registered = danish_day(entry.provenance.registration.registered_from)
        newest[title] = max(newest.get(title, ""), registered.isoformat())
    parts = [f"{title}, registreret {_iso_text(day)}" for title, day in sorted(newest.items())]
    if hit.of_plan:
        parts.append(texts.OF_MEETINGS if hit.rule == "same_hours" else texts.OF_PLAN)
    return "; ".join(parts) or texts.RECORDED_HERE


def _iso_text(day: str) -> str:
    return day_text(date.fromisoformat(day))


def _judged(assessment: RuleAssessment) -> str:
    return texts.JUDGED.format(
        verdict=texts.VERDICT[assessment.verdict],
        name=assessment.assessed_by or HIDDEN_COLLEAGUE,
        day=day_text(danish_day(assessment.assessed_at)),
    )


def _unknown(data: PageData) -> Iterator[UnknownRow]:
    """Each rule that cannot say, with why, and for whom where the family is shown."""
    for definition in definitions_on(data.today):
        reasons: dict[str, list[str]] = {}
        for each in data.points:
            for unknown in each.findings.unknowns:
                if unknown.rule == definition.id:
                    areas = [AREA[area] for area in AREA if area in unknown.areas]
                    why = texts.UNKNOWN[unknown.reason].format(areas=listed(areas))
                    reasons.setdefault(why, []).append(data.names.of(each.citizen_id) or texts.CITIZEN)
        if reasons:
            everybody = len(data.points)
            parts = [
                capital(why) if len(names) == everybody else f"{capital(why)} (for {listed(names)})"
                for why, names in reasons.items()
            ]
            yield UnknownRow(definition.title, f"Ukendt. {'; '.join(parts)}.")


def _indicators(each: CitizenPoints, data: PageData) -> IndicatorPart:
    titles, own = indicator_titles(), data.actor.area
    recorded = {indicator.indicator for indicator in each.indicators if indicator.area is own}
    may_record = own is not None and each.citizen_id in data.judged_by_reader
    return IndicatorPart(
        citizen_id=str(each.citizen_id),
        name=data.names.of(each.citizen_id) or capital(texts.CITIZEN),
        rows=tuple(
            IndicatorRow(
                titles.get(indicator.indicator, indicator.indicator),
                f"{indicator.recorded_by}, {AREA[indicator.area].lower()}, {day_text(indicator.recorded_on)};"
                f" gælder til {day_text(indicator.valid_until)}",
                indicator.id if may_record and indicator.area is own else None,
            )
            for indicator in each.indicators
        ),
        choices=tuple(Choice(key, title) for key, title in titles.items() if may_record and key not in recorded),
    )


def _words(data: PageData) -> HitWords:
    indicators = {indicator_id(indicator): indicator for each in data.points for indicator in each.indicators}
    plan = {key: words for each in data.points for key, words in each.plan_words.items()}
    meetings = {key: kind for each in data.points for key, kind in each.meeting_kinds.items()}
    return HitWords(family_entries(data), indicators, plan, meetings, data.today)


def _who(citizen_id: UUID, data: PageData) -> str | None:
    return None if citizen_id == data.overview.citizen_id else data.names.of(citizen_id)
