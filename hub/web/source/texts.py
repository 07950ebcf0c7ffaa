"""What the pages of one source say."""

from hub.sources.change_repository import ChangeKind
from hub.sources.run_history import RunEvent

TABS = {
    "": "Overblik",
    "/koersler": "Kørsler",
    "/plan": "Plan",
    "/indstillinger": "Indstillinger",
    "/opsaetning/tjek": "Tjek",
    "/opsaetning/felter": "Felter",
    "/aendringer": "Ændringer",
}
"""The pages of a source by the end of their address."""

MESSAGE = {
    "koerer": "Kilden læses, så snart en arbejder er ledig; som regel inden for et par sekunder.",
    "laeses-allerede": "Kilden læses allerede. Der er ikke sat en ny læsning i gang.",
    "fra-dag": "Det, der er ændret siden den dag, læses igen nu.",
    "fra-begyndelsen": "Alt læses igen fra begyndelsen, og det, der mangler i kilden, findes.",
    "ikke-fra-dag": "Kilden kan ikke læses fra en dag. Derfor læses alt igen fra begyndelsen.",
    "standser": "Læsningen standser i god orden om et øjeblik. Det, der er læst, er gemt.",
    "allerede-slut": "Læsningen var allerede slut.",
    "slukket": "Kilden er slukket. En læsning, der er i gang, standser i god orden.",
    "taendt": "Kilden er tændt og læses nu.",
    "plan-gemt": "Planen er gemt.",
    "gemt": "Ændringerne er gemt. Kilden læses nu, som den er sat op.",
    "intet-aendret": "Der var intet at gemme: alt står, som det stod.",
}
"""By the key in the address that an act leads to."""

RUN_SENTENCE = {
    "complete": "Læst til ende.",
    "unavailable": "Kilden svarede ikke. Næste kørsel går videre, hvor denne slap.",
    "refused": "Kilden afviste os. Der skal et menneske til.",
    "failed": "Det gik galt hos os. Næste kørsel går videre, hvor denne slap.",
    "too_many_rejected": "Standset, fordi for meget ikke kunne læses. Næste kørsel begynder samme sted som denne.",
    "held": "Læst til ende. Så meget mangler i kilden, at sletningerne venter på et menneske.",
    "stopped": "Standset i god orden. Næste kørsel går videre, hvor denne slap.",
}

WORKER_GONE = (
    "Arbejderen, der læste, er væk, eller læsningen blev afløst af en ny. Intet er gået tabt: det, der ikke nåede at"
    " blive gemt, læses igen."
)

STOPPING = "Standser i god orden; det sker inden for få sekunder."
NO_SIGN = (
    "Arbejderen har ikke givet livstegn i 15 sekunder. Er den væk, begynder en anden af sig selv, hvor der"
    " sidst blev gemt."
)

LOG = {
    RunEvent.STARTED: "Begyndte, hvor sidste kørsel slap.",
    RunEvent.STARTED_FROM_START: "Begyndte forfra; alt læses igen.",
    RunEvent.STARTED_FIRST_TIME: "Begyndte for første gang.",
    RunEvent.WORKER_GONE: WORKER_GONE,
}
LOG_HELD = "{subject}: {missing} af {known} mangler i kilden. De slettes ikke, før et menneske har set på det."

RULE_OTHER = "efter en regel i kildens opsætning"


COUNTS = {
    "read": ("læst", "læst"),
    "new": ("ny", "nye"),
    "changed": ("ændret", "ændrede"),
    "unchanged": ("uændret", "uændrede"),
    "deleted": ("slettet", "slettede"),
    "skipped": ("udeladt efter regel", "udeladt efter regel"),
    "rejected": ("i karantæne", "i karantæne"),
    "held": ("tilbageholdt", "tilbageholdt"),
}
"""Of one, and of any other number."""

WAITING = "{count} er læst, men ikke gemt endnu. Tallene for nye, ændrede og uændrede er først hele, når de er."
NOT_COUNTED = "Hvor meget der var nyt og ændret, er ikke talt i denne kørsel."
PARKED = "{count} kunne ikke gemmes hos os og ligger i karantænen. Fejlen er vores."

