"""The plan in words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from hub.access.plans import PlanView
from hub.clock import danish_day
from hub.course.plan_rules import FORWARD, GOALS, STANDS_STILL_AFTER, goal_types, still_since
from hub.web.plan import texts
from hub.web.plan.page import EffortLine, EntryForm, EntryLine, EntryPage, GoalLine, PlanPage, ProgressForm, VersionLine
from hub.web.shell.dates import at_minute, capital, day_text, long_day_text
from hub.web.shell.form_result import FormResult
from hub.web.shell.texts import AREA
from hub.web.shell.transitions import TransitionLine
from hub.web.shell.trial_lines import shown_trials, trial_card, trial_href, what_works
from hub.web.shell.view_models import Choice, Link
from schemas.facts import EffortFact
from schemas.overview import Entry
from schemas.plan import EntryVersion, GoalProgress, PlanEntry, PlanKind, PlanState, PlanText

STATED = (PlanKind.WISH, PlanKind.STRENGTH, PlanKind.CONCERN)


@dataclass(frozen=True)
class PlanWords:
    """A plan with all that putting it into words takes."""

    view: PlanView
    today: date
    result: FormResult | None

    @property
    def citizen(self) -> str:
        """Of the address."""
        return str(self.view.plan.citizen_id)

    def of(self, *kinds: PlanKind, parent: UUID | None = None, is_open: bool = True) -> list[PlanEntry]:
        """Entries of these kinds that belong to that goal, those that count or those that do not."""
        return [
            entry
            for entry in self.view.plan.entries
            if entry.kind in kinds and entry.parent_id == parent and (entry.text.state is PlanState.OPEN) is is_open
        ]

    def line(self, entry: PlanEntry) -> EntryLine:
        """An entry as it stands."""
        said, newest = entry.text, entry.versions[0]
        day = day_text(danish_day(newest.at))
        words = texts.SAID_BY if said.who else texts.WRITTEN_BY
        due = texts.DUE_LINE if entry.kind is PlanKind.AGREEMENT else texts.REVIEW_LINE
        is_open = said.state is PlanState.OPEN
        return EntryLine(
            href=f"/plan/{self.citizen}/post/{entry.id}",
            words=said.words,
            by=words.format(who=said.who, day=day, by=newest.by),
            due=due.format(day=day_text(said.due_on)) if said.due_on else "",
            is_overdue=is_open and said.due_on is not None and said.due_on < self.today,
            state="" if is_open else texts.PLAN_STATE[said.state],
        )

    def lines(self, entries: Iterable[PlanEntry]) -> tuple[EntryLine, ...]:
        """The same for several."""
        return tuple(map(self.line, entries))

    def goal(self, entry: PlanEntry) -> GoalLine:
        """A goal with how it is going and what serves it."""
        latest = entry.progress[0] if entry.progress else None
        since = still_since(entry, self.today)
        return GoalLine(
            entry=self.line(entry),
            kind=texts.PLAN_KIND[entry.kind],
            goal_type=goal_types().get(entry.text.goal_type, ""),
            progress=texts.GOAL_PROGRESS[latest.progress] if latest else texts.NOT_ASSESSED,
            is_forward=latest is not None and latest.progress in FORWARD,
            progress_words=latest.words if latest else "",
            progress_by=texts.PROGRESS_LINE.format(name=latest.by, day=day_text(latest.on_day)) if latest else "",
            still=texts.STILL.format(day=day_text(since), days=STANDS_STILL_AFTER.days) if since else "",
            sub_goals=tuple(map(self.goal, self.of(PlanKind.SUB_GOAL, parent=entry.id))),
            agreements=self.lines(self.of(PlanKind.AGREEMENT, parent=entry.id)),
            efforts=self.efforts(entry.effort_ids),
            form=self._progress_form(entry),
        )

    def efforts(self, effort_ids: Iterable[str]) -> tuple[EffortLine, ...]:
        """Those efforts, as the overview names them."""
        return tuple(_effort(self.view.efforts[key]) for key in effort_ids)

    def learned(self) -> tuple[EntryLine, ...]:
        """What was learned by trial actions and works."""
        return tuple(
            EntryLine(href=trial_href(trial), words=learned, by=by, due="", is_overdue=False, state="")
            for trial, learned, by in what_works(self.view.trials, self.today)
        )

    def entry_form(self, kind: PlanKind) -> EntryForm:
        """The form of a new entry, with what was typed if it comes back."""
        typed = self.result.typed if self.result and self.result.form == f"add:{kind}" else {}
        goals = self.of(PlanKind.GOAL) if kind in {PlanKind.SUB_GOAL, PlanKind.AGREEMENT} else []
        form = _fields(kind, PlanText(words=""), typed, f"/plan/{self.citizen}/ny", texts.ADD[kind])
        return _with(
            form,
            is_open=bool(typed),
            key=typed.get("key") or str(uuid4()),
            goals=tuple(Choice(str(goal.id), goal.text.words, str(goal.id) == typed.get("goal")) for goal in goals),
        )

    def _progress_form(self, entry: PlanEntry) -> ProgressForm:
        is_back = self.result is not None and self.result.form == f"progress:{entry.id}"
        typed = self.result.typed if self.result and is_back else {}
        return ProgressForm(
            href=f"/plan/{self.citizen}/post/{entry.id}/fremgang",
            is_open=is_back,
            choices=tuple(
                Choice(each.value, texts.GOAL_PROGRESS[each], each.value == typed.get("progress"))
                for each in GoalProgress
            ),
            on_day=typed.get("on_day", self.today.isoformat()),
            words=typed.get("words", ""),
        )


def plan_page(
    view: PlanView, others: Mapping[UUID, str], ahead: Sequence[TransitionLine], today: date, result: FormResult | None
) -> PlanPage:
    """The whole plan as it stands, what lies ahead, and the forms to add to it."""
    words = PlanWords(view, today, result)
    no_longer = [
        entry
        for entry in view.plan.entries
        if entry.text.state is not PlanState.OPEN and entry.kind is not PlanKind.GOAL
    ]
    return PlanPage(
        citizen_id=words.citizen,
        name=_name(view),
        others=tuple(Link(name, f"/plan/{citizen_id}") for citizen_id, name in others.items()),
        wishes=words.lines(words.of(PlanKind.WISH)),
        strengths=(*words.lines(words.of(PlanKind.STRENGTH)), *words.learned()),
        concerns=words.lines(words.of(PlanKind.CONCERN)),
        goals=tuple(map(words.goal, words.of(PlanKind.GOAL))),
        closed_goals=tuple(map(words.goal, words.of(PlanKind.GOAL, is_open=False))),
        agreements=words.lines(words.of(PlanKind.AGREEMENT)),
        trials=tuple(trial_card(trial, today) for trial in shown_trials(view.trials, today)),
        earlier=words.lines(no_longer),
        ahead=tuple(ahead),
        forms={kind.value: words.entry_form(kind) for kind in PlanKind},
        result=result.outcome if result else None,
    )


def entry_page(view: PlanView, entry: PlanEntry, today: date, result: FormResult | None) -> EntryPage:
    """One entry with its form, its history and, of a goal, its progress and efforts."""
    words = PlanWords(view, today, result)
    is_back = result is not None and result.form == "change"
    typed = result.typed if result and is_back else {}
    newest = entry.versions[0]
    is_conflict = typed.get("version", str(newest.version)) != str(newest.version)
    is_goal = entry.kind in GOALS
    offered = [key for key in view.efforts if key not in entry.effort_ids] if is_goal else []
    action = f"/plan/{words.citizen}/post/{entry.id}/ret"
    chosen_state = typed.get("state", entry.text.state.value)
    return EntryPage(
        citizen_id=words.citizen,
        name=_name(view),
        kind=texts.PLAN_KIND[entry.kind],
        line=words.line(entry),
        goal=_with_open_form(words.goal(entry)) if is_goal else None,
        conflict=_version(newest) if is_conflict else None,
        form=_fields(entry.kind, entry.text, typed, action, "Ret"),
        version=newest.version,
        states=tuple(Choice(each.value, texts.PLAN_STATE[each], each.value == chosen_state) for each in PlanState),
        offered=words.efforts(offered),
        progress=tuple(
            VersionLine(each.words, texts.GOAL_PROGRESS[each.progress], f"{each.by}, {long_day_text(each.on_day)}")
            for each in entry.progress
        ),
        history=tuple(map(_version, entry.versions)),
        result=result.outcome if result else None,
    )


def _with_open_form(goal: GoalLine) -> GoalLine:
    """On the goal's own page nobody has to open the form for progress first."""
    return replace(goal, form=replace(goal.form, is_open=True))


