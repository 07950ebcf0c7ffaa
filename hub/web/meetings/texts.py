"""What Møder says."""

from hub.course.meeting_rules import MeetingFault
from hub.web.shell import meeting_texts
from schemas.meeting import MeetingKind
from schemas.plan import GoalProgress, PlanKind

MEETING_KIND, MEETING_STATE = meeting_texts.MEETING_KIND, meeting_texts.MEETING_STATE
KIND_CHOICE = {
    MeetingKind.TEAM: "Teammøde: teamet og borgeren",
    MeetingKind.NETWORK: "Netværksmøde: også folk fra borgerens eget netværk",
}
FAULT = {
    MeetingFault.NO_CITIZEN: "Vælg mindst én borger, som mødet handler om. Kun borgere, der har samtykket til forløbet,"
    " kan vælges.",
    MeetingFault.WITHOUT_CITIZEN: "Intet møde om borgeren uden borgeren: skriv hvorfor, når en borger ikke er med.",
    MeetingFault.NOBODY_INVITED: "Ingen på teamet er indkaldt den dag. Indkald mindst én.",
    MeetingFault.ENDS_TOO_EARLY: "Mødet skal slutte, efter det er begyndt. Ret tidspunktet.",
    MeetingFault.TOO_LONG: "Et møde varer højst 12 timer. Ret tidspunktet.",
    MeetingFault.BEFORE_COURSE: "Dagen ligger før forløbet. Ret datoen.",
    MeetingFault.TOO_FAR: "Et møde indkaldes højst et år frem. Ret datoen.",
    MeetingFault.NO_REASON: "Skriv hvorfor med en sætning.",
    MeetingFault.ABSENT_WITHOUT_REASON: "Teamet har mødepligt: skriv hvorfor ved hver, der ikke kom.",
    MeetingFault.PRESENT_AHEAD: "Mødet er ikke begyndt, så ingen er kommet endnu. Et afbud kan skrives ind nu.",
    MeetingFault.CLOSED_AHEAD: "Mødet kan ikke lukkes før den dag, det holdes.",
    MeetingFault.MEMBER_NOT_RECORDED: "Skriv ved hver på teamet, om de kom.",
    MeetingFault.CITIZEN_NOT_RECORDED: "Skriv ved hver borger, om borgeren var med.",
    MeetingFault.NO_MINUTES: "Skriv et kort referat, før mødet lukkes.",
    MeetingFault.DECISION_INCOMPLETE: "En beslutning siger hvad, hvem, senest hvornår, og hvem den er for. Intet er"
    " gemt endnu.",
    MeetingFault.IS_OVER: "Mødet er holdt eller aflyst og kan ikke ændres.",
    MeetingFault.MEETING_UNKNOWN: "Det findes ikke eller er ikke for dig at se. Åbn mødet igen.",
    MeetingFault.CHANGED_MEANWHILE: "En anden har rettet mødet, mens du skrev. Det, du skrev, står endnu i felterne, og"
    " det, den anden skrev, står nedenfor. Ret dit til, og gem igen.",
}
CHOOSE = "Udfyld felterne: datoer som 2023-09-12 og klokkeslæt som 10.30."
CORRECT = {
    "kind": "Vælg, hvilket møde det er.",
    "starts_at": "Skriv dagen som 2023-09-12, og hvornår mødet begynder, som 10.30.",
    "ends_at": "Skriv, hvornår mødet slutter, som 11.30.",
    "due_on": "Skriv, hvornår det besluttede senest er gjort, som 2023-09-12, eller lad feltet være tomt.",
}
"""What is said of a field in which nothing, or no such value, was typed."""
PLANNED = "Mødet er indkaldt. Alle på teamet har mødepligt; hent kalenderfilen, og send den til dem, der skal med."
CHANGED = "Mødet er ændret. Hent kalenderfilen igen: den flytter mødet i kalenderen."
CANCELLED = "Mødet er aflyst. Hent kalenderfilen igen: den fjerner mødet fra kalenderen."
SAVED = "Det er gemt. Mødet er åbent, indtil det lukkes."
CLOSED = "Mødet er lukket. Det, borgeren er med på, står som aftaler i Borgerens plan."
AGREED = "Aftalen står i Borgerens plan nu."
NO_NAME = "Borger uden navn"
HIDDEN_MEMBER = "Medlem fra et område, du ikke ser"
HIDDEN_AUTHOR = "en kollega fra et område, du ikke ser"
CONTENT_HIDDEN = (
    "Sted, gæster og det, der er skrevet fra mødet, vises ikke, for en borger på mødet har ikke samtykket til forløbet."
    " Tal med tovholderen. Bliver mødet ændret, skrives sted og gæster igen."
)
PLACE_HIDDEN = (
    "Sted og gæster vises ikke her, for de kan røbe, hvor en borger med beskyttet adresse er. Spørg den, der har"
    " indkaldt, eller tovholderen."
)
TODAY = "i dag"
SINCE_MEETING = "Nyt siden mødet den {day}"
SINCE_START = "Nyt siden forløbet begyndte den {day}"
PARTS = {
    "due": "Det, der forfalder",
    "still": "Det, der står stille",
    "ahead": "På vej",
    "gaps": "Det, vi ikke ved",
}
NOTHING_NEW = "Intet nyt, som du kan se."
NOTHING_DUE = "Intet forfalder de næste 30 dage, som du kan se."
NOTHING_STILL = "Ingen mål står stille i de planer, du ser."
NOTHING_AHEAD = "Ingen overgange det næste år, som du kan se."
NO_GAPS = "Alle områder er læst og er for dig at se."
MORE = "og {number} til på overblikket"
PLAN_SOURCE = "Borgerens plan"
COURSE_SOURCE = "Forløbet"
MEETING_SOURCE = "Et tidligere møde"
JOINED = "{name} er kommet på teamet som {function} den {day}"
LEFT = "{name} er ikke længere på teamet fra den {day}"
NEW_ENTRY = {
    PlanKind.WISH: "{name} siger: {words}",
    PlanKind.STRENGTH: "Det virker for {name}: {words}",
    PlanKind.CONCERN: "Ny bekymring for {name}: {words}",
    PlanKind.GOAL: "Nyt mål for {name}: {words}",
    PlanKind.SUB_GOAL: "Nyt delmål for {name}: {words}",
    PlanKind.AGREEMENT: "Ny aftale for {name}: {words}",
}
CHANGED_ENTRY = "Rettet i planen for {name}: {words}"
NEW_PROGRESS = "{progress} for {name} med målet ”{words}”: {said} ({by}, {day})"
PROGRESS = {
    GoalProgress.REACHED: "Nået",
    GoalProgress.BETTER: "Bedre",
    GoalProgress.UNCHANGED: "Uændret",
    GoalProgress.WORSE: "Værre",
}
DUE_AGREEMENT = "Aftale for {name}: {words} ({who}), {when}"
DUE_GOAL = "Mål for {name}: {words}, {when}"
DUE_TRIAL = "Prøvehandling for {name}: {title}, skal vurderes senest {day}"
AGREEMENT_PASSED = "skulle være holdt {day}"
AGREEMENT_COMES = "senest {day}"
GOAL_PASSED = "skulle ses på igen {day}"
GOAL_COMES = "ses på igen {day}"
FOLLOW_UP = "Opfølgning på {what}, {when}"
PASSED = "passeret {day}"
ASSESSMENT_RUNS = "Vurdering af {what}: skal ske senest {when}"
ASSESSMENT_LATE = "Vurdering af {what}: fristen udløb {when}"
RECEIPT_RUNS = "Kvittering for {what}: skal sendes senest {when}"
RECEIPT_LATE = "Kvittering for {what}: ingen er registreret; den skulle være sendt senest {when}"
STILL = "{name}: målet ”{words}”: ingen har skrevet, at det går bedre, siden {day}"
NO_GOAL = "{name} har intet mål i planen endnu"
PROPOSAL = "{name} har ikke sagt ja endnu: {words} ({who})"
GAP_PERSON = "{names}: intet er for dig at se. Borgeren har ikke samtykket til forløbet."
GAP_WITHHELD = "{area} er ikke for dig at se ({names}). Siden siger ikke, om der er noget."
GAP_PART = "Af {area} er kun en del for dig at se ({names})."
GAP_NOT_COVERED = "{area}: ingen kilde er tilsluttet ({names})."
GAP_UNREAD = "{area} er ikke læst til ende endnu ({names})."
GAP_TROUBLE = "{area}: en kilde bliver ikke læst, som den skal, så noget kan mangle ({names})."
GAP_NOTHING_YET = "{names}: ingen kilde har fortalt noget endnu."
PRESENT = "Kom"
ABSENT = "Kom ikke"
ABSENCE_AHEAD = "Afbud"
NOT_RECORDED = "Ikke skrevet ind"
CITIZEN_PRESENT = "Var med"
CITIZEN_ABSENT = "Var ikke med"
CITIZEN_INVITED = "Indkaldt"
CITIZEN_WITHOUT = "Mødet er uden borgeren"
MEMBER_INVITED = "Indkaldt, har mødepligt"
GUEST_INVITED = "Inviteret"
DECISION_DETAIL = "{who}, senest {day}, for {name}"
DECISION_AGREED = "Aftalt med borgeren: står i planen"
DECISION_PROPOSED = "Forslag: borgeren har ikke sagt ja endnu"
HISTORY = {
    "planned": "Indkaldt til {when}",
    "moved": "Flyttet fra {before} til {when}",
    "changed": "Ændret",
    "recorded": "Skrevet fra mødet",
    "held": "Lukket",
    "cancelled": "Aflyst",
}
BY_LINE = "{name}, {when}"
GOAL_OPTION = "{name}: målet ”{words}”"
PRINTED = "Udskrevet {when} af {name}."
