"""Every statement of the search index in PostgreSQL. Values are always parameters.

Tables are named without their schema: the connection's search path says which index is meant.
"""

TABLES = ("documents", "names", "area_names", "vocabulary", "digests", "entries", "entry_words", "unit_grants")
"""What ``CREATE`` makes. None refers to another."""
LONGEST_UNIT_NAMES = 300
"""Bytes of the words of a name that stand beside a unit: PostgreSQL takes 2,704 in an index, the unit's id among them.
"""

CREATE = """
CREATE TABLE IF NOT EXISTS documents (
    citizen_id uuid PRIMARY KEY,
    version bigint NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    name text NOT NULL DEFAULT '',
    sort_name text COLLATE "C" NOT NULL DEFAULT '',
    birth_date date,
    protected boolean NOT NULL DEFAULT false,
    sources text[] NOT NULL DEFAULT '{}',
    document jsonb,
    overview text
);
CREATE TABLE IF NOT EXISTS names (
    citizen_id uuid NOT NULL,
    token text COLLATE "C" NOT NULL,
    PRIMARY KEY (citizen_id, token)
);
DROP INDEX IF EXISTS ix_names_token;
CREATE TABLE IF NOT EXISTS area_names (
    citizen_id uuid NOT NULL,
    area text NOT NULL,
    token text COLLATE "C" NOT NULL,
    PRIMARY KEY (citizen_id, area, token)
);
DROP INDEX IF EXISTS ix_area_names_token;
CREATE TABLE IF NOT EXISTS vocabulary (
    token text COLLATE "C" PRIMARY KEY,
    variants text[] NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_vocabulary_variants ON vocabulary USING gin (variants) WITH (fastupdate = off);
CREATE TABLE IF NOT EXISTS digests (
    digest text NOT NULL,
    citizen_id uuid NOT NULL,
    PRIMARY KEY (digest, citizen_id)
);
CREATE INDEX IF NOT EXISTS ix_digests_citizen_id ON digests (citizen_id);
CREATE TABLE IF NOT EXISTS entries (
    citizen_id uuid NOT NULL,
    entry_id text NOT NULL,
    area text NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    words text[] NOT NULL,
    stems tsvector GENERATED ALWAYS AS (to_tsvector('pg_catalog.danish'::regconfig, text)) STORED,
    valid daterange NOT NULL,
    unit text,
    kle_topic text,
    paragraph text,
    PRIMARY KEY (citizen_id, entry_id)
);
CREATE TABLE IF NOT EXISTS unit_grants (
    citizen_id uuid NOT NULL,
    unit_id text NOT NULL,
    valid daterange NOT NULL,
    tokens text[] COLLATE "C"
);
-- Asked first: ADD COLUMN IF NOT EXISTS takes the table from everybody who searches, also where the column is there.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'unit_grants'::regclass AND attname = 'tokens') THEN
        ALTER TABLE unit_grants ADD COLUMN tokens text[] COLLATE "C";
    END IF;
END $$;
CREATE INDEX IF NOT EXISTS ix_unit_grants_citizen_id ON unit_grants (citizen_id);
"""

# The names beside the unit, so that those of a large unit are read with it, in its index, and not citizen by citizen
# among everybody's. NULL: they are in ``names`` alone, since the release before wrote the line or they are long.
_CREATE_UNIT_NAMES = """
DO $$ BEGIN
    IF to_regclass('ix_unit_grants_names') IS NULL THEN
        LOCK TABLE unit_grants IN SHARE ROW EXCLUSIVE MODE;
        UPDATE unit_grants g SET tokens = n.tokens FROM (
            SELECT citizen_id, array_agg(token) AS tokens FROM names GROUP BY citizen_id
            HAVING sum(octet_length(token)) <= {longest}) n
        WHERE n.citizen_id = g.citizen_id;
        CREATE INDEX ix_unit_grants_names ON unit_grants (unit_id, citizen_id) INCLUDE (valid, tokens);
    END IF;
END $$
"""

CREATE_UNIT_NAMES = _CREATE_UNIT_NAMES.format(longest=LONGEST_UNIT_NAMES)

DROP_UNUSED = "DROP INDEX IF EXISTS ix_unit_grants_reach, ix_unit_grants_unit_id"
"""What the release before makes again with each start of a worker."""

