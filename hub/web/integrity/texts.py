"""What *Er loggen hel?* says."""

from collections.abc import Mapping

from helhed_verify.findings import FindingKind
from hub.access.policy import SHORTEST_REASON
from hub.audit.event_names import MOST_DAYS, NamesFault

TO_LOG = "Tilbage til Tilsyn"
TO_SOURCES = "Til Kilder"
LINES = ("linje", "linjer")
NOT_SEALED = "Loggen er ikke forseglet endnu"
GONE = "Loggen er ikke hel: den har været forseglet, men ingen linje er det nu"
BROKEN = "Loggen er ikke hel: {count} ved efterprøvningen {at}"
FINDINGS = ("fejl", "fejl")
SEALING_STOPPED = "Loggen forsegles ikke længere: {count} venter"
NEVER_SEALED = "Loggen er ikke forseglet endnu: {count} venter"
SEALING_FAULT = "Loggen forsegles ikke: den passer ikke med det, der er underskrevet før"
NO_WITNESS = "Loggen er forseglet, men ikke bevidnet: {count}"
WITNESS_BEHIND = "Loggen er forseglet, men et vidne er bagud: {count}, sidst bevidnet {at}"
NEVER_VERIFIED = "Loggen er forseglet, men endnu ikke efterprøvet: {count}, sidst bevidnet {at}"
NOT_VERIFIED = "Loggen er forseglet, men ikke efterprøvet i over et døgn: {count}, sidst bevidnet {at}"
WHOLE = "Loggen er hel: {count}, sidst bevidnet {at}"
WITNESS: Mapping[str, str] = {"file": "Fil", "topic": "Kafka-emne"}
"""Witnesses that are no address."""
BEHIND = "bagud"
IN_STEP = "følger med"
NEVER = "aldrig"
FINDING: Mapping[FindingKind, str] = {
    FindingKind.EDITED: "En linje er rettet",
    FindingKind.MISSING: "Linjer er slettet før tid",
    FindingKind.ORDER: "En linje står et andet sted end sit eget",
    FindingKind.CHANGED: "Linjer er ikke dem, der blev underskrevet",
    FindingKind.REWRITTEN: "Loggen passer ikke med et vidnes",
    FindingKind.TRUNCATED: "Loggen er skåret af",
    FindingKind.BACK_DATED: "En linje siger et andet tidspunkt, end den blev forseglet",
    FindingKind.UNSIGNED: "En underskrift mangler eller er forkert",
    FindingKind.UNSEALED: "Linjer er skrevet og ikke forseglet",
    FindingKind.FORMAT: "En linje kan ikke læses",
}
OTHER_FINDING = "Noget andet er galt"
WITHOUT_LINE = "{count} om borgere er givet uden en linje i loggen"
ANSWERS = ("svar", "svar")
EVERY_ANSWER = "Hvert svar om en borger har sin linje i loggen"
NO_ANSWERS = "Ingen svar om borgere er talt endnu"
NO_DAY = "Skriv en dag som 2026-11-27, eller lad feltet stå tomt."
DAYS_TURNED = "Den første dag er efter den sidste. Byt om på dem, eller lad felterne stå tomme."
STREAM_PSEUDONYMS = "med pseudonymer, og uden navne, fritekst og numre"
STREAM_NAMES = "for tiden med medarbejderes navne og borgeres nøgler, og uden borgeres navne, fritekst og cpr-numre"
EVENTS_PSEUDONYMS = "Hver borger og medarbejder står som et pseudonym, der skifter hvert kvartal."
EVENTS_NAMES = (
    "Databeskyttelsesrådgiveren har afgjort, at hændelser må nævne medarbejdere og borgeres nøgler indtil {until}. "
    "I den fil, du henter her, står de som pseudonymer, der skifter hvert kvartal."
)
EVENTS_NAMES_YOURS = (
    "Indtil {until} kan du vælge, at filen nævner medarbejdere og borgeres nøgler. "
    "Ellers står de som pseudonymer, der skifter hvert kvartal."
)
REACHES_FILE = "Filen, som du henter her. Overvågningen får pseudonymer."
REACHES_STREAM = "Filen, som du henter her, og det, der leveres til overvågningen."
NAMES_DECIDED = "Afgørelsen gælder nu. Den står i loggen."
NAMES_ENDED = "Afgørelsen er afsluttet. Hændelserne har pseudonymer igen."
NO_NAMES = (
    "Der er ingen afgørelse, der gælder. Uden den nævner hændelserne ingen: skriv en, eller hent filen uden navne."
)
NAMES_FAULT: Mapping[NamesFault, str] = {
    NamesFault.IN_FORCE: "Der gælder allerede en afgørelse. Afslut den, før du skriver en ny.",
    NamesFault.REASON_MISSING: (
        f"»Hvorfor?« mangler en begrundelse. Skriv den med ord, mindst {SHORTEST_REASON} tegn uden cpr-numre."
    ),
    NamesFault.DAYS_WRONG: f"»Antal dage« skal være et helt tal fra 1 til {MOST_DAYS}.",
}
NO_SUCH_LINE = "Linjen {number} er ikke i loggen, eller den er ikke forseglet endnu."
NO_SUCH_SIZE = "Der er ikke underskrevet noget, da loggen havde {number}."
