"""Borgerens rettigheder in words. Pure."""

from collections.abc import Mapping
from datetime import date, datetime

from hub.access.policy import SHORTEST_REASON
from hub.access.rights import RightsFault, RightsOverview, RightsView
from hub.clock import danish_day
from hub.rights.repository import CitizenForgetting, LegalHold
from hub.rights.restriction_repository import Restriction
from hub.rights.stores import Store
from hub.web.oversight.present import citizen_text
from hub.web.rights import texts
from hub.web.rights.page import ForgettingLine, HoldLine, RestrictionLine, RightsListPage, RightsPage
from hub.web.shell.dates import at_minute, at_second, capital, counted, day_text, listed, number_text
from hub.web.shell.form_result import FormResult

PATH = "/tilsyn/rettigheder"


def rights_list_page(
    overview: RightsOverview, today: date, *, size: int, not_found: bool, result: FormResult | None
) -> RightsListPage:
    """Holds that stand, and who was forgotten."""
    forgettings = overview.forgettings
    return RightsListPage(
        not_found=not_found,
        holds=tuple(_hold(hold, today) for hold in overview.holds),
        holds_heading=capital(counted(len(overview.holds), *texts.HOLDS_HEADING)) if overview.holds else texts.NO_HOLDS,
        restrictions=tuple(_restriction(each, today) for each in overview.restrictions),
        restrictions_heading=capital(counted(len(overview.restrictions), *texts.RESTRICTIONS_HEADING))
        if overview.restrictions
        else texts.NO_RESTRICTIONS,
        forgettings=tuple(map(_forgetting, forgettings)),
        after=f"{PATH}?efter={forgettings[-1].id}" if len(forgettings) == size else None,
        result=result.outcome if result else None,
    )


def rights_page(  # noqa: PLR0913  keyword-only from the day on
    view: RightsView,
    name: str | None,
    now: datetime,
    *,
    bus_hours: int,
    log_months: int,
    backup_days: int | None,
    result: FormResult | None,
) -> RightsPage:
    """What was decided about one citizen; *name* where the reader gave the number."""
    key = str(view.citizen_id)
    days = counted(backup_days, "dag", "dage") if backup_days else texts.OWN_DAYS
    return RightsPage(
        key=key,
        heading=name or texts.BORN_KEY.format(key=key[:8]),
        is_known=view.is_known,
        holds=tuple(_hold(hold, danish_day(now)) for hold in view.holds),
        is_held=view.is_held,
        restrictions=tuple(_restriction(each, danish_day(now)) for each in view.restrictions),
        is_restricted=view.is_restricted,
        order=texts.ORDER,
        stays=(
            texts.BUS_LATER.format(hours=number_text(bus_hours)),
            texts.BACKUPS_LATER.format(days=days),
            texts.LOG_LATER.format(months=log_months),
            texts.SESSIONS_LATER,
        ),
        form=result.form if result else "",
        typed=dict(result.typed) if result else {},
        result=result.outcome if result else None,
    )


def fault_text(fault: RightsFault) -> str:
    """What must be corrected."""
    return texts.FAULT[fault].format(length=SHORTEST_REASON)


def counts_text(counts: Mapping[Store, int] | Mapping[str, int]) -> str:
    """How much was deleted from which store; what had nothing is left out."""
    by_store = {Store(store): number for store, number in counts.items()}
    words = [counted(by_store[store], *texts.STORE[store]) for store in Store if by_store.get(store)]
    return listed(words) if words else "intet"


def _hold(hold: LegalHold, today: date) -> HoldLine:
    is_standing = hold.holds(today)
    ended = ""
    if hold.released_at is not None:
        ended = texts.RELEASED_BY.format(
            when=at_minute(hold.released_at), by=hold.released_by, reason=hold.release_reason
        )
    elif not is_standing and hold.last_day is not None:
        ended = texts.ENDED_BY_DAY.format(day=day_text(hold.last_day))
    return HoldLine(
        id=hold.id,
        citizen=capital(citizen_text(str(hold.citizen_id))),
        href=f"{PATH}/{hold.citizen_id}",
        reason=hold.reason,
        until=texts.UNTIL.format(day=day_text(hold.last_day)) if hold.last_day else texts.UNTIL_RELEASED,
        placed=hold.placed_by,
        when=at_second(hold.placed_at),
        is_standing=is_standing,
        ended=ended,
    )


def _restriction(restriction: Restriction, today: date) -> RestrictionLine:
    is_overdue = restriction.stands and restriction.review_on is not None and restriction.review_on < today
    review = texts.NO_REVIEW
    if restriction.review_on is not None:
        words = texts.REVIEW_OVERDUE if is_overdue else texts.REVIEW_ON
        review = words.format(day=day_text(restriction.review_on))
    ended = ""
    if restriction.lifted_at is not None:
        ended = texts.RELEASED_BY.format(
            when=at_minute(restriction.lifted_at), by=restriction.lifted_by, reason=restriction.lift_reason
        )
    return RestrictionLine(
        id=restriction.id,
        citizen=capital(citizen_text(str(restriction.citizen_id))),
        href=f"{PATH}/{restriction.citizen_id}",
        reason=restriction.reason,
        review=review,
        is_overdue=is_overdue,
        placed=restriction.placed_by,
        when=at_second(restriction.placed_at),
        ended=ended,
    )


def _forgetting(forgetting: CitizenForgetting) -> ForgettingLine:
    lifted = ""
    if forgetting.lifted_at is not None:
        lifted = texts.LIFTED_BY.format(
            when=at_minute(forgetting.lifted_at), by=forgetting.lifted_by, reason=forgetting.lift_reason
        )
    kept_out = texts.NOTHING_KEPT_OUT
    if forgetting.kept_out:
        kept_out = capital(counted(forgetting.kept_out, *texts.KEPT_OUT))
        if forgetting.kept_out_at:
            kept_out += f", senest {at_minute(forgetting.kept_out_at)}"
    return ForgettingLine(
        id=forgetting.id,
        citizen=capital(citizen_text(str(forgetting.citizen_id))),
        when=at_second(forgetting.forgotten_at),
        by=forgetting.forgotten_by,
        reason=forgetting.reason,
        deleted=capital(counts_text(forgetting.counts)),
        kept_out=kept_out,
        lifted=lifted,
    )
