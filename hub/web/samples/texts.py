"""What Stikprøver says."""

from hub.access.sample_draw import DrawFault
from hub.access.samples import LineFault
from hub.audit.sample_repository import MOST_CONSIDERED
from schemas.sample import LONGEST_PERIOD, LineState, RedrawState, SampleOutcome, Stratum

STRATUM = {
    Stratum.RANDOM: "Tilfældige",
    Stratum.NO_RELATION: "Uden relation på det tidspunkt",
    Stratum.PROTECTED: "Borgere med navne- og adressebeskyttelse",
    Stratum.SAME_SURNAME: "Samme efternavn som medarbejderen",
    Stratum.SAME_ADDRESS: "Samme adresse som medarbejderen",
    Stratum.OWN_OR_COLLEAGUE: "Medarbejderen selv eller en kollega",
    Stratum.OUT_OF_HOURS: "Uden for arbejdstiden",
    Stratum.BURST: "Mange forskellige borgere på kort tid",
    Stratum.ON_BEHALF: "På vegne af en anden",
}
UNCHECKED = {
    Stratum.NO_RELATION: "loggen siger ikke, hvad medarbejderen var for borgeren, da linjen blev skrevet",
    Stratum.PROTECTED: "ingen kilde oplyser borgeren mere",
    Stratum.SAME_SURNAME: "borgerens efternavn er ikke oplyst, eller kilderne er uenige om det",
    Stratum.SAME_ADDRESS: "Helhed har ikke medarbejdernes adresser. En adresse kan kun sammenlignes, når login har "
    "oplyst medarbejderens cpr-nummer, medarbejderen bor i kommunen, og en kilde oplyser begge adresser",
    Stratum.OWN_OR_COLLEAGUE: "medarbejderens eget cpr-nummer er ikke oplyst ved login. Kolleger genkendes kun, "
    "når deres er",
}
"""Why it cannot be told of some look-ups whether they belong there."""
NOT_CHECKABLE = "Kan ikke kontrolleres: {why}."
PARTLY = "{lookups} kunne ikke kontrolleres: {why}."
SORTED_OUT = "{lookups} er sorteret fra, fordi medarbejderen var på teamet eller nævnt som ansvarlig."
CAPPED = "Der er trukket {drawn} af {eligible}, fordi loftet er {drawn}."
RANDOM = "{percent} % af alle, afrundet op, højst {most}."
STATE = {
    LineState.WAITING: "Venter på gennemgang",
    LineState.FOLLOW_UP: "Skal følges op",
    LineState.REVIEWED: "Gennemgået",
}
OUTCOME = {
    SampleOutcome.WORK_RELATED: "arbejdsbetinget",
    SampleOutcome.NOT_WORK_RELATED: "ikke arbejdsbetinget",
    SampleOutcome.FOLLOW_UP: "skal følges op",
    SampleOutcome.UNSETTLED: "kunne ikke afgøres",
}
OUTCOME_CHOICE = {
    SampleOutcome.WORK_RELATED: "Arbejdsbetinget: opgaven krævede opslaget",
    SampleOutcome.NOT_WORK_RELATED: "Ikke arbejdsbetinget: opgaven krævede det ikke",
    SampleOutcome.FOLLOW_UP: "Skal følges op: noget skal undersøges, før det kan afgøres",
    SampleOutcome.UNSETTLED: "Kunne ikke afgøres: der er ikke mere at undersøge",
}
REDRAW = {
    RedrawState.SAME: "Trukket igen med frøet: de samme linjer.",
    RedrawState.OTHER: "Trukket igen med frøet: ANDRE linjer. Det, der er gemt, er ikke det, der blev trukket.",
    RedrawState.POPULATION_CHANGED: "Kan ikke trækkes igen: {remaining} af {population} opslag står stadig i loggen, "
    "resten er slettet. Linjerne, der blev trukket, er de samme som dengang.",
}
ERASED = "Loggen har slettet det, linjen sagde, fordi den ikke opbevares længere. Gennemgangen står her stadig."
DRAW_FAULT = {
    DrawFault.PERIOD_TURNED: "»Fra« er efter »til«. Byt de to datoer om.",
    DrawFault.PERIOD_TOO_LONG: f"Perioden er for lang. Vælg højst {LONGEST_PERIOD} dage, så medarbejderne kan huske "
    "opslagene.",
    DrawFault.PERIOD_AHEAD: "»Fra« er ikke kommet endnu. Vælg en dag, der er gået.",
    DrawFault.HOURS_TURNED: "Arbejdstiden slutter, før den begynder. Ret »fra kl.« eller »til kl.«.",
    DrawFault.TOO_MANY: f"Perioden har flere end {MOST_CONSIDERED:,} opslag. Vælg en kortere periode.".replace(
        ",", "."
    ),
    DrawFault.NOTHING: "Der er ingen opslag i perioden, så der er intet at trække. Opslag fra de seneste fem minutter "
    "er ikke med.",
}
NUMBER_FAULT = "»{field}« skal være et helt tal fra {least} til {most}. Ret tallet."
FIELD = {
    "percent": "Tilfældige i procent",
    "most_random": "Højst så mange tilfældige",
    "most_whole": "Højst så mange uden relation, og om beskyttede",
    "most_targeted": "Højst så mange af hver af de andre",
    "opens": "Arbejdstid fra kl.",
    "closes": "Arbejdstid til kl.",
    "burst_citizens": "Så mange forskellige borgere",
    "burst_minutes": "Inden for minutter",
}
LINE_FAULT = {
    LineFault.OUTCOME_MISSING: "Vælg, hvad gennemgangen viste.",
    LineFault.WORDS_MISSING: "Skriv det med ord: mindst {length} tegn. Tal eller gentagne bogstaver er ikke nok.",
    LineFault.RECEIVER_MISSING: "Vælg, hvem der skal gennemgå linjen. Det kan ikke være medarbejderen selv.",
    LineFault.CHANGED_MEANWHILE: "En anden har skrevet om linjen, mens du skrev. Læs det, og gem dit, hvis det "
    "stadig skal med.",
}
DRAWN = "Stikprøven er trukket: {lines}."
SENT = "Sendt til {name}."
ASKED = "Det er noteret, at {name} er bedt om en forklaring."
REVIEWED = "Gennemgangen er gemt: {outcome}."
EVENT_SENT = "Sendt til {name}"
EVENT_ASKED = "{name} er bedt om en forklaring"
EVENT_REVIEWED = "Gennemgået: {outcome}"
IS_OWN = "Det er dit eget opslag. En anden skal gennemgå det."
NOT_YOURS = "Linjen er ikke sendt til dig."
NOT_NAMED = "En borger, som ikke nævnes for lederen"
TO_LOG = "Tilbage til Tilsyn"
TO_OWN_UNITS = "Tilbage til Mine enheder"
CHECKPOINT = "Loggens kontrolpunkt ved trækningen dækker {size} linjer."
NO_CHECKPOINT = "Loggen var ikke forseglet endnu, da stikprøven blev trukket, så intet kontrolpunkt dækker den."
PDF_NAME = "stikproeve-{id}.pdf"
CSV_NAME = "stikproeve-{id}.csv"
EMPLOYEE, CITIZEN, UNIT = "medarbejder", "borger", "enhed"
CSV_HEAD = (
    "Linje",
    "Linje i loggen",
    "Tid",
    "Medarbejder",
    "Enhed",
    "Borger",
    "Formål",
    "Relation på det tidspunkt",
    "Områder",
    "Udskrifter",
    "Trukket som",
    "Udfald",
    "Gennemgået af",
    "Gennemgået",
    "Begrundelse",
    "Bedt om forklaring",
)
"""Before the lines the file has the parameters, the seed, the strata and the checkpoint."""
FILE_SEED, FILE_POPULATION, FILE_DIGEST, FILE_LAST = (
    "Frø",
    "Opslag i alt",
    "Fingeraftryk af dem",
    "Sidste linje i loggen",
)
FILE_PERIOD, FILE_DRAWN, FILE_BY, FILE_STRATUM = "Periode", "Trukket", "Trukket af", "Gruppe"
FILE_CHECKPOINT, FILE_REDRAW = "Loggens kontrolpunkt", "Efterprøvning"
FILE_PARAMETERS = "Trukket efter"
PARAMETERS = (
    "{percent} % tilfældige, højst {most_random}; alle uden relation og alle om beskyttede, højst {most_whole} af "
    "hver; højst {most_targeted} af hver af de andre grupper; arbejdstid hverdage {opens}-{closes}; mange borgere er "
    "mindst {burst_citizens} forskellige inden for {burst_minutes} minutter."
)
"""As in the page of a sample and in its files."""
