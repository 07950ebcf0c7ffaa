"""What Tilsyn says."""

from hub.web.oversight.page import Question
from hub.web.shell.view_models import Link
from schemas.access import AuditAction, AuditOutcome, PageKind
from schemas.disclosure import DisclosureBasis
from schemas.override import OverrideOutcome

POLICY_QUESTION = {
    "Hvem må åbne en borger?": {"open", "own_unit", "reason"},
    "Hvad ser man så?": {"see", "exists", "reveal"},
    "Hvem kan man finde?": {"find"},
    "Hvad sker aldrig?": {"never"},
    "Hvem skriver samtykker ind?": {"consent"},
    "Hvem afgør borgerens rettigheder?": {"rights"},
    "Hvem videregiver på andet grundlag end samtykke?": {"disclose"},
    "Hvem gennemgår særlige grunde?": {"override"},
    "Hvem trækker og gennemgår stikprøver?": {"sample"},
    "Hvem tilbyder et forløb, og hvem bestemmer teamet?": {"course"},
    "Hvem vurderer opmærksomhedspunkter, og hvem godkender regler?": {"rule"},
    "Hvem ser, indkalder til og holder møder?": {"meeting"},
    "Hvem ser og skriver Borgerens plan?": {"plan"},
    "Hvem må logge ind, og hvilke sider er der?": {"login", "page"},
    "Hvad må systemadministratorer?": {"account", "source", "quarantine", "index", "identity"},
    "Hvad må maskiner?": {"machine"},
}
"""The first words of the policies' keys, by the question that they answer."""
OTHER_POLICIES = "Hvad gælder ellers?"
AUDIT_ACTION = {
    AuditAction.OPEN_OVERVIEW: "Åbnede overblikket",
    AuditAction.END_OVERRIDE: "Afsluttede en særlig grund",
    AuditAction.REVIEW_OVERRIDE: "Gennemgik en særlig grund",
    AuditAction.READ_OVERRIDES: "Læste særlige grunde",
    AuditAction.DRAW_SAMPLE: "Trak en stikprøve",
    AuditAction.READ_SAMPLES: "Så stikprøver",
    AuditAction.SEND_SAMPLE_LINE: "Sendte en linje i en stikprøve til gennemgang",
    AuditAction.ASK_EXPLANATION: "Noterede, at en medarbejder er bedt om en forklaring",
    AuditAction.REVIEW_SAMPLE: "Gennemgik en linje i en stikprøve",
    AuditAction.EXPORT_SAMPLE: "Hentede beviset for en stikprøve",
    AuditAction.READ_DISCLOSURES: "Så videregivelser",
    AuditAction.DISCLOSE: "Videregav oplysninger til andre",
    AuditAction.END_DISCLOSURE: "Lukkede en videregivelse",
    AuditAction.USE_DISCLOSURE: "Åbnede det, der var videregivet til et møde",
    AuditAction.READ_OWN_UNITS: "Så sine enheders tal",
    AuditAction.READ_COMMITTEE_FIGURES: "Så Sammenhængsudvalgets tal",
    AuditAction.ASSESS_RULE: "Vurderede et opmærksomhedspunkt",
    AuditAction.RECORD_INDICATOR: "Noterede eller trak en faglig indikator tilbage",
    AuditAction.READ_RULES: "Læste registret over regler",
    AuditAction.DECIDE_RULE: "Slog en regel til eller fra",
    AuditAction.SEARCH: "Søgte",
    AuditAction.REVEAL: "Viste skjulte oplysninger",
    AuditAction.PRINT: "Udskrev",
    AuditAction.READ_LOG: "Læste loggen",
    AuditAction.READ_ANSWER: "Så svaret på et spørgsmål i Tilsyn",
    AuditAction.CHECK_TEST_DATA: "Fik talt cpr-numre, der ikke hører til i test",
    AuditAction.READ_INTEGRITY: "Så, om loggen er hel",
    AuditAction.EXPORT_LOG: "Hentede loggen, eller et bevis for den",
    AuditAction.EXPORT_EVENTS: "Hentede loggen som hændelser",
    AuditAction.DECIDE_EVENT_NAMES: "Afgjorde, om hændelser må nævne medarbejdere og borgeres nøgler",
    AuditAction.ERASE_LOG: "Slettede indholdet af gamle linjer i loggen",
    AuditAction.LOG_IN: "Loggede ind",
    AuditAction.LOG_OUT: "Loggede ud",
    AuditAction.USE_OWN_LOGIN: "Så, hvem den er logget ind som",
    AuditAction.LIST_CITIZENS: "Så sin liste af borgere",
    AuditAction.REACH_LIMIT: "Nåede en grænse",
    AuditAction.READ_SOURCES: "Så kilderne",
    AuditAction.READ_STAFF: "Så medarbejderne",
    AuditAction.UPDATE_STAFF: "Overtog medarbejderne fra organisationen",
    AuditAction.CHANGE_ACCOUNT: "Oprettede eller spærrede en maskinkonto",
    AuditAction.CHANGE_WEBHOOK: "Så eller ændrede, hvilke systemer der får adviser",
    AuditAction.CONFIGURE_SOURCE: "Ændrede en kilde",
    AuditAction.FORGET_SOURCE: "Glemte det, en fjernet kilde har sagt",
    AuditAction.PAUSE_SOURCE: "Slukkede en kilde",
    AuditAction.RESUME_SOURCE: "Tændte en kilde",
    AuditAction.RUN_SOURCE: "Satte læsningen af en kilde i gang",
    AuditAction.STOP_RUN: "Standsede læsningen af en kilde",
    AuditAction.RELEASE_DELETIONS: "Frigav sletninger fra en kilde",
    AuditAction.REFUSE_DELETIONS: "Afviste sletninger fra en kilde",
    AuditAction.READ_QUARANTINE: "Så det, der ikke kunne læses",
    AuditAction.REPLAY_QUARANTINE: "Prøvede igen at læse noget, der ikke kunne læses",
    AuditAction.REPAIR_INDEX: "Rettede søgningen op",
    AuditAction.BACK_UP: "Tog eller så efter sikkerhedskopier",
    AuditAction.RESTORE_BACKUP: "Gjorde en gendannet database klar",
    AuditAction.CHANGE_KEYS: "Skiftede en nøgle eller et login",
    AuditAction.REBUILD_INDEX: "Byggede søgningen på ny",
    AuditAction.READ_IDENTITIES: "Så uenigheder om, hvem borgere er",
    AuditAction.LINK_IDENTITY: "Afgjorde, at oplysninger er om den samme borger",
    AuditAction.KEEP_APART: "Afgjorde, at oplysninger er om to forskellige borgere",
    AuditAction.MERGE_CITIZENS: "Lagde to borgere sammen",
    AuditAction.CONFIRM_MERGE: "Bekræftede, at to borgere lægges sammen",
    AuditAction.UNMERGE_CITIZENS: "Skilte to borgere ad igen",
    AuditAction.WITHDRAW_DECISION: "Trak en afgørelse om, hvem en borger er, tilbage",
    AuditAction.READ_CONSENTS: "Så borgerens samtykker",
    AuditAction.PRINT_CONSENTS: "Udskrev borgerens samtykker",
    AuditAction.GIVE_CONSENT: "Skrev et samtykke ind",
    AuditAction.WITHDRAW_CONSENT: "Trak et samtykke tilbage for borgeren",
    AuditAction.OFFER_COURSE: "Tilbød et forløb, eller forberedte det",
    AuditAction.READ_COURSE: "Så forløbet og dets team",
    AuditAction.ADD_TEAM_MEMBER: "Satte en medarbejder på teamet",
    AuditAction.REMOVE_TEAM_MEMBER: "Tog en medarbejder af teamet",
    AuditAction.ADD_COURSE_CITIZEN: "Tog en fra familien med i forløbet, eller forberedte det",
    AuditAction.END_COURSE: "Sluttede et forløb, planlagde det eller fortrød det",
    AuditAction.MAKE_LINK: "Lavede et link til borgeren for et andet system",
    AuditAction.OPEN_LINK: "Fulgte et link fra et andet system",
    AuditAction.READ_PLAN: "Så Borgerens plan",
    AuditAction.PRINT_PLAN: "Udskrev Borgerens plan",
    AuditAction.CHANGE_PLAN: "Skrev i Borgerens plan",
    AuditAction.ENTER_PROGRESS: "Skrev ind, hvordan det går med et mål",
    AuditAction.CHANGE_TRIAL_ACTION: "Skrev en prøvehandling i Borgerens plan",
    AuditAction.JUDGE_TRIAL_ACTION: "Vurderede en prøvehandling",
    AuditAction.READ_ALERTS: "Så adviser",
    AuditAction.TAKE_ALERT: "Tog sig af et advis",
    AuditAction.HAND_OVER_ALERT: "Overdrog et advis",
    AuditAction.CLOSE_ALERT: "Lukkede et advis",
    AuditAction.CHANGE_SUBSCRIPTIONS: "Valgte, hvad den får advis om",
    AuditAction.READ_MEETING: "Så møder i et forløb",
    AuditAction.PRINT_MEETING: "Udskrev et møde",
    AuditAction.PLAN_MEETING: "Indkaldte til et møde",
    AuditAction.CHANGE_MEETING: "Flyttede eller ændrede et møde",
    AuditAction.CANCEL_MEETING: "Aflyste et møde",
    AuditAction.RECORD_ATTENDANCE: "Skrev ind, hvem der kom til et møde",
    AuditAction.RECORD_DECISION: "Skrev en beslutning fra et møde ind",
    AuditAction.CLOSE_MEETING: "Lukkede et møde",
    AuditAction.READ_RIGHTS: "Så en borgers rettigheder",
    AuditAction.READ_DELETIONS: "Så, hvad der er slettet",
    AuditAction.PLACE_HOLD: "Bestemte, at intet om borgeren slettes",
    AuditAction.RELEASE_HOLD: "Ophævede, at intet om borgeren slettes",
    AuditAction.FORGET_CITIZEN: "Slettede alt om borgeren",
    AuditAction.LIFT_FORGETTING: "Lod kilderne fortælle om en borger igen, der var slettet",
    AuditAction.RESTRICT_CITIZEN: "Begrænsede behandlingen af borgerens oplysninger",
    AuditAction.LIFT_RESTRICTION: "Ophævede begrænsningen af borgerens oplysninger",
    AuditAction.CONTEST_FACT: "Mærkede en oplysning om borgeren som bestridt",
    AuditAction.DECIDE_CONTEST: "Afgjorde, om en bestridt oplysning er rigtig",
    AuditAction.EXPORT_DATA: "Hentede borgerens kopi af det, der er gemt",
    AuditAction.NAME_EMPLOYEES: "Tog medarbejdernes navne med i borgerens kopi",
    AuditAction.FORGET_AGAIN: "Slettede igen dem, der var slettet før en gendannelse",
    AuditAction.RUN_RETENTION: "Slettede det, der har været gemt længe nok",
    AuditAction.LOG_IN_CITIZEN: "Loggede ind på Min side",
    AuditAction.LOG_OUT_CITIZEN: "Loggede ud af Min side",
    AuditAction.OPEN_OWN_PAGE: "Så Min side",
    AuditAction.READ_OWN_LOG: "Så på Min side, hvem der har set",
    AuditAction.PRINT_OWN_AGREEMENTS: "Åbnede aftalerne på Min side til udskrift",
    AuditAction.WITHDRAW_OWN_CONSENT: "Trak selv et samtykke tilbage på Min side",
    AuditAction.WRITE_OWN_WORDS: "Skrev egne ord på Min side",
    AuditAction.READ_POLICY: "Læste reglerne",
    AuditAction.EXPLAIN_POLICY: "Spurgte, hvorfor reglerne svarer, som de gør",
}

