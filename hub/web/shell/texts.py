"""Danish that several workspaces say: one dict an enum, one sentence a key. Tests walk the enums.

Words of people first; a code or a paragraph never stands alone. What a source itself says (titles, code
lists, descriptors) is data and not here. Each workspace has the rest in a ``texts.py`` of its own.
"""

from hub.access import texts as access_texts
from hub.access.policy import SHORTEST_REASON
from hub.overview.changes import ChangeKind
from hub.rules.transitions import TransitionKind
from schemas.access import Basis, Purpose
from schemas.data_category import DataCategory
from schemas.disclosure import DisclosureBasis
from schemas.facts import EffortStatus, GoalKind
from schemas.overview import TroubleKind
from schemas.people import RelationKind

DATA_CATEGORY = {
    DataCategory.EFFORTS: "indsatser og sager",
    DataCategory.PLANS: "planer og mål",
    DataCategory.NOTIFICATIONS: "underretninger",
    DataCategory.SCHOOLING: "skolegang og fravær",
    DataCategory.WORK: "målgruppe og fravær fra samtaler",
    DataCategory.CONTACTS: "kontakter og frister",
    DataCategory.PERSON: "pårørende og lokale numre",
    DataCategory.EXISTENCE: "kun om der er noget",
}
"""What sort of data a citizen consents to share."""

DISCLOSURE_BASIS = {
    DisclosureBasis.CONSENT: "borgerens samtykke",
    DisclosureBasis.OVERRIDE: "særlig grund",
    DisclosureBasis.STATUTORY_DUTY: "lovbestemt pligt",
    DisclosureBasis.SIGNIFICANT_IMPORTANCE: "væsentlig betydning",
    DisclosureBasis.SSD_PREVENTIVE: "forebyggende møde, SSD",
    DisclosureBasis.HEALTH_RELEASE: "frigivet af en sundhedsfaglig",
}
"""With which right an area is shown, in a bracket."""

AREA = {area: word.capitalize() for area, word in access_texts.AREA.items()}

PURPOSE = access_texts.PURPOSE

CHOOSABLE_PURPOSES = (
    Purpose.TEAM_MEETING,
    Purpose.FOLLOW_UP,
    Purpose.NEW_NOTIFICATION,
    Purpose.CASE_WORK,
    Purpose.CITIZEN_REQUEST,
)
"""What one may open a citizen for; the others belong to the pages of the log, the sources and the manager."""

BASIS = {
    Basis.TEAM: "medlem af teamet",
    Basis.NAMED_WORKER: "ansvarlig, nævnt af en kilde",
    Basis.OWN_UNIT: "medarbejder i en enhed med en indsats for borgeren",
    Basis.CASE_UNIT: "medarbejder i den enhed, der fører borgerens sag",
    Basis.OVERRIDE: "særlig grund",
    Basis.DISCLOSED: "modtager af oplysninger, et område har videregivet",
    Basis.NONE: "ingen adgang",
}

NEW = {
    "effort": "Ny indsats",
    "plan": "Ny plan",
    "case": "Ny sag",
    "contact": "Ny kontakt",
    "absence": "Ny opgørelse",
    "target_group": "Ny målgruppe",
    "job_absence": "Nyt fravær",
    "deadline": "Ny frist",
    "authority": "Nyt",
    "enrolment": "Ny klasse",
}
"""Of something new, by kind of the fact."""

CHANGE = {
    ChangeKind.CHANGED: "Ændret",
    ChangeKind.ENDED: "Afsluttet",
    ChangeKind.GONE: "Trukket tilbage af kilden",
}
"""Of something that was there before."""

NOTIFICATION_CHANGE = {
    ChangeKind.NEW: "Ny",
    ChangeKind.CHANGED: "Nyt i",
    ChangeKind.ENDED: "Nyt i",
    ChangeKind.GONE: "Trukket tilbage af kilden:",
}
"""Before "underretning fra …"."""

EFFORT_STATUS = {
    EffortStatus.PLANNED: "planlagt",
    EffortStatus.ACTIVE: "i gang",
    EffortStatus.ON_HOLD: "på pause",
    EffortStatus.ENDED: "afsluttet",
    EffortStatus.CANCELLED: "aflyst",
}

GOAL = {
    GoalKind.CITIZEN_WISH: "borgerens ord",
    GoalKind.GOAL: "mål",
    GoalKind.SUB_GOAL: "delmål",
    GoalKind.STRENGTH: "styrke",
}
LABEL = {"target_group": "målgruppe", "job_absence": "fravær", "deadline": "frist"}
"""What stands before words that do not say what they are, by kind of the fact."""