# A hash of every word and stem that an entry has or had, each once and with no citizen: no word is left to be read when
# its last entry is gone. A word whose hash is not among them can only be of a name, so that nobody's entries are read
# for it. A trigger writes them, since the release before writes entries without knowing of it; in order, so that two
# who write never wait for each other.
CREATE_ENTRY_WORDS = """
DO $$ BEGIN
    IF to_regclass('entry_words') IS NULL THEN
        LOCK TABLE entries IN SHARE ROW EXCLUSIVE MODE;
        CREATE TABLE entry_words (word bigint PRIMARY KEY);
        CREATE FUNCTION note_entry_words() RETURNS trigger LANGUAGE plpgsql AS $note$ BEGIN
            EXECUTE format('INSERT INTO %I.entry_words SELECT DISTINCT hashtextextended(word, 0) FROM written
                            CROSS JOIN unnest(words || tsvector_to_array(stems)) e(word) ORDER BY 1
                            ON CONFLICT DO NOTHING', TG_TABLE_SCHEMA);
            RETURN NULL;
        END $note$;
        CREATE TRIGGER note_words AFTER INSERT ON entries REFERENCING NEW TABLE AS written
            FOR EACH STATEMENT EXECUTE FUNCTION note_entry_words();
        INSERT INTO entry_words SELECT DISTINCT hashtextextended(word, 0) FROM entries
            CROSS JOIN unnest(words || tsvector_to_array(stems)) e(word);
    END IF;
END $$
"""

# The words of names, each once and with no citizen: what is left when the last citizen of that name is gone tells
# nothing of anybody, and a rebuilt index does not have it.
KNOWN_WORDS = "SELECT token FROM vocabulary WHERE token = ANY(%s)"

PUT_WORDS = """
INSERT INTO vocabulary (token, variants)
SELECT token, string_to_array(variants, E'\\x1f') FROM unnest(%s::text[], %s::text[]) v(token, variants)
ON CONFLICT DO NOTHING
"""

# Key by key: of an overlap of arrays the planner expects so many rows that it reads the whole table.
SIMILAR_WORDS = """
SELECT DISTINCT v.token FROM unnest(%s::text[]) k(key)
CROSS JOIN LATERAL (SELECT token FROM vocabulary WHERE variants @> ARRAY[k.key]) v
"""

PUT = """
INSERT INTO documents (citizen_id, version, name, sort_name, birth_date, protected, sources, document, overview)
SELECT citizen_id, version, name, sort_name, birth_date, protected, string_to_array(sources, E'\\x1f'),
       document, overview
FROM unnest(
    %b::uuid[], %b::bigint[], %b::text[], %b::text[], %b::date[], %b::boolean[], %b::text[], %b::jsonb[], %b::text[]
) d(citizen_id, version, name, sort_name, birth_date, protected, sources, document, overview)
ON CONFLICT (citizen_id) DO UPDATE SET
    version = excluded.version, deleted = false, name = excluded.name, sort_name = excluded.sort_name,
    birth_date = excluded.birth_date, protected = excluded.protected, sources = excluded.sources,
    document = excluded.document, overview = excluded.overview
WHERE documents.version < excluded.version
RETURNING citizen_id
"""

DELETE = """
INSERT INTO documents (citizen_id, version, deleted) VALUES (%s, %s, true)
ON CONFLICT (citizen_id) DO UPDATE SET
    version = excluded.version, deleted = true, name = '', sort_name = '', birth_date = NULL, protected = false,
    sources = '{}', document = NULL, overview = NULL
WHERE documents.version <= excluded.version
RETURNING citizen_id
"""

GET = "SELECT document, overview FROM documents WHERE citizen_id = %s AND NOT deleted"

OVERVIEW = "SELECT version, overview FROM documents WHERE citizen_id = %s AND overview <> ''"

VERSIONS = """
SELECT citizen_id, version FROM documents
WHERE NOT deleted AND (%(first)s::uuid IS NULL OR citizen_id BETWEEN %(first)s::uuid AND %(last)s::uuid)
"""

# rows for ``search.base.tallies``; taking the sources apart here would sort each citizen once per source
TALLY = """
SELECT get_byte(uuid_send(citizen_id), 0), sources, count(*), sum(version)::bigint
FROM documents WHERE NOT deleted GROUP BY 1, 2
"""