OPENED_PAGE = {
    PageKind.OVERVIEW: "Åbnede overblikket",
    PageKind.FAMILY: "Åbnede siden om familien",
    PageKind.TIMELINE: "Åbnede tidslinjen",
    PageKind.POINTS: "Åbnede siden Værd at tale om",
}
PRINTED_PAGE = {
    PageKind.OVERVIEW: "Udskrev overblikket",
    PageKind.FAMILY: "Udskrev siden om familien",
    PageKind.TIMELINE: "Udskrev tidslinjen",
    PageKind.POINTS: "Udskrev siden Værd at tale om",
}
SHOWN_ON = "Så borgeren på siden om {citizen}"
"""Of one of the family, who is shown on another's page."""

AUDIT_OUTCOME = {
    AuditOutcome.SHOWN: "vist",
    AuditOutcome.REFUSED: "afvist",
    AuditOutcome.NOT_FOUND: "ikke fundet",
    AuditOutcome.FAILED: "fejlede",
}

OF_DAYS = ", {first} til og med {last}"
AS_FILE = ", hentet som {form}"
"""Of the answer to a question."""
ON_BEHALF = "på vegne af {name}"
"""Of what a machine did."""

FIELD = {
    "address": "adresse",
    "identifier": "cpr-nummer",
    "unit": "enhed",
    "school": "skole",
    "household": "husstand",
}
"""Hidden fields, as the log names them."""

