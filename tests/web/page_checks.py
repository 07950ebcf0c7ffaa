"""What every page must be in a real browser: fit, readable by axe and by keyboard."""

from collections import defaultdict

from playwright.sync_api import Page

from tests.web.chromium import take_picture, violations

NAMES = """() => [...document.querySelectorAll("main a[href], main button")].filter(node => node.checkVisibility())
    .map(node => [node.getAttribute("aria-label") || node.textContent.trim(),
                  node.getAttribute("href") || `${node.form?.action} ${node.name} ${node.value}`])"""


def check_page(page: Page, name: str) -> None:
    """The page that is open has no fault; ``take_picture`` shows it."""
    faults = faults_of(page, name)
    assert not faults, "\n".join(faults)


def faults_of(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is open, each with the page's *name*; ``take_picture`` shows it."""
    take_picture(page, name)
    faults = [*_serious(page), *_without_heading(page), *_ambiguous(page)]
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if overflow > 0:
        faults.append(f"{overflow} px too wide")
    looks = page.locator("select").evaluate_all("nodes => nodes.map(node => getComputedStyle(node).appearance)")
    if not set(looks) <= {"auto"}:
        faults.append("a select without its arrow")
    return [f"{name}: {fault}" for fault in faults]


def skip_link_faults(page: Page) -> list[str]:
    """Of a page that was just opened: the keyboard reaches the skip link first, and it leads to the content."""
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.textContent") != "Gå til indholdet":
        return [f"{page.url}: the first thing that the keyboard reaches is not the skip link"]
    page.keyboard.press("Enter")
    is_there = page.evaluate("document.activeElement.id") == "main"
    return [] if is_there else [f"{page.url}: the skip link does not lead to the content"]


def _serious(page: Page) -> list[str]:
    """Serious and critical findings of axe, with where."""
    return [
        f"{rule}: {html[:120]} ({places})"
        for rule, impact, html, places in violations(page)
        if impact in {"serious", "critical"}
    ]


def _without_heading(page: Page) -> list[str]:
    """The one heading stands in the landmark to which the skip link goes."""
    is_within = page.locator("h1").count() == page.locator("main#main h1").count() == 1
    return [] if is_within else ["not one heading within the landmark"]


def _ambiguous(page: Page) -> list[str]:
    """Links and buttons of one name that do different things."""
    leads = defaultdict(set)
    for name, target in page.evaluate(NAMES):
        leads[name].add(target)
    return [f"{name} leads to {sorted(targets)}" for name, targets in leads.items() if len(targets) > 1]
