#!/bin/sh
# Run once, by PostgreSQL's image, when its folder is empty: the three roles of docs/database.md and the databases.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres \
  -v owner="$(cat /run/secrets/helhed_owner_password)" \
  -v web="$(cat /run/secrets/helhed_web_password)" \
  -v keycloak="$(cat /run/secrets/keycloak_password)" <<'SQL'
CREATE ROLE helhed_application;
CREATE ROLE helhed_owner LOGIN PASSWORD :'owner';
CREATE ROLE helhed_web LOGIN PASSWORD :'web' IN ROLE helhed_application;
ALTER ROLE helhed_web SET role TO helhed_application;
CREATE DATABASE helhed OWNER helhed_owner ENCODING 'UTF8' TEMPLATE template0;
CREATE ROLE keycloak LOGIN PASSWORD :'keycloak';
CREATE DATABASE keycloak OWNER keycloak;
SQL
# The image lets nobody take a base backup from another container; PostgreSQL reads this when it starts for good.
echo 'host replication postgres all scram-sha-256' >> "$PGDATA/pg_hba.conf"
