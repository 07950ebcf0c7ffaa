"""What the pages of trial actions say."""

from hub.course.trial_rules import TrialFault

FAULT = {
    TrialFault.NO_WHAT: "Skriv, hvad I prøver.",
    TrialFault.NO_WHY: "Skriv, hvorfor I prøver det.",
    TrialFault.NO_DECIDER: "Skriv, hvem der har besluttet det.",
    TrialFault.ENDS_BEFORE_START: "Den sidste dag ligger før den første. Ret en af dem.",
    TrialFault.JUDGED_BEFORE_START: "Den kan ikke vurderes, før den begynder. Ret dagen.",
    TrialFault.NOTHING_LEARNED: "Skriv, hvad I har lært.",
    TrialFault.JUDGED_AHEAD: "Dagen er ikke kommet endnu. Ret datoen.",
    TrialFault.NO_NEXT_DAY: "Skriv, hvornår den vurderes igen: en dag efter den, du vurderer på.",
    TrialFault.NEXT_DAY_OF_CLOSED: "Kun en prøvehandling, der fortsætter, vurderes igen. Tøm feltet.",
    TrialFault.WITHDRAWN: "Prøvehandlingen er taget tilbage. Lad den gælde igen, før den vurderes.",
    TrialFault.TRIAL_UNKNOWN: "Prøvehandlingen står ikke i planen. Åbn planen igen.",
    TrialFault.CHANGED_MEANWHILE: "En anden har skrevet om den, mens du skrev. Det, der står nu, er øverst, og din"
    " tekst er i formularen: ret den til, og gem igen. Intet er tabt.",
}
NO_DAY = {
    "first_day": "Skriv, hvornår den begynder, som 2023-09-12.",
    "last_day": "Skriv den sidste dag som 2023-09-12, eller lad feltet være tomt.",
    "judge_on": "Skriv, hvornår den vurderes, som 2023-09-12.",
    "on_day": "Skriv, hvilken dag I har vurderet den, som 2023-09-12.",
    "judge_next_on": "Skriv, hvornår den vurderes igen, som 2023-09-12.",
}
NO_AMOUNT = "Skriv udgiften i hele kroner om året, som 800.000, eller lad feltet være tomt."
NO_OUTCOME = "Vælg, om den fortsætter, stopper eller gøres permanent."
TOO_LONG = "Teksten er for lang, eller beløbet er for stort. Skriv det kortere, eller ret beløbet."
ADDED = "Prøvehandlingen står i planen nu."
CHANGED = "Ændringen står i planen nu."
JUDGED = "Vurderingen står i planen med dit navn."
NO_NAME = "Borgeren"
WORKS = "det virker"
NEXT = "vurderes igen {day}"
WRITTEN_BY = "{name}, {when}"
JUDGED_BY = "{name}, {day}"
COST_UNSTATED = "Ingen har skrevet, hvad det kostede før, eller hvad det koster nu."
