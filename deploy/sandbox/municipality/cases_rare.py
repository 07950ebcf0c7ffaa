"""People who show what must not go wrong: protection, changed numbers, twins, death, conflicting identities."""

from datetime import date

from deploy.sandbox.municipality import catalogue as kinds
from deploy.sandbox.municipality.cohort import Story, at

MEDCOM_TEST_PERSON = "0108629996"
"""An official MedCom test person (May June Test Moberg); fails modulus 11, as all of them do."""


def rare(story: Story) -> None:
    """All rare cohorts, each a few people."""
    _protected_mother(story)
    _transitions(story)
    _numbers(story)
    _endings(story)
    _twins(story)
    _employee(story)
    _disagreement(story)
    _course_families(story)


def _protected_mother(story: Story) -> None:
    """Sofie is protected in one source only; Henrik shares custody of Alma and must never learn the address."""
    sofie = story.person("Sofie", "Lindholm", date(1991, 1, 19), female=True, street="Hybenvej 77",
                         protected_in=frozenset({"health"}))  # fmt: skip
    henrik = story.person("Henrik", "Overgaard", date(1988, 8, 2), female=False, street="Stationsvej 5")
    alma = story.person("Alma", "Overgaard", date(2016, 10, 12), female=True, street="Hybenvej 77")
    story.parent(alma, sofie, custody=True, together=True)
    story.parent(alma, henrik, custody=True, together=False)
    story.effort(alma, kinds.CONTACT_PERSON, date(2022, 4, 1), authority="social:100", worker="Anna Holm",
                 purpose="tryg overgang mellem to hjem")  # fmt: skip
    story.effort(sofie, kinds.COPING, date(2023, 2, 1))
    story.notify(alma, at(2022, 2, 14, 15, 5), ("6", "Politiet"), reasons=("13",), outcome="assessment_20",
                 outcome_on=date(2022, 2, 18))  # fmt: skip


def _transitions(story: Story) -> None:
    """Silas turns 18 on 28 November 2023; Nanna expects a child that somebody worries about."""
    silas = story.person("Silas", "Bæk", date(2005, 11, 28), female=False)
    story.effort(silas, kinds.CONTACT_PERSON, date(2021, 8, 1), end=date(2024, 3, 1), authority="social:100",
                 worker="Anna Holm", purpose="klar til voksenlivet")  # fmt: skip
    nanna = story.person("Nanna", "Søe", date(1998, 6, 6), female=True)
    story.notify(nanna, at(2023, 8, 30, 9, 50), ("4", "Jordemoderen"), reasons=("17",), unborn=True,
                 outcome="clarification_19", outcome_on=date(2023, 9, 5))  # fmt: skip


def _numbers(story: Story) -> None:
    """Amina has a replacement number with letters until she is registered; May June fails modulus 11."""
    amina = story.person("Amina", "Rahimi", date(1995, 3, 8), female=True, known_from=date(2022, 10, 1),
                         earlier_number="680395 1VJ4".replace(" ", ""), number_from=date(2023, 6, 1))  # fmt: skip
    story.effort(amina, kinds.MENTAL_CARE, date(2022, 11, 1))
    june = story.person("May June Test", "Moberg", date(1962, 8, 1), female=True, cpr=MEDCOM_TEST_PERSON)
    story.effort(june, kinds.MEDICINE, date(2021, 1, 4))
    story.stay(june, "Ortopædkirurgisk afdeling, Egelund Sygehus", date(2023, 9, 5), leave_since=date(2023, 9, 10))