DISCLOSED = {
    DisclosureBasis.CONSENT: "med samtykke",
    DisclosureBasis.OVERRIDE: "med begrundelse",
    DisclosureBasis.STATUTORY_DUTY: "videregivet efter lovbestemt pligt",
    DisclosureBasis.SIGNIFICANT_IMPORTANCE: "videregivet, fordi det har væsentlig betydning",
    DisclosureBasis.SSD_PREVENTIVE: "videregivet forebyggende til et møde (SSD)",
    DisclosureBasis.HEALTH_RELEASE: "frigivet af en sundhedsfaglig",
}
"""With which right areas of another administration were shown."""
REVIEWED_AS = {
    OverrideOutcome.JUSTIFIED: "berettiget",
    OverrideOutcome.NOT_JUSTIFIED: "ikke berettiget",
    OverrideOutcome.NEEDS_FOLLOW_UP: "skal følges op",
}
"""What a review came to."""
WAITING = ("særlig grund venter på gennemgang", "særlige grunde venter på gennemgang")
NONE_WAITING = "Ingen særlige grunde venter på gennemgang"
BY_NAME = "efter et navn"
"""A search that found citizens by name: beside their keys the name would say whose keys they are."""
TYPED = "fingeraftrykket af det, der blev skrevet, er {digest}"

