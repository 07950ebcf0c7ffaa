"""The Maja family and Maria as years pass: the clock is moved, four sources are read anew, pages say what is told.

``make years`` goes from 2004 to 2025. The suite holds each year's truth (``test_cohorts``), and pages at two dates.
"""

from collections.abc import Mapping
from datetime import date

from deploy.sandbox.municipality.generate import cohorts
from deploy.sandbox.municipality.staff import cpr_of
from hub.db import Database
from tests.sandbox.years import passing_years

ANNA, BIRGIT, PETER = "anna.holm", "birgit.dahl", "peter.lund"
"""Social of families and of adults, and employment."""
MAJA, IDA, EMIL, MARIA = ("Maja", "Testborger"), ("Ida", "Testborger"), ("Emil", "Testborger"), ("Maria", "Testborg")
Side = tuple[str, tuple[str, str], str]
"""Who reads which page of whom."""
WHOLE_FAMILY = "8 underretninger fra 6 afsendere siden 2015. Efter 2 af dem fulgte en indsats."
ALONE = "intet sammenhængende forløb"
YEARS: Mapping[date, Mapping[Side, tuple[str, ...]]] = {
    date(2004, 12, 31): {
        (PETER, MAJA, "overblik"): ("Maja Testborger, 18 år", ALONE, "Kontanthjælp", "1. mar. 2004"),
    },
    date(2009, 12, 31): {
        (PETER, MAJA, "overblik"): ("Maja Testborger, 23 år", "Kontanthjælp"),
        (ANNA, IDA, "overblik"): ("Ida Testborger, 9 måneder", "Ingen underretninger fundet"),
    },
    date(2012, 12, 31): {
        (ANNA, EMIL, "overblik"): ("Emil Testborger, 7 måneder",),
    },
    date(2014, 12, 31): {
        (ANNA, MAJA, "overblik"): ("Maja Testborger, 28 år", "Ingen underretninger fundet"),
    },
    date(2015, 12, 31): {
        (ANNA, IDA, "overblik"): ("1 underretning, fra kontrolgruppen i 2015", "Vurderet: ingen handling"),
        (ANNA, EMIL, "overblik"): ("2 underretninger fra 2 afsendere siden 2015", "PPR om Emil"),
        (ANNA, MAJA, "overblik"): ("Maja Testborger, 29 år", ALONE),
    },
    date(2019, 12, 31): {
        (ANNA, IDA, "overblik"): (
            "3 underretninger fra 3 afsendere siden 2015. Efter 1 af dem fulgte en indsats",
            "Politiet om Ida og Emil",
            "Førte til familiebehandling, 14. sep. 2019",
        ),
        (ANNA, EMIL, "overblik"): ("4 underretninger fra 4 afsendere siden 2015",),
        (ANNA, MAJA, "overblik"): ("Praktisk og pædagogisk støtte i hjemmet", "Familiebehandling, forældresamtaler"),
        (BIRGIT, MARIA, "overblik"): ("Maria Testborg, 20 år",),
    },
    date(2020, 12, 31): {
        (ANNA, IDA, "tidslinje"): ("Anbringelse i netværksplejefamilie", "31. okt. 2020"),
        (BIRGIT, MARIA, "overblik"): ("Midlertidigt botilbud", "Mål: ro og struktur"),
    },
    date(2021, 12, 31): {(ANNA, IDA, "overblik"): ("Egen læge om Ida og Emil",)},
    date(2022, 12, 31): {
        (ANNA, IDA, "overblik"): ("Jobcentret om Ida og Emil",),
        (BIRGIT, MARIA, "overblik"): ("Stofmisbrugsbehandling",),
    },
    date(2023, 9, 12): {
        (ANNA, MAJA, "overblik"): (
            WHOLE_FAMILY,
            "Egen læge om Ida og Emil",
            "Vurdering mangler: fristen på 24 timer udløber i dag kl. 14.10",
            "Målgruppe: personer i ressourceforløb · Næste samtale: 18. sep. 2023",
            "Mentorstøtte",
            "Anbefaling: skånes: ingen spørgsmål om hverdag og familie",
            "Ida: 8A på Skovlunde Skole",
            "Emil: 5B på Skovlunde Skole",
            "2. kvartal 2023: ulovligt fravær 34,6 % (17 af 49 skoledage), over grænsen på 15 %",
            "2. kvartal 2023: ulovligt fravær 20,4 % (10 af 49 skoledage), over grænsen på 15 %",
            "Jeg vil gerne kunne se mine børn i øjnene",
        ),
        (ANNA, IDA, "familien"): (WHOLE_FAMILY, "Fravær i 2. kvartal 2023", "8A på Skovlunde Skole"),
        (ANNA, IDA, "tidslinje"): ("Politiet om Ida og Emil", "PPR om Emil", "Kontrolgruppen om Ida og Emil"),
        (BIRGIT, MARIA, "overblik"): ("Midlertidigt botilbud", "Jeg vil være tæt på min familie."),
    },
    date(2024, 6, 20): {
        (ANNA, MAJA, "overblik"): (
            "Karim Nielsen, borgerkoordinator",
            "Praktik i børnehave, 1 dag om ugen",
            "Ida møder på de dage, hun har praktik",
        ),
        (BIRGIT, MARIA, "overblik"): (
            "Udvidet og fleksibel støtte i campingvogn",
            "Særligt tilrettelagt ungdomsuddannelse (STU)",
            "Mentorstøtte",
            "Forældrene deltager i støtten",
        ),
    },
    date(2025, 5, 20): {
        (ANNA, MAJA, "overblik"): (
            "Beskæftigelse: ingen igangværende indsats fundet",
            "4 mål er nået",
            "Ingen nye underretninger siden 11. september 2023",
            "1. kvartal 2025: ulovligt fravær 1,7 % (1 af 57 skoledage)",
        ),
        (ANNA, IDA, "overblik"): ("9. klasse i skoleåret 2024/25", WHOLE_FAMILY),
        (BIRGIT, MARIA, "overblik"): ("Maria Testborg, 26 år", "Egen bolig og en uddannelse"),
    },
}


def test_each_year_is_told_as_the_case_tells_it(database: Database) -> None:
    story = cohorts()
    missing = []
    with passing_years(database.url, next(iter(YEARS))) as years:
        for number, day in enumerate(YEARS):
            if number:
                years.stand_on(day)
            else:
                years.wait_until_read(day)
            for (employee, name, side), sentences in YEARS[day].items():
                page = years.page(employee, cpr_of(story, *name), side)
                missing += [f"{day} {employee} {name[0]} {side}: {said}" for said in sentences if said not in page]
    assert missing == []
