"""What the page of the Sammenhængsudvalg says."""

from schemas.committee import TimeClass

NOT_ASSESSED = "Ikke vurderet"
TIME_CLASS = {
    TimeClass.UNDER_3_MONTHS: "Op til 3 måneder",
    TimeClass.UNDER_6_MONTHS: "3 til 6 måneder",
    TimeClass.UNDER_12_MONTHS: "6 til 12 måneder",
    TimeClass.LONGER: "Over et år",
}
NOT_TOLD = "under 5"
TOTAL = "I alt"
NO_TYPE = "Ingen måltype valgt"
QUARTER = "{number}. kvartal {year}"
QUARTER_SHORT = "{number}. kv."
UNTIL = "Hele kommunen. Tallene er fra den {day}, det seneste kvartal, der er slut."
COURSES = "Aktive forløb"
COURSES_OF = "Aktive forløb ved udgangen af hvert kvartal: {figures}."
COURSES_AT = "{quarter}: {figure}"
TRIALS = "Prøvehandlinger"
COST = "Udgift til prøvehandlinger om året, kr."
BEFORE, AFTER = "Før", "Med"
GOALS = "Borgere efter måltype"
TIMES = "Mål, der blev nået"
LITTLE_GOALS = "Under 5 borgere i hvert felt: {types}."
LITTLE_TIMES = "{years}: under 5 borgere i hvert felt."
EMPTY = (
    "Der er for få forløb, mål og prøvehandlinger til, at noget kan vises. "
    "Hvert tal kommer frem, når det er om mindst 5 borgere."
)
NO_COST = "Fortælles ikke: én borger bærer det meste."
LITTLE_COSTS = "{years}: under 5 borgere."
NOT_TOLD_AMOUNT = "fortælles ikke"
ROUNDED = "ca. {amount}"
CSV_HEAD = ("emne", "periode", "opdeling", "vist", "mindst", "højst")
CSV_NAME = "sammenhaengsudvalget-{day}.csv"
PICTURE_NAME = "aktive-forloeb-{day}.svg"
