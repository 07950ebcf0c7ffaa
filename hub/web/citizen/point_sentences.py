"""A rule's hit as a sentence with its facts and limit. Pure.

The rules read no words; here the words of the entries that a hit rests on are put back, as the page has them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from hub.clock import danish_day
from hub.rules.findings import Hit
from hub.rules.indicators import indicator_titles
from hub.rules.transitions import TransitionKind
from hub.web.citizen import point_texts as texts
from hub.web.citizen.present_school import enrolment_title, percent_text, quarter_text
from hub.web.shell.dates import at_minute, capital, day_text, hours_text, listed, weekday_text, within
from hub.web.shell.meeting_texts import MEETING_KIND
from hub.web.shell.people import sender
from hub.web.shell.texts import AREA
from schemas.facts import ConcernNotificationFact, ContactFact, EffortFact, EnrolmentFact, GoalFact, Progress
from schemas.meeting import MeetingKind
from schemas.overview import Entry
from schemas.rule import ProfessionalIndicator


class HitWords:
    """The words that sentences about hits may use: entries of the page, indicators, the plan, and meetings."""

    def __init__(
        self,
        entries: Sequence[Entry],
        indicators: Mapping[str, ProfessionalIndicator],
        plan: Mapping[str, str],
        meetings: Mapping[str, MeetingKind],
        today: date,
    ) -> None:
        self._today, self._plan, self._meetings = today, plan, meetings
        self._entries = {entry.id: entry for entry in entries}
        self._indicators = indicators

    def entries_of(self, hit: Hit) -> list[Entry]:
        """The entries that the hit rests on."""
        return [self._entries[key] for key in hit.evidence if key in self._entries]

    def sentence(self, hit: Hit, who: str | None) -> str:
        """The hit in words, with *who* in front; None: the page is about that person."""
        said = self._said(hit, who or texts.CITIZEN)
        is_subject = hit.rule in {"citizen_wish", "opposite_demands"}
        if hit.rule == "transition" and hit.values["transition"] == TransitionKind.FULL_AGE.value:
            return f"{capital(who or texts.CITIZEN)} {said}"
        return capital(said) if who is None or is_subject else f"{who}: {said}"

    def _said(self, hit: Hit, who: str) -> str:  # noqa: C901, PLR0911, PLR0912  a sentence for each kind of rule
        match hit.rule:
            case "absence_unlawful_15" | "absence_unlawful_10":
                return texts.ABSENCE.format(**self._absence(hit))
            case "absence_total_local":
                return texts.TOTAL_ABSENCE.format(**self._absence(hit))
            case "three_indicators":
                return texts.INDICATORS.format(indicators=listed(self._indicator_lines(hit)))
            case "no_expected_progress":
                return self._goal(hit)
            case "citizen_wish":
                return self._wish(hit, who)
            case "uncoordinated":
                areas = [within(AREA[area]) for area in AREA if area in hit.areas]
                return texts.UNCOORDINATED.format(number=len(areas), areas=listed(areas))
            case "repeat_notification" | "deadline":
                return self._notification(hit)
            case "transition":
                return self._transition(hit)
            case "opposite_demands":
                return self._opposite(hit, who)
            case "same_goal_twice":
                areas = [within(AREA[area]) for area in AREA if area in hit.areas]
                goals = [*self._of_plan(hit), *(fact.purpose for fact in self._efforts(hit) if fact.purpose)]
                if hit.of_plan:
                    return texts.SAME_GOAL_IN_PLAN.format(areas=listed(areas), goal=goals[0], efforts=self._titles(hit))
                return texts.SAME_GOAL.format(areas=listed(areas), goal=goals[0], efforts=self._titles(hit))
            case "same_hours":
                return self._same_hours(hit)
            case _:
                text = texts.ENDED_ALONE if hit.values["has_ended"] else texts.ENDS_ALONE
                area = within(AREA[next(iter(hit.areas))])
                return text.format(what=self._titles(hit), day=_day(hit, "on"), area=area)

    def _of_plan(self, hit: Hit) -> list[str]:
        return [self._plan[key] for key in hit.evidence if key in self._plan]

    def _absence(self, hit: Hit) -> dict[str, str]:
        year, quarter, limit = (int(hit.values[name] or 0) for name in ("year", "quarter", "limit"))
        is_going_on = any(entry.valid.contains(self._today) for entry in self.entries_of(hit))
        percent = percent_text(float(hit.values["percent"] or 0))
        until_now = texts.UNTIL_NOW if is_going_on else ""
        return {"percent": f"{until_now}{percent}", "quarter": quarter_text(year, quarter), "limit": str(limit)}

    def _indicator_lines(self, hit: Hit) -> list[str]:
        titles = indicator_titles()
        indicators = [self._indicators[key] for key in hit.evidence if key in self._indicators]
        return [
            texts.INDICATOR.format(
                title=within(titles.get(each.indicator, each.indicator)),
                name=each.recorded_by,
                day=day_text(each.recorded_on),
            )
            for each in indicators
        ]

    def _goal(self, hit: Hit) -> str:
        goals = [entry.fact.text for entry in self.entries_of(hit) if isinstance(entry.fact, GoalFact)]
        goal = next(filter(None, [*self._of_plan(hit), *goals]), texts.GOAL_WITHOUT_WORDS)
        said = hit.values["progress"]
        progress = texts.PROGRESS.get(Progress(str(said)) if said else None, texts.PROGRESS[None])
        if hit.values["in_a_row"]:
            return texts.GOAL_IN_A_ROW.format(goal=goal, progress=progress, number=hit.values["in_a_row"])
        return texts.GOAL_REVIEW.format(goal=goal, progress=progress, day=_day(hit, "review_on"))

    def _wish(self, hit: Hit, who: str) -> str:
        wishes = [entry.fact for entry in self.entries_of(hit) if isinstance(entry.fact, GoalFact)]
        words = next(filter(None, [*self._of_plan(hit), *(wish.text for wish in wishes)]), "")
        by = [wishes[0].stated_by] if wishes and wishes[0].stated_by else []
        said = [*by, *([_day(hit, "stated_on")] if hit.values["stated_on"] else [])]
        if not said:
            return texts.WISH.format(who=who, words=words)
        return texts.WISH_SAID.format(who=who, words=words, by=", ".join(said))

    def _notification(self, hit: Hit) -> str:
        facts = [entry.fact for entry in self.entries_of(hit) if isinstance(entry.fact, ConcernNotificationFact)]
        latest = max(facts, key=lambda fact: fact.received_at)
        words = {"sender": within(sender(latest)), "day": day_text(danish_day(latest.received_at))}
        if hit.rule == "deadline":
            due = datetime.fromisoformat(str(hit.values["due_at"]))
            text = texts.ASSESSMENT_MISSING if hit.values["clock"] == "assessment" else texts.RECEIPT_MISSING
            return text.format(**words, due=at_minute(due))
        words["day"] = _day(hit, "latest_on")
        if hit.values["effort"]:
            return texts.WHILE_EFFORT.format(**words, effort=self._titles(hit))
        return texts.REPEATED.format(**words, number=hit.values["number"])

    def _transition(self, hit: Hit) -> str:
        kind = TransitionKind(str(hit.values["transition"]))
        enrolled = [entry.fact for entry in self.entries_of(hit) if isinstance(entry.fact, EnrolmentFact)]
        what = enrolment_title(enrolled[0]) if enrolled else self._titles(hit)
        return texts.TRANSITION[kind].format(day=_day(hit, "on"), what=what)

    def _opposite(self, hit: Hit, who: str) -> str:
        entries = self.entries_of(hit)
        advice = [fact.recommendation for fact in self._efforts(hit) if fact.recommendation]
        asking = [fact.title for fact in self._efforts(hit)[1:]]
        since = texts.SINCE.format(day=_day(hit, "since")) if hit.values["since"] else ""
        return (
            texts.OPPOSITE.format(
                area=AREA[entries[0].area], recommendation=advice[0], who=who, efforts=listed(_unique(asking))
            )
            + since
        )

    def _same_hours(self, hit: Hit) -> str:
        first, second = (self._appointment(key) for key in hit.evidence)
        starts, ends, other_starts, other_ends = (
            datetime.fromisoformat(str(hit.values[name])) if hit.values[name] else None
            for name in ("starts_at", "ends_at", "other_starts_at", "other_ends_at")
        )
        if starts is None or other_starts is None:
            raise ValueError(hit.rule)
        day, other_day = danish_day(starts), danish_day(other_starts)
        hours = hours_text(other_starts, other_ends)
        return texts.SAME_HOURS.format(
            first=first,
            second=second,
            day=weekday_text(day),
            hours=hours_text(starts, ends),
            other_hours=hours if other_day == day else f"{weekday_text(other_day)} {hours}",
        )

    def _appointment(self, key: str) -> str:
        if key in self._meetings:
            return texts.MEETING.format(kind=within(MEETING_KIND[self._meetings[key]]))
        entry = self._entries[key]
        title = entry.fact.title if isinstance(entry.fact, ContactFact) else ""
        return texts.APPOINTMENT.format(title=title, area=within(AREA[entry.area]))

    def _efforts(self, hit: Hit) -> list[EffortFact]:
        return [entry.fact for entry in self.entries_of(hit) if isinstance(entry.fact, EffortFact)]

    def _titles(self, hit: Hit) -> str:
        return listed(_unique([fact.title for fact in self._efforts(hit)]))


def _day(hit: Hit, name: str) -> str:
    return day_text(date.fromisoformat(str(hit.values[name])))


def _unique(words: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(words))
