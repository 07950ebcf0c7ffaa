"""Danish that several workspaces say: one dict an enum, one sentence a key. Tests walk the enums.

Words of people first; a code or a paragraph never stands alone. What a source itself says (titles, code
lists, descriptors) is data and not here. Each workspace has the rest in a ``texts.py`` of its own.
"""

from hub.access import texts as access_texts
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

CONTESTED = "Bestridt af {who} siden {day}: «{words}»"
CONTEST_UPHELD = "{who} har ret i, at det er forkert; kilden har endnu ikke rettet det: «{words}»"
"""Beside a line that the citizen says is wrong (GDPR article 16), until it is settled."""
