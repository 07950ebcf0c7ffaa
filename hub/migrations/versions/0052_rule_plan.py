"""Judgements of hits that rest on the plan say so; what is counted of the rules is found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0052_rule_plan"
down_revision = "0051_trial_actions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the indexes."""
    op.add_column("rule_assessments", sa.Column("of_plan", sa.Boolean(), server_default="false", nullable=False))
    op.create_index("ix_rule_assessments_rule", "rule_assessments", ["rule", "version"])
    op.create_index("ix_rule_approvals_rule", "rule_approvals", ["rule", "id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_rule_approvals_rule", "rule_approvals")
    op.drop_index("ix_rule_assessments_rule", "rule_assessments")
    op.drop_column("rule_assessments", "of_plan")
