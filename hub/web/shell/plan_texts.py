"""The words of Borgerens plan that several pages say."""

from schemas.plan import GoalProgress, PlanKind, PlanState

PLAN_KIND = {
    PlanKind.WISH: "Borgerens egne ord",
    PlanKind.STRENGTH: "Det, der virker",
    PlanKind.CONCERN: "Det, vi er bekymrede for",
    PlanKind.GOAL: "Mål",
    PlanKind.SUB_GOAL: "Delmål",
    PlanKind.AGREEMENT: "Aftale",
}
PLAN_STATE = {
    PlanState.OPEN: "Gælder",
    PlanState.DONE: "Er gjort eller nået og lukket",
    PlanState.DROPPED: "Gælder ikke længere",
}
GOAL_PROGRESS = {
    GoalProgress.REACHED: "Nået",
    GoalProgress.BETTER: "Bedre",
    GoalProgress.UNCHANGED: "Uændret",
    GoalProgress.WORSE: "Værre",
}
NOT_ASSESSED = "Ikke vurderet endnu"
