"""What matching stores of a record is written without a look at the record, and the record is kept while it is there.

Three foreign keys were a fifth of what storing costs PostgreSQL. Matching writes in the transaction that stores the
record, so what they looked up each time was the row just written. What they protect is forgetting: a record must not go
and leave the numbers in it behind. A trigger refuses that once a statement.
"""

from alembic import op

revision = "0070_parties_without_keys"
down_revision = "0069_contests"
branch_labels = None
depends_on = None

REFUSE = """
CREATE FUNCTION records_refuse_parties_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gone JOIN public.record_parties p ON p.record_id = gone.id)
       OR EXISTS (SELECT FROM gone JOIN public.party_identifiers i ON i.record_id = gone.id)
       OR EXISTS (SELECT FROM gone JOIN public.identity_claims c ON c.record_id = gone.id)
    THEN
        RAISE EXCEPTION 'a record cannot go while matching knows its parties' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$
"""
TRIGGER = """
CREATE TRIGGER records_leave_no_parties AFTER DELETE ON records REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_parties_left()
"""
KEYS = {
    "fk_party_identifiers_record_id_party_index_record_parties": (
        "party_identifiers",
        "record_parties",
        ["record_id", "party_index"],
        ["record_id", "party_index"],
    ),
    "fk_record_parties_record_id_records": ("record_parties", "records", ["record_id"], ["id"]),
    "fk_identity_claims_record_id_records": ("identity_claims", "records", ["record_id"], ["id"]),
}
"""Name to table, the other's table, and the columns of both."""


def upgrade() -> None:
    """Let go of the keys, and refuse what they refused when a record is deleted."""
    op.execute(REFUSE)
    op.execute(TRIGGER)
    for name, (table, *_) in KEYS.items():
        op.drop_constraint(name, table, type_="foreignkey")


def downgrade() -> None:
    """Make the keys again."""
    for name, (table, other, columns, others) in reversed(KEYS.items()):
        op.create_foreign_key(name, table, other, columns, others)
    op.execute("DROP TRIGGER records_leave_no_parties ON records")
    op.execute("DROP FUNCTION records_refuse_parties_left()")