ONLY = {
    "all": ("handling i dag", "handlinger i dag", "Alle handlinger"),
    "opened": ("opslag i dag", "opslag i dag", "Opslag om borgere"),
    "override": ("med en særlig grund", "med en særlig grund", "Opslag med en særlig grund"),
    "revealed": (
        "visning af skjulte oplysninger",
        "visninger af skjulte oplysninger",
        "Visninger af skjulte oplysninger",
    ),
    "refused": ("afvist", "afviste", "Afviste"),
    "limit": ("grænse nået", "grænser nået", "Nåede grænser for, hvor ofte noget må gøres"),
}
"""Sorts of acts in the log: beside today's number, one and more, and as a heading."""

QUESTIONS = (
    Question("Hvem har set en borger, hvornår, hvorfor og hvad?", (Link("Opslag om en borger", "/tilsyn/opslag"),)),
    Question(
        "Hvad har en medarbejder set, og hvilke opslag havde ingen relation?",
        (Link("Opslag af en medarbejder", "/tilsyn/opslag?uden=ja"),),
    ),
    Question(
        "Hvem har åbnet en borger med en særlig grund, og hvem gennemgik det?",
        (Link("Særlige grunde", "/tilsyn/saerlige-grunde"),),
    ),
    Question("Hvad viser stikprøver af de seneste opslag?", (Link("Stikprøver", "/tilsyn/stikproever"),)),
    Question(
        "Hvem har adgang uden at bruge den, hvem har skiftet enhed, og hvad har administratorer set?",
        (Link("Rettigheder uden brug", "/tilsyn/svar/rettigheder"),),
    ),
    Question(
        "Hvilke samtykker gælder, og er der opslag, efter at et blev trukket tilbage?",
        (Link("Samtykker", "/tilsyn/svar/samtykker"),),
    ),
    Question(
        "Hvilke oplysninger hentes fra hver kilde, hvorfor og med hvilken hjemmel?",
        (Link("Felter fra hver kilde", "/tilsyn/svar/felter"),),
    ),
    Question(
        "Er det slettet, som skal slettes?",
        (Link("Hvad er slettet?", "/tilsyn/sletning"), Link("Borgerens rettigheder", "/tilsyn/rettigheder")),
    ),
    Question("Er loggen hel?", (Link("Er loggen hel?", "/tilsyn/loggen"),)),
    Question(
        "Hvad er der søgt efter, og hvad blev afvist?",
        (Link("Søgninger", "/tilsyn/svar/soegninger"), Link("Afviste", "/tilsyn?vis=refused")),
    ),
    Question(
        "Hvem har fået vist beskyttede oplysninger?",
        (Link("Visninger af skjulte oplysninger", "/tilsyn/svar/visninger"),),
    ),
    Question("Er oplysningerne friske, og er nogen forvekslet?", (Link("Datakvalitet", "/tilsyn/svar/datakvalitet"),)),
    Question(
        "Fortegnelse, databehandlere og overførsel til lande uden for EU?",
        (Link("Fortegnelse (artikel 30)", "/tilsyn/svar/fortegnelse"),),
    ),
    Question(
        "Hvilke regler findes, hvem godkendte dem, og er der gemt en score om nogen?",
        (Link("Regler, og ingen score", "/tilsyn/svar/regelkontrol"), Link("Regelregister", "/regler")),
    ),
    Question("Er der rigtige cpr-numre i test?", (Link("Cpr-numre i test", "/tilsyn/svar/testdata"),)),
)
"""What a DPO asks, in that order, each with the pages that answer it. A page that is made adds its link here;
a question without any says so."""