# granted: who may be found, and the areas that are open then, as the number of ``area_sets`` (none: by name alone).
# Names are read within it, since a name's beginning is that of a tenth of a municipality; all at once by a list of
# keys, which is a third of the work of one after the other, and none is kept that no typed word could mean.
# pool: whose entries are read, which costs most. A typed word that no entry has must be in the name, so who has it not
# is out. Everything after it reads only ``shown``, the entries that both the scopes and the filters let through; their
# texts are read for a page alone, for thousands are shown where only facets count them.
# An IN within CASE or IS TRUE is a hash table, whatever little the planner expects of the tables above.
_FIND = """
WITH own_units AS MATERIALIZED (
    SELECT unit_id, areas, daterange(%(on)s::date - tail, %(on)s::date + lead, '[]') AS span
    FROM unnest(%(units_own)s::text[], %(unit_areas)s::int[], %(unit_leads)s::int[], %(unit_tails)s::int[])
         u(unit_id, areas, lead, tail)
), granted AS MATERIALIZED (
    SELECT citizen_id, areas, NULL::text[] AS tokens
    FROM unnest(%(citizens)s::uuid[], %(citizen_areas)s::int[]) c(citizen_id, areas)
    UNION ALL
    SELECT g.citizen_id, u.areas, {unit_names}
    FROM own_units u JOIN unit_grants g ON g.unit_id = u.unit_id AND g.valid && u.span
     AND g.citizen_id <> ALL(%(excluded)s::uuid[])
), words AS MATERIALIZED (
    SELECT turn, folded, folded || chr(1114111) AS beyond, plainto_tsquery('pg_catalog.danish', written) AS stem,
           {in_entries} AS in_entries
    FROM unnest(%(written)s::text[], %(folded)s::text[]) WITH ORDINALITY w(written, folded, turn)
), resembling AS MATERIALIZED (
    SELECT w.turn, s.token
    FROM unnest(%(similar_to)s::text[], %(similar)s::text[]) s(folded, token) JOIN words w USING (folded)
), reach_names AS MATERIALIZED (
    SELECT citizen_id, token FROM (
        SELECT citizen_id, unnest(tokens) AS token FROM granted WHERE %(mode)s = 'words'
        UNION ALL
        SELECT citizen_id, token FROM names WHERE citizen_id = ANY(ARRAY(
            SELECT citizen_id FROM granted WHERE %(mode)s = 'words' AND tokens IS NULL))) n
    WHERE {is_meant}
    UNION ALL
    SELECT n.citizen_id, n.token
    FROM (SELECT citizen_id, area, token FROM area_names WHERE {is_meant} OFFSET 0) n JOIN granted g
        ON %(mode)s = 'words' AND g.citizen_id = n.citizen_id
       AND n.area = ANY(string_to_array((%(area_sets)s::text[])[g.areas + 1], ' '))
), named AS MATERIALIZED (
    SELECT n.citizen_id, w.turn, CASE WHEN n.token = w.folded THEN 4 ELSE 3 END AS score
    FROM reach_names n JOIN words w ON n.token >= w.folded AND n.token < w.beyond
    UNION ALL
    SELECT n.citizen_id, s.turn, 1 FROM reach_names n JOIN resembling s USING (token)
), pool AS MATERIALIZED (
    SELECT citizen_id, string_to_array((%(area_sets)s::text[])[bit_or(areas) + 1], ' ') AS areas
    FROM granted WHERE CASE %(mode)s
        WHEN 'all' THEN true
        WHEN 'identifier' THEN citizen_id IN (SELECT citizen_id FROM digests WHERE digest = ANY(%(digests)s))
        ELSE NOT EXISTS (SELECT FROM words WHERE NOT in_entries) OR citizen_id IN (
            SELECT citizen_id FROM named JOIN words USING (turn) WHERE NOT in_entries
            GROUP BY citizen_id HAVING count(DISTINCT turn) = (SELECT count(*) FROM words WHERE NOT in_entries))
    END
    GROUP BY citizen_id
), shown AS MATERIALIZED (
    SELECT e.* FROM pool p CROSS JOIN LATERAL (
        SELECT citizen_id, entry_id, area, unit, kle_topic, paragraph,
               CASE WHEN EXISTS (SELECT FROM words WHERE in_entries) THEN ARRAY(
                   SELECT turn FROM words w WHERE w.in_entries AND (stems @@ w.stem OR w.folded = ANY(entries.words))
               ) END AS turns
        FROM entries
        WHERE citizen_id = p.citizen_id AND area = ANY(p.areas)
          AND (%(areas)s::text[] IS NULL OR area = ANY(%(areas)s))
          AND (%(units)s::text[] IS NULL OR unit = ANY(%(units)s))
          AND (%(kle_topics)s::text[] IS NULL OR kle_topic = ANY(%(kle_topics)s))
          AND (%(paragraphs)s::text[] IS NULL OR paragraph = ANY(%(paragraphs)s))
          AND (NOT %(ongoing_only)s OR valid @> %(on)s::date) OFFSET 0) e
), best AS (
    SELECT citizen_id, turn, max(score) AS score FROM (
        SELECT citizen_id, turn, score FROM named
        UNION ALL
        SELECT citizen_id, unnest(turns), 2 FROM shown) matches
    GROUP BY citizen_id, turn
), candidates AS (
    SELECT citizen_id, sum(score)::int AS rank, true AS within FROM best
    WHERE %(mode)s = 'words' GROUP BY citizen_id HAVING count(*) = cardinality(%(folded)s::text[])
    UNION ALL
    SELECT citizen_id, 0, true FROM pool WHERE %(mode)s <> 'words'
    UNION ALL
    SELECT DISTINCT citizen_id, 0, false FROM digests
    WHERE %(mode)s = 'identifier' AND %(known)s AND digest = ANY(%(digests)s)
      AND (citizen_id IN (SELECT citizen_id FROM pool)) IS NOT TRUE
), found AS MATERIALIZED (
    SELECT c.rank, d.citizen_id, d.name, d.sort_name, d.birth_date, d.protected, c.within
    FROM candidates c JOIN documents d USING (citizen_id)
    WHERE NOT d.deleted AND d.citizen_id <> ALL(%(excluded)s::uuid[])
      AND (NOT %(filtered)s OR d.citizen_id IN (SELECT citizen_id FROM shown))
), counted AS MATERIALIZED (
    SELECT citizen_id, area, unit, kle_topic, paragraph FROM shown
    WHERE (citizen_id IN (SELECT citizen_id FROM found)) IS TRUE
), facets AS (
    SELECT facet, value, count(*) AS count FROM (
        SELECT DISTINCT 'area' AS facet, area AS value, citizen_id FROM counted
        UNION ALL SELECT DISTINCT 'unit', unit, citizen_id FROM counted
        UNION ALL SELECT DISTINCT 'kle_topic', kle_topic, citizen_id FROM counted
        UNION ALL SELECT DISTINCT 'paragraph', paragraph, citizen_id FROM counted) each
    WHERE value IS NOT NULL GROUP BY facet, value
), page AS (
    (SELECT * FROM found
     WHERE NOT %(backwards)s AND (%(from_id)s::uuid IS NULL OR (-rank, sort_name, citizen_id)
           > (-%(from_rank)s::int, %(from_name)s::text COLLATE "C", %(from_id)s::uuid))
     ORDER BY rank DESC, sort_name, citizen_id LIMIT %(size)s + 1)
    UNION ALL
    (SELECT * FROM found
     WHERE %(backwards)s AND (-rank, sort_name, citizen_id)
           < (-%(from_rank)s::int, %(from_name)s::text COLLATE "C", %(from_id)s::uuid)
     ORDER BY rank, sort_name DESC, citizen_id DESC LIMIT %(size)s + 1)
), reasons AS MATERIALIZED (
    SELECT e.*, w.turn, w.stem FROM shown s CROSS JOIN LATERAL unnest(s.turns) t(turn) JOIN words w USING (turn)
    CROSS JOIN LATERAL (
        SELECT citizen_id, entry_id, kind, text, unit, kle_topic, paragraph FROM entries
        WHERE citizen_id = s.citizen_id AND entry_id = s.entry_id OFFSET 0) e
    WHERE (s.citizen_id IN (SELECT citizen_id FROM page)) IS TRUE
), opened AS MATERIALIZED (
    SELECT citizen_id, areas FROM pool WHERE (citizen_id IN (SELECT citizen_id FROM page)) IS TRUE
)
SELECT
    (SELECT count(*) FROM found),
    (SELECT coalesce(jsonb_agg(to_jsonb(f) ORDER BY f.facet, f.count DESC, f.value), '[]') FROM facets f),
    (SELECT coalesce(jsonb_agg(to_jsonb(p) || jsonb_build_object('area_names', (
        SELECT coalesce(jsonb_agg(n.name), '[]') FROM documents d JOIN opened o USING (citizen_id)
        CROSS JOIN LATERAL jsonb_to_recordset(d.document->'area_names') n(area text, name text)
        WHERE d.citizen_id = p.citizen_id AND n.area = ANY(o.areas)
    ), 'entries', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'kind', e.kind, 'text', e.text, 'unit', e.unit, 'kle_topic', e.kle_topic, 'paragraph', e.paragraph,
                   'marked', ts_headline(
                   'pg_catalog.danish', e.text, e.stem, E'HighlightAll=true,StartSel=\\x02,StopSel=\\x03'
               )) ORDER BY e.entry_id, e.turn), '[]')
        FROM reasons e WHERE e.citizen_id = p.citizen_id
    )) ORDER BY p.rank DESC, p.sort_name, p.citizen_id), '[]') FROM page p)
"""

_IS_MEANT = "(token ^@ ANY(%(folded)s::text[]) OR (token IN (SELECT token FROM resembling)) IS TRUE)"
_IN_ENTRIES = """EXISTS (
               SELECT FROM unnest(folded || tsvector_to_array(to_tsvector('pg_catalog.danish', written))) t(word)
               JOIN entry_words e ON e.word = hashtextextended(t.word, 0))"""
FIND = _FIND.format(is_meant=_IS_MEANT, unit_names="g.tokens", in_entries=_IN_ENTRIES)
FIND_BEFORE = _FIND.format(is_meant=_IS_MEANT, unit_names="NULL::text[]", in_entries="true")
"""The same without ``entry_words`` and names beside units, which the first worker of this version makes."""
