#!/bin/sh
# Makes what is missing in ./secrets: keys, passwords, addresses with them, and certificates that only this machine trusts.
# What is there stays. Replace pages.pem, proxy_ca.pem, listen.pem and listen_ca.pem by those of the municipality.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
cd secrets
name=${HELHED_NAME:-helhed.example.dk}
login=${HELHED_LOGIN_NAME:-login.example.dk}

draw() { [ -s "$1" ] || openssl rand -hex 32 > "$1"; }
for secret in helhed_session_key helhed_digest_key helhed_oidc_client_secret helhed_metrics_token helhed_owner_password \
  helhed_web_password postgres_password keycloak_password keycloak_admin_password grafana_password; do
  draw "$secret"
done
[ -s helhed_secret_keys ] || echo "k1:$(openssl rand -hex 32)" > helhed_secret_keys
[ -s helhed_backup_keys ] || echo "b1:$(openssl rand -hex 32)" > helhed_backup_keys
[ -s audit_key.pem ] || openssl genpkey -algorithm ed25519 -out audit_key.pem
[ -s helhed_owner_database_url ] ||
  echo "postgresql://helhed_owner:$(cat helhed_owner_password)@postgres/helhed" > helhed_owner_database_url
[ -s helhed_backup_database_url ] ||
  echo "postgresql://postgres:$(cat postgres_password)@postgres/helhed" > helhed_backup_database_url
[ -s helhed_database_url ] ||
  echo "postgresql://helhed_web:$(cat helhed_web_password)@postgres/helhed" > helhed_database_url

if [ ! -s pages.pem ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=$name" \
    -addext "subjectAltName=DNS:$name,DNS:$login" -keyout key.tmp -out proxy_ca.pem 2> openssl.log
  cat proxy_ca.pem key.tmp > pages.pem
  [ -s listen.pem ] || cp pages.pem listen.pem
  [ -s listen_ca.pem ] || cp proxy_ca.pem listen_ca.pem
  rm -f key.tmp openssl.log
fi
# Each file belongs to the user that reads it in its container, and to no other; two are read by two.
chmod 700 .
own() { chown "$1" "$3" && chmod "$2" "$3"; }
if [ "$(id -u)" = 0 ]; then
  for file in helhed_*; do own 10001:0 440 "$file"; done
  own 10001:65534 440 helhed_metrics_token   # Prometheus
  for file in postgres_password helhed_owner_password helhed_web_password keycloak_password; do own 999:0 440 "$file"; done
  own 1000:0 440 keycloak_admin_password
  own 472:0 440 grafana_password
  own 101:0 440 pages.pem
  own 10001:0 440 listen.pem
  own 10001:0 440 audit_key.pem
else
  echo "not root: the files stay as they are; give each to the user of its container (see this script)" >&2
fi
chmod 644 proxy_ca.pem listen_ca.pem
echo "secrets/ is complete; keep a copy of helhed_digest_key, helhed_secret_keys and helhed_backup_keys elsewhere"
