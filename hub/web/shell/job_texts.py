"""What is said of long work that a worker does."""

from hub.jobs.job import JobKind

WAITS = "Venter på en arbejder"
RUNS = "I gang"
DONE = "Færdig"
FAILED = "Kunne ikke gøres færdig"
OF = "{done} af {total}"
ENDS = "ventes færdig {when}"

FAULT = {
    "store_unavailable": "Databasen svarede ikke. Der prøves igen af sig selv.",
    "bus_unavailable": "Køen mellem kilde og database svarede ikke. Der prøves igen af sig selv.",
    "search_down": "Søgningen svarede ikke. Der prøves igen af sig selv.",
    "bus_refused": "Køen mellem kilde og database afviste os. Sig det til driften.",
    "worker_ended": "Arbejderen standsede igen og igen. Sig det til driften.",
    "unexpected": "Det gik galt hos os. Sig det til driften; arbejderens log siger hvor (job.failed).",
}
"""Why a job waits or has failed, by its fault."""
GAVE_UP = {
    "store_unavailable": "Databasen svarede ikke. Prøv igen, når den gør.",
    "bus_unavailable": "Køen mellem kilde og database svarede ikke. Prøv igen, når den gør.",
    "search_down": "Søgningen svarede ikke. Prøv igen, når den gør.",
}
"""The same, once it is not tried any more."""

RESULT = {
    "published": ("kan læses nu og er på vej til borgeren", "kan læses nu og er på vej til borgerne"),
    "left_out": ("kan læses nu og skal ikke med", "kan læses nu og skal ikke med"),
    "still_rejected": ("kan stadig ikke læses", "kan stadig ikke læses"),
    "next_run": ("læses igen ved kildens næste kørsel", "læses igen ved kildens næste kørsel"),
    "no_payload": (
        "er ikke gemt længere og læses, når kilden sender den igen",
        "er ikke gemt længere og læses, når kilden sender dem igen",
    ),
    "no_answer": ("venter: kilden svarede ikke", "venter: kilden svarede ikke"),
    "source_gone": ("hører til en kilde, der ikke læses mere", "hører til en kilde, der ikke læses mere"),
    "gone": ("var rettet imens", "var rettet imens"),
    "repaired": ("borger er skrevet til søgningen igen", "borgere er skrevet til søgningen igen"),
    "records": ("oplysning er glemt", "oplysninger er glemt"),
    "citizens": ("borgers overblik er bygget igen uden dem", "borgeres overblik er bygget igen uden dem"),
    "quarantined": ("linje i karantænen er glemt", "linjer i karantænen er glemt"),
    "events": ("modtaget hændelse er glemt", "modtagne hændelser er glemt"),
    "written": ("borger er skrevet til den nye søgning", "borgere er skrevet til den nye søgning"),
}
"""After the number, of one and of several, by the word in a job's result."""
NOTHING = {
    JobKind.REPLAY: "Der var intet at prøve igen.",
    JobKind.INDEX_REPAIR: "Søgningen var, som den skulle være.",
    JobKind.REINDEX: "Der var ingen borgere at skrive.",
    JobKind.FORGET_SOURCE: "Der var intet at glemme.",
}
"""Of a job that came to its end with nothing to do."""
