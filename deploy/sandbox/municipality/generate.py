"""Makes the municipality: named cohorts first, then households until there are people enough."""

from datetime import date
from functools import lru_cache
from random import Random

from deploy.sandbox.municipality.cases import maja, maria
from deploy.sandbox.municipality.cases_rare import rare
from deploy.sandbox.municipality.catalogue import UNITS
from deploy.sandbox.municipality.cohort import Story
from deploy.sandbox.municipality.efforts import efforts_of
from deploy.sandbox.municipality.households import HORIZON, household
from deploy.sandbox.municipality.notifications import exposed, notifications_of
from deploy.sandbox.municipality.people import Numbers
from deploy.sandbox.municipality.schooling import absences_of, enrolments_of
from deploy.sandbox.municipality.truth import (
    Absence,
    Effort,
    Enrolment,
    Municipality,
    Notification,
    Person,
    Plan,
    Relation,
    known,
)

FIRST_ORDINARY_ID = 1000


def cohorts() -> Story:
    """The named people: the same in every municipality, whatever the seed."""
    story = Story()
    maja(story)
    maria(story)
    rare(story)
    return story


def generate(citizens: int, seed: int, today: date) -> Municipality:
    """The municipality as it was on the morning of *today*.

    Args:
        citizens: How many people its whole history has, named cohorts included; households are never cut.
        seed: Another seed makes other households. The first households do not depend on *citizens*.
        today: What happens later does not exist: the same people at another date.
    """
    return known(_generate_history(citizens, seed), today)


@lru_cache(maxsize=2)
def _generate_history(citizens: int, seed: int) -> Municipality:
    """All that ever happens until the horizon."""
    story = cohorts()
    numbers = Numbers()
    people: list[Person] = list(story.people)
    relations: list[Relation] = list(story.relations)
    efforts: list[Effort] = list(story.efforts)
    notifications: list[Notification] = list(story.notifications)
    plans: list[Plan] = list(story.plans)
    enrolments: list[Enrolment] = [enrolment for person in story.people for enrolment in enrolments_of(person)]
    absences: list[Absence] = list(story.absences)
    index, next_id = 0, FIRST_ORDINARY_ID
    while len(people) < citizens:
        rng = Random(f"{seed}/{index}")
        home = household(rng, next_id, numbers)
        worried = exposed(rng)
        for person in home.people:
            past, planned = efforts_of(rng, person)
            efforts.extend(past)
            plans.extend(planned)
            if worried:
                notifications.extend(notifications_of(rng, person, past))
            schooling = enrolments_of(person)
            enrolments.extend(schooling)
            absences.extend(absences_of(Random(f"{seed}/{person.id}/school"), person, schooling))
        people.extend(home.people)
        relations.extend(home.relations)
        index, next_id = index + 1, next_id + len(home.people)
    return Municipality(
        today=HORIZON,
        people=tuple(people),
        relations=tuple(relations),
        efforts=tuple(efforts),
        notifications=tuple(notifications),
        goals=tuple(story.goals),
        plans=tuple(plans),
        contacts=tuple(story.contacts),
        stays=tuple(story.stays),
        absences=tuple(absences),
        enrolments=tuple(enrolments),
        events=tuple(story.events),
        units=UNITS,
    )
