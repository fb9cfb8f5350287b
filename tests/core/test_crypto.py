"""Sealed fields: what goes in comes out, under the present key and after a change of keys; nothing else opens it."""

import pytest
from cryptography.exceptions import InvalidTag

from foundation.core.crypto import blind_index, blind_indexes, decrypt, encrypt, key_id

TEXTS = ["370102197001019876", "周演示 · 一", "a" * 5_000]


@pytest.mark.parametrize("text", TEXTS)
def test_sealed_text_comes_out_again_and_shows_nothing(text):
    sealed = encrypt(text)

    assert decrypt(sealed) == text
    assert text not in sealed


def test_empty_stays_empty():
    assert (encrypt(""), decrypt(""), blind_index("", use="id"), blind_indexes("", use="id")) == ("", "", "", ())


def test_same_text_is_sealed_differently_each_time():
    assert encrypt("one") != encrypt("one")


def test_new_key_seals_and_the_old_one_still_opens(settings):
    settings.GONGPING_FIELD_KEYS = ["old"]
    before, index = encrypt("13800001111"), blind_index("13800001111", use="phone")

    settings.GONGPING_FIELD_KEYS = ["new", "old"]
    after = encrypt("13800001111")

    assert (decrypt(before), decrypt(after)) == ("13800001111", "13800001111")
    assert (before.split(".")[0], after.split(".")[0]) == (key_id("old"), key_id("new"))
    assert blind_index("13800001111", use="phone") != index
    assert index in blind_indexes("13800001111", use="phone")  # equal ones are still found


def test_without_its_key_nothing_opens(settings):
    settings.GONGPING_FIELD_KEYS = ["old"]
    sealed = encrypt("secret")
    settings.GONGPING_FIELD_KEYS = ["new"]

    with pytest.raises(ValueError, match="GONGPING_FIELD_KEYS"):
        decrypt(sealed)


def test_changed_text_does_not_open():
    sealed = encrypt("secret")
    place = len(sealed) // 2
    changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]

    with pytest.raises(InvalidTag):
        decrypt(changed)


def test_index_is_equal_for_equal_texts_of_one_use_only():
    assert blind_index("1", use="id") == blind_index("1", use="id")
    assert blind_index("1", use="id") != blind_index("1", use="phone")
    assert blind_index("1", use="id") != blind_index("2", use="id")
    assert "370102" not in blind_index("370102", use="id")
