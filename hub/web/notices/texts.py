"""What Beskeder says."""

NOTHING = "Intet kræver dig lige nu."
NOBODY = (
    "Beskederne sendes ikke til nogen; de står kun her. Driften kan sætte e-mail eller webhook op"
    " (HELHED_SMTP_HOST, HELHED_NOTICE_WEBHOOK_URL)."
)
ALERT_MAILS = "Medarbejdere kan vælge at få en mail om morgenen, når der er nye adviser. Den siger intet om nogen."
NO_ALERT_MAILS = (
    "Medarbejdere får ingen mail om adviser. Driften kan sætte det op (HELHED_SMTP_HOST, HELHED_NOTICE_SENDER og"
    " HELHED_PUBLIC_URL)."
)
TOLD = "Hver besked sendes én gang, når noget begynder, og én gang, når det er ovre: {how}."
QUIET = " Ikke mellem {begin} og {end}; så sendes den bagefter."
NOT_SENT = "ikke sendt til nogen"
FAULT = "Sidste forsøg lykkedes ikke ({fault}). Der prøves igen af sig selv."
