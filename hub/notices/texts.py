"""What notices say: Danish, for e-mail and for the page."""

from collections.abc import Mapping

from hub.notices.conditions import NoticeKind

SEARCH_INDEX = "Søgningen"
BEGAN: Mapping[NoticeKind, str] = {
    NoticeKind.LATE: "{source} er forsinket: der skulle være kommet data.",
    NoticeKind.SILENT: "{source} er tavs: der er ikke kommet data i dobbelt så lang tid som aftalt.",
    NoticeKind.FAILING: "{source} fejler: {number} kørsler i træk gik galt.",
    NoticeKind.HELD_DELETIONS: "{source}: {number} sletninger er tilbageholdt og venter på et menneske.",
    NoticeKind.TOO_MANY_REJECTED: "{source} er standset: for meget kunne ikke læses.",
    NoticeKind.CERTIFICATE_EXPIRING: "{source}: et certifikat udløber om {number} dage.",
    NoticeKind.SECRET_EXPIRING: "{source}: en adgangskode udløber om {number} dage.",
    NoticeKind.SENDER_REFUSED: "{source}: en afsender er afvist {number} gange, og det sendte er ikke taget imod.",
    NoticeKind.INDEX_DRIFT: "Søgningen siger ikke det samme som databasen.",
    NoticeKind.SAMPLE_OVERDUE: "Der mangler en stikprøve af opslag: den seneste er ældre, end der er sat.",
    NoticeKind.WEBHOOK_DISABLED: "{number} systemer får ikke længere adviser: de har ikke svaret rigtigt mange gange.",
    NoticeKind.WITNESS_BEHIND: "{number} vidner til loggen er bagud: de har ikke kvitteret i over ti minutter.",
    NoticeKind.STREAM_BEHIND: "Systemet, der overvåger loggen (SIEM), er bagud: {number} linjer venter på at blive "
    "leveret.",
}
ENDED: Mapping[NoticeKind, str] = {
    NoticeKind.LATE: "{source} er ikke længere forsinket.",
    NoticeKind.SILENT: "{source} er ikke længere tavs: der er kommet data.",
    NoticeKind.FAILING: "{source} fejler ikke længere.",
    NoticeKind.HELD_DELETIONS: "{source}: ingen sletninger venter længere.",
    NoticeKind.TOO_MANY_REJECTED: "{source} kan læses igen.",
    NoticeKind.CERTIFICATE_EXPIRING: "{source}: certifikatet er skiftet.",
    NoticeKind.SECRET_EXPIRING: "{source}: ingen adgangskode er længere ved at udløbe.",
    NoticeKind.SENDER_REFUSED: "{source}: ingen afsender er afvist det seneste døgn.",
    NoticeKind.INDEX_DRIFT: "Søgningen siger igen det samme som databasen.",
    NoticeKind.SAMPLE_OVERDUE: "Der er trukket en stikprøve af opslag.",
    NoticeKind.WEBHOOK_DISABLED: "Alle systemer får igen adviser.",
    NoticeKind.WITNESS_BEHIND: "Alle vidner til loggen følger igen med.",
    NoticeKind.STREAM_BEHIND: "Systemet, der overvåger loggen (SIEM), følger igen med.",
}
ADVICE: Mapping[NoticeKind, str] = {
    NoticeKind.LATE: "Vent på næste kørsel, og se efter igen om en time.",
    NoticeKind.SILENT: "Ring til kildens driftsvagt.",
    NoticeKind.FAILING: "Se på kildens side, hvad der gik galt, og hvad du gør.",
    NoticeKind.HELD_DELETIONS: "Spørg systemejeren, om de er slettet. Frigiv eller afvis dem så på siden Tilbageholdt.",
    NoticeKind.TOO_MANY_REJECTED: "Se på kildens side, hvilket felt det er, og ring til leverandøren.",
    NoticeKind.CERTIFICATE_EXPIRING: "Bestil et nyt, og sæt det ind under kildens indstillinger.",
    NoticeKind.SECRET_EXPIRING: "Få en ny af leverandøren, og skriv den med dens udløbsdato under kildens "
    "indstillinger.",
    NoticeKind.SENDER_REFUSED: "Se på kildens side under Sendt af kilden, hvorfor, og hvad du gør.",
    NoticeKind.INDEX_DRIFT: "Det rettes af sig selv. Bliver det ved, så se efter, om søgning og arbejder kører.",
    NoticeKind.SAMPLE_OVERDUE: "Sig det til databeskyttelsesrådgiveren, som trækker den på Tilsyn under Stikprøver.",
    NoticeKind.WEBHOOK_DISABLED: "Ring til systemets leverandør. Slå det så til igen: helhed webhook enable.",
    NoticeKind.WITNESS_BEHIND: "Se på Er loggen hel?, hvilket vidne det er, og ring til den, der driver det.",
    NoticeKind.STREAM_BEHIND: "Se på Er loggen hel?, hvad der er galt, og ring til den, der driver systemet. Intet går "
    "tabt: det leveres, når systemet svarer igen.",
}
ONE: Mapping[NoticeKind, str] = {
    NoticeKind.WITNESS_BEHIND: "1 vidne til loggen er bagud: det har ikke kvitteret i over ti minutter.",
    NoticeKind.STREAM_BEHIND: "Systemet, der overvåger loggen (SIEM), er bagud: 1 linje venter på at blive leveret.",
    NoticeKind.WEBHOOK_DISABLED: "1 system får ikke længere adviser: det har ikke svaret rigtigt mange gange.",
    NoticeKind.HELD_DELETIONS: "{source}: 1 sletning er tilbageholdt og venter på et menneske.",
    NoticeKind.CERTIFICATE_EXPIRING: "{source}: et certifikat udløber om 1 dag.",
    NoticeKind.SECRET_EXPIRING: "{source}: en adgangskode udløber i morgen.",
    NoticeKind.FAILING: "{source} fejler: sidste kørsel gik galt.",
}
EXPIRED = "{source}: et certifikat udløber i dag, eller er udløbet."
SECRET_ENDS_TODAY = "{source}: en adgangskode udløber i dag."  # noqa: S105  a sentence
SECRET_ENDED = "{source}: en adgangskode er udløbet."  # noqa: S105
