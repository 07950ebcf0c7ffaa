"""What Søgningen says."""

NOT_COMPARED = "Søgning og database er ikke sammenlignet endnu. Det sker af sig selv, når en arbejder kører."
EQUAL = "Søgningen kender alle borgere, som databasen gør."
DRIFT = "Søgningen er ikke helt som databasen. Det rettes af sig selv inden for et minut, eller ret det op nu."
OLD = "Den seneste sammenligning er gammel: der kører måske ingen arbejder. Sig det til driften."
ALL = "Alle borgere"
SAME = "ens"
OTHER_VERSIONS = "samme antal, men ikke de samme oplysninger"
FEWER = "{count} mangler i søgningen"
MORE = "{count} for meget i søgningen"
CUT = (
    "{citizens} flere oplysninger, end søgningen kan rumme. Søg på navn, nummer eller de nyeste oplysninger;"
    " borgerens overblik viser det hele."
)
REPAIRED = "{citizens} er sidst rettet op {when}."

STARTED = {
    "index_repair": "Søgningen rettes op nu. Du kan se her, hvad der kom ud af det.",
    "reindex": "Søgningen bygges på ny ved siden af den gamle. Der kan søges imens.",
}
"""By the kind of job."""
