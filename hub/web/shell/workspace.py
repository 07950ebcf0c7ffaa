"""A workspace: one folder under ``hub/web``, one address, one action of the policy. Menu and login follow from it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fastapi import APIRouter

from hub.access.policy import may
from hub.web.shell.view_models import Page
from schemas.access import Actor, AuditAction, Purpose

LOGIN_PATH = "/log-ind"
"""Where those go who are not logged in, or whose role reaches no workspace."""


@dataclass(frozen=True)
class Workspace:
    """What the application must know of a workspace; ``hub.web.workspaces`` lists them all."""

    name: str
    """Its folder under ``hub/web``."""
    path: str
    """Address of its first page."""
    title: str
    """Title of its first page, and the word in the menu."""
    pages: tuple[type[Page], ...]
    """Its page classes; each names its template."""
    action: AuditAction | None
    """What the policy is asked and the log says; None: open to those who are not logged in."""
    purpose: Purpose | None = None
    """The purpose that follows from the workspace; None: the actor chooses one."""
    in_menu: bool = True
    decided_per_citizen: bool = False
    """The policy decides about each citizen, and not about the workspace as a whole."""
    router: APIRouter = field(default_factory=lambda: APIRouter(include_in_schema=False))

    def is_open_to(self, actor: Actor) -> bool:
        """Whether the actor's role reaches the workspace as a whole."""
        return self.action is not None and not self.decided_per_citizen and may(actor, self.action)


def menu_of(workspaces: Iterable[Workspace], actor: Actor) -> tuple[Workspace, ...]:
    """The workspaces in the actor's menu; the first is where the actor begins."""
    return tuple(workspace for workspace in workspaces if workspace.in_menu and workspace.is_open_to(actor))


def own_purpose(workspaces: Iterable[Workspace], actor: Actor) -> Purpose:
    """The purpose of the actor's own work: that of the first workspace in the menu which has one."""
    purposes = (workspace.purpose for workspace in menu_of(workspaces, actor) if workspace.purpose)
    return next(purposes, Purpose.FOLLOW_UP)
