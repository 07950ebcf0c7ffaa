"""Legal holds, citizens who were forgotten, what is deleted by day, and the one way to delete what employees wrote."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0063_forgetting_citizens"
down_revision = "0062_unit_alerts"
branch_labels = None
depends_on = None

ERASE = r"""
CREATE FUNCTION citizen_work_erase(citizens uuid[], names text[]) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    alone uuid[]; shared uuid[]; meets uuid[]; plans uuid[]; trials uuid[]; pattern text; place record;
    courses integer; alerts integer; points integer; links integer;
BEGIN
    IF EXISTS (SELECT FROM legal_holds WHERE citizen_id = ANY(citizens) AND released_at IS NULL
                 AND (last_day IS NULL OR last_day >= (now() AT TIME ZONE 'Europe/Copenhagen')::date)) THEN
        RAISE EXCEPTION 'a legal hold stands';
    END IF;
    IF NOT EXISTS (SELECT FROM citizen_forgettings WHERE citizen_id = ANY(citizens) AND lifted_at IS NULL) THEN
        RAISE EXCEPTION 'nobody decided to forget this citizen';
    END IF;

    SELECT coalesce(array_agg(c.course_id) FILTER (WHERE NOT c.has_others), '{}'),
           coalesce(array_agg(c.course_id) FILTER (WHERE c.has_others), '{}')
    INTO alone, shared
    FROM (SELECT course_id, bool_or(NOT citizen_id = ANY(citizens)) AS has_others FROM course_citizens
          WHERE course_id IN (SELECT course_id FROM course_citizens WHERE citizen_id = ANY(citizens))
          GROUP BY course_id) c;
    meets := ARRAY(SELECT id FROM meetings WHERE course_id = ANY(alone));
    plans := ARRAY(SELECT id FROM plan_entries WHERE citizen_id = ANY(citizens) OR course_id = ANY(alone));
    trials := ARRAY(SELECT id FROM trial_actions WHERE citizen_id = ANY(citizens) OR course_id = ANY(alone));
    courses := cardinality(alone) + cardinality(plans) + cardinality(trials)
        + (SELECT count(*) FROM consents WHERE citizen_id = ANY(citizens) OR course_id = ANY(alone))
        + (SELECT count(*) FROM disclosures WHERE citizen_id = ANY(citizens) OR course_id = ANY(alone))
        + (SELECT count(*) FROM meeting_decisions
           WHERE citizen_id = ANY(citizens) OR meeting_id = ANY(meets) OR goal_id = ANY(plans));

    DELETE FROM disclosure_uses WHERE disclosure_id IN (
        SELECT id FROM disclosures WHERE citizen_id = ANY(citizens) OR course_id = ANY(alone));
    DELETE FROM disclosures WHERE citizen_id = ANY(citizens) OR course_id = ANY(alone);
    DELETE FROM meeting_decisions WHERE citizen_id = ANY(citizens) OR meeting_id = ANY(meets) OR goal_id = ANY(plans);
    DELETE FROM meeting_participants
    WHERE meeting_id = ANY(meets) OR (role = 'citizen' AND key = ANY(citizens::text[]));
    DELETE FROM meeting_versions WHERE meeting_id = ANY(meets);
    DELETE FROM meetings WHERE id = ANY(meets);
    DELETE FROM trial_judgements WHERE trial_id = ANY(trials);
    DELETE FROM trial_versions WHERE trial_id = ANY(trials);
    DELETE FROM trial_actions WHERE id = ANY(trials);
    DELETE FROM plan_efforts WHERE entry_id = ANY(plans);
    DELETE FROM plan_progress WHERE entry_id = ANY(plans);
    DELETE FROM plan_versions WHERE entry_id = ANY(plans);
    DELETE FROM plan_entries WHERE id = ANY(plans);
    DELETE FROM consents WHERE citizen_id = ANY(citizens) OR course_id = ANY(alone);
    DELETE FROM course_citizens WHERE citizen_id = ANY(citizens) OR course_id = ANY(alone);
    DELETE FROM team_memberships WHERE course_id = ANY(alone);
    DELETE FROM courses WHERE id = ANY(alone);

    SELECT string_agg(regexp_replace(name, '([^[:alnum:][:space:]])', '\\\1', 'g'), '|') INTO pattern
    FROM unnest(names) AS name WHERE length(name) > 1;
    IF pattern IS NOT NULL AND cardinality(shared) > 0 THEN
        pattern := '\m(' || pattern || ')s?\M';
        FOR place IN SELECT * FROM (VALUES
            ('courses', 'title', 'id'), ('courses', 'offer_words', 'id'), ('courses', 'follows', 'id'),
            ('team_memberships', 'reason', 'course_id'), ('team_memberships', 'citizen_words', 'course_id'),
            ('team_memberships', 'end_reason', 'course_id'), ('team_memberships', 'end_words', 'course_id'),
            ('meeting_versions', 'place', 'meeting'), ('meeting_versions', 'minutes', 'meeting'),
            ('meeting_versions', 'reason', 'meeting'), ('meeting_participants', 'reason', 'meeting'),
            ('meeting_decisions', 'words', 'meeting'), ('meeting_decisions', 'who', 'meeting'),
            ('plan_versions', 'words', 'entry'), ('plan_versions', 'who', 'entry'), ('plan_progress', 'words', 'entry'),
            ('trial_versions', 'what', 'trial'), ('trial_versions', 'why', 'trial'),
            ('trial_versions', 'withdrawn_because', 'trial'), ('trial_judgements', 'learned', 'trial'),
            ('disclosures', 'reason', 'course_id'), ('consents', 'evidence', 'course_id')
        ) AS t (tab, col, via) LOOP
            EXECUTE format('UPDATE %I SET %I = regexp_replace(%I, $1, ''••••'', ''gi'') WHERE %I ~* $1 AND ',
                           place.tab, place.col, place.col, place.col)
                || CASE place.via
                     WHEN 'meeting' THEN 'meeting_id IN (SELECT id FROM meetings WHERE course_id = ANY($2))'
                     WHEN 'entry' THEN 'entry_id IN (SELECT id FROM plan_entries WHERE course_id = ANY($2))'
                     WHEN 'trial' THEN 'trial_id IN (SELECT id FROM trial_actions WHERE course_id = ANY($2))'
                     ELSE format('%I = ANY($2)', place.via) END
            USING pattern, shared;
        END LOOP;
    END IF;

    DELETE FROM rule_assessments WHERE citizen_id = ANY(citizens);
    GET DIAGNOSTICS points = ROW_COUNT;
    DELETE FROM professional_indicators WHERE citizen_id = ANY(citizens);
    DELETE FROM alerts WHERE citizen_id = ANY(citizens);
    GET DIAGNOSTICS alerts = ROW_COUNT;
    DELETE FROM citizen_links WHERE citizen_id = ANY(citizens);
    GET DIAGNOSTICS links = ROW_COUNT;
    RETURN jsonb_build_object('courses', courses, 'alerts', alerts, 'points', points, 'links', links);
