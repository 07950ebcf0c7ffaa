"""What Forløb says."""

from hub.course.course_rules import CourseFault
from schemas.course import CitizenSay, CourseOutcome, OfferReason, TeamFunction

OFFER_REASON = {
    OfferReason.HIGH_ABSENCE: "Skolefravær",
    OfferReason.PROFESSIONAL_INDICATORS: "Faglige tegn, mindst tre",
    OfferReason.NO_PROGRESSION: "Den forventede fremgang udebliver",
    OfferReason.CITIZEN_WISH: "Borgerens eget ønske og behov",
}
CITIZEN_SAY = {
    CitizenSay.WANTS: "Borgeren ønsker det",
    CitizenSay.ACCEPTS: "Borgeren er indforstået",
    CitizenSay.AGAINST: "Borgeren er imod",
    CitizenSay.NOT_ASKED: "Borgeren er ikke spurgt",
}
COURSE_OUTCOME = {
    CourseOutcome.GOALS_REACHED: "Målene er nået",
    CourseOutcome.PARTLY_REACHED: "Nogle af målene er nået",
    CourseOutcome.OTHER_HELP: "Borgeren får anden hjælp i stedet",
    CourseOutcome.CITIZEN_STOPPED: "Borgeren ønskede at stoppe",
    CourseOutcome.DECLINED: "Borgeren sagde nej til tilbuddet",
    CourseOutcome.MOVED_AWAY: "Borgeren er flyttet",
}
JOINS_AS = {
    TeamFunction.MEMBER: "Medlem af teamet",
    TeamFunction.CITIZEN_COORDINATOR: "Borgerkoordinator, fordi fremgangen udebliver",
    TeamFunction.LEAD_COORDINATOR: "Tovholder i stedet for den nuværende",
}
FAULT = {
    CourseFault.NO_OFFER_REASON: "Sæt mindst ét kryds ved, hvorfor forløbet tilbydes.",
    CourseFault.FEW_INDICATORS: "Skriv mindst tre forskellige faglige tegn, ét på hver linje.",
    CourseFault.NO_WORDS: "Skriv med en sætning, hvad der er sket, og hvad borgeren siger til det.",
    CourseFault.NO_AUTHORITY: "Skriv, hvad tovholderen kan afgøre.",
    CourseFault.ALREADY_ON_COURSE: "En af dem er allerede på et forløb. Tal med tovholderen for det.",
    CourseFault.NO_REASON: "Skriv hvorfor med en sætning.",
    CourseFault.BEGINS_EARLIER: "En plads på teamet kan ikke begynde før i dag. Ret datoen.",
    CourseFault.ENDS_TOO_EARLY: "Slutdatoen skal ligge efter den dag, pladsen begynder.",
    CourseFault.SAY_WITHOUT_WORDS: "Skriv, hvad borgeren siger, eller hvorfor borgeren ikke er spurgt.",
    CourseFault.ALREADY_ON_TEAM: "Medarbejderen er på teamet i forvejen.",
    CourseFault.EMPLOYEE_UNKNOWN: "Vælg en medarbejder på listen. Borgeren selv kan ikke være på sit eget team.",
    CourseFault.LEAD_STAYS: "Et forløb har altid en tovholder. Sæt først en anden på som tovholder.",
    CourseFault.NO_FOLLOW_UP: "Skriv, hvad der følger, og hvem der gør det.",
    CourseFault.ENDS_IN_PAST: "Forløbet kan ikke slutte før i dag. Ret datoen.",
    CourseFault.CHANGED_MEANWHILE: "Forløbet er ændret, siden du åbnede siden. Se, hvad der står nu, og send igen."
    " Det, du skrev, står endnu i felterne.",
}
CHOOSE = "Vælg et svar i hvert felt, og skriv datoer som 2023-09-12."
CORRECT = {
    "actor_id": "Vælg medarbejderen.",
    "function": "Vælg, hvad medarbejderen er på teamet.",
    "valid_from": "Skriv dagen, medarbejderen er med fra, som 2023-09-12.",
    "valid_to": "Skriv dagen, medarbejderen ikke længere er med, som 2023-09-12, eller lad feltet være tomt.",
    "citizen_say": "Vælg, hvad borgeren siger til det.",
    "ends_on": "Skriv dagen, forløbet slutter, som 2023-09-12.",
    "outcome": "Vælg, hvordan det gik.",
}
"""What is said of a field in which nothing, or no such value, was typed."""
ADDED = "{name} er på teamet. Adgangen følger pladsen."
REMOVED = "Medarbejderen er taget af teamet og har ikke længere adgang."
ENDED = "Forløbet er slut. Teamet har ikke længere adgang gennem det."
ENDS = "Slutningen er skrevet ind. Til den dag arbejder teamet videre."
END_CANCELLED = "Slutningen er fjernet. Forløbet fortsætter."
CITIZEN_ADDED = "{name} er med i forløbet. Intet åbnes, før der er samtykket: skriv samtykket ind, når det er givet."
OFFERED = "Forløbet er tilbudt. Det åbner intet, før borgeren har samtykket: skriv samtykket ind, når det er givet."
NOBODY_FOUND = "Ingen medarbejder med det navn kan sættes på. Skriv en anden del af navnet."
HIDDEN_MEMBER = "Medlem fra et område, du ikke ser"
SAY_UNKNOWN = "Det er ikke skrevet ned, hvad borgeren sagde"
NO_LEAD = "ingen tovholder"
NO_NAME = "Borger uden navn"
WAITING = "Venter på samtykke"
CONSENTED = "Har samtykket til forløbet"
STATE_WAITING = "Tilbudt {day}. Venter på samtykke og åbner intet imens."
STATE_PARTLY = "I gang siden {day}. {waiting} mangler at samtykke."
STATE_CLOSED = "Afsluttet. Det varede fra {first} til og med {last}."
STATE_RUNS = "I gang siden {day}."
STATE_ENDS = " Sidste dag er {day}."
