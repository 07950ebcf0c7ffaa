"""What the pages about one citizen say."""

from schemas.facts import Outcome, Progress
from schemas.overview import SectionState
from schemas.people import LifeStatus

OUTCOME = {
    Outcome.ACUTE: "Førte til akut handling",
    Outcome.EFFORT: "Førte til en indsats",
    Outcome.ASSESSMENT: "Førte til børnefaglig undersøgelse (§ 20)",
    Outcome.CLARIFICATION: "Førte til afdækning (§ 19)",
    Outcome.TO_RUNNING_CASE: "Indgår i igangværende sag",
    Outcome.NO_ACTION: "Vurderet: ingen handling",
}
"""What the source says was decided. Of notifications in one row the first of these is said."""

NO_EFFORT_BEGAN = "Socialforvaltningen satte ingen indsats i gang"
NO_EFFORT_BEGAN_YET = "Socialforvaltningen har endnu ikke sat en indsats i gang"
INFORMED = "{sender} er orienteret om udfaldet {day}"
NO_EFFORT_LINKED = "Kilden knytter ingen indsats til"
"""Where efforts began in time, and the source says of none that it is because of the notification."""
FOLLOW_UP_UNKNOWN = "Siden kan ikke se, om en indsats fulgte"
NO_NOTIFICATIONS = "Ingen underretninger fundet i de kilder, du kan se."

HIDDEN_COLLEAGUE = "en medarbejder fra et område, du ikke kan se"
OVERRIDE_ENDS = "Grunden gælder kun denne borger og kun til kl. {until}."

LIFE_STATUS = {
    LifeStatus.ALIVE: "bor i Danmark",
    LifeStatus.DEAD: "død",
    LifeStatus.MOVED_OUT: "udrejst",
    LifeStatus.MISSING: "forsvundet",
    LifeStatus.UNBORN: "ikke født endnu",
}

CUSTODY = {"yes": "ja", "no": "nej"}
"""What a source says of custody, where sources differ."""

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

NO_CLASS = (
    "ingen klasse fundet",
    "Kilden er læst og har ikke borgeren som elev. Om specialundervisning og anden støtte fortæller den ikke.",
)
"""As NONE_FOUND, of the school: what it does is told by class and absence, and efforts of its own it does not tell."""

SHARED_IN_PART = (
    "kun noget er delt",
    "Borgeren har samtykket til, at teamet ser {categories}. Siden siger ikke, om der er andet.",
)
DISCLOSED_IN_PART = (
    SHARED_IN_PART[0],
    "Du ser {categories}. Siden siger ikke, om der er andet.",
)
"""Where something was disclosed without consent; who did it stands above."""
LIMITED_BY_KLE = (
    "du ser kun en del",
    "Din jobfunktion er begrænset til KLE {numbers}. Siden siger ikke, om der er andet i området.",
)
EXISTS = "Der er noget i området. Borgeren har kun samtykket til, at teamet ved det; spørg på næste møde."
EXISTS_NOT = "Der er intet i området. Borgeren har samtykket til, at teamet må vide det."
BY_CONSENT = "Med borgerens samtykke vises også {areas}."
BY_OVERRIDE = "På grund af din begrundelse vises også {areas}."
BY_STATED = "Også {areas} vises: {name} har videregivet det ({basis}), til og med {day}."
BY_STATED_IN_PART = "Noget af {areas} vises: {name} har videregivet det ({basis}), til og med {day}."
MEETING_ENDS = "Det, der er videregivet til mødet, vises kun til kl. {until} og kan ikke åbnes igen."
BY_CONSENT_IN_PART = "Af {areas} vises kun det, borgeren har samtykket til."
PLAN_PAGE = "Borgerens plan"
COURSE_PAGE = "Forløb og team"
OFFER_COURSE = "Tilbyd et forløb"
ASK_CONSENT = "Borgeren kan samtykke til, at teamet ser dem; spørg på næste møde."
"""After what is said of a withheld area, where the actor is on a team that meets with the citizen."""

