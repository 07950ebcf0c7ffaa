"""What Karantæne says."""

EMPTY = "Alt kunne læses. Kan noget ikke det en dag, står det her med, hvad der er galt, og hvad man gør."
SUMMARY = "{rows} kunne ikke læses, af {faults}. Resten er taget ind."
ONLY = "Her står kun det, der kom fra {source}."
NAME_AT_SUPPLIER = " I fagsystemet hedder det {name}."
RETRY = (
    "Er fejlen rettet, hos os eller i kilden, så prøv igen. Det, der er gemt, læses på ny; er det ikke nok, spørges"
    " kilden om netop den linje. Hvor kilden ikke kan svare på én linje, læses den ved næste kørsel."
)
STARTED = "Det prøves igen nu. Du kan se her, hvad der kom ud af det."
GONE = "Det er rettet imens, så der er intet at prøve igen."

SENT = {
    "stored": "Det, kilden sendte, er gemt krypteret og slettes senest {day}.",
    "not_stored": "Det, kilden sendte, er ikke gemt: det var for stort, eller der var intet.",
    "deleted": "Det, kilden sendte, er slettet igen efter fristen.",
}
"""What became of what the source sent, by its state."""
