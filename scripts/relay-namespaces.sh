#!/usr/bin/env bash
# Two nodes in two network namespaces: a finder at A, a vendor at B, the link cut before every step and restored behind it.
# Needs: bash, ip, openssl, curl, python3, and namespaces of one's own (root, or `unshare -rn` allowed).
# Usage: scripts/relay-namespaces.sh [PROGRAM]      (PROGRAM: target/debug/bartizan)
set -euo pipefail
PROGRAM=$(realpath "${1:-target/debug/bartizan}")
SCRIPT=$(realpath "$0")
if [ -z "${BARTIZAN_APART:-}" ]; then
  # A and B are namespaces of their own; this shell stays in a third and holds the two ends.
  exec env BARTIZAN_APART=1 unshare -rn --kill-child --fork --pid --mount-proc bash "$SCRIPT" "$PROGRAM"
fi
W=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$W"' EXIT
say() { printf '%s\n' "$*" >&2; }
fail() { say "FAILED: $*"; tail -n 5 "$W"/a.log "$W"/b.log >&2 || true; exit 1; }

# The namespaces, and one cable between them.
unshare -n sleep infinity & A=$!
unshare -n sleep infinity & B=$!
for _ in $(seq 50); do
  [ "$(readlink /proc/$A/ns/net)" != "$(readlink /proc/self/ns/net)" ] && [ "$(readlink /proc/$B/ns/net)" != "$(readlink /proc/self/ns/net)" ] && break
  sleep 0.1
done
in_a() { nsenter -n -t "$A" "$@"; }
in_b() { nsenter -n -t "$B" "$@"; }
ip link add va type veth peer name vb
ip link set va netns "$A"; ip link set vb netns "$B"
in_a ip addr add 10.99.0.1/24 dev va; in_a ip link set va up; in_a ip link set lo up
in_b ip addr add 10.99.0.2/24 dev vb; in_b ip link set vb up; in_b ip link set lo up
cut() { in_b ip link set vb down; }
mend() { in_b ip link set vb up; }
in_a bash -c 'exec 3<>/dev/tcp/10.99.0.2/1' 2>/dev/null && fail "something listens where nothing should"

# Certificates: one issuer, one certificate for each node, for both ends of a connection.
openssl req -x509 -newkey ed25519 -nodes -days 30 -subj /CN=Coordinators -keyout "$W/ca.key" -out "$W/ca.pem" 2>/dev/null
for n in a b; do
  ip=10.99.0.1; [ $n = b ] && ip=10.99.0.2
  openssl req -newkey ed25519 -nodes -subj "/CN=node-$n" -keyout "$W/$n.key" -out "$W/$n.csr" 2>/dev/null
  printf 'subjectAltName=IP:%s\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n' $ip > "$W/$n.ext"
  openssl x509 -req -in "$W/$n.csr" -CA "$W/ca.pem" -CAkey "$W/ca.key" -CAcreateserial -days 30 -extfile "$W/$n.ext" -out "$W/$n.pem" 2>/dev/null
done

# Organisations, people, desks, keys, trust.
node() { local n=$1; shift; BARTIZAN_DATABASE="$W/$n.db" "$PROGRAM" "$@"; }
for n in a b; do
  node $n organisation add "CERT $n" >/dev/null
  node $n organisation add "Other $n" >/dev/null
  BARTIZAN_PASSWORD='correct horse battery staple' node $n user add cora --organisation "CERT $n" --roles coordinator,analyst,reviewer >/dev/null
  BARTIZAN_PASSWORD='correct horse battery staple' node $n user add finn --organisation "Other $n" --roles analyst,reviewer >/dev/null
  node $n desk open "CERT $n" >/dev/null
  node $n token create cora --scopes read,write,manage --label x --json > "$W/$n.cora"
  node $n token create finn --scopes read,write,manage --label x --json > "$W/$n.finn"
done
KA=$(node a relay key); KB=$(node b relay key)
node a relay trust "CERT a" --title "Node B" --url https://10.99.0.2:8443 --node "$KB" --certificate "$W/b.pem" --authority "$W/ca.pem" --json > "$W/b_at_a"
node b relay trust "CERT b" --title "Node A" --url https://10.99.0.1:8443 --node "$KA" --certificate "$W/a.pem" --authority "$W/ca.pem" --json > "$W/a_at_b"
pick() { python3 -c "import json,sys; d=json.load(sys.stdin); print($1)"; }
PB=$(pick 'd["peers"][0]["id"]' < "$W/b_at_a"); OB=$(pick 'd["peers"][0]["organisation"]' < "$W/b_at_a")
PA=$(pick 'd["peers"][0]["id"]' < "$W/a_at_b"); OA=$(pick 'd["peers"][0]["organisation"]' < "$W/a_at_b")
serve() {
  local n=$1 ip=$2
  export BARTIZAN_DATABASE="$W/$n.db"
  exec "$PROGRAM" serve --listen "$ip:8443" --title "Node $n" --tls-certificate "$W/$n.pem" --tls-key "$W/$n.key" \
    --client-ca "$W/ca.pem" --allow-net 10.99.0.0/24 --rate-limit 0 > "$W/$n.out" 2> "$W/$n.log"
}
export -f serve; export W PROGRAM
in_a bash -c 'serve a 10.99.0.1' & in_b bash -c 'serve b 10.99.0.2' &

