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
WEBHOOKS = "Webhooks"
ALL_KINDS = "Alle slags adviser"
RUNS = "i drift"
PAUSED = "på pause"
WEBHOOK_FAULT = "{number} forsøg i træk er mislykkedes. Det sidste: {fault}."
FAULT_GONE = "ventede ikke længere på at blive sendt"
NO_HOSTS = "Driften har ingen server tilladt endnu (HELHED_ALERT_WEBHOOK_HOSTS), så intet system kan tilføjes."
NOT_LISTED = (
    "Adressen skal begynde med https:// og være hos en af de servere, driften har tilladt: {hosts}. Ret adressen."
)
WEBHOOK_PAUSED = "Systemet får intet, før det sættes i gang igen. Det, der sker imens, sendes ikke bagefter."
WEBHOOK_RESUMED = "Systemet får besked igen."
WEBHOOK_REMOVED = "Systemet er fjernet, og dets nøgle er slettet."
WEBHOOK_TESTED = "Prøven sendes inden for et minut. Genindlæs siden for at se, om systemet tog imod den."
