"""What Adviser says."""

from hub.access.alerts import AlertFault
from hub.alerts.clocks import NotificationClock
from hub.web.shell import alert_texts
from schemas.alert import AlertAct, AlertKind

KIND = alert_texts.KIND
"""In the list of what one can be told of."""
EXPLAINED = {
    AlertKind.EFFORT_BEGAN: "En kilde fortæller om en indsats, der er begyndt eller er planlagt.",
    AlertKind.EFFORT_ENDED: "Med eller uden en anden indsats på området bagefter.",
    AlertKind.NOTIFICATION: "En underretning om borgeren er modtaget.",
    AlertKind.CLOCK_PASSED: "Ikke vurderet inden 24 timer, eller ingen kvittering inden 6 hverdage.",
    AlertKind.ABSENCE_LINE: "10 eller 15 % ulovligt fravær i et kvartal.",
    AlertKind.REVIEW_PASSED: "Et mål, en aftale, prøvehandling, indsats eller plan skulle have været fulgt op.",
    AlertKind.PLAN_CHANGED: "Borgerens plan, eller en plan i en kilde.",
    AlertKind.MEMBER_JOINED: "En medarbejder er kommet på teamet.",
    AlertKind.ADMISSION: "Borgeren er indlagt.",
    AlertKind.MOVED_AWAY: "En anden kommune er blevet borgerens myndighed, eller borgeren er rejst ud af landet.",
}
TAKEN_BACK = "Det, adviset handlede om, står ikke længere i kilden"
SUCCEEDED = "En anden indsats på området tager over."
ALONE = "Der ses ingen anden indsats på området, der tager over."
JOINED = "En ny medarbejder er kommet på teamet"
PLAN_WRITTEN = "{name} har skrevet i Borgerens plan"
PLAN_WRITTEN_BY_SOMEBODY = "Der er skrevet i Borgerens plan"
CLOCK = {
    NotificationClock.ASSESSMENT: "En underretning er ikke vurderet inden 24 timer",
    NotificationClock.RECEIPT: "Der er ikke sendt kvittering for en underretning inden 6 hverdage",
}
CLOCK_SINCE = {
    NotificationClock.ASSESSMENT: "Kilden fortæller nu, hvornår den blev vurderet",
    NotificationClock.RECEIPT: "Kilden fortæller nu, hvornår kvitteringen blev sendt",
}
CLOCK_UNKNOWN = {
    NotificationClock.ASSESSMENT: "Den er afsluttet, og kilden siger ikke, hvornår den blev vurderet",
    NotificationClock.RECEIPT: "Afsenderen er anonym, og ingen kvittering kan sendes",
}
REVIEW_OF_PLAN = "Et punkt i Borgerens plan skulle have været gjort op {day}"
REVIEW_OF_TRIAL = "En prøvehandling skulle have været vurderet {day}"
REVIEW = "Opfølgning på {title} skulle være sket {day}"
ABSENCE = "Det ulovlige fravær har nået {line} % i {quarter}. kvartal {year}"
ADMITTED = "Indlagt"
NEW_AUTHORITY = "En anden kommune er blevet borgerens myndighed"
LEFT_COUNTRY = "Registreret som rejst ud af landet"
SOMEBODY = "en anden, der arbejder med borgeren"
YOU = "dig"

NOBODY = "Ingen har taget det"
ACT = {
    AlertAct.TAKE: "Taget af {name}",
    AlertAct.HAND_OVER: "Overdraget af {name} til {receiver}",
    AlertAct.CLOSE: "Lukket af {name}",
}
FAULT = {
    AlertFault.WORDS_MISSING: "Skriv med et par ord, hvad der er gjort. Adviset er ikke lukket.",
    AlertFault.CLOSED_ALREADY: "Adviset er lukket af en anden imens.",
    AlertFault.RECEIVER_UNKNOWN: "Vælg en på teamet, der må se det, adviset handler om. Det er ikke overdraget.",
}
DONE = {
    AlertAct.TAKE: "Du har taget adviset. Teamet kan se det.",
    AlertAct.HAND_OVER: "Adviset er overdraget.",
    AlertAct.CLOSE: "Adviset er lukket. Det står under »Lukkede«.",
}
MARKED = "De er markeret som læst."
CHOSEN = "Dit valg er gemt."
MAIL_ON = "Du får en mail de morgener, hvor der er noget nyt, og før dine møder."
MAIL_OFF = "Du får ingen mail om adviser og møder."
MAIL_FAULT = "Skriv din adresse hos kommunen, navn@{domain}. Intet er gemt."
NO_MAIL = "Her sendes ingen mail om adviser."
AS_EVERYBODY = "Du får igen de adviser, man får uden at vælge."
NONE = {
    "aabne": "Der er ingen åbne adviser. Sker der noget om borgere, du arbejder med, eller udløber en frist i en"
    " enhed, du leder, står det her.",
    "ulaeste": "Du har læst alle adviser.",
    "mine": "Du har ikke taget noget advis, og ingen har overdraget dig et.",
    "lukkede": "Ingen adviser er lukket.",
}
FILTERS = {"aabne": "Åbne", "ulaeste": "Ulæste", "mine": "Dem, jeg tager mig af", "lukkede": "Lukkede"}
UNIT_CLOCK = {
    NotificationClock.ASSESSMENT: "{unit}: en underretning eller flere er ikke vurderet inden 24 timer, fristen udløb",
    NotificationClock.RECEIPT: "{unit}: en underretning eller flere er uden kvittering efter 6 hverdage, fristen udløb",
}
