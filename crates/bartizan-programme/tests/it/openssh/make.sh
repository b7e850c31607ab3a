#!/bin/sh
# Writes the kept signatures of tests/it/keygen.rs over statement.txt with new keys, which are thrown away.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ssh-keygen -q -t ed25519 -N '' -C 'head of the lab' -f "$work/key"
ssh-keygen -q -t rsa -b 2048 -N '' -C rsa -f "$work/rsa"
ssh-keygen -q -t ecdsa -N '' -C ecdsa -f "$work/ecdsa"
sign() { ssh-keygen -q -Y sign -f "$work/$1" -n "$2" -O "hashalg=$3" <statement.txt >"$4"; }
sign key bartizan-agreement sha512 sha512.sig
sign key bartizan-agreement sha256 sha256.sig
sign key file sha512 namespace.sig
sign rsa bartizan-agreement sha512 rsa.sig
sign ecdsa bartizan-agreement sha512 ecdsa.sig
cp "$work/key.pub" key.pub
cp "$work/rsa.pub" rsa.pub
ssh-keygen -l -f key.pub | cut -d' ' -f2 >fingerprint.txt
openssl genpkey -algorithm ed25519 -out "$work/openssl.pem" 2>/dev/null
openssl pkey -in "$work/openssl.pem" -pubout -outform DER | tail -c 32 | od -An -tx1 | tr -d ' \n' >openssl.pub
openssl pkeyutl -sign -rawin -inkey "$work/openssl.pem" -in statement.txt | base64 -w0 >openssl.sig
