"""The application gets a role of its own, which owns nothing: it writes the log and can change nothing of it.

Tables belong to who migrates. ``helhed_application`` reads and writes them, but for the log, where it may only add. A
line's time is the server's and its place the next one, whatever the line says; ``helhed check`` tells whether all of
this holds. The schema of the embedded index is the application's: it builds it anew by itself.
"""

from alembic import op
from sqlalchemy import text

from hub.errors import InvalidSetting

revision = "0035_roles"
down_revision = "0034_reindexing"
branch_labels = None
depends_on = None

ROLE = "helhed_application"
MAY_MAKE_ROLES = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
HAS_ROLE = f"SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}')"  # noqa: S608  our own constant
# Several databases of one server may be migrated at once.
MAKE_ROLE = f"DO $$ BEGIN CREATE ROLE {ROLE}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
GRANTS = (
    f"GRANT USAGE ON SCHEMA public TO {ROLE}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}",
    f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
    # What later migrations make.
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {ROLE}",
    f"REVOKE UPDATE, DELETE ON audit_log, alembic_version FROM {ROLE}",
    f"REVOKE INSERT ON alembic_version FROM {ROLE}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    # A temporary table called audit_log would come before the log in every search path.
    "DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$",
    f"DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO {ROLE}', current_database()); END $$",
)
GIVE_INDEX = f"""
    DO $$ DECLARE relation regclass; BEGIN
        IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'search') THEN
            ALTER SCHEMA search OWNER TO {ROLE};
            FOR relation IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                            WHERE n.nspname = 'search' AND c.relkind = 'r'
            LOOP EXECUTE format('ALTER TABLE %s OWNER TO {ROLE}', relation); END LOOP;
        END IF;
    END $$
"""  # noqa: S608  our own constant
SERVER_TIME = """
    CREATE FUNCTION audit_log_take_server_time() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    BEGIN
        IF NEW.seq <> currval('public.audit_log_seq_seq') THEN
            RAISE EXCEPTION 'audit_log is append-only: a chosen place is refused'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        NEW.recorded_at := clock_timestamp();
        RETURN NEW;
    END
    $$
"""
TRIGGER = """
    CREATE TRIGGER audit_log_timed BEFORE INSERT ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_take_server_time()
"""


def upgrade() -> None:
    """Make the role and what it may; let the server tell the time of lines."""
    connection = op.get_bind()
    if not connection.scalar(text(HAS_ROLE)):
        if not connection.scalar(text(MAY_MAKE_ROLES)):
            message = f"who migrates may not make roles; let an administrator of PostgreSQL run: CREATE ROLE {ROLE}"
            raise InvalidSetting(message)
        op.execute(MAKE_ROLE)
    for grant in GRANTS:
        op.execute(grant)
    op.execute(GIVE_INDEX)
    op.execute(SERVER_TIME)
    op.execute(TRIGGER)
    op.execute("ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_timed")


def downgrade() -> None:
    """Take the rights back. The role stays: other databases of the server may use it."""
    op.execute("DROP TRIGGER audit_log_timed ON audit_log")
    op.execute("DROP FUNCTION audit_log_take_server_time()")
    for kind, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT")):
        op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE {rights} ON {kind} FROM {ROLE}")
        op.execute(f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM {ROLE}")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {ROLE}")
