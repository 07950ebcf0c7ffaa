"""All Danish that Python must say: one dict an enum, one sentence a key. Tests walk the enums.

Words of people first; a code or a paragraph never stands alone. What a source itself says (titles, code
lists, descriptors) is data and not here.
"""

from hub.access.policy import SHORTEST_REASON
from schemas.access import AuditAction, AuditOutcome, Basis, Purpose, Role
from schemas.facts import AbsenceKind, EffortStatus, GoalKind, LifeStatus, Outcome, Progress, RelationKind
from schemas.overview import SectionState
from schemas.record import RejectionRule
from schemas.source import Area, Sensitivity

AREA = {
    Area.EMPLOYMENT: "Beskæftigelse",
    Area.SCHOOL: "Skole",
    Area.SOCIAL: "Social",
    Area.HEALTH: "Sundhed",
}

AREA_DETAILS = {
    Area.EMPLOYMENT: "oplysninger om beskæftigelse",
    Area.SCHOOL: "skoleoplysninger",
    Area.SOCIAL: "sociale oplysninger",
    Area.HEALTH: "sundhedsoplysninger",
}
"""As in "må se …"."""

ROLE = {
    Role.TEAM_MEMBER: "teammedlem",
    Role.ADMINISTRATOR: "systemadministrator",
    Role.DPO: "databeskyttelsesrådgiver",
}

PURPOSE = {
    Purpose.TEAM_MEETING: "møde om Borgerens plan",
    Purpose.FOLLOW_UP: "opfølgning på en indsats",
    Purpose.NEW_NOTIFICATION: "ny underretning",
    Purpose.CASE_WORK: "sagsbehandling",
    Purpose.CITIZEN_REQUEST: "borgeren har bedt om det",
    Purpose.LOG_REVIEW: "logkontrol",
    Purpose.OPERATIONS: "drift af kilder",
}

CHOOSABLE_PURPOSES = (
    Purpose.TEAM_MEETING,
    Purpose.FOLLOW_UP,
    Purpose.NEW_NOTIFICATION,
    Purpose.CASE_WORK,
    Purpose.CITIZEN_REQUEST,
)
"""What one may open a citizen for; the other two belong to the log's and the sources' own pages."""

BASIS = {
    Basis.TEAM: "medlem af teamet",
    Basis.OWN_UNIT: "medarbejder i en enhed med en indsats for borgeren",
    Basis.OVERRIDE: "særlig grund",
    Basis.NONE: "ingen adgang",
}

NEW = {"effort": "Ny indsats", "plan": "Ny plan", "case": "Ny sag", "contact": "Ny kontakt"}
"""By kind of the fact."""

RELATION_TO_ME = {
    Basis.TEAM: "du er på teamet",
    Basis.OWN_UNIT: "din enhed har en indsats",
    Basis.OVERRIDE: "kræver begrundelse",
    Basis.NONE: "kræver begrundelse",
}
"""Why one may open a citizen that was found."""

PARAGRAPH = {
    "Serviceloven § 153": "Underretning fra fagpersoner",
    "Serviceloven § 154": "Underretning fra enhver",
    "Barnets lov § 133": "Underretning fra fagpersoner",
    "Barnets lov § 135": "Underretning fra enhver",
}
"""Names of paragraphs that stand in no code list."""

FOUND_BY = {
    "name": "navn",
    "identifier": "cpr-nummer",
    "unit": "enhed",
    "kle_topic": "emne",
    "paragraph": "paragraf",
    "effort": "indsats",
    "case": "sag",
    "concern_notification": "underretning",
    "plan": "plan",
    "goal": "mål",
    "contact": "kontakt",
    "assignment": "tilknytning",
    "absence": "fravær",
}
"""On what a search found somebody: a field, or the kind of a fact."""

AUDIT_ACTION = {
    AuditAction.OPEN_OVERVIEW: "Åbnede overblikket",
    AuditAction.SEARCH: "Søgte",
    AuditAction.REVEAL: "Viste skjulte oplysninger",
    AuditAction.READ_LOG: "Læste loggen",
    AuditAction.LOG_IN: "Loggede ind",
    AuditAction.LOG_OUT: "Loggede ud",
    AuditAction.LIST_CITIZENS: "Så sin liste af borgere",
    AuditAction.READ_SOURCES: "Så kilderne",
    AuditAction.CONFIGURE_SOURCE: "Ændrede en kilde",
    AuditAction.PAUSE_SOURCE: "Slukkede en kilde",
    AuditAction.RESUME_SOURCE: "Tændte en kilde",
    AuditAction.RELEASE_DELETIONS: "Frigav sletninger fra en kilde",
    AuditAction.REFUSE_DELETIONS: "Afviste sletninger fra en kilde",
    AuditAction.READ_QUARANTINE: "Så det, der ikke kunne læses",
    AuditAction.RESOLVE_QUARANTINE: "Afsluttede noget, der ikke kunne læses",
}

