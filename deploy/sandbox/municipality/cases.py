"""The two named families everybody knows: Maja with Ida and Emil 2004-2025, and Maria."""

from datetime import date

from deploy.sandbox.municipality import catalogue as kinds
from deploy.sandbox.municipality.cohort import Story, at
from deploy.sandbox.municipality.truth import Person

SPARE = "skånes: ingen spørgsmål om hverdag og familie"
MAJAS_WORDS = "Jeg vil gerne kunne se mine børn i øjnene og sige, at jeg har et arbejde."


def maja(story: Story) -> None:
    """Maja, Ida, Emil and the father Jonas, year by year."""
    home = {"street": "Åparken 14, 2. th"}
    mother = story.person("Maja", "Testborger", date(1986, 7, 15), female=True, street=home["street"], coordinated=True)
    ida = story.person("Ida", "Testborger", date(2009, 3, 3), female=True, street=home["street"], coordinated=True)
    emil = story.person("Emil", "Testborger", date(2012, 5, 22), female=False, street=home["street"], coordinated=True)
    jonas = story.person("Jonas", "Kjær", date(1983, 11, 9), female=False, street="Toftevang 3")
    for child in (ida, emil):
        story.parent(child, mother, custody=True, together=True)
        story.relate(child, jonas, "father", custody=None, together=False)
    story.relate(ida, emil, "sibling", together=True)
    story.relate(emil, ida, "sibling", together=True)
    married, divorced = date(2008, 6, 1), date(2014, 6, 1)
    story.relate(mother, jonas, "partner", start=married, end=divorced)
    for day, words in (
        (date(2004, 3, 1), "Ledig og uden uddannelse"),
        (ida.born, "Datteren Ida fødes"),
        (emil.born, "Sønnen Emil fødes"),
        (divorced, "Skilt; faren er ude af billedet"),
        (date(2025, 2, 3), "Første ordinære job"),
    ):
        story.event(mother, day, words)
    _family_support(story, mother, ida, emil)
    _concerns(story, mother, ida, emil)
    _adult_efforts(story, mother)
    _health(story, mother, ida, emil)
    _goals(story, mother, ida, emil)
    _school(story, ida, emil)


def _family_support(story: Story, mother: Person, ida: Person, emil: Person) -> None:
    """What Familiehuset does from 2019 on: ids 101, 102 and 103 followed directly from the school's notifications."""
    start, end = date(2019, 9, 14), date(2025, 3, 31)
    treatment = "faste rutiner hjemme, roligere morgener"
    for person, title in ((ida, "Familiebehandling"), (mother, "Praktisk og pædagogisk støtte i hjemmet")):
        is_treatment = person is ida
        story.effort(
            person,
            kinds.FAMILY_TREATMENT if is_treatment else kinds.PRACTICAL_SUPPORT,
            start,
            title=title,
            end=end if is_treatment else date(2022, 6, 30),
            authority="social:100",
            worker="Lene Friis",
            purpose=treatment if is_treatment else "overblik over hverdagen",
            extent="2 timer om ugen" if is_treatment else "3 timer om ugen",
            expected_end=date(2025, 6, 30) if is_treatment else date(2022, 6, 30),
            next_follow_up=date(2023, 10, 18) if is_treatment else date(2022, 3, 1),
        )
    story.effort(
        mother, kinds.FAMILY_TREATMENT, start, title="Familiebehandling, forældresamtaler", end=end,
        authority="social:100", worker="Lene Friis", purpose=treatment, extent="hver anden uge",
        next_follow_up=date(2023, 10, 18),
    )  # fmt: skip
    story.effort(
        ida, kinds.NETWORK_PLACEMENT, date(2020, 3, 1), end=date(2020, 11, 1), authority="social:100",
        worker="Anna Holm", purpose="ro og stabilitet hos mormor i en periode",
    )  # fmt: skip
    story.effort(
        ida, kinds.WORK_PRACTICE, date(2024, 3, 11), title="Praktik i børnehave", end=date(2025, 6, 20),
        authority="social:100", worker="Anna Holm", purpose="gå i skole de fire andre dage", extent="1 dag om ugen",
    )  # fmt: skip
    story.plan(ida, "social", "Børnefaglig undersøgelse", date(2019, 9, 2), date(2019, 12, 20))
    story.plan(ida, "social", "Barnets plan", date(2020, 1, 6), end)
    story.plan(emil, "social", "Barnets plan", date(2020, 1, 6), end)