STRENGTHS_MISSING = "Kilderne har ikke noteret borgerens egne ord eller det, der virker."
STRENGTHS_PARTLY_WITHHELD = (
    "De kilder, du kan se, har ikke noteret borgerens egne ord eller det, der virker. Siden siger ikke, om der står"
    " noget i det, du ikke kan se."
)
ASK_STRENGTHS = "Spørg på næste møde."

UNREAD = (
    "kilden er ikke læst til ende endnu",
    "Der kan være indsatser, som ikke er med. Spørg forvaltningen direkte, hvis det haster.",
)
"""The same, of an area whose source was never read to its end."""

LOADING = (
    "kilden er ved at blive indlæst",
    "Der kan være indsatser, som ikke er med endnu. Se igen om lidt, eller spørg forvaltningen, hvis det haster.",
)
"""The same, of an area whose source was read for the first time, while not all of it is here yet."""

NO_ACCESS = (
    "{source} kender borgeren, men giver ikke Helhed adgang til at læse",
    "Det siger ikke, om der er noget. Spørg forvaltningen direkte.",
)
"""The same, of a source that holds the citizen and does not let us read."""

UNREADABLE = (
    "kilden har linjer, der ikke kunne læses",
    "I resten er der ingen igangværende indsats. Spørg forvaltningen direkte, hvis det haster.",
)
"""The same, of an area without an effort whose source has rows in quarantine."""

UNREAD_NOTIFICATIONS = "En kilde er ikke læst til ende endnu, så der kan mangle underretninger."
LOADING_NOTIFICATIONS = "En kilde er ved at blive indlæst, så der kan mangle underretninger."
UNREADABLE_NOTIFICATIONS = "Kilden har linjer, der ikke kunne læses, så der kan mangle underretninger."
OLD_NOTIFICATIONS = "Kilden leverer ikke nyt for tiden, så de nyeste underretninger kan mangle."
NO_NOTIFICATIONS_OF = "Ingen underretninger fundet om {names}."
NOTIFICATIONS_OF_SOME = "Du ser kun underretninger om {names}."
NOTIFICATIONS_OF_OTHERS = "Om andre i familien kan du ikke se dem her, og siden siger ikke, om der er nogen."
WITHHELD_OF_SOME = "{area} er ikke for dig at se, når det gælder {names}. Siden siger ikke, om der er oplysninger."
NOTIFICATIONS_WITHHELD = "Underretninger er ikke for dig at se. Siden siger ikke, om der er nogen."
NOTIFICATIONS_NOT_COVERED = "Ingen kilde til underretninger er tilsluttet. Spørg forvaltningen direkte."

PROGRESS = {
    Progress.REACHED: "nået",
    Progress.BETTER: "bedre",
    Progress.UNCHANGED: "uændret",
    Progress.WORSE: "værre",
    Progress.NOT_ASSESSED: "ikke vurderet endnu",
}
"""How far a goal is, as a professional has assessed it."""

DISAGREEMENT_FIELD = {
    "given_name": "fornavnet",
    "family_name": "efternavnet",
    "birth_date": "fødselsdatoen",
    "address": "adressen",
    "custody": "forældremyndigheden",
    "household": "hvem borgeren bor sammen med",
    "life_status": "status i folkeregistret",
    "died_on": "dødsdagen",
}

IDENTITY_DISPUTED = "Kilderne er uenige om, hvem cpr-nummeret tilhører."
IDENTITY_UNDECIDED = "Cpr-nummeret afgør det ikke, så siden har hverken navn eller adresse øverst."
IDENTITY_WITHHELD = "En anden kilde siger noget andet om navn eller fødselsdato."
IDENTITY_DIFFERS = "Kilderne skriver ikke det samme om navn eller fødselsdato."
IDENTITY_SETTLED = "En systemadministrator afgjorde den {day}, at det er én og samme person."
"""Only administrators may decide it."""
IDENTITY_STILL_MARKED = (
    "Det, der kommer fra en kilde med et andet navn eller en anden fødselsdato, er mærket, indtil kilden er rettet."
)
IDENTITY_MARKED = (
    "Det, der kommer fra en kilde med et andet navn eller en anden fødselsdato, er mærket. Spørg borgeren, før du"
    " handler på det, og bed kilden om at rette det."
)