# ask NODE WHO METHOD PATH [BODY]
ask() {
  local n=$1 who=$2 method=$3 path=$4 body=${5:-} ip=10.99.0.1 into=in_a
  [ "$n" = b ] && { ip=10.99.0.2; into=in_b; }
  $into curl -sS --fail-with-body --cacert "$W/ca.pem" -X "$method" -H "Authorization: Bearer $(pick 'd["tokens"][0]["token"]' < "$W/$n.$who")" \
    -H 'Content-Type: application/json' ${body:+-d "$body"} "https://$ip:8443/api/v1$path"
}
for n in a b; do
  for _ in $(seq 100); do ask $n cora GET /me >/dev/null 2>&1 && break; sleep 0.2; done
  ask $n cora GET /me >/dev/null || fail "node $n does not answer"
done
# Waits until a Python condition over the JSON of a path holds.
wait_for() {
  local n=$1 path=$2 condition=$3
  for _ in $(seq 180); do
    if ask "$n" cora GET "$path" 2>/dev/null | python3 -c "import json,sys; d=json.load(sys.stdin); sys.exit(0 if ($condition) else 1)" 2>/dev/null; then return 0; fi
    sleep 0.5
  done
  ask "$n" cora GET "$path" >&2 || true
  fail "$n $path never had: $condition"
}
# Does something while the cable is out, gives the node time to fail, and puts the cable in again.
STEPS=0
apart() { cut; "$@" > "$W/last"; sleep "${PAUSE:-6}"; mend; STEPS=$((STEPS + 1)); say "step $STEPS over a cut link: ${*:1:5}"; }

