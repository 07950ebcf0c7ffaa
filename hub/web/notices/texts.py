"""What Beskeder says."""

NOTHING = "Intet kræver dig lige nu."
NOBODY = (
    "Beskederne sendes ikke til nogen; de står kun her. Driften kan sætte e-mail eller webhook op"
    " (HELHED_SMTP_HOST, HELHED_NOTICE_WEBHOOK_URL)."
)
TOLD = "Hver besked sendes én gang, når noget begynder, og én gang, når det er ovre: {how}."
QUIET = " Ikke mellem {begin} og {end}; så sendes den bagefter."
NOT_SENT = "ikke sendt til nogen"
FAULT = "Sidste forsøg lykkedes ikke ({fault}). Der prøves igen af sig selv."