def _concerns(story: Story, mother: Person, ida: Person, emil: Person) -> None:
    """Seven notifications by six senders 2015-2022, and the eighth, still to be assessed on 12 September 2023."""
    siblings = (emil.id,)
    story.notify(ida, at(2015, 3, 17, 10, 5), ("1", "Kontrolgruppen"), also=siblings, reasons=("11",),
                 outcome="no_action", outcome_on=date(2015, 3, 25))  # fmt: skip
    story.notify(emil, at(2015, 10, 8, 13, 30), ("1", "PPR"), reasons=("4",),
                 outcome="no_action", outcome_on=date(2015, 10, 20))  # fmt: skip
    story.notify(ida, at(2019, 4, 2, 22, 40), ("6", "Politiet"), also=siblings, reasons=("9",),
                 outcome="no_action", outcome_on=date(2019, 4, 11))  # fmt: skip
    for child, efforts in ((ida, (101, 103)), (emil, (102,))):
        story.notify(child, at(2019, 8, 27, 9, 15), ("2", "Skolen"), reasons=("3", "6", "14"),
                     outcome="effort", outcome_on=date(2019, 9, 14), informed_on=date(2019, 9, 18),
                     efforts=efforts)  # fmt: skip
    story.notify(ida, at(2021, 5, 18, 11, 0), ("4", "Egen læge"), also=siblings, reasons=("17", "14"),
                 outcome="no_action", outcome_on=date(2021, 5, 28))  # fmt: skip
    story.notify(ida, at(2022, 11, 3, 14, 20), ("1", "Jobcentret"), also=siblings, reasons=("17",),
                 outcome="to_running_case", outcome_on=date(2022, 11, 10), informed_on=date(2022, 11, 15))  # fmt: skip
    story.notify(emil, at(2023, 9, 11, 14, 10), ("2", "Skolen"), reasons=("3", "4"), outcome="to_running_case",
                 assessed=at(2023, 9, 12, 12, 30), outcome_on=date(2023, 9, 19))  # fmt: skip
    story.contact(mother, "Samtale", date(2023, 8, 21), "social:100")


def _adult_efforts(story: Story, mother: Person) -> None:
    """What the job centre does, year after year."""
    story.effort(mother, kinds.BENEFIT, date(2004, 3, 1), end=date(2025, 2, 3))
    story.effort(mother, kinds.RESOURCE_COURSE, date(2022, 2, 1), end=date(2025, 2, 1), worker="Peter Lund",
                 purpose="afklaring af arbejdsevne")  # fmt: skip
    story.effort(mother, kinds.MENTOR, date(2023, 5, 1), end=date(2025, 5, 1), worker="Peter Lund")
    story.plan(mother, "employment", "Min Plan", date(2022, 2, 1), date(2025, 2, 3))


def _health(story: Story, mother: Person, ida: Person, emil: Person) -> None:
    story.effort(
        mother, kinds.MENTAL_CARE, date(2021, 6, 15), end=date(2025, 4, 30), worker="Dorte Vinge",
        purpose="mere overskud i hverdagen", extent="hver anden uge", next_follow_up=date(2023, 11, 14),
        recommendation=SPARE,
    )  # fmt: skip
    for child in (ida, emil):
        story.effort(
            child, kinds.FOLLOW_UP, date(2021, 9, 1), end=date(2025, 5, 15), worker="Sara Winther",
            purpose="trivsel og søvn", extent="hver 6. uge", next_follow_up=date(2023, 10, 3),
        )  # fmt: skip
        for day in (date(2021, 9, 14), date(2022, 10, 4), date(2023, 6, 8), date(2024, 5, 21)):
            story.contact(child, "Behovskontakt med skolesundhedsplejen", day, "health:300")


def _goals(story: Story, mother: Person, ida: Person, emil: Person) -> None:
    """What they want, what is agreed, what works; served by the social system."""
    story.say(mother, "citizen_wish", MAJAS_WORDS, (date(2023, 8, 21), "Maja"))
    story.say(
        ida, "goal", "Faste rutiner hjemme, roligere morgener", (date(2019, 10, 1), "Lene Friis"),
        (date(2021, 6, 1), "unchanged"), (date(2022, 6, 1), "worse"), (date(2023, 6, 1), "unchanged"),
        (date(2024, 6, 3), "better"), (date(2025, 3, 24), "reached"),
    )  # fmt: skip
    story.say(
        mother, "goal", "I arbejde eller uddannelse", (date(2023, 8, 21), "Anna Holm"),
        (date(2024, 2, 12), "unchanged"), (date(2024, 9, 2), "better"), (date(2025, 2, 10), "reached"),
    )  # fmt: skip
    story.say(
        ida, "goal", "Går i skole hver dag", (date(2024, 3, 4), "Ida"),
        (date(2024, 6, 3), "better"), (date(2025, 3, 24), "reached"),
    )  # fmt: skip
    story.say(ida, "citizen_wish", "Jeg vil gerne i praktik i en børnehave.", (date(2024, 2, 26), "Ida"))
    story.say(
        emil, "goal", "Trives i klassen og derhjemme", (date(2023, 9, 20), "Anna Holm"),
        (date(2024, 3, 4), "better"), (date(2025, 3, 24), "reached"),
    )  # fmt: skip
    story.say(ida, "strength", "Ida møder på de dage, hun har praktik", (date(2024, 4, 15), "Mads Krogh"))
    story.say(emil, "strength", "Emil trives i den lille gruppe", (date(2023, 9, 1), "Mads Krogh"))
    story.say(mother, "strength", "Mormor henter onsdag og fredag", (date(2023, 9, 1), "Anna Holm"))


