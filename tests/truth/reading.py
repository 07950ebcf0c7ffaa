"""What a page says, as facts. Every sentence is read by one of the patterns here; one that none reads is a fact too.

Such a fact has the rule ``unread`` and agrees with no truth: a new sentence on a page gets its pattern here, and its
truth in the oracle, before the truth test is green again. Words may change and read the same.
"""

import re
from collections.abc import Iterator
from datetime import date

from tests.truth.facts import Fact
from tests.truth.markup import DAY, Node, day_of, is_said
from tests.truth.plan_reading import is_of_plan, read_bar

NO_DATE_FOR_PEOPLE = re.compile(r"\w\.\.(?!\.)|\b\d{4}-\d\d-\d\d\b")
WITHHELD = re.compile(r"ikke for dig at se|kan du ikke se|må du ikke se|du ikke kan se", re.IGNORECASE)
GAPS = {
    "none_found": re.compile(r"^ingen (igangværende indsats|klasse) fundet"),
    "not_covered": re.compile(r"^ikke dækket her"),
    "withheld": WITHHELD,
    "unread": re.compile(r"^kilden er ikke læst til ende"),
    "silent": re.compile(r"^kilden har været tavs"),
}
OUTCOMES = (
    (r"Førte til (?!afdækning|børnefaglig|akut|en indsats)(.+), (\d.+)", "named: {0} · {1}"),
    (r"Derefter begyndte (.+), (\d.+)", "later: {0} · {1}"),
    (r"Vurdering mangler: fristen på 24 timer udløber .*kl\. (\d\d\.\d\d)", "to be assessed before {0}"),
    (r"Vurdering mangler: fristen på 24 timer udløb .*", "not assessed in time"),
    (r"Førte til en indsats", "effort"),
    (r"Førte til afdækning.*", "clarification_19"),
    (r"Førte til børnefaglig undersøgelse.*", "assessment_20"),
    (r"Førte til akut handling", "acute"),
    (r"Indgår i igangværende sag(?:\. Ingen ny indsats)?", "to_running_case"),
    (r"Vurderet: ingen handling", "no_action"),
    (r"Ingen indsats endnu", "no effort so far, of any area"),
    (r"Ingen indsats fulgte", "no effort, of any area"),
    (r"Socialforvaltningen satte ingen indsats i gang(?: for .+)?", "no effort, of social"),
    (r"Kilden knytter ingen indsats til den", "none is linked"),
    (r"[Ee]ndnu (\d+ dage?) gammel", "so far: {0} old"),
)
BASES = (
    (r"^tovholder i forløbet$", "lead"),
    (r"^borgerkoordinator i forløbet$", "coordinator"),
    (r"^medlem af teamet$", "member"),
    (r"^ansvarlig, nævnt af en kilde$", "named_worker"),
    (r"^medarbejder i en enhed med en indsats for borgeren$", "own_unit"),
    (r"^medarbejder i den enhed, der fører borgerens sag$", "case_unit"),
    (r"^(?:en )?særlig grund$", "override"),
)
SENDERS = r"(\d+) underretning(?:er)?,? (?:fra (\d+) afsendere?|(?:alle |begge )?fra (.+?)),? (?:siden|i) (\d{4})\."
PARAGRAPHS = (
    r"^\d+ igangværende|^Ingen igangværende indsatser i de kilder, du kan se\.$|^Kilderne er ikke enige om ",
    r"^\d+ underretning|^[Ii]ngen underretninger fundet |^Underretninger er ikke for dig at se\.",
    r"^[Uu]nderretninger er ikke (?:for dig at se|dækket her) · |^Ikke alt er med: |^Du ser kun underretninger om ",
    r"^Om andre i familien kan du ikke se dem her, |^Intet, du kan se, er (?:ændret|registreret i perioden)\.$",
    r" er ikke for dig at se, når det gælder |^De kilder, du kan se, har ikke noteret borgerens egne ord ",
    r"^\d{4} til .+\. Ruder er underretninger\.|^\d{4} til (?:i dag|\d.+)$|^Der er intet at tegne i det udsnit\.$",
    r"^Intet er registreret i perioden\.$|^Det, der er planlagt, og det seneste år\. Se alle på tidslinjen$",
    r"^På orlov fra sygehuset|^Indlagt siden |klasse i skoleåret \d{4}/\d\d$",
    r"^Ved 10 % ulovligt fravær i et kvartal advarer skolen forældrene; ",
    r"^Du ser alt, der er kendt i dag\. Ruder er underretninger\.$|^\d+ linjer?\. Det nyeste først\.$",
    r"^Du ser det, der var kendt den .+\. Senere oplysninger er udeladt\. Ruder er underretninger\.$",
    r", (\d{1,2}\. \w+( \d{4})?)$|^Fakta efter regler, som kan læses\. Ingen score\.",
    r"^Ikke dækket: |^Intet er ændret\.$",
    r"^Kilderne har ikke noteret borgerens egne ord eller det, der virker\.",
    r"^(i går|i dag|i nat|for \d+) |^\d{1,2}\. \w+\.?( \d{4})?$|^Ingen andre har set siden endnu\.$",
    r" vises ikke her, for |^Ingen indsatser eller underretninger i de kilder, du kan se\.$",
    r"^Med borgerens samtykke vises også |^På grund af din begrundelse vises også ",
    r"^Udskrevet af .+, den \d|^Det bliver noteret i loggen med din begrundelse\.$",
)
"""What paragraphs may say; each is read by its section."""
RELATIONS = {
    "Forælder": "parent", "Forældre": "parent", "Barn": "child", "Børn": "child", "Søskende": "sibling",
    "Partner": "partner", "Partnere": "partner", "Mor": "parent", "Far": "parent",
}  # fmt: skip