END
$$
"""


def upgrade() -> None:
    """Make the tables, and the function by which the application may delete what it may otherwise only add."""
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name=op.f("ck_legal_holds_released")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index("ix_legal_holds_citizen_id", "legal_holds", ["citizen_id"])
    op.create_table(
        "citizen_forgettings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("forgotten_by", sa.Text(), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("kept_out", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kept_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lift_reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_forgettings")),
    )
    op.create_index("ix_citizen_forgettings_citizen_id", "citizen_forgettings", ["citizen_id"])
    op.create_table(
        "forgotten_digests",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("forgetting_id", sa.BigInteger(), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["forgetting_id"],
            ["citizen_forgettings.id"],
            name=op.f("fk_forgotten_digests_forgetting_id_citizen_forgettings"),
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_forgotten_digests")),
    )
    op.create_index("ix_forgotten_digests_forgetting_id", "forgotten_digests", ["forgetting_id"])
    op.create_table(
        "deletion_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("deleted", sa.BigInteger(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", "store", "rule", name=op.f("pk_deletion_counts")),
    )
    op.execute("REVOKE DELETE ON legal_holds, citizen_forgettings FROM helhed_application")
    op.execute(ERASE)
    op.execute("REVOKE EXECUTE ON FUNCTION citizen_work_erase(uuid[], text[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION citizen_work_erase(uuid[], text[]) TO helhed_application")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP FUNCTION citizen_work_erase(uuid[], text[])")
    for table in ("deletion_counts", "forgotten_digests", "citizen_forgettings", "legal_holds"):
        op.drop_table(table)
