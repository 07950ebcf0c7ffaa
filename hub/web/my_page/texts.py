"""What Min side says, to the citizen: du."""

from hub.access.own_page_acts import WrittenWords
from hub.overview.efforts import EffortState
from schemas.access import AuditAction, Purpose, Role

TITLE = "Min side"
CONTACT = "Ring til kommunens borgerservice, og sig, at det er om Min side i Helhed."
NOT_HERE = (
    "Vi har ingen oplysninger om dig her",
    "Ingen af de systemer, kommunen henter fra, har fortalt noget om dig. Der er derfor intet at se, og intet er gemt.",
)
RESTRICTED = "Behandlingen af oplysningerne er begrænset"
RESTRICTED_SINCE = (
    "Siden {day} er behandlingen af oplysningerne begrænset. De er gemt, men vises ikke for medarbejderne, teamet "
    "eller på denne side. Kun kommunens databeskyttelsesrådgiver ser dem. Før det ophæves, får du besked, og du kan "
    "til enhver tid få en kopi af oplysningerne."
)
LIFTED = (
    "Behandlingen af oplysningerne var begrænset fra {start} til {end}. Da det blev ophævet, skrev "
    "databeskyttelsesrådgiveren: «{reason}»"
)
CONTESTED = "Det er mærket som bestridt, til det er afgjort: «{words}»"
TOO_YOUNG = (
    "Du er ikke fyldt 15 år endnu",
    "Indtil da ser den, der har forældremyndigheden, siden. Du kan altid bede en på dit team vise dig det.",
)
NO_BIRTH_DATE = (
    "Vi ved ikke, hvornår du er født",
    "Ingen kilde har fortalt os din fødselsdato, så vi kan ikke se, om du må åbne siden selv.",
)
DISPUTED = (
    "Vi er ikke sikre på, at oplysningerne er dine",
    "Kilderne er uenige om, hvem dit cpr-nummer hører til. Vi viser intet, før det er afgjort.",
)
NOT_YOURS = (
    "Siden er ikke for dig",
    "Du kan se din egen side, og siden for et barn under 15 år, når kilderne siger, at du har forældremyndigheden.",
)
CHILD_PAGE = "Side for {name}"
ONE_CHILD_LEFT_OUT = (
    "{count} vises ikke her: barnet er fyldt 15 år og ser selv sin side, eller kilderne siger ikke entydigt, at du har "
    "forældremyndigheden i dag."
)
CHILDREN = ("barn", "børn")
NO_COURSE = (
    "Du har ikke et forløb lige nu. Et forløb betyder, at dem, der hjælper dig, arbejder sammen med dig om én plan. "
    "Vil du det, så spørg en af dem, du kan ringe til."
)
NO_COURSE_CHILD = "Barnet har ikke et forløb lige nu."
WAITING_COURSE = (
    "Der er tilbudt et forløb, men det er ikke sat i gang: der er ikke sagt ja til det, eller det er trukket tilbage. "
    "Teamet ser ikke planen."
)
PLAN_WITHHELD = (
    "Planen vises ikke her, fordi barnet eller en, det bor med, har navne- og adressebeskyttelse. Spørg tovholderen."
)
NO_LEAD = "Ingen tovholder vises her."
MEETINGS_NONE = "Ingen møder er planlagt."
MEETINGS_WITHHELD = "Møder vises ikke her, fordi barnet eller en, det bor med, har navne- og adressebeskyttelse."
NOT_INVITED = "Du er ikke inviteret. Spørg din tovholder hvorfor; du må gerne bede om at komme med."
PLACE_WITHHELD = "Stedet vises ikke her. Ring og spørg."
PLACE_MISSING = "Stedet er ikke skrevet endnu."
AT = "{day} kl. {start}–{end}"
WRITTEN = "{who}, {day}"
WAITS = "Skrevet {day}. Gemt, til der er en plan; tovholderen kan læse det, når der er et forløb."
PROGRESS = "{state} ({day}): {words}"
BY_DAY = "senest {day}"
NO_DAY = "uden dato"
EFFORT_HIDDEN = "En indsats"
EFFORT_STATE = {
    EffortState.PLANNED: "Begynder senere",
    EffortState.ONGOING: "I gang",
    EffortState.ENDED: "Slut",
    EffortState.CANCELLED: "Aflyst",
}
FROM_TO = "{start} til {end}"
SINCE = "siden {start}"
ENDS = "til {end}"
NO_PERIOD = "Kilden siger ikke hvornår"
CALL_WITHHELD = "Hvem du kan ringe til, vises ikke her, fordi en anden i sagen er beskyttet."
CALL_MISSING = "Kilden siger ikke, hvem du kan ringe til."
FROM_SOURCE = "{source}, oplyst {day}"
TO_COURSE = "At have et forløb"
TO_COURSE_MEANING = "Teamet må arbejde sammen om én plan med dig. Uden det gælder de andre ja'er heller ikke."
SHARE = "At dele fra {source}"
SHARE_MEANING = "Teamet må se: {categories}."
WHOLE_AREA = "alt i området"
GIVEN = "Sagt ja {day}"
GIVEN_UNTIL = "Sagt ja {day}, gælder til og med {end}"
WITHDRAWN_ON = "Trukket tilbage {day}"
LAPSED = "Udløb {day}"
THEN_COURSE = (
    "Forløbet lukker for teamet med det samme. Teamet ser hverken planen eller det, der er sagt ja til at dele.",
    "Alle de andre ja'er til forløbet falder også væk.",
    "Planen og dine ord bliver ikke slettet. Du kan stadig se dem her.",
    "Din sag, dine indsatser og dine ydelser ændrer sig ikke af det. Fagsystemerne beholder deres oplysninger.",
    "Fortryder du, skal du sige ja igen til tovholderen.",
)
THEN_SHARE = (
    "Teamet ser ikke de oplysninger mere, fra du trykker på knappen.",
    "De medarbejdere, der selv arbejder med dig i det område, ser stadig deres egne oplysninger.",
    "Din sag, dine indsatser og dine ydelser ændrer sig ikke af det.",
    "Fortryder du, skal du sige ja igen til tovholderen.",
)
WITHDRAWN = "Dit ja er trukket tilbage. Det gælder fra nu."
NOTHING_WITHDRAWN = "Det ja gælder ikke længere, så der var intet at trække tilbage."
WROTE = {
    WrittenWords.IN_PLAN: "Dine ord står i planen nu. Teamet kan læse dem.",
    WrittenWords.WAITING: "Dine ord er gemt. De kommer i planen, når der er en, og tovholderen kan læse dem.",
    WrittenWords.NO_WORDS: "Skriv, hvad du vil sige, med ord. Intet er gemt endnu.",
    WrittenWords.CHANGED_MEANWHILE: "En anden har skrevet imens. Se, hvad der står nu, ret dit, og gem igen. "
    "Intet er gået tabt.",
    WrittenWords.ENTRY_UNKNOWN: "De ord står ikke længere i planen. Skriv dem som nye.",
}
TOLD = ("indsats vist her", "indsatser vist her")
TOLD_NONE = "Intet fra den kilde vises her"
READ_AT = "Læst til ende {day}"
READ_NEVER = "Ikke læst til ende endnu; der kan mangle noget"
RULE_NOTIFICATIONS = (
    "Underretninger vises aldrig her, heller ikke om der er nogen, og heller ikke hvem der har underrettet. Det er, så "
    "ingen kan regne ud, hvem der bekymrer sig. Du kan bede om indsigt."
)
RULE_OTHERS = (
    "Det, der handler om andre, vises ikke: andres navne, adresser og indsatser. En indsats, der først handler om en "
    "anden i familien, står på dennes side."
)
RULE_CONTENT = (
    "Fravær, fagplaner, sager, kontakter og det, fagfolk selv har noteret, vises ikke på denne side endnu. "
    "Du kan bede om indsigt i det."
)
RULE_PROTECTED = (
    "Barnet eller en, det bor med, har navne- og adressebeskyttelse. Derfor viser siden hverken titler, steder, "
    "enheder, telefonnumre, møder eller planens ord."
)
RULE_LOG = "Navne på dem, der har set, vises aldrig; rolle, enhed og formål gør."
LATER = (
    "{count} vises først senere. Reglen er, at et opslag på grund af en ny underretning vises efter {days} dage, så "
    "kommunen når at tale med familien først."
)
LOOKUPS = ("opslag", "opslag")
COMPLETE = "Loggen går tilbage til {oldest}. Hele loggen blev sidst efterprøvet {verified}, uden fejl."
NOT_VERIFIED = "Loggen går tilbage til {oldest}. Den er ikke efterprøvet de sidste halvandet døgn."
BROKEN = "Loggen går tilbage til {oldest}, men efterprøvningen {verified} fandt fejl. Spørg databeskyttelsesrådgiveren."
NO_LINES = "Der er ikke skrevet noget i loggen endnu."
EVERY_ANSWER = "Siden {day} er hvert svar til medarbejdere om en borger talt op mod loggen, og ingen mangler."
MISSING_ANSWER = "Den er ikke fuldstændig: siden {day} mangler {count} til medarbejdere en linje i loggen."
ANSWERS = ("svar", "svar")
ERASED = "Indholdet af linjer, der er ældre end loggens opbevaring, er slettet."
YOU, PARENT, OTHER_PARENT, ANOTHER = "Dig selv", "Dig som forælder", "En forælder", "En anden borger"
SYSTEM = "Et andet system"
ROLE = {
    Role.TEAM_MEMBER: "Medarbejder",
    Role.ADMINISTRATOR: "Systemadministrator",
    Role.DPO: "Databeskyttelsesrådgiver",
    Role.MANAGER: "Leder",
}
NO_ROLE = "Medarbejder"
NO_PURPOSE = "Intet formål er oplyst"
OWN_PURPOSE = "Dit eget"
REFUSED = "Fik ikke lov; intet blev vist"
OVERRIDE = "med en særlig grund, der gennemgås"
LOG_PURPOSE = {
    Purpose.TEAM_MEETING: "Teammøde",
    Purpose.FOLLOW_UP: "Opfølgning",
    Purpose.NEW_NOTIFICATION: "Ny underretning",
    Purpose.CASE_WORK: "Sagsbehandling",
    Purpose.CITIZEN_REQUEST: "Der blev bedt om det",
    Purpose.LOG_REVIEW: "Kontrol af loggen",
    Purpose.OPERATIONS: "Drift",
    Purpose.MANAGEMENT: "Ledelse",
}
WHAT = {
    AuditAction.OPEN_OVERVIEW: "Så oplysningerne",
    AuditAction.REVEAL: "Så beskyttede oplysninger",
    AuditAction.PRINT: "Udskrev",
    AuditAction.SEARCH: "Fandt navnet i en søgning",
    AuditAction.LIST_CITIZENS: "Så navnet på en liste",
    AuditAction.READ_PLAN: "Så planen",
    AuditAction.PRINT_PLAN: "Udskrev planen",
    AuditAction.CHANGE_PLAN: "Skrev i planen",
    AuditAction.ENTER_PROGRESS: "Skrev, hvordan det går",
    AuditAction.READ_CONSENTS: "Så, hvad der er sagt ja til",
    AuditAction.GIVE_CONSENT: "Skrev et ja ind",
    AuditAction.WITHDRAW_CONSENT: "Skrev, at et ja er trukket tilbage",
    AuditAction.READ_MEETING: "Så møder",
    AuditAction.PLAN_MEETING: "Indkaldte til møde",
    AuditAction.READ_COURSE: "Så forløbet",
    AuditAction.OPEN_OWN_PAGE: "Så Min side",
    AuditAction.READ_OWN_LOG: "Så, hvem der har set",
    AuditAction.PRINT_OWN_AGREEMENTS: "Åbnede aftalerne til udskrift",
    AuditAction.WITHDRAW_OWN_CONSENT: "Trak et ja tilbage",
    AuditAction.WRITE_OWN_WORDS: "Skrev egne ord",
    AuditAction.LOG_IN_CITIZEN: "Loggede ind",
    AuditAction.LOG_OUT_CITIZEN: "Loggede ud",
}
WHAT_ELSE = "Arbejdede med oplysningerne"
PAPER_EMPTY = "Ingen aftaler er skrevet i planen endnu."
PRINTED = "Set {when}."
LOGGED_OUT = "Du er logget ud."
AGE = "{age}, borger"
REFUSED_LOGIN = (
    "Du kom ikke ind",
    "Dit login blev afbrudt, er for gammelt, eller svaret kunne ikke kontrolleres. Begynd forfra.",
)
LOGIN_DOWN = ("Login svarer ikke", "Vent et par minutter, og prøv igen.")