GOAL_CHANGE = {
    GoalKind.CITIZEN_WISH: ("Borgerens ord ændret", "Nye ord fra borgeren"),
    GoalKind.GOAL: ("Mål ændret", "Nyt mål"),
    GoalKind.SUB_GOAL: ("Delmål ændret", "Nyt delmål"),
    GoalKind.STRENGTH: ("Styrke ændret", "Ny styrke"),
}
"""Changed, and new."""

GOAL_NOTE_CHANGED = {
    GoalKind.CITIZEN_WISH: "Nyt om borgerens ord, som er de samme",
    GoalKind.GOAL: "Nyt om mål",
    GoalKind.SUB_GOAL: "Nyt om delmål",
    GoalKind.STRENGTH: "Nyt om styrke",
}
"""Something about it changed, but not what it says."""

FIELD = {
    "text": "ordlyd",
    "responsible": "ansvarlig",
    "performer": "hvem der udfører indsatsen",
    "purpose": "mål",
    "extent": "omfang",
    "next_follow_up_on": "næste opfølgning",
    "expected_end_on": "forventet slutdato",
    "recommendation": "anbefaling",
    "legal_basis": "paragraf",
    "case_number": "sagsnummer",
    "stated_by": "hvem der har sagt det",
    "assessed_on": "vurdering",
    "progress": "vurdering",
    "assessed_at": "vurdering",
    "outcome": "beslutning",
    "outcome_on": "beslutning",
    "outcome_efforts": "indsatser, der fulgte",
    "reasons": "årsager",
    "notifier_title": "underretter",
    "receipt_sent_on": "kvittering",
    "notifier_informed_on": "orientering af underretteren",
    "next_deadline_on": "frist",
    "school": "skole",
    "group": "klasse",
    "grade": "klassetrin",
    "start": "startdato",
    "end": "slutdato",
    "given_name": "fornavn",
    "family_name": "efternavn",
    "birth_date": "fødselsdato",
    "address": "adresse",
}
"""What a source can stop telling, within a sentence."""
FIELD_OTHER = "en oplysning"

SOURCE_STATE = {
    "fresh": ("frisk", "Der kommer data som aftalt."),
    "late": ("forsinket", "Der skulle være kommet data. Vent til næste kørsel; se efter igen om en time."),
    "silent": ("tavs", "Der er ikke kommet data i dobbelt så lang tid som aftalt. Ring til kildens driftsvagt."),
    "failing": ("fejler", "Sidste kørsel lykkedes ikke."),
    "paused": ("slukket", "Kilden læses ikke, før den tændes igen. Det, der er læst før, vises stadig."),
    "disabled": ("læses ikke", "Kilden er taget af planen. Det, der er læst før, vises stadig."),
    "held": ("tilbageholdt", "Der mangler så meget, at intet slettes, før en person har set på det."),
    "never": ("ikke læst til ende", "Kilden er tilsluttet, men ikke læst til ende. Se efter, om arbejderen kører."),
}
"""State word and sentence by ``SourceState.state``."""