IN_FILE = "Kilden er sat op i filen med kilder (HELHED_SOURCES_FILE). Planen ændres dér."
SCHEDULE_CHANGED = (
    "En anden har ændret planen, siden du åbnede siden. Dine ændringer står her endnu, men er ikke gemt. Se efter, og"
    " gem igen, hvis de stadig er rigtige."
)
SETTINGS_IN_FILE = "Kilden er sat op i filen med kilder (HELHED_SOURCES_FILE). Indstillingerne ændres dér."
SETTINGS_CHANGED = (
    "{who} har ændret kilden {when}, mens du skrev. Det, du skrev, står her endnu, men er ikke gemt. Se under"
    " Ændringer, hvad der er ændret, og gem igen, hvis dit stadig er rigtigt. Hemmeligheder skal skrives igen."
)
SETTINGS_WRONG = "Intet er gemt endnu. Ret det, der er mærket. Hemmeligheder skal skrives igen."
CANNOT_BUILD = "Kilden kan ikke sættes op sådan. Se, om en hemmelighed mangler, eller om to felter siger hinanden imod."
NO_KEY = "Hemmeligheder kan ikke gemmes: driften skal først sætte HELHED_SECRET_KEYS."
CHANGED_BY = "Sidst ændret af {who} {when}."
OWN_AREA = "Som kilden selv siger: {area}"
REMOVE_CONFIRM = "Skriv kildens navn, {name}, for at fjerne den."
REMOVE_CHOOSE = "Vælg, hvad der skal ske med det, kilden har sagt."
TOLD = "Kilden har sagt {records} om {citizens}."
KEEP, FORGET = "behold", "glem"
DATA = {
    KEEP: "Behold det. Det bliver stående på borgernes sider med den dag, det sidst blev læst. Kommer kilden igen under"
    " samme navn, læses videre, hvor der blev sluppet.",
    FORGET: "Glem det: {what}. Borgernes overblik bygges igen uden. Det kan ikke fortrydes.",
}
"""What may become of what a source has said."""
REMOVED = "Kilden blev fjernet {when} og læses ikke mere."
LEFT = "Her er endnu {what}."
NOTHING_LEFT = "Intet af det, den har sagt, er her mere."
SCHEDULE_WRONG = "Skriv enten et mellemrum som 15m, 2h eller 1d, eller et klokkeslæt som 02:30. Det ene felt er tomt."
CHANGE = {
    ChangeKind.ADDED: "Tilføjede kilden",
    ChangeKind.CHANGED: "Ændrede indstillinger",
    ChangeKind.SCHEDULED: "Ændrede planen",
    ChangeKind.PAUSED: "Slukkede kilden",
    ChangeKind.RESUMED: "Tændte kilden",
    ChangeKind.REMOVED: "Fjernede kilden",
}
"""What somebody did, by ``ChangeEntry.kind``."""
CHANGED_FIELD = {"area": "område", "title": "navn", "lifecycle": "sat i gang", "secret_expiry": "udløbsdato"}

UNITS = {"s": ("sekund", "sekunder"), "m": ("minut", "minutter"), "h": ("time", "timer"), "d": ("dag", "dage")}

RULE = {
    "before_what_can_be_corrected": "ligger før den periode, kilden kan rette i",
    "deletions_not_judged": "mangler, men det kan ikke siges, om det er slettet",
    "other_school_year": "hører til et andet skoleår",
    "same_id_twice": "stod to gange i svaret; den nyeste er taget",
    "given_out_before": "læst før og ikke ændret",
    "id_list_not_whole": "kildens liste over numre var ikke hel; derfor er intet slettet",
    "no_history_of_deletions": "kilden fortæller ikke, hvad der er slettet; det findes ved sammenligning",
    "other_kind": "af en slags, vi ikke læser",
    "not_allowed": "må vi ikke se",
    "gone": "findes ikke mere i kilden",
    "only_applied": "er kun ansøgt, ikke bevilget",
    "caseworker_inactive": "medarbejderen er ikke aktiv",
    "list_not_offered": "kilden har ikke listen",
}
"""What a rule of a connector leaves out, by its name."""