def _version(version: EntryVersion) -> VersionLine:
    said = version.text
    due = f"dato {day_text(said.due_on)}" if said.due_on else ""
    parts = (said.who, due, "" if said.state is PlanState.OPEN else texts.PLAN_STATE[said.state])
    return VersionLine(said.words, ", ".join(part for part in parts if part), f"{version.by}, {at_minute(version.at)}")


def _fields(kind: PlanKind, said: PlanText, typed: Mapping[str, str], action: str, title: str) -> EntryForm:
    chosen = typed.get("goal_type", said.goal_type)
    types = {"": texts.NO_TYPE, **goal_types()} if kind in GOALS else {}
    due_on = said.due_on.isoformat() if said.due_on else ""
    return EntryForm(
        action=action,
        kind=kind.value,
        title=title,
        is_open=False,
        key="",
        words_label=texts.WORDS[kind],
        words=typed.get("words", said.words),
        who_label=texts.WHO[kind],
        who=typed.get("who", said.who),
        who_required=kind in {PlanKind.WISH, PlanKind.AGREEMENT},
        due_label=texts.DUE.get(kind, ""),
        due_on=typed.get("due_on", due_on),
        due_required=kind is PlanKind.AGREEMENT,
        goals=(),
        goal_required=kind is PlanKind.SUB_GOAL,
        types=tuple(Choice(code, word, code == chosen) for code, word in types.items()),
    )


def _with(form: EntryForm, *, is_open: bool, key: str, goals: Sequence[Choice]) -> EntryForm:
    return EntryForm(**{**vars(form), "is_open": is_open, "key": key, "goals": tuple(goals)})


def _effort(entry: Entry) -> EffortLine:
    title = entry.fact.title if isinstance(entry.fact, EffortFact) else ""
    end = entry.valid.end
    text = f"{AREA[entry.area]}: {capital(title)}" + (f", sluttede {day_text(end)}" if end else "")
    return EffortLine(entry.id, text, entry.area.value)


def _name(view: PlanView) -> str:
    return (view.overview.header.display_name if view.overview else None) or texts.NO_NAME


def printed_line(name: str, now: datetime) -> str:
    """Who prints, and when."""
    return texts.PRINTED.format(when=at_minute(now), name=name)
