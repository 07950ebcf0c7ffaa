"""Citizens of the random municipality whose processing is restricted: nobody is shown anything of them."""

from sqlalchemy.orm import Session

from hub.overview.service import rebuild
from hub.rights.restriction_repository import restrict
from tests.access_town import NOW
from tests.attack.world import Citizen, World

RESTRICTED_EVERY = 12


def restricted(world: World) -> list[Citizen]:
    """Some of those who are not protected."""
    return [each for each in world.citizens if each.number % RESTRICTED_EVERY == 0 and not each.protected]


def restrict_some(session: Session, world: World) -> None:
    """Store that they are, and build their pages anew."""
    for each in restricted(world):
        restrict(session, each.key, reason="Bestridt", review_on=None, by="Jens", now=NOW)
    rebuild(session, [each.key for each in restricted(world)], now=NOW)