AUDIT_OUTCOME = {
    AuditOutcome.SHOWN: "vist",
    AuditOutcome.REFUSED: "afvist",
    AuditOutcome.NOT_FOUND: "ikke fundet",
    AuditOutcome.FAILED: "fejlede",
}

FIELD = {
    "address": "adresse",
    "identifier": "cpr-nummer",
    "unit": "enhed",
    "school": "skole",
    "household": "husstand",
}
"""Hidden fields, as the log names them."""

ONLY = {
    "all": ("linjer i dag", "Alle linjer"),
    "opened": ("opslag i dag", "Opslag om borgere"),
    "override": ("uden team eller enhed", "Opslag uden team eller enhed"),
    "revealed": ("visninger af skjulte oplysninger", "Visninger af skjulte oplysninger"),
    "refused": ("afvist", "Afviste"),
}
"""Sorts of lines in the log: beside today's number, and as a heading."""

EFFORT_STATUS = {
    EffortStatus.PLANNED: "planlagt",
    EffortStatus.ACTIVE: "i gang",
    EffortStatus.ON_HOLD: "på pause",
    EffortStatus.ENDED: "afsluttet",
    EffortStatus.CANCELLED: "aflyst",
}

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

ABSENCE = {
    AbsenceKind.SICK: "sygefravær",
    AbsenceKind.PERMITTED: "fravær med tilladelse",
    AbsenceKind.UNLAWFUL: "ulovligt fravær",
    AbsenceKind.LATE: "for sent fremmøde",
}

GOAL = {
    GoalKind.CITIZEN_WISH: "Borgerens ønske",
    GoalKind.GOAL: "Mål",
    GoalKind.SUB_GOAL: "Delmål",
    GoalKind.STRENGTH: "Det virker",
}

GOAL_CHANGE = {
    GoalKind.CITIZEN_WISH: ("Borgerens ord ændret", "Nye ord fra borgeren"),
    GoalKind.GOAL: ("Mål ændret", "Nyt mål"),
    GoalKind.SUB_GOAL: ("Delmål ændret", "Nyt delmål"),
    GoalKind.STRENGTH: ("Styrke ændret", "Ny styrke"),
}
"""Changed, and new."""

PROGRESS = {
    Progress.REACHED: "nået",
    Progress.BETTER: "bedre",
    Progress.UNCHANGED: "uændret",
    Progress.WORSE: "sværere",
    Progress.NOT_ASSESSED: "ikke vurderet",
}

SENSITIVITY = {
    Sensitivity.ORDINARY: "almindelige oplysninger",
    Sensitivity.CONFIDENTIAL: "fortrolige oplysninger",
    Sensitivity.SPECIAL: "følsomme oplysninger",
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
        "Siden siger ikke, om der er oplysninger. Borgeren kan samtykke til, at teamet ser dem; spørg på næste møde.",
    ),
}
"""Headline after the area's name, and what one can do."""

UNREAD = (
    "kilden er ikke læst til ende endnu",
    "Der kan være indsatser, som ikke er med. Spørg forvaltningen direkte, hvis det haster.",
)
"""The same, of an area whose source was never read to its end."""
UNREAD_NOTIFICATIONS = "En kilde er ikke læst til ende endnu, så der kan mangle underretninger."

SILENT = "Der kan være nyt, som ikke er med. Ring til den ansvarlige, hvis det haster."
"""What one can do when an area's source has been silent."""

SOURCE_STATE = {
    "fresh": ("frisk", "Der kommer data som aftalt."),
    "late": ("forsinket", "Der skulle være kommet data. Vent til næste kørsel; se efter igen om en time."),
    "silent": ("tavs", "Der er ikke kommet data i dobbelt så lang tid som aftalt. Ring til kildens driftsvagt."),
    "failing": ("fejler", "Sidste kørsel lykkedes ikke."),
    "paused": ("slukket", "Kilden læses ikke, før den tændes igen. Det, der er læst før, vises stadig."),
    "held": (
        "tilbageholdt",
        "Kilden er læst, men så meget mangler i den, at intet slettes, før en person har set på det.",
    ),
    "never": (
        "ikke læst til ende",
        "Kilden er tilsluttet, men ikke læst til ende endnu. Se efter, om arbejderen kører.",
    ),
}
"""State word and sentence by ``SourceState.state``."""

RUN_OUTCOME = {
    "complete": "gennemført",
    "unavailable": "kilden svarede ikke",
    "refused": "kilden afviste os",
    "failed": "fejlede",
    "too_many_rejected": "standset, for meget kunne ikke læses",
    "held": "læst, sletninger tilbageholdt",
    "stopped": "afbrudt i god orden",
}

