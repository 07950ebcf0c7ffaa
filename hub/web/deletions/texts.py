"""What Hvad er slettet says."""

from hub.rights.stores import DeletionRule

RULE = {DeletionRule.ERASURE: "afgjort af databeskyttelsesrådgiveren", DeletionRule.RETENTION: "tidsfrist"}
RAN = ("kl. {clock}", "senest kl. {clock}, {times} gange")
NOT_RUN = "Sletningen efter tidsfrister har ikke kørt i dag eller i går. Se efter, om arbejderen kører."
SOURCE_LIMIT = "{source}: {days} efter at det sidste om borgeren er ophørt"
COURSES = "Forløb, planer, møder, samtykker og videregivelser har ingen frist endnu; de slettes kun efter en afgørelse."
QUARANTINE = "Det, der ikke kunne læses: {days}"
BUS = "Beskeder på bussen: {hours} timer"
LOG = "Det, loggens linjer siger: {months} måneder"
ALERTS = "Adviser: {days}"
BACKUPS = "Sikkerhedskopier: efter kommunens egen frist. Det, der er slettet, står i dem, til de slettes."
BACKUP_DAYS = "Sikkerhedskopier: {days}. Det, der er slettet, står i dem så længe."
INDEX = "Søgningen følger det, der er gemt, og sammenlignes med det, så intet bliver stående."
TO_LOG = "Tilbage til Tilsyn"
TO_SOURCES = "Tilbage til Kilder"
