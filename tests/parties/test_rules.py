"""What identifies a body or a person: check characters, names that are the same, pinyin to search by."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from foundation.core.identifiers import is_uscc, masked_id, masked_phone, uscc_check_character
from parties.rules import id_refusal, near_keys, near_name, same_name, sort_key_of, uscc_refusal

VALID = ["91350100M000100Y43", "91110108551385082Q", "11150300011554391W", "913724394X35QDYPK0"]


@pytest.mark.parametrize("code", VALID)
def test_right_code_stands(code):
    assert uscc_refusal(code, "") is None


def test_remainder_zero_gives_the_character_zero():
    assert uscc_check_character("913724394X35QDYPK") == "0"


@pytest.mark.parametrize(
    "code",
    [
        "91310115MA1H8R7C6D",  # the check character does not fit (edge case 4)
        "91350100M000100Y4",  # 17 characters
        "91350100M000100Y433",
        "91350100m000100y43",  # small letters
        "9135O100M000100Y43",  # O is no character of a code
        "",
    ],
)
def test_wrong_code_is_refused_at_its_field(code):
    refusal = uscc_refusal(code, "")

    assert (refusal.code, refusal.facts["field"], refusal.source) == ("uscc_wrong", "uscc", "GB 32100—2015")


@pytest.mark.parametrize("place", range(17))
def test_every_changed_character_is_found(place):
    code = VALID[1]
    other = "7" if code[place] != "7" else "8"

    assert not is_uscc(code[:place] + other + code[place + 1 :])


def test_no_code_needs_a_reason():
    assert uscc_refusal(None, " ").code == "uscc_missing"
    assert uscc_refusal(None, "无") is None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", None),
        ("11010519491231002X", None),
        ("11010519491231002x", None),
        ("110105194912310021", "id_wrong"),
        ("11010519491331002X", "id_wrong"),
        ("3.70112E+17", "id_wrong"),
    ],
)
def test_id_number_fits_its_check_digit_and_a_day(number, code):
    found = id_refusal(number)

    assert (found.code if found else None) == code


def test_brackets_and_blanks_make_no_other_name():
    assert same_name("泉衡（济南）咨询 有限公司") == same_name("泉衡(济南)咨询有限公司")
    assert same_name("泉衡咨询") != same_name("泉衡咨询公司")


def test_names_are_found_by_pinyin_and_by_initials():
    assert sort_key_of("张三").split() == ["zhangsan", "zs"]
    assert len(sort_key_of("很长的名字" * 60)) <= 200


def test_middles_are_hidden():
    assert masked_id("370112198001010013") == "3701**********0013"
    assert masked_phone("13800000000") == "138****0000"
    assert (masked_id(""), masked_phone("1234")) == ("", "****")


@pytest.mark.parametrize(("one", "other", "is_near"), [
    ("张三", "张叁", True),  # the same sound
    ("王晓明", "王小明", True),
    ("王小明", "王小红", True),  # one of three characters
    ("张三丰", "张三", True),  # one too many, or missing
    ("三丰", "张三丰", True),
    ("阿不都·卡德尔", "阿不都·卡的尔", True),
    ("张三", "张三", False),
    ("张 三", "张三", False),  # one name in two spellings
    ("张三", "张四", False),  # one of two characters is half a name
    ("王小明", "李晓红", False),
    ("张三丰", "张丰三", False),
    ("张三", "欧阳张三", False),
    ("", "张", False),
])  # fmt: skip
def test_names_are_near_by_sound_or_by_one_character_of_three(one, other, is_near):
    assert (near_name(one, other), near_name(other, one)) == (is_near, is_near)


@given(st.text("王小晓明 ·", max_size=5), st.text("王小晓明 ·", max_size=5))
@example("王小明", "王明")
@example("张三", "张叁")
def test_near_names_share_a_key(one, other):
    assert not near_name(one, other) or near_keys(one) & near_keys(other)