def _endings(story: Story) -> None:
    """Åge has died, and something of before his death is recorded late; Tove has moved out."""
    aage = story.person("Åge", "Dæhnfeldt", date(1938, 5, 17), female=False, died_on=date(2023, 7, 20))
    story.effort(aage, kinds.HYGIENE, date(2021, 2, 1), end=date(2023, 7, 20))
    story.stay(aage, "Medicinsk afdeling, Egelund Sygehus", date(2023, 6, 1), discharged_on=date(2023, 6, 9))
    story.contact(aage, "Hjemmebesøg", date(2023, 7, 18), "health:310")
    tove = story.person("Tove", "Iversen", date(1979, 12, 24), female=True, moved_out_on=date(2023, 4, 1))
    story.effort(tove, kinds.CONTACT_SUPPORT, date(2021, 6, 1), end=date(2023, 4, 1))


def _twins(story: Story) -> None:
    """Two girls with one name, one birth date, one address, two numbers."""
    mother = story.person("Rikke", "Jeppesen", date(1985, 9, 9), female=True, street="Violvej 2")
    for index in range(2):
        twin = story.person("Anna-Maria", "Jeppesen", date(2014, 2, 20), female=True, street="Violvej 2")
        story.parent(twin, mother, custody=True, together=True)
        story.effort(twin, (kinds.FOLLOW_UP, kinds.RESPITE)[index], date(2022, 3, 1))


def _employee(story: Story) -> None:
    """Ole Bruun works in Hjemmeplejen and is a citizen with a course of his own."""
    ole = story.person("Ole", "Bruun", date(1974, 10, 3), female=False, street="Møllevej 31", coordinated=True)
    story.effort(ole, kinds.TRAINING, date(2023, 3, 15))
    story.effort(ole, kinds.CONTACT_SUPPORT, date(2023, 1, 9), worker="Birgit Dahl")


def _disagreement(story: Story) -> None:
    """The two systems disagree on the spelling of a name and on a birth date."""
    story.effort(
        story.person("Zeynep", "Yılmaz", date(2010, 1, 12), female=True, social_family="Yilmaz Sørensen",
                     social_born=date(2010, 12, 1)),
        kinds.FOLLOW_UP,
        date(2022, 9, 1),
    )  # fmt: skip
    zeynep = story.people[-1]
    story.effort(zeynep, kinds.RESPITE, date(2023, 1, 2), authority="social:100", worker="Anna Holm")


def _course_families(story: Story) -> None:
    """Six ordinary families with a course, so that a coordinator has more than one."""
    families = (("Bodil", "Kjær Holm", "Viggo"), ("Louise", "Åkjær", "Asta"), ("Fatima", "Hussain", "Yusuf"),
                ("Camilla", "Ravn Toft", "Storm"), ("Trine", "Nørgaard", "Merle"),
                ("Pia", "Korsgaard", "Lauge"))  # fmt: skip
    for index, (mother_name, family, child_name) in enumerate(families):
        born = date(1980 + index, 1 + index, 10 + index)
        street = f"Kløvermarken {12 + index}"
        mother = story.person(mother_name, family, born, female=True, street=street, coordinated=True)
        girl = child_name in {"Asta", "Merle"}
        child = story.person(child_name, family, date(2010 + index % 4, 3 + index, 4 + index), female=girl,
                             street=street, coordinated=True)  # fmt: skip
        story.parent(child, mother, custody=True, together=True)
        kind = (kinds.FAMILY_TREATMENT, kinds.CONTACT_PERSON, kinds.RESPITE)[index % 3]
        story.effort(child, kind, date(2022, 2 + index, 1), authority="social:100", worker="Anna Holm",
                     purpose="mere ro i hverdagen", next_follow_up=date(2023, 9, 20 + index))  # fmt: skip
        story.effort(mother, (kinds.CONTACT_SUPPORT, kinds.COPING)[index % 2], date(2022, 6 + index, 1))
        story.effort(mother, kinds.BENEFIT, date(2020, 1 + index, 1))
        story.notify(child, at(2022, 1 + index, 20, 10, 30), ("2", "Skolen"), reasons=("3",),
                     outcome="to_running_case", outcome_on=date(2022, 1 + index, 28))  # fmt: skip