ERROR = {
    "unexpected": ("Noget gik galt hos os", "Intet er ændret. Prøv igen om lidt."),
    "citizen_unknown": ("Borgeren findes ikke her", "Adressen kan være forældet. Søg borgeren frem i stedet."),
    "citizen_held": (
        "Intet om borgeren må slettes nu",
        "Det er bestemt, at oplysningerne skal blive. Ophæv det først under Borgerens rettigheder.",
    ),
    "removal_first": ("Kilden læses stadig", "Fjern den først. Så kan det, den har sagt, glemmes."),
    "period_invalid": (
        "Perioden kan ikke læses",
        "Skriv fra og til som 2026-09-12, så perioden slutter, efter den begynder, og ligger efter år 2000.",
    ),
    "page_unknown": ("Siden findes ikke", "Adressen kan være forældet. Gå til Mine borgere, eller søg."),
    "not_logged_in": ("Log ind for at se siden", "Du har ikke logget ind, eller din session er udløbet."),
    "role_missing": ("Siden er ikke for din rolle", "Skal du bruge den i dit arbejde, så tal med din leder."),
    "token_refused": (
        "Tokenet gælder ikke",
        "Hent et nyt hos kommunens login. Sker det igen, så bed administratoren se efter under Medarbejdere, Maskiner.",
    ),
    "behalf_refused": (
        "Der kan ikke spørges på den medarbejders vegne",
        "Kontoen skal være oprettet til det, og medarbejderen skal være logget ind i Helhed imens.",
    ),
    "provider_unavailable": ("Kommunens login svarer ikke", "Prøv igen om et par minutter."),
    "form_stale": ("Formularen er udløbet", "Intet er ændret. Gå tilbage, genindlæs siden, og prøv igen."),
    "login_refused": (
        "Du er ikke logget ind",
        "Log ind igen. Sker det flere gange, så kontakt driften med referencen.",
    ),
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
        f"En kilde slukkes kun med en begrundelse: ord, mindst {SHORTEST_REASON} tegn. Den vises på siden.",
    ),
    "settings_incomplete": (
        "Opsætningen mangler noget",
        "Felterne under Opsætning siger hvad. Ret dem, og prøv igen. Intet er læst.",
    ),
    "fields_not_approved": (
        "Feltlisten er ikke godkendt",
        "Kilden læses ikke, før nogen har godkendt felterne ved navn. Det gøres under Felter og plan.",
    ),
    "source_changed": (
        "Kilden er ændret imens",
        "En anden har ændret kilden, siden du så den. Se den igen, og gentag din ændring.",
    ),
    "backup_failed": (
        "Sikkerhedskopien kunne ikke tages eller læses",
        "Driften ser årsagen i terminalen, hvor kommandoen blev givet.",
    ),
    "organisation_not_read": (
        "Organisationen er ikke læst",
        "Ingens adgang er ændret. Loggen siger, hvad der var galt; prøv igen med helhed actor fetch.",
    ),
    "run_not_possible": (
        "Kilden kan ikke læses nu",
        "Den er slukket, ikke sat i gang, eller intet af den er planlagt. Gå til kilden, og tænd den først.",
    ),
    "source_defined_in_file": (
        "Kilden står i en fil",
        "Den er sat op i filen med kilder (HELHED_SOURCES_FILE) og ændres dér. Den kan stadig læses og slukkes her.",
    ),
    "run_unknown": ("Kørslen findes ikke", "Adressen kan være forældet. Gå til kilden, og vælg Kørsler."),
    "lease_lost": ("Kilden læses et andet sted", "En anden proces læser kilden nu. Prøv igen om et øjeblik."),
    "held_deletion_unknown": (
        "Der er ingen sletninger at tage stilling til",
        "De kan være afgjort imens, af en anden eller af en ny læsning. Gå til Kilder.",
    ),
    "act_refused": ("Det kan ikke gøres nu", "Noget er ændret imens. Se siden igen, og prøv så igen."),
    "reason_missing": (
        "Skriv en begrundelse",
        f"Begrundelsen skal være ord og have mindst {SHORTEST_REASON} tegn. Den står i loggen.",
    ),
    "already_decided": ("Det er afgjort imens", "En anden eller en ny læsning har afgjort det. Se siden igen."),
    "shown_outdated": ("Noget er ændret, siden du så siden", "Se det igen, og afgør det så."),
    "decision_refused": (
        "Afgørelsen kan ikke træffes",
        "Noget er ændret imens, eller en anden afgørelse siger det modsatte. Se uenigheden igen.",
    ),
    "source_unknown": ("Kilden findes ikke", "Den kan være fjernet fra opsætningen. Gå til Kilder."),
    "address_wrong": (
        "Adressen kan ikke læses",
        "Den er skåret over eller skrevet forkert. Søg borgeren frem, eller gå til Mine borgere.",
    ),
    "too_many": (
        "For mange på kort tid",
        "Vent et øjeblik, og prøv igen. Databeskyttelsesrådgiveren kan se, at grænsen er nået.",
    ),
    "text_wrong": (
        "Teksten kan ikke læses",
        "Der er tegn i den, som ikke er tekst. Skriv den igen i stedet for at sætte den ind.",
    ),
    "body_unreadable": (
        "Det, du sendte, kan ikke læses",
        "Det blev måske afbrudt på vejen. Gå tilbage, og send det igen.",
    ),
    "body_too_long": (
        "Det, du sendte, er for langt",
        "Gå tilbage, og gør teksten kortere eller filen mindre.",
    ),
    "method_wrong": ("Siden kan ikke bruges på den måde", "Gå til siden med et link eller en knap."),
    "disclosure_not_found": (
        "Videregivelsen findes ikke",
        "Den er ikke til dig eller fra dig. Se dine under Videregivelser.",
    ),
    "nothing_to_disclose": (
        "Du kan ikke videregive om borgeren",
        "Det kan den, der arbejder med borgeren i et område og ser hele området.",
    ),
    "not_on_team": (
        "Samtykket er ikke åbent for dig",
        "Samtykker ses af teamet for borgerens forløb og skrives ind af tovholderen. Spørg tovholderen.",
    ),
    "course_closed": (
        "Forløbet er ikke åbent for dig",
        "Forløbet ses af teamet og ændres af tovholderen. Er du taget af teamet, eller er det slut: spørg tovholderen.",
    ),
    "plan_closed": (
        "Planen er ikke åben for dig",
        "Borgerens plan ses og skrives af teamet, når borgeren har samtykket til forløbet. Spørg tovholderen.",
    ),
    "alert_closed": (
        "Adviset er ikke åbent for dig",
        "Du ser adviser om borgere, du arbejder med, og kun om det, du må se. Spørg tovholderen.",
    ),
    "webhook_unknown": (
        "Der er ikke noget system med det nummer",
        "Det er måske fjernet. Hent listen igen.",
    ),
    "meeting_closed": (
        "Mødet er ikke åbent for dig",
        "Møder i et forløb ses af teamet, når borgeren har samtykket til forløbet. Spørg tovholderen.",
    ),
    "sample_unknown": ("Stikprøven eller linjen findes ikke", "Find den på listen over stikprøver."),
    "sample_own": ("Det er dit eget opslag", "En anden skal gennemgå det. Sig det til databeskyttelsesrådgiveren."),
    "override_unknown": ("Den særlige grund findes ikke", "Find den på listen over særlige grunde under Tilsyn."),
    "override_own": (
        "Du kan ikke gennemgå din egen særlige grund",
        "En anden skal gennemgå den. Intet er gemt.",
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

RELATION = {
    RelationKind.PARENT: ("Forælder", "Forældre"),
    RelationKind.CHILD: ("Barn", "Børn"),
    RelationKind.SIBLING: ("Søskende", "Søskende"),
    RelationKind.PARTNER: ("Partner", "Partnere"),
    RelationKind.GUARDIAN: ("Værge", "Værger"),
    RelationKind.OTHER: ("Anden nærtstående", "Andre nærtstående"),
}
"""Singular and plural."""

NAME_MISSING = "Navn ikke oplyst af kilden"
AGE_MISSING = "alder ikke oplyst"
NAME_DISPUTED = "Kilderne er uenige om navnet"
AGE_DISPUTED = "uenighed om fødselsdatoen"
DISPUTED = "kilderne er uenige om, hvem det er"
SETTLED = "kilderne skriver forskelligt, men det er afgjort, hvem det er"
"""Beside a name on a list, of a citizen whose sources disagree on name or birth date."""

MAY_LACK_NEWS = "Der kan være nyt, som ikke er med. Ring til den ansvarlige, hvis det haster."
TROUBLE = {
    TroubleKind.FAILING: ("{source} kan ikke læses; sidst læst til ende {since}", MAY_LACK_NEWS),
    TroubleKind.SILENT: ("{source} har været tavs i {lasted}", MAY_LACK_NEWS),
    TroubleKind.PAUSED: ("{source} blev slukket {since}", f"Det, der er læst før, vises stadig. {MAY_LACK_NEWS}"),
    TroubleKind.HELD: (
        "{source} har sletninger, som ingen har taget stilling til; sidst opdateret helt {since}",
        "Noget af det, der vises, kan være slettet i kilden. Spørg den ansvarlige, hvis det har betydning.",
    ),
}
"""Of a source that is not read as it should be: headline, and what one can do."""
SILENT_ON_PAPER = "{source} har været tavs siden {since}"
TROUBLE_WITHOUT_TIME = {
    TroubleKind.FAILING: "{source} kan ikke læses",
    TroubleKind.SILENT: "{source} har endnu ikke leveret noget",
    TroubleKind.PAUSED: "{source} er slukket",
    TroubleKind.HELD: "{source} har sletninger, som ingen har taget stilling til",
}

SOURCE_UNREAD = "{source} er ikke læst til ende endnu"
SOURCE_LOADING = "{source} er ved at blive indlæst"
SOURCE_UNREADABLE = "{source} har linjer, der ikke kunne læses"
"""Of a source of which something may be missing, where several areas are shown together."""

TRANSITION = {
    TransitionKind.FULL_AGE: "{name} fylder 18 den {day}{far}",
    TransitionKind.SCHOOL_CHANGE: "{name} skifter skole til {what} den {day}{far}",
    TransitionKind.SCHOOL_LEAVING: "{name} slutter 9. klasse den {day}{far}",
    TransitionKind.PLACEMENT_ENDS: "{what}{for_whom} slutter den {day}{far}",
    TransitionKind.MOVE: "En anden kommune er myndighed for {name} fra den {day}{far}",
    TransitionKind.EFFORT_ENDS: (
        "{what}{for_whom} slutter den {day}, og der er ikke registreret en ny indsats inden for {area}"
    ),
}
"""What lies ahead, and how far away it is."""
NOT_STATED_INFORMED = "Om {sender} er orienteret om udfaldet, er ikke oplyst"
"""Of a professional who sent a notification that is decided."""
