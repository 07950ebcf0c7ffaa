"""What Tilbageholdt says."""

NOBODY_WAITS = "Ingen sletninger venter på dig."
EMPTY = (
    "Bliver en liste i en kilde tom, eller mangler der pludselig mange, står det her. Intet af den slags slettes, før"
    " du har taget stilling."
)
WAITING = "{kinds} fra {sources} venter på dig. Intet af det slettes, før du har taget stilling."
MISSING = "{missing} af {known} mangler i kilden"
RELEASE = "Kilden læses igen med det samme; højst {most} slettes. Mangler der flere til den tid, spørges du igen."
REFUSE = "Kilden læses igen med det samme. De {count} bliver stående, og du spørges kun igen, hvis der mangler flere."
REFUSE_ONE = "Kilden læses igen med det samme. Den bliver stående, og du spørges kun igen, hvis der mangler flere."
PARTS = "Med dem følger {parts}; det gælder din afgørelse også."

RELEASED = "Frigivet: højst {most} slettes, når kilden er læst igen."
REFUSED = "Afvist: de {count} bliver stående."
REFUSED_ONE = "Afvist: den bliver stående."
DONE = {
    "release": "Frigivet. Kilden læses igen; højst {most} slettes.",
    "refuse": "Afvist. De bliver stående, og kilden læses igen.",
}
"""By the decision."""
FAILED = {
    "reason_missing": "Skriv med ord, hvorfor: mindst {least} tegn. Intet er afgjort endnu.",
    "shown_outdated": "Tallet er ændret, eller en anden har afgjort det. Se det igen, og afgør det så.",
    "already_decided": "Det er afgjort imens, af en anden eller af en ny læsning. Intet er ændret.",
}
"""By the error's key."""
