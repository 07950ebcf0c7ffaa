"""What Regelregister says."""

from hub.access.rule_register import RuleFault
from hub.rules.facts import FactKind
from hub.rules.register import RuleOrigin

INPUT = {
    FactKind.ABSENCE: "fravær fra skolen, i procent af et kvartal",
    FactKind.EFFORT: "hvornår indsatser løber, i hvilket område, og om to har samme mål",
    FactKind.NOTIFICATION: "hvornår underretninger kom, og hvordan fristerne står",
    FactKind.GOAL: "hvornår mål skal følges op, og hvad en fagperson har vurderet",
    FactKind.WISH: "at borgeren har sagt et ønske",
    FactKind.INDICATOR: "hvilke faglige indikatorer en navngiven fagperson har noteret",
    FactKind.COURSE: "om der er et forløb og en tovholder",
    FactKind.BIRTH: "fødselsdato",
    FactKind.ENROLMENT: "hvornår borgeren går på hvilken skole og i hvilken klasse",
    FactKind.MOVE: "at en anden kommune er myndighed",
}
ORIGIN = {
    RuleOrigin.LAW: "Loven sætter grænsen",
    RuleOrigin.LOCAL: "Kommunens egen grænse",
    RuleOrigin.PRINCIPLE: "Følger af principperne for sammenhængende forløb",
}
ON = "Slået til"
OFF = "Slået fra"
NEVER = "Slået fra: ingen har godkendt denne udgave"
DECIDED_ON = "godkendt af {name} den {day}: «{reason}»"
DECIDED_OFF = "slået fra af {name} den {day}: «{reason}»"
LIMIT = "Grænse: {limit} {unit}"
ASSESSED = ("1 vurdering er skrevet", "{number} vurderinger er skrevet")
ASSESSED_FEW = "Under 5 vurderinger er skrevet"
ASSESSED_NONE = "Ingen vurderinger er skrevet"
FAULT = {
    RuleFault.RULE_UNKNOWN: "Reglen findes ikke i den udgave længere. Se den igen.",
    RuleFault.REASON_MISSING: "Skriv, hvem der har besluttet det og hvorfor: mindst {length} tegn.",
    RuleFault.LIMIT_IMPOSSIBLE: "Grænsen skal være et tal over 0 og højst 100.",
}
STORED_ON = "Reglen er slået til. Den gælder fra næste gang, en borger åbnes."
STORED_OFF = "Reglen er slået fra. Den viser ikke flere punkter; vurderinger, der er skrevet, bliver stående."
