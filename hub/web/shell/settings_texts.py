"""Danish of the form for a source's settings: groups, units, and what is wrong with a field."""

from connectors.settings_form import Group

GROUP = {
    Group.ADDRESS: "Hvor kilden er",
    Group.LOGIN: "Adgang",
    Group.CONTENT: "Hvad der læses",
    Group.PUSH: "Hvem der må sende os hændelser",
    Group.ABSENCE: "Når der intet nyt er, eller noget mangler",
    Group.LIMITS: "Det, der sjældent ændres",
}
FOLDED = frozenset({Group.PUSH, Group.ABSENCE, Group.LIMITS})
"""Groups that are closed until somebody opens them: their defaults fit nearly everybody, or nothing is pushed."""
UNITS = {"s": "sekunder", "m": "minutter", "h": "timer", "d": "dage"}

FAULT = {
    "missing": "Feltet skal udfyldes.",
    "string_too_short": "Feltet skal udfyldes.",
    "too_short": "Vælg mindst én.",
    "string_too_long": "Der må højst stå {max_length} tegn.",
    "int_parsing": "Skriv et helt tal.",
    "int_from_float": "Skriv et helt tal.",
    "int_type": "Skriv et helt tal.",
    "float_parsing": "Skriv et tal.",
    "float_type": "Skriv et tal.",
    "greater_than": "Tallet skal være større end {gt}.",
    "greater_than_equal": "Tallet skal være mindst {ge}.",
    "less_than_equal": "Tallet må højst være {le}.",
    "less_than": "Tallet skal være mindre end {lt}.",
    "duration": "Skriv et tal og vælg en enhed, fra 1 sekund til 366 dage.",
    "enum": "Vælg en af mulighederne.",
    "bool_parsing": "Sæt kryds, eller lad være.",
    "extra_forbidden": "Feltet findes ikke længere; tøm det.",
}
"""By Pydantic's name of the fault."""
NO_DATE = "Skriv udløbsdatoen som år-måned-dag, fx 2026-12-31, eller lad den være tom."
FORMER_DATE = "Datoen er den gamles. Skriv, hvornår den nye udløber, eller tøm datoen. Skriv også den nye igen."
FAULT_OTHER = "Det, der står her, kan ikke bruges. Se hjælpen under feltet."
PATTERN = {
    r"^https?://[^?#]+$": "Skriv en hel adresse, der begynder med https:// og er uden ? og #.",
    r"^https?://": "Skriv en hel adresse, der begynder med https://.",
    r"^\d{4}$": "Skriv fire cifre.",
    r"^\d{8}$": "Skriv otte cifre.",
    r"^amqps?://[^/?#@]+$": "Skriv en adresse, der begynder med amqps://, uden bruger og sti, fx amqps://VÆRT:5671.",
    r"^[A-Za-z0-9_-]{1,20}$": "Højst 20 tegn: a-z, tal, bindestreg og understreg.",
    r"^[A-Za-z0-9_-]{1,40}$": "Højst 40 tegn: a-z, tal, bindestreg og understreg.",
    r"^[^\s/@\[\]]+$": "Skriv kun serverens navn, uden sftp://, mappe og mellemrum.",
    r"^(ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/=]+( .*)?$": "Skriv nøglen, som den står i en fil, der ender på .pub.",
    r"^\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}$": "Skriv hver linje som 2026-02-09/2026-02-13.",
}
"""What a value must look like, by the pattern it does not match."""