INDEX_DOWN = "Søgningen svarer ikke lige nu. Siden er hentet direkte fra databasen og er lige så ny, som den plejer."

NOT_UPDATED = (
    "Siden har ikke kunnet opdateres siden {since}, så det nyeste kan mangle. Fejlen er vores, og driften kan se den."
    " Haster det, så spørg dem, der har indsatsen."
)

OVERRIDE_WARNING = (
    "Du er ikke på teamet og ikke nævnt som ansvarlig, og din enhed har hverken en indsats i gang eller en åben sag."
    " Du må kun åbne siden, hvis dit arbejde"
    " kræver det. Opslaget bliver noteret i loggen med din begrundelse og gennemgået af databeskyttelsesrådgiveren"
    " eller din leder."
    " Uberettigede opslag kan straffes efter straffeloven."
)

NOT_NAMED = "Hvem siden er om, vises først, når du har begrundet opslaget."

SELF_REFUSED = (
    "Du kan ikke åbne din egen side her. Vil du se, hvad kommunen har om dig, så bed om indsigt som alle andre;"
    " databeskyttelsesrådgiveren hjælper dig."
)

ROLE_REFUSED = (
    "Din rolle ser aldrig borgernes oplysninger, heller ikke med en begrundelse. Forsøget er noteret i loggen."
)

CONTEST_OF_OTHER = "Bestridt siden {day} af en anden, som det også handler om"
CONTEST_OF_OTHER_UPHELD = (
    "En anden, som det også handler om, har ret i, at det er forkert; kilden har endnu ikke rettet det"
)
CONTEST_NOTE = "Bestridt siden {day}"
CONTEST_NOTE_UPHELD = "Det er forkert; kilden har endnu ikke rettet det"

NO_EFFORTS = "Ingen igangværende indsatser i de kilder, du kan se."
NO_EFFORTS_YET = "Ingen igangværende indsatser i det, der er læst indtil nu. Ikke alle kilder er læst til ende."
"""In its place while a source was never read to its end, or not all of it is here."""
NONE_NOTIFIED = "ingen underretninger fundet"
NONE_NOTIFIED_YET = "ingen underretninger læst endnu"

NOT_OURS = "Ikke længere vores borger"
NOT_OURS_KEPT = "En anden kommune er myndighed nu. Det, vi har læst før, vises stadig; nyt kan ikke læses."
NOT_OURS_TAG = "ikke længere vores"

AHEAD_LANE = "På vej"
TRIALS = "Prøvehandlinger"
MEETINGS = "Møder"
MEETING = "{kind} kl. {start}-{end}"
DECIDED = "Besluttet: {words}"
PROPOSED = "Forslag, som borgeren ikke har sagt ja til: {words}"
OF_THE_TEAM = "Forløbets møder"
OF_THE_PLAN = "Borgerens plan · {name}"
KEPT_BY = "Holdes senest {day}"
WHOLE_COURSE = "Hele forløbet"
QUARTER = "{number}. kvartal"
EVERYTHING = "Alt"
EVERYBODY = "Alle"
TIMELINE_KIND = {
    "indsatser": "Indsatser",
    "underretninger": "Underretninger",
    "skole": "Skole",
    "kontakter": "Indlæggelser og kontakter",
    "sager": "Sager, planer og job i kilderne",
    "plan": "Borgerens plan",
    "fremgang": "Fremgang",
    "proevehandlinger": "Prøvehandlinger",
    "moeder": "Møder",
    "forude": "På vej",
}
