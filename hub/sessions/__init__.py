"""Who is logged in: sessions as rows of the database, so that ending one ends it everywhere."""
