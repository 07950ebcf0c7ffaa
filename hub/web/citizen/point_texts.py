"""What *Værd at tale om* says."""

from hub.access.rule_points import PointFault
from hub.rules.facts import UnknownReason
from hub.rules.transitions import TransitionKind
from schemas.facts import Progress
from schemas.rule import Verdict

ABSENCE = "ulovligt fravær {percent} % i {quarter}, grænsen er {limit} %"
TOTAL_ABSENCE = "samlet fravær {percent} % i {quarter}, kommunens grænse er {limit} %"
UNTIL_NOW = "indtil nu "
INDICATORS = "faglige indikatorer er noteret: {indicators}"
INDICATOR = "{title} ({name}, {day})"
GOAL_REVIEW = "målet «{goal}» skulle følges op senest {day} og er {progress}"
GOAL_IN_A_ROW = "målet «{goal}» er {progress}, {number} gange i træk uden fremgang"
GOAL_WITHOUT_WORDS = "uden ord fra kilden"
PROGRESS = {
    None: "ikke vurderet",
    Progress.UNCHANGED: "vurderet uændret",
    Progress.WORSE: "vurderet gået tilbage",
}
WISH = "{who} har et ønske: «{words}»"
WISH_SAID = "{who} har et ønske: «{words}» ({by})"
UNCOORDINATED = "der er indsatser i gang i {number} områder ({areas}), og ingen er tovholder"
REPEATED = "{number} underretninger på 12 måneder, senest fra {sender} {day}"
WHILE_EFFORT = "underretning fra {sender} {day}, mens en indsats var i gang: {effort}"
ASSESSMENT_MISSING = "underretningen fra {sender} {day} er ikke vurderet; fristen på 24 timer udløb {due}"
RECEIPT_MISSING = (
    "afsenderen af underretningen fra {sender} {day} har ikke fået en kvittering; fristen på 6 hverdage udløb {due}"
)
TRANSITION = {
    TransitionKind.FULL_AGE: "fylder 18 den {day}",
    TransitionKind.SCHOOL_CHANGE: "skifter skole den {day}: {what}",
    TransitionKind.SCHOOL_LEAVING: "slutter 9. klasse den {day}: {what}",
    TransitionKind.PLACEMENT_ENDS: "anbringelsen slutter den {day}: {what}",
    TransitionKind.MOVE: "en anden kommune er myndighed fra den {day}",
    TransitionKind.EFFORT_ENDS: "{what} slutter den {day}",
}
OPPOSITE = (
    "{area} anbefaler «{recommendation}», mens beskæftigelse i samme periode kræver, at {who} deltager: {efforts}"
)
SINCE = " (siden {day})"
SAME_GOAL = "indsatser i {areas} har det samme mål, «{goal}»: {efforts}"
SAME_GOAL_IN_PLAN = (
    "målet «{goal}» står i Borgerens plan, og i {areas} er en indsats i gang med det samme mål uden at være knyttet til"
    " det: {efforts}"
)
ENDS_ALONE = "{what} slutter den {day}, og der er ikke registreret en ny indsats inden for {area}"
ENDED_ALONE = "{what} sluttede den {day}, og der er ikke registreret en ny indsats inden for {area}"
SAME_HOURS = "{first} og {second} ligger oven i hinanden: {day} {hours} og {other_hours}"
APPOINTMENT = "«{title}» ({area})"
MEETING = "{kind} i forløbet"
CITIZEN = "borgeren"

VERDICT = {
    Verdict.RELEVANT: "Relevant",
    Verdict.NOT_RELEVANT: "Ikke relevant",
    Verdict.CITIZEN_INFORMED: "Borgeren er orienteret",
}
VERDICT_CHOICE = {
    Verdict.RELEVANT: "Relevant: vi gør noget ved det",
    Verdict.NOT_RELEVANT: "Ikke relevant: vi har set det, og det giver ikke anledning til noget",
    Verdict.CITIZEN_INFORMED: "Borgeren er orienteret: vi har talt om det",
}
JUDGED = "{verdict}: {name}, {day}"
JUDGED_BEFORE = "Før oplysningerne blev ændret: {judged} «{reason}»"
STORED = "Vurderingen er gemt."
INDICATOR_STORED = "Indikatoren er noteret i dit navn."
INDICATOR_WITHDRAWN = "Indikatoren er trukket tilbage."
FAULT = {
    PointFault.VERDICT_MISSING: "Vælg, hvad du mener om punktet.",
    PointFault.WORDS_MISSING: "Skriv med ord, hvorfor: mindst {length} tegn.",
    PointFault.FACTS_CHANGED: "Oplysningerne bag punktet er ændret, siden du åbnede siden. Se punktet igen.",
    PointFault.INDICATOR_UNKNOWN: "Vælg en indikator fra listen. Kun den, der arbejder i et område, kan notere en.",
}
UNKNOWN = {
    UnknownReason.WITHHELD: "{areas} er ikke helt for dig at se",
    UnknownReason.NOT_COVERED: "{areas} er ikke dækket af en kilde",
    UnknownReason.NOT_READ: "{areas} er ikke læst til ende eller leverer ikke nyt",
    UnknownReason.NOT_STATED: "kilden siger ikke, hvornår et mål skal følges op",
    UnknownReason.NO_REVIEW_DAY: "et mål i Borgerens plan har ingen dag for opfølgning",
    UnknownReason.NO_HOURS: "to aftaler ligger på samme dag, og kilden siger ikke klokkeslættet ({areas})",
    UnknownReason.MAYBE_ONE: "et møde i forløbet og en kontakt har samme klokkeslæt og kan være den samme aftale",
    UnknownReason.MEETINGS_WITHHELD: "forløbets møder er ikke for dig at se",
}
NO_POINTS = "Reglerne har ikke fundet noget i det, du kan se."
ALL_JUDGED = "Alle punkter er vurderet."
NO_RULES = "Kommunen har ikke slået nogen regel til."
DISMISSED = ("1 punkt er vurderet ikke relevant", "{number} punkter er vurderet ikke relevante")
OF_PLAN = "Borgerens plan"
OF_MEETINGS = "Møder i forløbet"
RECORDED_HERE = "Noteret i Helhed"
RULE_LINE = "{code} · {title}"
