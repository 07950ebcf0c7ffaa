"""What several pages say of trial actions (prøvehandlinger)."""

from schemas.trial_action import TrialOutcome, TrialStatus

TRIAL_STATUS = {
    TrialStatus.PLANNED: "Aftalt",
    TrialStatus.RUNNING: "I gang",
    TrialStatus.ENDED: "Perioden er slut",
    TrialStatus.STOPPED: "Stoppet",
    TrialStatus.PERMANENT: "Gjort permanent",
    TrialStatus.WITHDRAWN: "Taget tilbage",
}
TRIAL_OUTCOME = {
    TrialOutcome.CONTINUE: "Fortsæt, og vurder igen",
    TrialOutcome.STOP: "Stop",
    TrialOutcome.MAKE_PERMANENT: "Gør permanent",
}
TRIAL_DECISION = {
    TrialOutcome.CONTINUE: "Fortsætter",
    TrialOutcome.STOP: "Stoppet",
    TrialOutcome.MAKE_PERMANENT: "Gjort permanent",
}
PERIOD = "Fra {start} til {end}"
FROM = "Fra {start}, uden aftalt slutdag"
UNTIL = "Fra {start}, stoppet {end}"
STAYS = "Fra {start}, permanent efter vurderingen {end}"
WITHDRAWN = "Taget tilbage: {reason}"
JUDGE_BY = "Vurderes senest {day}"
JUDGE_TODAY = "Skal vurderes i dag: fortsæt, stop eller gør permanent"
JUDGE_LATE = "Skulle være vurderet senest {day}. Vurder den sammen med borgeren: fortsæt, stop eller gør permanent"
DECIDED_BY = "Besluttet af {who}"
COSTS = "Udgift om året: {before} før, {after} med prøvehandlingen. Det er {difference}."
COST_BEFORE = "Udgift om året: {before} før. Hvad det koster nu, er ikke skrevet."
COST_AFTER = "Udgift om året: {after} med prøvehandlingen. Hvad det kostede før, er ikke skrevet."
LESS = "{amount} mindre om året"
MORE = "{amount} mere om året"
SAME = "det samme som før"
KRONER = "{number} kr."
LEARNED_BY = "{name}, {day}"
LEARNED_IN = "{name}, {day}, fra prøvehandlingen »{what}«"
