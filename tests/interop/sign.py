"""Hashes, signatures, keys and text forms of ids (PROTOCOL.md §3, §9.1, §9.3)."""
import base64
import hashlib
import os

import nacl.bindings as sodium
import nacl.exceptions

COMMIT, CHARTER, ROSTER, PROMISE = b"allied/commit/1", b"allied/charter/1", b"allied/roster/1", b"allied/promise/1"
JOIN, INPUTS, STATE, BEACON = b"allied/join/1", b"allied/inputs/1", b"allied/state/1", b"allied/beacon/1"


def hash256(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=32).digest()


def hash128(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=16).digest()


def valid(public, domain, data, signature):
    """crypto_sign_open is crypto_sign_verify_detached with the signature in front."""
    try:
        sodium.crypto_sign_open(signature + domain + data, public)
        return True
    except (nacl.exceptions.BadSignatureError, ValueError):
        return False


class Key:
    def __init__(self, seed=None):
        self.seed = seed or os.urandom(32)
        self.public, self._secret = sodium.crypto_sign_seed_keypair(self.seed)

    def sign(self, domain, data):
        return sodium.crypto_sign(domain + data, self._secret)[:64]

    def curve_secret(self):
        return sodium.crypto_sign_ed25519_sk_to_curve25519(self._secret)


def curve_public(site):
    return sodium.crypto_sign_ed25519_pk_to_curve25519(site)


def base32(data):
    return base64.b32encode(data).decode().lower().rstrip("=")


def base32_decode(text):
    """The bytes of a text form, or None: lower case, no padding, spare bits zero."""
    try:
        data = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except ValueError:
        return None
    return data if base32(data) == text else None


def words(data):
    """The words of a hash, 16 bits each (§9.3)."""
    consonants, vowels, told = "bdfghjklmnprstvz", "aiou", []
    for i in range(0, len(data), 2):
        n = int.from_bytes(data[i:i + 2], "big")
        told.append(consonants[n >> 12] + vowels[n >> 10 & 3] + consonants[n >> 6 & 15] + vowels[n >> 4 & 3] + consonants[n & 15])
    return "-".join(told)
