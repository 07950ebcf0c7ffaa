"""What stands still or waits in the plans of a family, in words with dates, and where to write of it. Pure."""

from collections.abc import Iterator
from datetime import date

from hub.web.my_citizens import texts
from hub.web.my_citizens.families import Family, FamilyMember
from hub.web.shell.dates import day_text
from hub.web.shell.people import first_word
from hub.web.shell.view_models import Link


def still_lines(family: Family, today: date) -> tuple[Link, ...]:
    """A line for each goal, agreement and trial action, the longest ago first; each leads to where it is written."""
    lines = [line for member in family.members for line in _of_member(member, today)]
    return tuple(link for _, link in sorted(lines, key=lambda line: (line[0], line[1].text, line[1].href)))


def family_links(family: Family) -> tuple[Link, ...]:
    """The plans that the reader may open, the team, and its meetings."""
    course = f"/forloeb/{family.members[0].citizen.course_id}"
    plans = [
        Link(texts.PLAN_OF.format(name=_name(member)), f"/plan/{member.citizen.citizen_id}")
        for member in family.members
        if member.stand_still is not None
    ]
    return (*plans, Link(texts.TEAM, course), Link(texts.MEETINGS, f"{course}/moeder"))


def _of_member(member: FamilyMember, today: date) -> Iterator[tuple[date, Link]]:
    standing, citizen_id, name = member.stand_still, member.citizen.citizen_id, _name(member)
    if standing is None:
        return
    for goal, since in standing.goals:
        text = texts.GOAL_STILL.format(name=name, words=goal.text.words, day=day_text(since))
        yield since, Link(text, f"/plan/{citizen_id}/post/{goal.id}")
    for agreement in standing.agreements:
        said, due = agreement.text, agreement.text.due_on or today
        text = texts.AGREEMENT_PASSED.format(name=name, words=said.words, who=said.who, day=day_text(due))
        yield due, Link(text, f"/plan/{citizen_id}/post/{agreement.id}")
    for trial in standing.trials:
        words = texts.TRIAL_PASSED if trial.judge_on < today else texts.TRIAL_TODAY
        text = words.format(name=name, words=trial.title, day=day_text(trial.judge_on))
        yield trial.judge_on, Link(text, f"/proevehandlinger/{citizen_id}/{trial.trial_id}")


def _name(member: FamilyMember) -> str:
    return first_word(member.citizen.name) or texts.NAMELESS