REPORT='{"title":"Header splitting","purl":"pkg:npm/example-lib@1.0.1","public_tooling":false,"finders":["Ann „A“ Ångström <ann>"],"email":"ann@private.example"}'
DESK=$(ask a finn GET /desks | pick 'd["items"][0]["id"]')
R=$(ask a finn POST "/desks/$DESK/reports" "$REPORT" | pick 'd["id"]')
ask a cora POST /cases "{\"reports\":[\"$R\"]}" > "$W/case"; CA=$(pick 'd["id"]' < "$W/case"); MA=$(pick 'd["me"]' < "$W/case")
for step in validate accept; do ask a cora POST "/cases/$CA/events" "{\"do\":\"report\",\"participant\":\"$MA\",\"step\":\"$step\"}" >/dev/null; done
ask a cora POST "/cases/$CA/events" "{\"do\":\"add\",\"participant\":\"$OB\",\"roles\":[\"coordinator\",\"vendor\"],\"products\":[\"lib\"]}" >/dev/null
apart ask a cora POST "/cases/$CA/handovers" "{\"peer\":\"$PB\"}"
wait_for b '/vulnerability-reports?box=taken' 'len(d["items"])==1'
wait_for a "/cases/$CA/handovers" 'd["items"][0]["handling"]'
R=$(ask b cora GET '/vulnerability-reports?box=taken' | pick 'd["items"][0]["id"]')
ask b cora POST /cases "{\"reports\":[\"$R\"]}" > "$W/case"; CB=$(pick 'd["id"]' < "$W/case"); MB=$(pick 'd["me"]' < "$W/case")
pick 'd["reports"][0]["credits"][0]' < "$W/case" | grep -qxF 'Ann „A“ Ångström <ann>' || fail "a credit was changed"
for step in validate accept; do apart ask b cora POST "/cases/$CB/events" "{\"do\":\"report\",\"participant\":\"$MB\",\"step\":\"$step\"}"; done
at() { printf '[p for p in d["participants"] if p["name"]=="%s"][0]' "$1"; }
wait_for a "/cases/$CA" "$(at "$OB")['report']=='accepted'"
soon=$(python3 -c 'import datetime as t; print((t.datetime.now(t.timezone.utc)+t.timedelta(days=10)).strftime("%Y-%m-%dT00:00:00Z"))')
later=$(python3 -c 'import datetime as t; print((t.datetime.now(t.timezone.utc)+t.timedelta(days=12)).strftime("%Y-%m-%dT00:00:00Z"))')
agree() { # the name of a proposal of A, agreed to by both
  apart ask b cora POST "/cases/$CB/events" "{\"do\":\"answer\",\"participant\":\"$MB\",\"proposal\":\"${KA:0:16}.$1\",\"accept\":true}"
  apart ask a cora POST "/cases/$CA/events" "{\"do\":\"answer\",\"participant\":\"$MA\",\"proposal\":\"$1\",\"accept\":true}"
  wait_for a "/cases/$CA" "d['embargo']=='active' and $(at "$OB")['consent']=='signatory'"
  wait_for b "/cases/$CB" "d['embargo']=='active' and $(at "$OA")['consent']=='signatory'"
}
apart ask a cora POST "/cases/$CA/events" "{\"do\":\"propose\",\"proposal\":\"e1\",\"until\":\"$soon\"}"
wait_for b "/cases/$CB" 'd["embargo"]=="proposed"'
agree e1
FB=$(node b organisation list --json | pick '[o["uuid"] for o in d["organisations"] if o["name"]=="Other b"][0]')
ask b cora POST "/cases/$CB/events" "{\"do\":\"add\",\"participant\":\"$FB\",\"roles\":[\"vendor\"],\"products\":[\"lib\"]}" >/dev/null
ask b cora POST "/cases/$CB/events" "{\"do\":\"report\",\"participant\":\"$FB\",\"step\":\"receive\"}" >/dev/null
ask b cora PATCH "/cases/$CB/handovers/$PA" '{"passes":true}' >/dev/null
for step in validate accept; do ask b cora POST "/cases/$CB/events" "{\"do\":\"report\",\"participant\":\"$FB\",\"step\":\"$step\"}" >/dev/null; done
apart ask b cora POST "/cases/$CB/events" "{\"do\":\"state\",\"participant\":\"$FB\",\"product\":\"lib\",\"stand\":\"affected\",\"words\":\"All before 2.0.\"}"
apart ask b cora POST "/cases/$CB/events" "{\"do\":\"fix\",\"participant\":\"$FB\",\"step\":\"ready\"}"
apart ask b cora POST "/cases/$CB/threads/$OA" '{"text":"The vendor needs a week."}'
wait_for a "/cases/$CA" "$(at "$OB")['fix']=='ready' and $(at "$OB")['products'][0]['statement']['status']=='affected'"
apart ask a cora POST "/cases/$CA/threads/$OB" '{"text":"Agreed."}'
wait_for b "/cases/$CB/threads/$OA" '"Agreed." in json.dumps(d)'
apart ask a cora POST "/cases/$CA/events" "{\"do\":\"propose\",\"proposal\":\"e2\",\"until\":\"$later\"}"
wait_for a "/cases/$CA" "d['embargo']=='revise' and $(at "$OB")['consent']=='lapsed'"
wait_for b "/cases/$CB" "d['embargo']=='revise' and $(at "$OA")['consent']=='lapsed'"
say "a revised embargo lapsed what was agreed on both"
agree e2
wait_for a /relay-peers 'd["items"][0]["unsent"]==0 and not d["items"][0]["refused"]'
wait_for b /relay-peers 'd["items"][0]["unsent"]==0 and not d["items"][0]["refused"]'
DA=$(ask a cora GET "/cases/$CA/handovers" | pick 'd["items"][0]["provenance_sha256"]')
DB=$(ask b cora GET "/cases/$CB/handovers" | pick 'd["items"][0]["provenance_sha256"]')
[ -n "$DA" ] && [ "$DA" = "$DB" ] || fail "the provenance differs: $DA $DB"
python3 - "$W" <<'P'
import sqlite3, sys
a, b = (sqlite3.connect(f"{sys.argv[1]}/{n}.db") for n in "ab")
out = lambda c: [bytes(r[0]) for r in c.execute("SELECT body FROM relay_out ORDER BY link, sequence")]
came = lambda c: [bytes(r[0]) for r in c.execute("SELECT body FROM relay_in ORDER BY link, sequence")]
prov = lambda c: c.execute("SELECT provenance FROM relay_link").fetchall()
assert out(a) == came(b) and out(b) == came(a), "messages differ"
assert prov(a) == prov(b) and "ann@private.example" not in prov(a)[0][0]
print(f"{len(out(a))} messages to B and {len(out(b))} to A, each there once, byte for byte; provenance the same bytes", file=sys.stderr)
P
say "OK: $STEPS steps, each over a link that was cut"
