"""What the pages about one citizen say."""

from schemas.facts import LifeStatus, Outcome, RelationKind
from schemas.overview import SectionState

OUTCOME = {
    Outcome.NO_ACTION: "Vurderet: ingen handling",
    Outcome.TO_RUNNING_CASE: "Indgår i igangværende sag",
    Outcome.CLARIFICATION: "Førte til afdækning (§ 19)",
    Outcome.ASSESSMENT: "Førte til børnefaglig undersøgelse (§ 20)",
    Outcome.ACUTE: "Førte til akut handling",
    Outcome.EFFORT: "Førte til en indsats",
}

RELATION = {
    RelationKind.PARENT: ("Forælder", "Forældre"),
    RelationKind.CHILD: ("Barn", "Børn"),
    RelationKind.SIBLING: ("Søskende", "Søskende"),
    RelationKind.PARTNER: ("Partner", "Partnere"),
    RelationKind.GUARDIAN: ("Værge", "Værger"),
    RelationKind.OTHER: ("Anden nærtstående", "Andre nærtstående"),
}
"""Singular and plural."""

LIFE_STATUS = {
    LifeStatus.ALIVE: "bor i Danmark",
    LifeStatus.DEAD: "død",
    LifeStatus.MOVED_OUT: "udrejst",
    LifeStatus.MISSING: "forsvundet",
    LifeStatus.UNBORN: "ikke født endnu",
}

SECTION_STATE = {
    SectionState.ENTRIES: ("der er indsatser", ""),
    SectionState.NONE_FOUND: (
        "ingen igangværende indsats fundet",
        "Kilden er læst og har ingen indsats i gang. Ved du om en, så spørg den, der har sagen.",
    ),
    SectionState.NOT_COVERED: (
        "ikke dækket her",
        "Ingen kilde er tilsluttet for området. Spørg forvaltningen direkte.",
    ),
    SectionState.WITHHELD: (
        "ikke for dig at se",
        "Siden siger ikke, om der er oplysninger.",
    ),
}
"""Headline after the area's name, and what one can do."""

ASK_CONSENT = "Borgeren kan samtykke til, at teamet ser dem; spørg på næste møde."
"""After what is said of a withheld area, where there is a team that meets with the citizen."""

STRENGTHS_MISSING = "Kilderne har ikke noteret borgerens egne ord eller det, der virker."
ASK_STRENGTHS = "Spørg på næste møde."

UNREAD = (
    "kilden er ikke læst til ende endnu",
    "Der kan være indsatser, som ikke er med. Spørg forvaltningen direkte, hvis det haster.",
)
"""The same, of an area whose source was never read to its end."""

UNREAD_NOTIFICATIONS = "En kilde er ikke læst til ende endnu, så der kan mangle underretninger."

SILENT = "Der kan være nyt, som ikke er med. Ring til den ansvarlige, hvis det haster."
"""What one can do when an area's source has been silent."""

DISAGREEMENT_FIELD = {
    "given_name": "fornavnet",
    "family_name": "efternavnet",
    "birth_date": "fødselsdatoen",
    "address": "adressen",
    "custody": "forældremyndigheden",
    "life_status": "status i folkeregistret",
    "died_on": "dødsdagen",
}

INDEX_DOWN = "Søgningen svarer ikke lige nu. Siden er hentet direkte fra databasen og er lige så ny, som den plejer."

NOT_UPDATED = (
    "Siden har ikke kunnet opdateres siden {since}, så det nyeste kan mangle. Fejlen er vores, og driften kan se den."
    " Haster det, så spørg dem, der har indsatsen."
)

OVERRIDE_WARNING = (
    "Du er ikke på teamet og ikke nævnt som ansvarlig, og din enhed har hverken en indsats i gang eller en åben sag."
    " Du må kun åbne siden, hvis dit arbejde"
    " kræver det. Opslaget bliver noteret i loggen med din begrundelse og gennemgået af databeskyttelsesrådgiveren."
    " Uberettigede opslag kan straffes efter straffeloven § 152."
)

SELF_REFUSED = (
    "Du kan ikke åbne din egen side her. Vil du se, hvad kommunen har om dig, så bed om indsigt som alle andre;"
    " databeskyttelsesrådgiveren hjælper dig."
)

NO_EFFORTS = "Ingen igangværende indsatser i de kilder, du kan se."
