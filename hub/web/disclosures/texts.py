"""What Videregivelser says."""

from hub.access.disclosure_rules import DisclosureFault
from schemas.disclosure import DisclosureBasis

BASIS_CHOICE = {
    DisclosureBasis.STATUTORY_DUTY: "En lovbestemmelse kræver det (lovbestemt pligt)",
    DisclosureBasis.SIGNIFICANT_IMPORTANCE: "Det har væsentlig betydning for modtagerens arbejde eller afgørelse",
    DisclosureBasis.SSD_PREVENTIVE: "Forebyggende om et barn, til deltagerne i ét møde (SSD)",
    DisclosureBasis.HEALTH_RELEASE: "En sundhedsfaglig frigiver sundhedsoplysninger til teamet (sundhedsloven § 43)",
}
NO_NAME = "En borger uden navn i kilderne"
NOT_OPEN = "En borger, du ikke har adgang til nu"
TO_TEAM = "teamet for borgerens forløb"
OPENED = "{name} (har åbnet)"
UNTIL = "Til og med {day}"
MEETING = "Kun til mødet {title} den {day}"
ENDED = "Lukket {when} af {name}"
LAPSED = "Udløb efter {day}"
WHAT = "{area}: {categories}"
STORED = "Videregivelsen er gemt og gælder nu. Den står her, og du kan lukke den, når den ikke længere er nødvendig."
CLOSED = "Videregivelsen er lukket og gælder ikke mere."
CLOSED_ALREADY = "Videregivelsen var lukket i forvejen."
NOT_NOW = "Det kan kun åbnes på mødedagen og kun én gang."
FAULT = {
    DisclosureFault.BASIS_MISSING: "Vælg, på hvilket grundlag du videregiver.",
    DisclosureFault.CATEGORIES_MISSING: "Sæt kryds ved det, du videregiver.",
    DisclosureFault.WORDS_MISSING: "Skriv med ord, hvorfor det er nødvendigt: mindst {length} tegn.",
    DisclosureFault.LEGAL_BASIS_MISSING: "Skriv, hvilken lovbestemmelse der kræver det.",
    DisclosureFault.RECEIVERS_MISSING: "Skriv, hvem der skal se det, eller vælg teamet.",
    DisclosureFault.RECEIVER_UNKNOWN: "En af modtagerne kendes ikke, eller flere hedder det samme. Skriv brugernavnet "
    "fra kommunens login; du kan ikke selv være modtager.",
    DisclosureFault.NO_TEAM: "Borgeren er ikke på et forløb, som borgeren har samtykket til. Skriv modtagerne hver for "
    "sig.",
    DisclosureFault.TEAM_ONLY: "Sundhedsoplysninger frigives til teamet for borgerens forløb. Vælg teamet.",
    DisclosureFault.NAMED_ONLY: "Et forebyggende møde har deltagere med navn. Skriv dem, og vælg ikke teamet.",
    DisclosureFault.MEETING_MISSING: "Skriv, hvilket møde det er til, og hvilken dag det holdes.",
    DisclosureFault.DAY_PAST: "Vælg en dag, der ikke er passeret.",
    DisclosureFault.TOO_LONG: "Så længe må det ikke gælde. Vælg en tidligere dag; til et møde højst 30 dage frem, "
    "ellers højst 90 dage.",
    DisclosureFault.AREA_OUTSIDE: "En af modtagerne arbejder i et område, der ikke deltager i forebyggende møder. "
    "Det gør skole, social og sundhed.",
}
