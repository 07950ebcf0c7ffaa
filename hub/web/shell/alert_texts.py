"""What the kinds of alerts are called, on every page that names them."""

from schemas.alert import AlertKind

KIND = {
    AlertKind.EFFORT_BEGAN: "Ny indsats",
    AlertKind.EFFORT_ENDED: "Indsats er slut",
    AlertKind.NOTIFICATION: "Underretning",
    AlertKind.CLOCK_PASSED: "Frist for underretning er overskredet",
    AlertKind.ABSENCE_LINE: "Ulovligt fravær har nået en grænse",
    AlertKind.REVIEW_PASSED: "Opfølgning er overskredet",
    AlertKind.PLAN_CHANGED: "Plan er ændret",
    AlertKind.MEMBER_JOINED: "Ny på teamet",
    AlertKind.ADMISSION: "Indlæggelse",
    AlertKind.MOVED_AWAY: "Flyttet",
}
