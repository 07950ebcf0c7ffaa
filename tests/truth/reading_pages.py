"""The pages one by one: which section is read by what. What stands in no known section is an unread sentence."""

import re
from collections.abc import Iterator
from datetime import date

from tests.truth.facts import Fact
from tests.truth.markup import Node, parsed
from tests.truth.plan_reading import is_of_plan, read_row
from tests.truth.points import read_point
from tests.truth.reading import Reader, bag, names, sections
from tests.truth.transitions import read_transition

NO_EFFORTS = "Ingen igangværende indsatser i de kilder, du kan se."
STATES = {"i gang", "afsluttet", "planlagt", "aflyst", "på pause"}


class PageReader(Reader):
    """Reads whole pages."""

    def overview(self, html: str) -> list[Fact]:
        """*Overblik*."""
        page = parsed(html)
        found = [*self.head(page), *self.times(page), *self.paragraphs(page)]
        readers = {
            "Lige nu": self._now,
            "Siden forløbet begyndte": self._since_course,
            "Underretninger om familien": self._notifications,
            "Indlæggelser og kontakter": self._contacts,
            "Sager, planer og tilknyttede": self._standing,
            "Fravær fra skolen": self._absence,
            "Forløbet over tid": self.drawing,
            "Siden du sidst så efter": self._changes,
            "Det, der virker": self._strengths,
            "Værd at tale om": self._talk,
            "Kilder": self._sources,
            "Hvem har set siden": self._seen,
        }
        for heading, section in sections(page).items():
            reader = readers.get(heading)
            found += reader(section) if reader else [self.unread("section", heading)]
        return found

    def family(self, html: str) -> list[Fact]:
        """*Familien*."""
        page = parsed(html)
        found = [*self.head(page), *self.times(page), *self.paragraphs(page)]
        for heading, section in sections(page).items():
            if heading.startswith("Lige nu for hver"):
                found += self._columns(section)
            elif heading in {"Hvad kom hvornår", "Hvad skete hvornår"}:
                found += sorted(set(self._moments(section)))
            elif heading == "Forløbet over tid":
                found += self.drawing(section)
            else:
                found.append(self.unread("section", heading))
        return found

    def timeline(self, html: str) -> list[Fact]:
        """*Tidslinje*."""
        page = parsed(html)
        found = [*self.head(page), *self.times(page), *self.paragraphs(page), *self.drawing(page)]
        rows = page.first("table").first("tbody").all("tr")
        rows = [row for row in rows if len(row.direct("td")) > 1]
        for row in rows:
            found += self._timeline_row(row)
        for line in page.first("ul", "ahead").direct("li"):
            ahead = line.first("strong").text()
            said_ahead = read_transition(ahead, self.day)
            fact = said_ahead and Fact(f"ahead.{said_ahead.rule}", said_ahead.subject, said_ahead.value)
            found.append(fact or self.unread("ahead", ahead))
        count = re.search(r"(\d+) linjer?\. Det nyeste først", page.text())
        if count is None or int(count.group(1)) != len(rows):
            found.append(self.unread("count", f"{count and count.group()}, but {len(rows)} rows"))
        said = re.search(
            r"Du ser (?:alt, der er kendt i dag|det, der var kendt den (.+?))\. (?:Senere|Ruder)", page.text()
        )
        found.append(Fact("known", "", self.day(said.group(1) or "i dag") if said else page.first("p", "sub").text()))
        return found

    def _timeline_row(self, row: Node) -> Iterator[Fact]:
        start, end, lane, what, how, source = row.direct("td")
        mark = source.first("strong").text()
        if mark:
            yield Fact("rows.mark", f"{lane.text()} · {what.text()}", self.dated(mark))
        day = start.first("time").attributes.get("datetime", "")[:10] or "ikke oplyst"
        if is_of_plan(lane.text()):
            last = end.first("time").attributes.get("datetime", "")[:10] or end.text()
            fact = read_row(lane.text(), what.text(), (day, last), self.dated(how.text()), self.day)
            yield fact or self.unread("plan", what.text())
            return
        if lane.text() == "Underretninger":
            sender, _, reasons = what.text().partition(": ")
            by, _, whom = sender.partition(" om ")
            of = f"{day} · {by}"
            yield from (Fact("rows.about", of, names(whom)), Fact("rows.reasons", of, bag(reasons)))
            said = self.outcome(how.text())
            yield Fact("rows.outcome", of, said) if said else self.unread("outcome", how.text())
            return
        of = f"{lane.text()} · {what.text()} · {day}"
        until = end.first("time").attributes.get("datetime", "")[:10] or end.text()
        told = re.sub(r"^Kilden (?:siger|har flere) .+? · (?=Social|Sundhed|Besk)", "", source.text())
        if how.text() not in STATES or re.search(r"^Plan: |[Pp]lan$|sag$", what.text()):
            yield Fact("rows.other", of, f"{self.dated(how.text())} · {until}")
            return
        yield Fact("rows.effort", of, how.text())
        yield Fact("rows.end", of, until)
        yield Fact("rows.paragraph", of, re.sub(r" \(.+\)$", "", told.partition(" · ")[2]))

    def _now(self, section: Node) -> Iterator[Fact]:
        line = section.first("p", "sub").text()
        said = re.match(
            r"(\d+) igangværende indsats(?:er)? i (\d) områder?\."
            r" Indsats(?:en|erne) er sidst ændret (?:i kilderne )?(.+?)\.?\.$",
            line,
        )
        if said:
            yield Fact("now.count", "", f"{said.group(1)} in {said.group(2)}")
            yield Fact("now.changed", "", self.day(said.group(3)))
        elif line == NO_EFFORTS:
            yield Fact("now.count", "", "none")
        else:
            yield self.unread("now", line)
        for words in section.all("p", "disagree"):
            yield Fact("now.disagree", (re.search(r"enige om (.+?):", words.text()) or ["", words.text()])[1], "yes")
        for row in section.first("ul").direct("li"):
            yield from self.effort(row, "now")

    def _contacts(self, section: Node) -> Iterator[Fact]:
        for row in section.first("ul").direct("li"):
            yield from self.contact(row, "contacts")

    def _standing(self, section: Node) -> Iterator[Fact]:
        for row in section.first("ul").direct("li"):
            yield from self.contact(row, "standing")

    def _absence(self, section: Node) -> Iterator[Fact]:
        for row in section.first("ul").direct("li"):
            name = row.first("strong").text()
            for line in row.all("li"):
                quarter, _, words = line.text().partition(": ")
                yield Fact("school.quarter", f"{name.removesuffix('Fravær')}{quarter}", words)

    def _since_course(self, section: Node) -> Iterator[Fact]:
        for line in (row.text() for row in section.all("li")):
            ended = re.fullmatch(r"(\d+) indsats(?:er)? er afsluttet: (.+)\.", line)
            reached = re.fullmatch(r"(\d+) mål er nået\.", line)
            quiet = re.fullmatch(r"Ingen nye underretninger siden (.+)\.", line)
            if ended:
                yield Fact("course.ended", "", ended.group(1))
                for title, day in re.findall(r"(.+?) \((\d[^)]*)\)(?:, | og |$)", ended.group(2)):
                    yield Fact("course.ended.on", title, self.day(day))
            elif reached:
                yield Fact("course.reached", "", reached.group(1))
            elif quiet:
                yield Fact("course.quiet", "", self.day(quiet.group(1)))
            else:
                yield self.unread("course", line)

    def _notifications(self, section: Node) -> Iterator[Fact]:
        yield from self.summary(section.first("p", "sub").text())
        for row in [row for rows in section.all("ul", "came-in") for row in rows.direct("li")]:
            yield from self.notification(row)

    def _changes(self, section: Node) -> Iterator[Fact]:
        yield Fact("changes.since", "", section.first("time").attributes["datetime"][:16])
        for line in (row.text() for row in section.all("li")):
            more = re.fullmatch(r"Og (\d+) ændring(?:er)? mere; se tidslinjen\.", line)
            if not more:
                yield self.change(line, "changes")

    def _strengths(self, section: Node) -> Iterator[Fact]:
        words = section.all("blockquote")
        stated = [line.text() for line in section.all("p", "sub")]
        for at, quote in enumerate(words):
            yield Fact("strengths.wish", quote.text().strip("”"), self._stated(stated[at]))
        rule = "strengths.works"
        rules = {"Nået": "strengths.reached", "Mål, der ikke er nået endnu": "strengths.goal"}
        for node in section.children:
            if isinstance(node, Node) and node.tag == "h3":
                rule = rules.get(node.text(), "strengths.works")
            for row in node.direct("li") if isinstance(node, Node) else ():
                by = row.first("span").text().strip("()")
                yield Fact(rule, row.text("span", "strong"), self._stated(by))
                if row.all("strong"):
                    yield Fact("strengths.mark", row.text("span", "strong"), self.dated(row.first("strong").text()))
        if "Kilderne har ikke noteret borgerens egne ord eller det, der virker." in section.text():
            yield Fact("strengths.none", "", "none noted by the sources")
        if "De kilder, du kan se, har ikke noteret borgerens egne ord eller det, der virker." in section.text():
            yield Fact("strengths.none", "", "partly withheld")

    def _stated(self, words: str) -> str:
        by, _, day = words.rpartition(", ")
        return f"{by}, {self.day(day)}"

    def _talk(self, section: Node) -> Iterator[Fact]:
        for row in section.all("li"):
            sentence = row.text("span").rstrip(".")
            yield read_point(sentence, self.day) or Fact("talk", sentence.lower(), "recommended")

    def _sources(self, section: Node) -> Iterator[Fact]:
        for name, age in zip(section.all("dt"), section.all("dd"), strict=True):
            yield Fact("sources.age", name.text(), age.text())
        for line in section.all("p", "sub"):
            if not line.text().startswith("Ikke dækket: "):
                yield self.unread("sources", line.text())

    def _seen(self, section: Node) -> Iterator[Fact]:
        for who in dict.fromkeys(who.text() for who in section.all("dt")):
            yield Fact("seen", who, "has looked")

    def _columns(self, section: Node) -> Iterator[Fact]:
        for column in section.all("details", "narrow"):
            name, _, age = column.first("h3").text().rpartition(", ")
            whole, name = name, name.split()[0]
            yield from (Fact("column.name", name, whole), Fact("column.age", name, age))
            said = re.match(r"(\d+) underretning(?:er)? ·", column.first("p", "sub").text())
            withheld = re.search(r"ikke for dig at se|kan du ikke se", column.first("p", "sub").text())
            none = column.first("p", "sub").text().startswith("ingen underretninger fundet")
            value = said.group(1) if said else "0" if none else "withheld" if withheld else ""
            yield Fact("column.notes", name, value) if value else self.unread("column", column.first("p", "sub").text())
            for line in column.direct("p"):
                if re.match(r"På orlov|Indlagt siden", line.text()):
                    yield Fact("column.stay", name, self.dated(line.text()))
                if "pupil" in line.classes:
                    yield Fact("column.class", name, line.text())
            rows = column.first("ul").direct("li")
            for row in rows:
                yield from (_of(name, fact) for fact in self.effort(row, "column"))
            if not rows and NO_EFFORTS not in column.text():
                yield self.unread("column", column.text())
        for line in section.direct("p"):
            left = re.match(r"(.+?) vises ikke her, for", line.text())
            names = re.split(r", | og ", left.group(1)) if left else []
            yield from (Fact("column.left_out", name, "left out") for name in names)
            if not left:
                yield self.unread("family", line.text())

    def _moments(self, section: Node) -> Iterator[Fact]:
        yield from self.summary(section.first("p", "sub").text())
        for row in section.first("table").first("tbody").all("tr"):
            day = row.first("time").attributes["datetime"][:10]
            for cell in row.direct("td"):
                if "none" in cell.classes:
                    continue
                of = f"{day} · {cell.first('span', 'of').text().rstrip(':')} · {cell.first('strong').text()}"
                text = cell.all("span")[-1].text()
                effort = re.fullmatch(r"(Social|Sundhed|Beskæftigelse) · (?:(i gang)|til (.+))", text)
                stay = re.fullmatch(r"Sundhed · (.+)", text)
                absence = re.fullmatch(r"Skole · (.+)", text)
                if stay and cell.first("strong").text() == "Indlæggelse":
                    yield Fact("moments.stay", of, self.dated(stay.group(1)))
                elif absence:
                    yield Fact("moments.absence", of, absence.group(1))
                elif effort:
                    yield Fact("moments.effort", of, effort.group(2) or self.day(effort.group(3)))
                else:
                    said = self.outcome(text)
                    yield Fact("moments.outcome", of, said) if said else self.unread("moment", text)


def _of(name: str, fact: Fact) -> Fact:
    return Fact(fact.rule.replace("now.", "column."), f"{name}: {fact.subject}", fact.value)


def reader(today: date) -> PageReader:
    """A reader on that day."""
    return PageReader(today)
