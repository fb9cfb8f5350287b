"""Canonical JSON: every value has one spelling, and no other spelling is read."""

import enum
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.core.canon import CanonError, digest, dumps, loads, sha256_hex

LARGEST = 2**53 - 1
KEYS = st.from_regex(r"[a-z0-9_]{1,64}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_loads_gives_back_what_dumps_wrote(value):
    assert loads(dumps(value)) == value


@given(st.binary(max_size=60))
def test_loads_accepts_only_bytes_that_reencode_to_themselves(data):
    try:
        value = loads(data)
    except CanonError:
        return

    assert dumps(value) == data


def test_dumps_sorts_keys_and_leaves_no_blanks():
    assert dumps({"b": [1, True, None], "a": {"z": "", "0": -1}}) == b'{"a":{"0":-1,"z":""},"b":[1,true,null]}'


def test_dumps_escapes_only_what_it_must():
    text = '"\\\b\f\n\r\t\x00\x1f\x7f/\u2028é䶮𬭎'

    assert dumps(text) == '"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\x7f/\u2028é䶮𬭎"'.encode()


def test_dumps_normalises_no_unicode():
    assert dumps("é") != dumps("e\u0301")


def test_dumps_writes_the_value_of_a_text_enum():
    class Kind(enum.StrEnum):
        A = "a"

    assert dumps({"kind": Kind.A, "row": (1, 2)}) == b'{"kind":"a","row":[1,2]}'


@pytest.mark.parametrize("number", [LARGEST, -LARGEST, 0])
def test_integers_up_to_the_limit_pass(number):
    assert loads(str(number).encode()) == number == loads(dumps(number))


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (2**53, "2^53"),
        (-(2**53), "2^53"),
        (1.0, "float"),
        (float("nan"), "float"),
        ({"a": [0, 0.5]}, "$.a[1]"),
        ({"A": 1}, "'A'"),
        ({"": 1}, "''"),
        ({"a" * 65: 1}, "1 to 64"),
        ({"a\n": 1}, "1 to 64"),
        ({"中": 1}, "中"),
        ({1: 1}, "key 1"),
        ("\ud800", "surrogate"),
        (["ok", "a\udc00"], "$[1]: half of a surrogate pair at character 1"),
        (b"bytes", "bytes"),
        ({1, 2}, "set"),
    ],
)
def test_dumps_refuses_what_has_no_canonical_form(value, says):
    with pytest.raises(CanonError) as caught:
        dumps(value)

    assert says in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" 1",
        b"1\n",
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"A":1}',
        b"01",
        b"-0",
        b"+1",
        b"1.0",
        b"1e3",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b"9" * 5000,
        b'"\\u00e9"',
        b'"\\/"',
        b'"\\u000a"',
        b'"\\u001F"',
        b'"\\ud800"',
        b'"\x01"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"\xef\xbb\xbf1",
        b"[1,]",
        b"1 2",
        b"[" * 65 + b"]" * 65,
        b"[" * 100_000,
    ],
)
def test_loads_refuses_any_other_spelling(data):
    with pytest.raises(CanonError):
        loads(data)


def test_nesting_passes_up_to_64_levels():
    data = b"[" * 64 + b"]" * 64

    assert dumps(loads(data)) == data


def test_loads_says_where_the_spelling_differs():
    with pytest.raises(CanonError, match="not canonical at byte 4"):
        loads(b'{"a" :1}')


def test_digest_is_the_plain_sha256_of_the_bytes():
    document = {"type": "gongping/freeze/1", "n": 25}

    assert digest(document) == sha256_hex(b'{"n":25,"type":"gongping/freeze/1"}')


@pytest.mark.parametrize("document", [{}, {"type": None}])
def test_digest_refuses_a_document_without_type(document):
    with pytest.raises(CanonError, match="type"):
        digest(document)


def test_canon_loads_no_django():
    code = "import sys, foundation.core.canon; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
