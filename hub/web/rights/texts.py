"""What Borgerens rettigheder says."""

from hub.access.rights import RightsFault
from hub.rights.contest_repository import ContestOutcome
from hub.rights.stores import Store

FAULT = {
    RightsFault.REASON_MISSING: "Begrundelsen mangler eller er for kort. Skriv hvorfor, i mindst {length} tegn.",
    RightsFault.LAST_DAY_PASSED: "Sidste dag er passeret. Vælg i dag eller senere, eller lad feltet være tomt.",
    RightsFault.LAST_DAY_UNREADABLE: "Dagen kan ikke læses. Vælg den i feltet, eller lad det være tomt.",
    RightsFault.NOT_CONFIRMED: "Sæt hak ved, at du vil slette. Det kan ikke fortrydes.",
    RightsFault.HELD: "Det er bestemt, at intet om borgeren slettes. Ophæv det først. Intet er slettet.",
    RightsFault.REVIEW_PASSED: "Dagen er passeret. Vælg i dag eller senere, eller lad feltet være tomt.",
    RightsFault.RESTRICTED_ALREADY: "Behandlingen er begrænset i forvejen. Intet er ændret.",
    RightsFault.NOT_TOLD: "Underret borgeren først, og sæt hak ved, at du har gjort det (artikel 18, stk. 3).",
    RightsFault.WORDS_MISSING: "Skriv, hvad borgeren siger, i mindst {length} tegn.",
    RightsFault.FACT_MISSING: "Vælg den oplysning, der er forkert. Måske har kilden rettet den imens.",
    RightsFault.CONTESTED_ALREADY: "Oplysningen er mærket i forvejen. Intet er ændret.",
    RightsFault.OUTCOME_MISSING: "Vælg, om borgeren har ret.",
    RightsFault.OVER_ALREADY: "Det er ophævet i forvejen. Intet er ændret.",
}
HELD = "Gemt: intet om borgeren slettes nu."
RELEASED = "Ophævet: det, der skal slettes, kan slettes igen."
RESTRICTED = "Gemt: ingen andre end dig ser borgerens oplysninger. Søgningen følger inden for et minut."
RESTRICTION_LIFTED = "Ophævet: de, der må, ser borgerens oplysninger igen inden for et minut."
CONTESTED = "Mærket: oplysningen står som bestridt med borgerens ord, og kildens side siger det."
DECIDED = "Gemt: afgørelsen står i loggen."
WAITS_FOR_SOURCE = "Afventer, at {source} retter det, eller at du afgør det"
ENDED = {
    ContestOutcome.CORRECTED: "{source} sendte en anden oplysning {when}; mærket er væk",
    ContestOutcome.UPHELD: "Borgeren fik ret {when}, {by}: «{reason}».",
    ContestOutcome.REJECTED: "Borgeren fik ikke ret {when}, {by}: «{reason}»",
}
NOT_CORRECTED = "Kilden har endnu ikke rettet det, så mærket står."
CORRECTED_SINCE = "Kilden har rettet det {day}."
FACT_GONE = "en oplysning fra {source}, som ikke vises mere"
REVIEW_ON = "se på det igen {day}"
REVIEW_OVERDUE = "skulle ses på igen {day}"
NO_REVIEW = "uden en dag, det skal ses på igen"
NO_RESTRICTIONS = "Ingen begrænsninger gælder nu"
RESTRICTIONS_HEADING = ("begrænsning gælder nu", "begrænsninger gælder nu")
FORGOTTEN = "Alt om borgeren er slettet: {counts}. Søgningen følger inden for et minut."
NOTHING_STORED = "Der er ikke gemt noget om borgeren. Intet er slettet."
LIFTED = "Kilderne må fortælle om borgeren igen. Det kommer, når de læses næste gang."
UNTIL = "til og med {day}"
UNTIL_RELEASED = "til det ophæves"
ENDED_BY_DAY = "Udløb med dagen {day}"
RELEASED_BY = "Ophævet {when} af {by}: «{reason}»"
LIFTED_BY = "Kilderne må fortælle om borgeren igen siden {when}, {by}: «{reason}»"
KEPT_OUT = ("oplysning er siden holdt ude", "oplysninger er siden holdt ude")
NOTHING_KEPT_OUT = "Ingen kilde har siden fortalt om borgeren"
BORN_KEY = "Borger {key}"
HOLDS_HEADING = ("hold gælder nu", "hold gælder nu")
NO_HOLDS = "Ingen hold gælder nu"

STORE = {
    Store.RECORDS: ("oplysning fra kilderne", "oplysninger fra kilderne"),
    Store.PARTIES: ("sted, hvor borgeren var nævnt hos andre", "steder, hvor borgeren var nævnt hos andre"),
    Store.IDENTITY: ("nummer og lokalt id", "numre og lokale id'er"),
    Store.OVERVIEW: ("overblik", "overblik"),
    Store.INDEX: ("side i søgningen", "sider i søgningen"),
    Store.QUARANTINE: ("linje i karantæne", "linjer i karantæne"),
    Store.EVENTS: ("hændelse fra kilderne", "hændelser fra kilderne"),
    Store.BUS: ("besked på bussen", "beskeder på bussen"),
    Store.COURSES: ("post i forløb, plan, samtykker og møder", "poster i forløb, plan, samtykker og møder"),
    Store.ALERTS: ("advis", "adviser"),
    Store.POINTS: ("vurdering", "vurderinger"),
    Store.LINKS: ("link fra andre systemer", "links fra andre systemer"),
    Store.SESSIONS: ("login", "login"),
    Store.JOBS: ("baggrundsopgave", "baggrundsopgaver"),
    Store.LOG: ("linje i loggen", "linjer i loggen"),
    Store.BACKUPS: ("sikkerhedskopi", "sikkerhedskopier"),
}
"""After a number: one and more."""
ORDER = (
    "Det, kilderne har sagt om borgeren, i alle udgaver",
    "Borgerens navn og numre i det, kilderne har sagt om andre",
    "Numre, lokale id'er og afgørelser om, hvem borgeren er",
    "Overblikket, og siden i søgningen",
    "Det, der ikke kunne læses (karantæne)",
    "Forløb, plan, samtykker, møder og videregivelser; er andre med i forløbet, bliver deres, og fornavnet sløres",
    "Adviser, vurderinger og faglige indikatorer",
)
"""What is deleted, in that order."""
BUS_LATER = "Beskeder på bussen er krypterede og forsvinder senest efter {hours} timer; de lukkes ikke ind igen."
BACKUPS_LATER = (
    "Sikkerhedskopier fra før sletningen har stadig borgeren, til de selv slettes efter {days}. "
    "Lægges en af dem ind igen, sletter driften borgeren på ny med listen over glemte."
)
LOG_LATER = (
    "Loggen siger stadig, hvem der har set borgerens nøgle, i {months} måneder. Uden numre og navn fører nøglen ikke "
    "tilbage til borgeren."
)
OWN_DAYS = "kommunens egen frist"
SESSIONS_LATER = "Det, en medarbejder lige har skrevet i en formular, forsvinder, når login slutter."