ADVICE = {
    "deletions_held": "Spørg systemejeren, om det, der mangler, er slettet. Frigiv eller afvis så sletningerne med "
    "kommandoen helhed source held.",
    "source_settings_wrong": "En af kildens indstillinger passer ikke; teksten siger hvilken. Ret den, så prøves igen.",
    "connector_error": "Prøv igen. Bliver det ved, så send referencenummeret til driften.",
    "source_unavailable": "Kilden svarer ikke lige nu. Der prøves igen af sig selv; intet er gået tabt.",
    "source_refused": "Kilden afviser os. Se efter, om adgangen er udløbet, og om adresse og aftale passer.",
    "record_rejected": "Ret oplysningen i fagsystemet; den læses igen ved næste kørsel.",
    "bus_refused": "Køen mellem kilde og database afviser os; det går ikke over af sig selv. Sig det til driften.",
    "bus_unavailable": "Køen mellem kilde og database svarer ikke. Der prøves igen af sig selv; sig det til driften.",
    "too_many_rejected": "For meget kan ikke læses; intet er tabt. Se feltet i karantænen, og ring til leverandøren.",
    "no_advice": "Se kørslens besked, og kontakt kildens driftsvagt, hvis det gentager sig.",
}
"""What to do, by the ``advice`` key of a connector's error."""

CONFLICT = {
    "replacement_forked": (
        "Et gammelt personnummer siges at være erstattet af to forskellige",
        "Slå op i folkeregistret, hvilket der gælder, og ret det andet fagsystem.",
    ),
    "replacement_circular": (
        "Personnumre siges at erstatte hinanden i ring",
        "Slå op i folkeregistret, hvilket der gælder i dag, og ret den kilde, der tager fejl.",
    ),
    "local_claimed_twice": (
        "Et lokalt nummer bruges til to forskellige personer",
        "Se i fagsystemet, hvem sagen hører til, og ret personnummeret på den anden.",
    ),
    "disagreeing_person": (
        "Samme personnummer, men forskellig fødselsdato eller forskelligt navn",
        "Slå op i folkeregistret, og ret den kilde, der tager fejl. Indtil da vises begge.",
    ),
    "several_people": (
        "En oplysning peger på flere personer på én gang",
        "Åbn den i fagsystemet, og ret personnummeret. Den vises ikke hos nogen imens.",
    ),
}
"""What sources say against each other about who somebody is, and what to do, by kind."""

NOT_BUILT = (
    "Kilderne har meldt nyt om {citizens}. Det er gemt, men kan ikke vises: borgerens side viser det, vi vidste før, og"
    " en ny borger har ingen side endnu."
)

UNMATCHED = (
    "{source}: {people} med et lokalt nummer, som ingen kilde har koblet til et cpr-nummer. Oplysningen er gemt, men"
    " står ikke hos nogen borger. Udfyld cpr-nummeret i fagsystemet, så kobles den af sig selv."
)

REJECTION = {
    RejectionRule.UNREADABLE: ("kunne ikke læses", "Bed leverandøren se på udtrækket; formatet er ikke som aftalt."),
    RejectionRule.TRUNCATED: ("er skåret over", "Læs igen. Sker det igen, så bed leverandøren se på udtrækket."),
    RejectionRule.TOO_LARGE: ("er for stor", "Bed leverandøren dele den op."),
    RejectionRule.UNKNOWN_TYPE: ("har en ukendt type", "Tilføj typen i forbindelsens feltliste, eller fravælg den."),
    RejectionRule.MISSING_FIELD: ("mangler et felt", "Udfyld feltet i fagsystemet."),
    RejectionRule.WRONG_SHAPE: ("har en uventet form", "Kilden kan være opdateret. Sammenlign med snitfladen."),
    RejectionRule.BAD_DATE: ("har en dato, der ikke kan passe", "Ret datoen i fagsystemet."),
    RejectionRule.END_BEFORE_START: ("slutter før den begynder", "Ret perioden i fagsystemet."),
    RejectionRule.BAD_IDENTIFIER: ("har et personnummer, der ikke kan læses", "Ret personnummeret i fagsystemet."),
    RejectionRule.CONTROL_CHARACTERS: ("indeholder usynlige tegn", "Skriv teksten igen i fagsystemet."),
    RejectionRule.UNKNOWN_STATUS: ("har en ukendt status", "Føj statussen til oversættelsen."),
    RejectionRule.UNKNOWN_CODE: ("har en ukendt kode", "Opdatér kodelisten."),
    RejectionRule.TOO_LONG: ("er for lang", "Forkort teksten i fagsystemet."),
    RejectionRule.NOT_CARRIED: ("kunne ikke gemmes hos os", "Fejlen er vores. Linjen er bevaret; sig det til driften."),
}
"""What is wrong, and what to do, by rule."""

