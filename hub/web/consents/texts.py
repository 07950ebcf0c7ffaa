"""What Samtykker says."""

from hub.course.consent_rules import ConsentFault
from schemas.consent import ConsentForm, ConsentGiver

WHOLE_AREA = "alt i området"
WHOLE_COURSE = "at teamet arbejder sammen om det"
FORM = {
    ConsentForm.WRITTEN: "skriftligt",
    ConsentForm.DIGITAL: "digitalt underskrevet",
    ConsentForm.ORAL: "mundtligt",
    ConsentForm.CONVERTED: "overført fra før; form og bevis er ikke registreret",
}
GIVER = {
    ConsentGiver.CITIZEN: "borgeren selv",
    ConsentGiver.CUSTODY_HOLDER: "forældremyndighedens indehaver",
    ConsentGiver.GUARDIAN: "værgen",
    ConsentGiver.UNKNOWN: "ikke registreret, hvem der gav det",
}
FAULT = {
    ConsentFault.NOTHING_CHOSEN: "Sæt mindst ét kryds: ved forløbet eller ved det, borgeren har sagt ja til at dele.",
    ConsentFault.GIVEN_LATER: "Samtykket kan ikke være givet efter i dag. Ret datoen.",
    ConsentFault.ENDS_TOO_EARLY: "Slutdatoen skal ligge efter i dag og efter den dag, samtykket er givet.",
    ConsentFault.NO_EVIDENCE: "Skriv, hvor beviset er, fx journalnummeret på den underskrevne blanket.",
    ConsentFault.FORM_UNKNOWN: "Vælg, hvordan samtykket er givet.",
    ConsentFault.HEALTH_NOT_WRITTEN: "Samtykke til sundhed skal være skriftligt eller underskrevet digitalt.",
    ConsentFault.HEALTH_TOO_LONG: "Samtykke til sundhedsoplysninger gælder højst ét år. Skriv en slutdato.",
    ConsentFault.NO_COURSE_CONSENT: "Borgeren skal først samtykke til forløbet. Sæt også kryds dér.",
}
DAY_UNREADABLE = "Skriv datoen som 2023-09-12."
COURSE = "Forløbet {title}"
COURSE_STANDS = "Borgeren har samtykket til forløbet."
COURSE_MISSING = "Borgeren har ikke samtykket til forløbet. Indtil da åbner det intet for teamet."
UNTIL_WITHDRAWN = "Gælder, til det trækkes tilbage"
RECORDED = "Skrevet ind af {name}. Bevis: {evidence}"
UNTIL = "Gælder til og med {day}"
RENEW = "Overført fra før: gælder hele området og er ikke konkret. Spørg borgeren igen på næste møde."
RENEW_COURSE = "Overført fra før: et bevis er ikke registreret. Spørg borgeren igen på næste møde."
GIVEN = "Samtykket er skrevet ind og gælder nu."
WITHDRAWN = "Samtykket er trukket tilbage og gælder ikke længere. Teamet ser ikke oplysningerne mere."
NOTHING_WITHDRAWN = "Sæt kryds ved det, borgeren trækker tilbage."
STATE_MISSING = "venter på samtykke til forløbet"
STATE_CONVERTED = "skal fornyes"
STATE_LAPSES = "udløber {day}"
STATE_STANDS = "gælder"
WITHDRAWN_ON = "Trukket tilbage {day}"
LAPSED_ON = "Gjaldt til og med {day}"
NO_NAME = "Borger uden navn"
