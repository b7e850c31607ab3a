#!/bin/sh
# The REST API under schemathesis: a fresh node, a token that may do everything, requests made from its OpenAPI document.
# Fails on any answer of 500 or more and on whatever the document does not allow. About a minute.
#
#   scripts/api-fuzz.sh [EXAMPLES] [SEED]
#
# BARTIZAN names the program (default: target/debug/bartizan, built if it is missing). Installs schemathesis from PyPI into
# target/schemathesis when it is not there, and says so.
set -eu
cd "$(dirname "$0")/.."
examples=${1:-40}
seed=${2:-20261130}
program=${BARTIZAN:-target/debug/bartizan}
if [ ! -x "$program" ]; then
    echo "building $program"
    cargo build -p bartizan-cli
fi
tools=target/schemathesis
if [ ! -x "$tools/bin/st" ]; then
    echo "installing schemathesis into $tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet 'schemathesis==4.*'
fi

work=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "$server" ] || wait "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

database=$work/fuzz.db
BARTIZAN_PASSWORD="correct horse battery staple"
export BARTIZAN_PASSWORD
"$program" organisation add --database "$database" Fuzz >/dev/null
for name in fuzz other; do
    "$program" user add --database "$database" "$name" --organisation Fuzz \
        --roles coordinator,reviewer,admin,auditor >/dev/null
done
token=$("$program" token create --database "$database" fuzz --label fuzz --scopes read,write,manage)

BARTIZAN_RATE_LIMIT=0 "$program" --json serve --database "$database" --listen 127.0.0.1:0 >"$work/ready" 2>"$work/log" &
server=$!
for _ in $(seq 100); do
    [ -s "$work/ready" ] && break
    kill -0 "$server" 2>/dev/null || { cat "$work/log"; exit 1; }
    sleep 0.2
done
url=$(sed -n 's/.*"url" *: *"\([^"]*\)".*/\1/p' "$work/ready" | head -n 1)
[ -n "$url" ] || { echo "the server did not say where it is"; cat "$work/ready" "$work/log"; exit 1; }

# What the document says is what is checked. Values that only the node can tell (a `next`, an identifier) are refused although
# they fit their schema, so "valid data must be taken" is not asked.
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance
checks=$checks,response_schema_conformance,negative_data_rejection,unsupported_method
run() {
    "$tools/bin/st" --config-file scripts/schemathesis.toml run "$url/api/v1/openapi.json" --url "$url/api/v1" \
        --max-examples "$examples" --seed "$seed" --workers 2 --request-timeout 20 --no-color \
        --phases examples,coverage,fuzzing --suppress-health-check all "$@"
}
# That no endpoint answers without credentials is what the matrix of the server's tests shows; wrong ones end in 429 soon.
run --checks "$checks" --header "Authorization: Bearer $token" \
    --exclude-operation-id revokeToken --exclude-operation-id changePerson

# The examples of docs/api.md, as they stand there.
export BARTIZAN_URL="$url" BARTIZAN_TOKEN="$token"
for language in sh python; do
    sed -n "/^\`\`\`$language\$/,/^\`\`\`\$/p" docs/api.md | sed '/^```/d' >"$work/example.$language"
    [ -s "$work/example.$language" ] || { echo "docs/api.md has no example in $language"; exit 1; }
done
sh -eu "$work/example.sh" >"$work/told" || { cat "$work/told"; exit 1; }
"$tools/bin/python" "$work/example.python" >"$work/told" || { cat "$work/told"; exit 1; }

# How a receiver checks a message: the vector of the specification's own libraries, and the same with another body.
sed -n '/^# verify.py/,/^```$/p' docs/api.md | sed '/^```/d' >"$work/verify.py"
PYTHONPATH=$work "$tools/bin/python" - <<'CHECK'
from verify import verify
headers = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
           "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}
secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
verify(secret, headers, body, now=1614265330)
for wrong in ((body + b" ", 1614265330), (body, 1614265330 + 301)):
    try:
        verify(secret, headers, wrong[0], now=wrong[1])
    except ValueError:
        continue
    raise SystemExit("docs/api.md takes a message that is not good")
CHECK

# What can shut out whoever does it comes last, and is done by somebody else, by password.
run --checks "$checks" --auth "other:$BARTIZAN_PASSWORD" --include-operation-id revokeToken \
    --include-operation-id changePerson --include-operation-id addPerson --include-operation-id addToken

if grep -iE 'panicked|the store failed' "$work/log"; then
    echo "the server's log tells of failures"
    exit 1
fi
echo "the API keeps to its document"