def _school(story: Story, ida: Person, emil: Person) -> None:
    """Absence per quarter: heavy until the agreement of April 2024, less with each quarter, gone in 2025."""
    for year in range(2019, 2026):
        for quarter in range(1, 5):
            if (year, quarter) >= (2024, 2):
                days = {(2024, 2): (6, 3), (2024, 3): (4, 2), (2024, 4): (2, 1)}.get((year, quarter), (0, 1))
            else:
                days = (9 + (year - 2019) * 2, 6 + (year - 2019))
            story.absence(ida, (year, quarter), "UNLAWFUL", days[0])
            story.absence(emil, (year, quarter), "UNLAWFUL", days[1])


_MIKKELS_ABSENCE = (
    (2021, 3, 5), (2021, 4, 9), (2022, 1, 12), (2022, 2, 10), (2022, 3, 8), (2022, 4, 9), (2023, 1, 8), (2023, 2, 6),
    (2023, 3, 6), (2023, 4, 5), (2024, 1, 3), (2024, 2, 1),
)  # fmt: skip
"""Year, quarter and days: most when the school worried, less with the contact person and the joint solution."""


def maria(story: Story) -> None:
    """Maria, 24: from a residential home to a caravan on her parents' ground with support around it."""
    grown = story.person("Maria", "Testborg", date(1999, 4, 27), female=True, street="Ærøvej 8", coordinated=True)
    mother = story.person("Karen", "Testborg", date(1970, 2, 11), female=True, street="Ærøvej 8")
    father = story.person("Bjørn", "Testborg", date(1968, 9, 30), female=False, street="Ærøvej 8")
    brother = story.person("Mikkel", "Testborg", date(2008, 12, 5), female=False, street="Ærøvej 8",
                           protected_in=frozenset({"social", "health"}))  # fmt: skip
    for child in (grown, brother):
        for parent in (mother, father):
            story.parent(child, parent, custody=True if child is brother else None, together=child is brother)
    story.relate(grown, brother, "sibling", together=False)
    moved = date(2023, 11, 1)
    story.effort(grown, kinds.TEMPORARY_HOME, date(2020, 2, 1), end=moved, worker="Birgit Dahl",
                 purpose="ro og struktur", next_follow_up=date(2023, 10, 2))  # fmt: skip
    story.effort(grown, kinds.SOCIAL_PEDAGOGY, moved, title="Udvidet og fleksibel støtte i campingvogn",
                 worker="Birgit Dahl", purpose="bo tæt på familien og klare mere selv", extent="15 timer om ugen",
                 next_follow_up=date(2024, 5, 6))  # fmt: skip
    story.effort(grown, kinds.DRUG_TREATMENT, date(2022, 8, 15), worker="Birgit Dahl", purpose="mindre stof")
    story.effort(grown, kinds.MENTOR, date(2023, 11, 15), worker="Karim Nielsen")
    story.effort(grown, kinds.STU, date(2024, 1, 15), purpose="bolig og uddannelse")
    story.effort(grown, kinds.MENTAL_CARE, date(2021, 3, 1), worker="Dorte Vinge", extent="ugentligt")
    for year, quarter, days in _MIKKELS_ABSENCE:
        story.absence(brother, (year, quarter), "UNLAWFUL", days)
    story.effort(brother, kinds.CONTACT_PERSON, date(2022, 9, 1), authority="social:100", worker="Anna Holm")
    story.notify(brother, at(2022, 5, 9, 12, 45), ("2", "Skolen"), reasons=("3",), outcome="assessment_20",
                 outcome_on=date(2022, 5, 20))  # fmt: skip
    story.plan(grown, "social", "Handleplan", date(2020, 2, 1))
    story.say(grown, "citizen_wish", "Jeg vil være tæt på min familie.", (date(2023, 9, 4), "Maria"))
    story.say(grown, "goal", "Egen bolig og en uddannelse", (date(2023, 11, 6), "Birgit Dahl"),
              (date(2024, 6, 10), "better"))  # fmt: skip
    story.say(grown, "strength", "Forældrene deltager i støtten", (date(2024, 1, 8), "Birgit Dahl"))
    story.event(grown, moved, "Flytter i campingvogn på forældrenes grund")