INBOX_EMPTY = "Intet venter. Det, kilden har sendt, er slået op."
INBOX_NOT_READY = "kilden havde det ikke endnu"
INBOX_AT_ONCE = "De slås op, så snart en arbejder er ledig; som regel inden for et par sekunder."
INBOX_NOBODY_TRIES = "De skulle være slået op. Se efter, om arbejderen kører. Intet går tabt imens."
INBOX_NEXT = "Prøves igen af sig selv: {when}. Intet er gået tabt, og det andet går videre."
INBOX_PAUSED = "Kilden er slukket. Det, den sender, gemmes og slås op, når den tændes."
INBOX_HINTED = "Kilden har meldt nyt om {citizens}. Deres sager læses som det næste, før planen siger det."
INBOX_RUN = "Se kørslen"
HINTED_RUN = "Kun sagerne for {citizens}, som kilden havde meldt nyt om, er læst."
ASKED_BY_PLAN = "efter planen"
ASKED_BY_PERSON = "sat i gang af {who}"
ASKED_BY_HINTS = "fordi kilden meldte nyt om {citizens}"
ASKED_BY_EVENTS = "fordi kilden sendte noget"

REFUSED_HERE = "Afsendere, vi har afvist, da de ville sende for kilden. Det, de sendte, er ikke taget imod."
REFUSED_ELSEWHERE = (
    "Afsendere, vi har afvist, før vi kunne se, hvilken kilde de ville sende for. Det kan være en anden."
)
REFUSED_LINE = "{times}, {when}: {why}."
_NOTHING_TO_DO = "Intet, medmindre det bliver ved: afsenderen sender igen."
_FEWER = "Bed afsenderen om at holde forbindelserne åbne og bruge færre."
_NO_CERTIFICATE = (
    "forbindelsen kom uden et certifikat",
    "Intet, medmindre en afsender siger, at de ikke kan komme igennem. Alle på nettet kan banke på adressen.",
)
REFUSED_SENDER = {
    "certificate_not_valid": (
        "certifikatet er udløbet, eller er udstedt af en, vi ikke stoler på",
        "Bed afsenderen om et gyldigt certifikat. Er udstederen en ny, skal driften føje den til HELHED_LISTEN_CA.",
    ),
    "handshake": _NO_CERTIFICATE,
    "no_certificate": _NO_CERTIFICATE,
    "certificate_expired_or_unreadable": (
        "proxyen gav et certifikat videre, der er udløbet eller ikke kan læses",
        "Bed afsenderen om et gyldigt certifikat.",
    ),
    "proxy_without_certificate": (
        "proxyen gav ikke afsenderens certifikat videre",
        "Bed driften om at lade proxyen give det videre i X-Client-Cert.",
    ),
    "forged_header": (
        "en anden end vores proxy påstod at give et certifikat videre",
        "Spørg afsenderen hvorfor. Bed driften om at lade proxyen fjerne X-Client-Cert fra alle andre.",
    ),
    "sender_not_allowed": (
        "certifikatet er ikke blandt dem, der må sende for kilden",
        "Spørg afsenderen, om de har skiftet certifikat. Er det deres, så skriv aftrykket under Indstillinger.",
    ),
    "no_such_address": (
        "adressen findes ikke",
        "Giv afsenderen adressen, der slutter på /webhooks/{source}/ og det, de selv føjer til.",
    ),
    "no_length": ("beskedens længde manglede", "Bed afsenderen om at sende Content-Length."),
    "cut_off": ("beskeden blev afbrudt undervejs", _NOTHING_TO_DO),
    "too_large": ("beskeden var for stor", "Begyndelsen ligger i karantænen. Spørg afsenderen, hvad de sender."),
    "too_slow": ("afsenderen var for længe om at sende", _NOTHING_TO_DO),
    "too_many_of_address": ("der kom for mange forbindelser fra én adresse", _FEWER),
    "too_many_connections": ("der var for mange forbindelser på én gang", _FEWER),
}
"""Why a sender was refused, and what to do; by the reason of ``hub.inbox.refusals``."""

CONTESTED = ("oplysning er bestridt af en borger", "oplysninger er bestridt af borgere")
CONTEST_OPEN = "bestridt; se efter, om den er rigtig"
CONTEST_UPHELD = "borgeren har fået ret; ret den i kilden"