ERROR = {
    "unexpected": ("Noget gik galt hos os", "Intet er ændret. Prøv igen om lidt."),
    "citizen_unknown": ("Borgeren findes ikke her", "Adressen kan være forældet. Søg borgeren frem i stedet."),
    "page_unknown": ("Siden findes ikke", "Adressen kan være forældet. Gå til Mine borgere, eller søg."),
    "not_logged_in": ("Log ind for at se siden", "Du har ikke logget ind, eller din session er udløbet."),
    "role_missing": ("Siden er ikke for din rolle", "Skal du bruge den i dit arbejde, så tal med din leder."),
    "form_stale": ("Formularen er udløbet", "Intet er ændret. Gå tilbage, genindlæs siden, og prøv igen."),
    "demo_only": ("Kun i demoen", "Her logger man ind med kommunens login."),
    "store_unavailable": (
        "Databasen svarer ikke",
        "Vi viser ingenting hellere end noget forkert. Prøv igen om et par minutter.",
    ),
    "setting_wrong": ("Systemet er ikke sat rigtigt op", "Kontakt driften med referencenummeret."),
    "form_invalid": ("Noget mangler i formularen", "Intet er gemt. Gå tilbage, og udfyld de felter, der er nævnt."),
    "page_key_wrong": (
        "Resultatets side kan ikke findes",
        "Linket til næste side passer ikke til en søgning. Søg igen; så får du den første side.",
    ),
    "pause_reason_missing": (
        "Skriv en begrundelse",
        f"En kilde slukkes kun med en begrundelse på mindst {SHORTEST_REASON} tegn. Den vises på siden.",
    ),
    "source_changed": (
        "Kilden er ændret imens",
        "En anden har ændret kilden, siden du så den. Se den igen, og gentag din ændring.",
    ),
    "lease_lost": ("Kilden læses et andet sted", "En anden proces læser kilden nu. Prøv igen om et øjeblik."),
    "held_deletion_unknown": (
        "Der er ingen sletninger at tage stilling til",
        "De kan være afgjort imens, af en anden eller af en ny læsning. Gå til Kilder.",
    ),
    "source_unknown": ("Kilden findes ikke", "Den kan være fjernet fra opsætningen. Gå til Kilder."),
    "address_wrong": (
        "Adressen kan ikke læses",
        "Den er skåret over eller skrevet forkert. Søg borgeren frem, eller gå til Mine borgere.",
    ),
    "access_refused": (
        "Borgeren er ikke åben for dig",
        "Åbn borgeren på siden, og skriv en begrundelse, hvis dit arbejde kræver det.",
    ),
    "search_unavailable": (
        "Søgningen svarer ikke",
        "Dine borgere kan stadig åbnes fra Mine borgere. Prøv søgningen igen om lidt.",
    ),
}
"""Headline and what to do, by the error's key."""

SAVED = {
    True: "Det, du sendte, er ikke gemt.",
    False: "Du havde ikke sendt noget, så intet er gået tabt.",
}
"""What became of what the person sent, by whether they sent something."""

TEAM_FUNCTION = {
    "lead_coordinator": "tovholder",
    "citizen_coordinator": "borgerkoordinator",
    "member": "medlem af teamet",
}

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
SEARCH_LIMITED = (
    "Søgningen svarer ikke lige nu. Vi har kun kigget efter navn blandt borgerne på dine teams og efter hele"
    " cpr-numre. Prøv igen om lidt."
)

OVERRIDE_WARNING = (
    "Du er ikke på teamet, og din enhed har ingen indsats i gang for borgeren. Du må kun åbne siden, hvis dit arbejde"
    " kræver det. Opslaget bliver noteret i loggen med din begrundelse og gennemgået af databeskyttelsesrådgiveren."
    " Uberettiget opslag kan straffes efter straffeloven § 152."
)
SELF_REFUSED = (
    "Du kan ikke åbne din egen side her. Vil du se, hvad kommunen har om dig, så bed om indsigt som alle andre;"
    " databeskyttelsesrådgiveren hjælper dig."
)

CARD = {
    Role.TEAM_MEMBER: "Ser {details}, og hvad borgeren har samtykket til.",
    Role.ADMINISTRATOR: "Ser, om kilderne har det godt, og kan slukke en kilde. Ser aldrig borgere.",
    Role.DPO: "Ser, hvem der har set hvem, med hvilken ret og hvorfor. Ser aldrig borgernes oplysninger.",
}
"""One sentence about what each role can see, for the demo's cards."""