class Reader:
    """Reads pages as somebody does who looks at them on *today*."""

    def __init__(self, today: date) -> None:
        self.today = today

    def unread(self, where: str, words: str) -> Fact:
        """A sentence that no pattern reads."""
        return Fact("unread", where, words)

    def day(self, words: str) -> str:
        """The day that the words name."""
        return day_of(words, self.today)

    def times(self, page: Node) -> Iterator[Fact]:
        """What is wrong with how days are written: words that say another day, machine forms, two full stops."""
        for node in page.all("time"):
            words, machine = node.text(), node.attributes["datetime"]
            if not is_said(words, machine, self.today):
                yield Fact("dates.words", machine, words)
        words = page.first("main").text()
        for found in NO_DATE_FOR_PEOPLE.finditer(words):
            yield Fact("dates.form", "", words[max(0, found.start() - 25) : found.end() + 5].strip()[-30:])

    def paragraphs(self, page: Node) -> Iterator[Fact]:
        """Paragraphs that nothing reads, wherever they stand, and notices."""
        for node in page.all("p"):
            words = node.text()
            if not any(re.search(pattern, words) for pattern in PARAGRAPHS):
                yield self.unread("paragraph", words)

    def head(self, page: Node) -> Iterator[Fact]:
        """Who the page is about, who is around them, as whom one looks."""
        who = page.first("div", "who")
        name, _, age = who.first("h1").text().rpartition(", ")
        yield from (Fact("head.name", "", name), Fact("head.age", "", age))
        for pair in who.first("dl").direct("div"):
            yield from self._head_line(pair.first("dt").text(), pair.first("dd"))
        yield from self._printed(page.first("p", "printed").text())
        for note in [note for note in page.all("div", "protected") if "disputed" not in note.classes]:
            yield Fact("head.protected", "", "yes")
            told = re.search(r"Det siger (.+)\.$", note.text())
            yield from (Fact("head.protected.by", "", source) for source in split_list(told.group(1) if told else ""))
        why = page.first("div", "why")
        said = re.match(
            r"Du ser siden (?:som|med) (.+?)\. Opslaget er noteret i loggen med formålet (.+?)\.", why.text()
        )
        if said is None:
            yield self.unread("why", why.text())
            return
        basis = next((key for words, key in BASES if re.search(words, said.group(1))), None)
        yield Fact("head.basis", "", basis) if basis else self.unread("basis", said.group(1))
        if re.search(r"kilderne er uenige om,? hvem", page.text(), re.IGNORECASE):
            yield Fact("head.disagree", "", "yes")

    def _printed(self, line: str) -> Iterator[Fact]:
        """What stands on paper only."""
        said = re.fullmatch(r"Udskrevet af (.+), den (.+) kl\. \d\d\.\d\d\. Indeholder personoplysninger: .+", line)
        yield Fact("head.printed", said.group(1), self.day(said.group(2))) if said else self.unread("printed", line)

    def _head_line(self, word: str, value: Node) -> Iterator[Fact]:
        text = value.text("details")
        match word:
            case "Cpr":
                yield Fact("head.cpr", "", text)
                yield Fact("head.reveal", "", "yes" if value.all("form") else "no")
            case "Status":
                status, _, day = text.partition(" ")
                yield Fact("head.life", "", f"{status} {self.day(day)}".strip())
            case "Forløb":
                state = value.text("details", "a")  # the link leads to the course, or to where one is offered
                began = re.fullmatch(r"sammenhængende siden (.+)", state)
                yield Fact("head.course", "", self.day(began.group(1)) if began else state)
            case "Tidligere cpr" | "Tovholder":
                yield Fact("head.lead" if word == "Tovholder" else "head.former_cpr", "", text)
            case "Team":
                yield Fact("head.team", "", text)
                yield from (Fact("head.teammate", row.text(), "on the team") for row in value.all("li"))
            case "Adresse":
                yield Fact("head.address", "", text)
            case _ if word in RELATIONS:
                for relative in text.split(" · "):
                    first, _, age = relative.partition(", ")
                    yield Fact("head.relative", first, RELATIONS[word])
                    if age:
                        yield Fact("head.relative.age", first, age)
            case _:
                yield self.unread("head", f"{word}: {text}")

    def effort(self, row: Node, rule: str) -> Iterator[Fact]:
        """One row of *Lige nu*: an effort, a stay in hospital, a class, or an area's gap."""
        if "contact" in row.classes and "school" in row.classes:
            what, who = row.direct("div")
            yield Fact("school.row", what.first("strong").text(), f"{what.text('strong')} · {who.text()}")
            return
        if "contact" in row.classes:
            yield from self.contact(row, "stays")
            return
        if "gap" in row.classes:
            area, _, said = row.first("strong").text().partition(": ")
            state = next((state for state, words in GAPS.items() if words.search(said)), None)
            yield Fact("now.gap", area, state) if state else self.unread("gap", row.text())
            contact = re.search(r"Kontakt: (.+)$", row.text())
            yield Fact("now.contact", area, contact.group(1) if contact else "")
            return
        heading = next(node for tag in ("h3", "h4") for node in row.all(tag))
        what, who, when = row.direct("div")
        times = when.all("time")
        day = re.sub(r"^Siden · næste opfølgning ", "", when.text())
        since = times[0].attributes["datetime"][:10] if times and not day.startswith("ikke oplyst") else "ikke oplyst"
        of = f"{heading.text()} · {since}"
        yield Fact(f"{rule}.effort", of, next(name for name in row.classes if name != "effort"))
        yield from (Fact("now.status", of, tag.text()) for tag in what.all("span", "tag"))
        yield from (Fact("now.goal", of, goal.text().removeprefix("Mål: ")) for goal in what.all("span", "goal"))
        if not what.all("span", "goal") and "Mål ikke oplyst af kilden" not in what.text():
            yield self.unread("goal", what.text())
        yield from (
            Fact("now.recommendation", of, advice.text().removeprefix("Anbefaling: "))
            for advice in what.all("span", "advice")
        )
        yield Fact("now.responsible", of, who.text("span", "a"))
        yield from (Fact("now.phone", of, phone.text()) for phone in who.all("a", "tel"))
        yield from (
            Fact("now.performer", of, found.group(1))
            for span in who.all("span", "k")
            if (found := re.fullmatch(r"Udføres af (.+)", span.text()))
        )
        yield from (
            Fact("now.remark", of, self.dated(span.text()))
            for span in what.all("span", "k")
            if span.text() != "Mål ikke oplyst af kilden"
        )
        yield from self._follow_up(of, when, len(times))
        yield from self._source(of, row.first("span", "src"))

    def change(self, line: str, rule: str) -> Fact:
        """What is new, in words: a notification, or the kind of change and what it is about."""
        note = re.fullmatch(r"(?:Ny|Nyt i) underretning fra (.+?) om (.+), (.+?)", line)
        known = re.fullmatch(
            r"(Ny indsats|Ny plan|Ny klasse|Ny opgørelse|Ny kontakt|Nyt fravær|Ny frist|Ny målgruppe|"
            r"Afsluttet|Mål nået|Nyt mål|Mål ændret|Ny styrke|Nye ord fra borgeren|Ændret): (.+)",
            line,
        )
        if note:
            return Fact(f"{rule}.note", f"{self.day(note.group(3))} · {note.group(1)}", names(note.group(2)))
        return Fact(f"{rule}.other", known.group(2), known.group(1)) if known else self.unread(rule, line)

    def contact(self, row: Node, rule: str) -> Iterator[Fact]:
        """A stay, contact, case or plan: what, how it stands, with whom, from which source."""
        what, who = row.direct("div")
        title = what.first("strong").text()
        yield Fact(f"{rule}.row", title, f"{self.dated(what.text('strong'))} · {who.text()}")
        for fact in self._source(title, row.first("span", "src")):
            yield Fact(fact.rule.replace("now.", f"{rule}."), fact.subject, fact.value)

    def dated(self, words: str) -> str:
        """The words, their days as ``2023-09-12``."""
        return re.sub(DAY, lambda found: self.day(found.group()), words)

    def _follow_up(self, of: str, when: Node, count: int) -> Iterator[Fact]:
        passed = when.all("strong", "missing")
        if passed:
            day = self.day(passed[0].attributes["title"])
            yield Fact("now.follow_up", of, f"{day} passed")
        elif count > 1:
            yield Fact("now.follow_up", of, when.all("time")[1].attributes["datetime"])
        elif not when.text().endswith("ikke oplyst"):
            yield self.unread("follow-up", when.text())

    def _source(self, of: str, line: Node) -> Iterator[Fact]:
        words, updated = line.text("time", "a"), line.first("time").attributes.get("datetime", "")[:10]
        updated = updated if "registreret i kilden" in words else ""
        marked = re.match(r"(Kilden (?:siger|har flere personer med nummeret:) .+?) · ", words)
        if marked:
            yield Fact("now.mark", of, self.dated(marked.group(1)))
            words = words[marked.end() :]
        said = re.fullmatch(
            r"(Social|Sundhed|Beskæftigelse) \((DUBU|Nexus|STAR)\)(?: · ((?!registreret|læst).+?))?"
            r"(?: · registreret i kilden)?(?: · læst)?(?: ·)?",
            words,
        )
        if said is None:
            yield self.unread("source", words)
            return
        yield Fact("now.source", of, said.group(1))
        yield Fact("now.updated", of, updated)
        if said.group(3):
            yield Fact("now.paragraph", of, re.sub(r" \(.+\)$", "", said.group(3)))

    def summary(self, words: str) -> Iterator[Fact]:
        """The sentence above the notifications."""
        if WITHHELD.search(words) and "fundet i de kilder, du kan se" not in words:
            yield Fact("notes.withheld", "", "yes")
        if words.startswith("Underretninger er ikke for dig at se."):
            return
        if re.match(r"Ingen underretninger fundet", words):
            yield Fact("notes.count", "", "none")
            return
        counted = re.match(SENDERS, words)
        if counted is None:
            yield self.unread("notifications", words)
            return
        yield Fact("notes.count", "", f"{counted.group(1)} from {counted.group(2) or 1} since {counted.group(4)}")
        for pattern, value in (
            (r"Efter (\d+) af dem fulgte en indsats", "{0}"),
            (r"Derefter fulgte en indsats", "1"),
            (r"Ingen indsats begyndte inden for et halvt år", "0, of any area"),
            (r"Socialforvaltningen (?:satte ingen|har endnu ikke sat en) indsats i gang", "0, of social"),
            (r"Kilden knytter ingen indsats til (?:den|nogen af dem)\.", "0, and none is linked"),
        ):
            found = re.search(pattern, words)
            if found:
                yield Fact("notes.followed", "", value.format(*found.groups()))

    def outcome(self, words: str) -> str | None:
        """What followed a notification, in the oracle's words."""
        for pattern, value in OUTCOMES:
            found = re.fullmatch(pattern, words)
            if found:
                parts = list(found.groups())
                if len(parts) == 2:
                    parts = [names(parts[0]), self.day(parts[1])]
                return value.format(*parts)
        return None

    def notification(self, row: Node) -> Iterator[Fact]:
        """One row: when, from whom about whom, why, what followed."""
        moment = row.first("time").attributes["datetime"]
        what, then = row.direct("div")
        senders = [sender.text() for sender in what.all("strong")]
        of = f"{moment[:10]} · {senders[0].partition(' om ')[0]}"
        yield Fact("notes.time", of, moment[:16])
        for sender in senders:
            yield Fact("notes.about", of, names(sender.partition(" om ")[2]))
        yield Fact("notes.reasons", of, bag(what.text("strong")))
        said = self.outcome(then.text("a", "small"))
        yield Fact("notes.outcome", of, said) if said else self.unread("outcome", then.text("a", "small"))
        for informed in (line.text() for line in then.all("small")):
            told = re.fullmatch(r"(.+) er orienteret om udfaldet (.+)", informed)
            unknown = re.fullmatch(r"Om (.+) er orienteret om udfaldet, er ikke oplyst", informed)
            if not told and not unknown:
                yield self.unread("informed", informed)
                continue
            yield Fact("notes.informed", of, self.day(told.group(2)) if told and not unknown else "not stated")
        if "missing" in then.classes:
            yield Fact("notes.red", of, "red")

    def drawing(self, page: Node) -> Iterator[Fact]:
        """Bars and points of the lanes."""
        for lane in page.all("svg", "lane"):
            name, titles = (
                lane.attributes["aria-label"].split(": ", 1)[0],
                [title.text() for title in lane.all("title")],
            )
            if lane.attributes["aria-label"] != f"{name}: {'; '.join(titles)}":
                yield self.unread("lane", lane.attributes["aria-label"])
            for words in titles:
                if is_of_plan(name):
                    yield read_bar(name, words, self.day) or self.unread("plan", words)
                    continue
                if name.endswith("Klasse"):
                    yield Fact("lanes.class", name, words)
                    continue
                if name.endswith("Indlæggelser"):
                    yield Fact("lanes.stay", name, self.dated(words))
                    continue
                bar = re.fullmatch(r"(.+), fra (.+?), (?:(i gang)|til (.+))", words)
                point = re.fullmatch(r"(\d.+?): (.+) om (.+)", words)
                if bar:
                    of = f"{name} · {bar.group(1)} · {self.day(bar.group(2))}"
                    yield Fact("lanes.bar", of, bar.group(3) or self.day(bar.group(4)))
                elif point:
                    yield Fact("lanes.point", f"{self.day(point.group(1))} · {point.group(2)}", names(point.group(3)))
                else:
                    yield self.unread("drawing", words)


def split_list(words: str) -> list[str]:
    """``a, b og c`` as three."""
    return [part for part in re.split(r", | og ", words) if part]


def names(words: str) -> str:
    """A list of names or titles in one order, whatever the order on the page."""
    return " + ".join(sorted(split_list(words)))


def bag(words: str) -> str:
    """The words of a list whose members hold commas themselves, in one order."""
    return " ".join(sorted(word for word in re.findall(r"\w+", words.lower()) if word != "og"))


def sections(page: Node) -> dict[str, Node]:
    """The parts of a page by their headings."""
    return {node.first("h2").text(): node for node in page.all("section") if node.all("h2")}
